//! What a browser sends and keeps.

use crate::gateway::{Request, Response};

/// As it is sent from the shop's own page.
pub fn form(uri: &str, fields: &str, cookie: &str) -> Request {
    let headers = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("sec-fetch-site", "same-origin".to_owned()),
        ("accept", "text/html".to_owned()),
        ("cookie", cookie.to_owned()),
    ];
    Request { method: "POST", uri: uri.to_owned(), headers, body: fields.as_bytes().to_vec(), peer: None }
}

/// `name=value` of the cookie that a page sets.
pub fn cookie_of(response: &Response) -> Option<String> {
    response.header("set-cookie")?.split(';').next().map(str::to_owned)
}
