//! Which refusals are logged: each kind once in a while, and nothing that the request said.

use actix_web::{HttpMessage as _, HttpRequest};

use crate::access::Notice;

use super::rates::CrossOrigin;
use super::{App, Code, Problem};

/// Of a request that was answered with this problem.
pub(super) fn of_problem(app: &App, request: &HttpRequest, problem: &Problem) {
    let notice = match problem.code() {
        Code::RateLimited => problem.limited().map(Notice::of),
        Code::Overloaded => Some(Notice::Overloaded),
        Code::ApiKeyUnknown => Some(Notice::WrongApiKey),
        Code::NoSuchOrder => Some(Notice::WrongOrderKey),
        Code::Misdirected => Some(Notice::OtherHost),
        Code::CardNumber => Some(Notice::CardNumber),
        // the API answers these with another code
        _ if request.extensions().contains::<CrossOrigin>() => Some(Notice::CrossOrigin),
        _ => None,
    };
    if let Some(notice) = notice {
        of(app, request, notice);
    }
}

pub(super) fn of(app: &App, request: &HttpRequest, notice: Notice) {
    app.clients.notice(notice, request.head(), || {
        notice.setting().or_else(|| request.match_pattern()).unwrap_or_default()
    });
}
