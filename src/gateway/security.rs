//! Headers that every answer carries.

use actix_web::http::header::{self, HeaderMap, HeaderValue};

use crate::access::form_source;

use super::PageSettings;

/// For what is data and never a page: nothing may be loaded, nobody may frame it.
const DATA_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
/// An order's page has its key in its address: no other site may learn it.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

/// Adds what is missing; a page's own policy stays.
pub(super) fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    }
}

/// The `Content-Security-Policy` of a page: nothing runs on it; the payment page's origin is named because a browser
/// holds a form's redirect against the policy too.
pub(super) fn page_policy(pages: &PageSettings) -> String {
    let payment = form_source(&pages.payment_page_url).map(|source| format!(" {source}")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{payment}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Of a page with a script of the shop's own, which asks the shop for it again.
pub(super) fn live_page_policy(pages: &PageSettings) -> String {
    format!("{}; script-src 'self'; connect-src 'self'", page_policy(pages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ShopIdentity;

    #[test]
    fn a_pages_forms_go_to_the_payment_pages_origin_and_nowhere_else() {
        let policy = |url: &str| page_policy(&PageSettings::new(url, &ShopIdentity::demo()));
        assert!(
            policy("https://pay.example:8443/card").contains("form-action 'self' https://pay.example:8443;")
        );
        for bad in ["", "/card", "javascript://x", "https://a;script-src *"] {
            assert!(policy(bad).contains("form-action 'self';"), "{bad}");
        }
        assert!(!policy("").contains("unsafe-inline"));
    }
}
