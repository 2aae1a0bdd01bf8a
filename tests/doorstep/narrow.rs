//! The pages on the narrowest phone, with the longest that can be typed; and what they tell who does not see them.

use serde_json::json;

use super::browser::{Browser, visit_at_width};
use super::shop::setup;

/// Pixels: a page of 1280, four times as large (WCAG 2.2, 1.4.10).
const NARROWEST: u32 = 320;
/// As much as the form takes, without a place to break it.
const NAME_CHARS: usize = 100;
const STREET_CHARS: usize = 120;

/// A page stays within the window, and all of it is in a landmark.
async fn fits(browser: &Browser, page: &str) {
    browser.waits_to_read(page).await;
    let beyond = "const root = document.documentElement; return root.scrollWidth - root.clientWidth";
    assert_eq!(browser.finds(beyond).await, json!(0), "the page with `{page}` scrolls sideways");
    let outside = "return [...document.body.children]
        .filter(found => !['HEADER', 'MAIN', 'FOOTER'].includes(found.tagName) && !found.matches('a.skip'))
        .map(found => found.outerHTML)";
    assert_eq!(browser.finds(outside).await, json!([]), "outside of all landmarks, with `{page}`");
}

async fn focus(browser: &Browser) -> serde_json::Value {
    browser.finds("return document.activeElement.id").await
}

#[test]
fn no_page_scrolls_sideways_and_errors_lead_to_their_fields() {
    let shop = setup().open();
    visit_at_width(&shop, NARROWEST, async |browser, shop| {
        browser.opens(&shop.url).await;
        fits(browser, "348 titles").await;
        browser.opens(&format!("{}/?q={}", shop.url, "w".repeat(200))).await;
        fits(browser, "Nothing found").await;
        browser.opens(&format!("{}/books/PD-0001", shop.url)).await;
        fits(browser, "First published").await;
        browser.clicks("Add to basket").await;
        fits(browser, "Your basket").await;
        browser.clicks("Check out").await;
        browser.fills_in_where_to_send_it().await;
        let email = format!("{}@{}.{}.example", "e".repeat(64), "f".repeat(60), "g".repeat(60));
        browser.types("name", &"N".repeat(NAME_CHARS)).await;
        browser.types("email", &email).await;
        browser.types("line1", &"S".repeat(STREET_CHARS)).await;
        browser.types("postcode", "ZZZZ").await;
        browser.clicks("Go on to payment").await;
        fits(browser, "a postcode such as EC1Y 8SY is expected").await;
        let alert = "document.querySelector('main a[href=\"#postcode\"]').click()";
        browser.finds(alert).await;
        assert_eq!(focus(browser).await, "postcode");
        browser.types("postcode", "SW1Y 4JH").await;
        browser.clicks("Go on to payment").await;
        fits(browser, "Test cards").await;
        browser.types("expiry", "13/39").await;
        browser.clicks("Pay ").await;
        fits(browser, "Nothing was charged. Please look at").await;
        assert_eq!(focus(browser).await, "number", "the first field that is wrong has the focus");
        browser.finds("document.querySelector('[role=alert] a[href=\"#expiry\"]').click()").await;
        assert_eq!(focus(browser).await, "expiry");
        browser.pays_with("4242 4242 4242 4242").await;
        fits(browser, "Going to").await;
    });
    shop.never_panicked();
}
