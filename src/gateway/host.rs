//! For which host a request is. An orchestrator asks for the health by whatever address a container has; nothing else is
//! answered by another name than the shop's own.

use actix_web::dev::RequestHead;
use actix_web::http::{Version, header};

use crate::access::{NotOurs, Origins};

use super::{Code, Problem, health};

/// The origin that the browser behind a request stays on.
pub fn origin<'o>(origins: &'o Origins, request: &RequestHead) -> Result<&'o str, NotOurs> {
    let lines = request.headers.get_all(header::HOST).map(|host| host.as_bytes());
    let authority = request.uri.authority().map(|authority| authority.as_str());
    origins.of_request(lines, authority, request.version <= Version::HTTP_10)
}

pub(super) fn check(origins: &Origins, request: &RequestHead) -> Result<(), Problem> {
    match origin(origins, request) {
        Err(NotOurs::Another) if health::is_asked_at(request.uri.path()) => Ok(()),
        Err(why @ NotOurs::Another) => {
            Err(Problem::new(Code::Misdirected, format!("{why}: the shop is at {}", origins.canonical())))
        }
        Err(why @ NotOurs::Unnamed) => Err(Problem::new(Code::HostMissing, why.to_string())),
        Ok(_) => Ok(()),
    }
}
