//! The check of `Host`: a request for another host than the shop's own is refused. Only the health checks are answered under any
//! name, since an orchestrator asks by whatever address a container has.

use actix_web::dev::RequestHead;

use crate::access::{Origins, WrongHost};

use super::{Code, Problem, health};

pub(super) fn check(origins: &Origins, request: &RequestHead) -> Result<(), Problem> {
    match origins.of_head(request) {
        Err(WrongHost::Other) if health::is_asked_at(request.uri.path()) => Ok(()),
        Err(why @ WrongHost::Other) => {
            Err(Problem::new(Code::Misdirected, format!("{why}: the shop is at {}", origins.canonical())))
        }
        Err(why @ WrongHost::Missing) => Err(Problem::new(Code::HostMissing, why.to_string())),
        Ok(_) => Ok(()),
    }
}
