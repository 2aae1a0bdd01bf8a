use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use crate::gateway::assets::{ICON, STYLESHEET};
use crate::gateway::security::page_policy;
use crate::gateway::{PageSettings, Problem};

/// What every page has around its own matter.
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
        }
    }

    pub fn basket(mut self, units: u32) -> Layout {
        self.basket = (units > 0).then_some(units);
        self
    }
}

/// Who may keep a page.
#[derive(Clone, Copy)]
pub enum Kept {
    /// Her own browser, asking each time whether it is still so.
    ByBrowser,
    ByNobody,
}

pub fn render(
    settings: &PageSettings,
    status: StatusCode,
    kept: Kept,
    page: &impl Template,
) -> Result<HttpResponse, Problem> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered, report this");
        Problem::internal()
    })?;
    let mut response = HttpResponseBuilder::new(status);
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, page_policy(settings)));
    match kept {
        Kept::ByBrowser => response.insert_header((header::CACHE_CONTROL, "private, no-cache")),
        // it is hers alone, also where a search engine comes upon its address
        Kept::ByNobody => response
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header(("X-Robots-Tag", "noindex")),
    };
    Ok(response.body(html))
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
pub struct Said {
    pub layout: Layout,
    pub heading: String,
    pub texts: Vec<String>,
    pub links: Vec<Link>,
}

pub struct Link {
    pub href: String,
    pub text: &'static str,
}

impl Said {
    pub fn new(heading: &str, texts: Vec<String>) -> Said {
        Said { layout: Layout::titled(heading), heading: heading.to_owned(), texts, links: vec![] }
    }

    pub fn link(mut self, href: &str, text: &'static str) -> Said {
        self.links.push(Link { href: href.to_owned(), text });
        self
    }

    pub fn refresh(mut self, seconds: u32) -> Said {
        self.layout.refresh_s = Some(seconds);
        self
    }

    pub fn page(&self, settings: &PageSettings, status: StatusCode) -> Result<HttpResponse, Problem> {
        render(settings, status, Kept::ByNobody, self)
    }
}
