use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use xxhash_rust::xxh3::xxh3_64;

use crate::gateway::assets::{ICON, STYLESHEET};
use crate::gateway::security::{live_page_policy, page_policy};
use crate::gateway::{PageSettings, Problem};

/// What every page has around its own content.
pub struct Layout {
    pub title: String,
    /// What stands in the search box.
    pub query: String,
    /// Units in the visitor's basket; `None` where there are none, or this page does not know.
    pub basket: Option<u32>,
    /// After so many seconds the browser asks again.
    pub refresh_s: Option<u32>,
    pub stylesheet: &'static str,
    pub icon: &'static str,
    /// What runs on it.
    pub script: Option<&'static str>,
}

impl Layout {
    pub fn titled(title: impl Into<String>) -> Layout {
        Layout {
            title: title.into(),
            query: String::new(),
            basket: None,
            refresh_s: None,
            stylesheet: &STYLESHEET.path,
            icon: &ICON.path,
            script: None,
        }
    }

    pub fn basket(mut self, units: u32) -> Layout {
        self.basket = (units > 0).then_some(units);
        self
    }
}

/// The `Cache-Control` of a page.
#[derive(Clone, Copy)]
pub enum CachePolicy {
    /// `private, no-cache`: her own browser may keep it, and asks each time whether it still holds.
    NoCache,
    /// `no-store`: nobody may keep it, and no search engine may list it.
    NoStore,
}

pub fn render(
    settings: &PageSettings,
    status: StatusCode,
    cache: CachePolicy,
    page: &impl Template,
) -> Result<HttpResponse, Problem> {
    Ok(head(status, cache, page_policy(settings)).body(html(settings, page)?))
}

/// A page that its own script asks for again and again: it carries a tag, and is not sent where the one that is there is the same. Only the
/// script keeps it: for a browser it is [`CachePolicy::NoStore`].
pub fn render_live(
    settings: &PageSettings,
    request: &HttpRequest,
    page: &impl Template,
) -> Result<HttpResponse, Problem> {
    let html = html(settings, page)?;
    let tag = format!("\"{:016x}\"", xxh3_64(html.as_bytes()));
    let status = if is_known(request, &tag) { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = head(status, CachePolicy::NoStore, live_page_policy(settings));
    response.insert_header((header::ETAG, tag));
    Ok(if status == StatusCode::OK { response.body(html) } else { response.finish() })
}

fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag))
}

pub fn html(settings: &PageSettings, page: &impl Template) -> Result<String, Problem> {
    page.render_with_values(&*settings.frame).map_err(|error| {
        tracing::error!(%error, "a page could not be rendered, report this");
        Problem::internal()
    })
}

fn head(status: StatusCode, cache: CachePolicy, policy: String) -> HttpResponseBuilder {
    let mut response = HttpResponseBuilder::new(status);
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy));
    match cache {
        CachePolicy::NoCache => response.insert_header((header::CACHE_CONTROL, "private, no-cache")),
        CachePolicy::NoStore => response
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header(("X-Robots-Tag", "noindex")),
    };
    response
}

/// The browser goes on to `path` with a GET.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// A page that says one thing, and where to go from there.
#[derive(Template)]
#[template(path = "shop/message.html")]
pub struct MessagePage {
    pub layout: Layout,
    pub heading: String,
    pub texts: Vec<String>,
    pub links: Vec<Link>,
}

pub struct Link {
    pub href: String,
    pub text: &'static str,
}

impl MessagePage {
    pub fn new(heading: &str, texts: Vec<String>) -> MessagePage {
        MessagePage { layout: Layout::titled(heading), heading: heading.to_owned(), texts, links: vec![] }
    }

    pub fn link(mut self, href: &str, text: &'static str) -> MessagePage {
        self.links.push(Link { href: href.to_owned(), text });
        self
    }

    pub fn refresh(mut self, seconds: u32) -> MessagePage {
        self.layout.refresh_s = Some(seconds);
        self
    }

    pub fn response(&self, settings: &PageSettings, status: StatusCode) -> Result<HttpResponse, Problem> {
        render(settings, status, CachePolicy::NoStore, self)
    }
}
