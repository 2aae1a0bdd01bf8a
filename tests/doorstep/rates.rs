//! A stranger's flood against the real binary: it ends in 429, others are served, and the journal stands still.

use serde_json::json;

use super::order::IN_STOCK;
use super::shop::setup;

#[test]
fn a_strangers_flood_of_carts_ends_and_a_program_of_the_demo_goes_on() {
    let shop = setup()
        .set("DOORSTEP_HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .set("DOORSTEP_RATES__CARTS__EACH", "5")
        .open();
    let form = format!("sku={IN_STOCK}&quantity=1");
    let puts_into_a_new_cart = |address: &str| {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Forwarded-For", address),
            ("Accept", "text/html"),
        ];
        shop.client().send("POST", "/cart/lines", &headers, form.as_bytes()).expect("an answer")
    };
    let taken = (0..5).map(|_| puts_into_a_new_cart("203.0.113.9").status).collect::<Vec<_>>();
    assert_eq!(taken, [303; 5]);
    let before = shop.journal_position();
    for _ in 0..50 {
        let refused = puts_into_a_new_cart("203.0.113.9");
        assert_eq!(refused.status, 429, "{}", refused.text);
        assert!(refused.header("retry-after").is_some() && refused.text.contains("That was too often"));
    }
    assert_eq!(shop.journal_position(), before, "a refusal was written down");
    assert_eq!(puts_into_a_new_cart("198.51.100.1").status, 303, "others are served");
    for _ in 0..20 {
        shop.client().post("/carts", &[], &json!({})).expect(201);
    }
    shop.never_panicked();
}
