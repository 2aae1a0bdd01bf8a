//! Forms as no browser sends them.

use proptest::prelude::*;

use super::test_pages::*;
use crate::gateway::tests::test_gateway::as_address;

/// The fields of the shop's forms, some missing, some twice, some with anything in them.
fn fields() -> impl Strategy<Value = String> {
    const NAMES: [&str; 18] = [
        "sku",
        "quantity",
        "email",
        "name",
        "line1",
        "line2",
        "region",
        "phone",
        "address_seen",
        "city",
        "postcode",
        "country",
        "accept_wait",
        "backorder",
        "key",
        "checkout",
        "token",
        "q",
    ];
    let value = prop_oneof![
        3 => "(%[0-9A-F]{0,2}|[ -~]){0,30}",
        1 => "[0-9]{1,20}",
        1 => ".{0,20}",
        1 => prop::sample::select(&["PD-1", "ada%40example.com", "Ada+Lovelace", "London", "GB", "1", "tok_good"][..])
            .prop_map(str::to_owned),
    ];
    let field = (prop::sample::select(&NAMES[..]), value).prop_map(|(name, value)| format!("{name}={value}"));
    prop_oneof![
        8 => prop::collection::vec(field, 0..12).prop_map(|fields| fields.join("&")),
        1 => ".{0,200}",
    ]
}

proptest! {
    #[test]
    fn no_form_makes_a_page_fail(
        path in prop::sample::select(&["/cart", "/cart/lines", "/cart/lines/PD-1/remove", "/checkout"][..]), fields in fields()
    ) {
        actix_web::rt::System::new().block_on(async {
            let pages = TestPages::new(stocked(1, vec![emmas(2)]));
            let seen = pages.post(path, &fields).await;
            assert!(seen.status < 500, "{path} {fields}: {}", seen.html);
        });
    }

    #[test]
    fn no_query_makes_a_page_fail(
        path in prop::sample::select(&["/", "/books/PD-1", "/cart", "/checkout", "/checkout/return"][..]), fields in fields()
    ) {
        let uri = format!("{path}?{}", as_address(&fields));
        actix_web::rt::System::new().block_on(async {
            let pages = TestPages::new(stocked(1, vec![emmas(2)]));
            let seen = pages.get(&uri).await;
            assert!(seen.status < 500, "{uri}: {}", seen.html);
            assert!(!seen.html.contains("<script"), "{uri}");
        });
    }
}
