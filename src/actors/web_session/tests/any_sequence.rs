use proptest::prelude::*;

use super::*;

fn seen(sku: &str, units: i128) -> Seen {
    let lines = [line(sku, units)];
    Seen::of(&lines, quoted(&lines))
}

fn any_message() -> impl Strategy<Value = Message> {
    let sku = |n: u8| format!("PG-{n}");
    let card_of = |pence| card(Money::new(pence, Currency::GBP));
    prop_oneof![
        Just(Message::from(Create)),
        Just(Message::from(View)),
        (0u8..4, 1i128..9).prop_map(move |(n, units)| SetLine { line: line(&sku(n), units) }.into()),
        (0u8..4).prop_map(move |n| RemoveLine { sku: line(&sku(n), 1).sku }.into()),
        (1i128..9).prop_map(move |units| begin_checkout(seen(&sku(0), units)).into()),
        ("[0-9a-f]{0,3}", 0i64..3_000).prop_map(move |(checkout, pence)| PayWith {
            checkout,
            card: card_of(pence)
        }
        .into()),
        ("[a-z]", prop::option::of(1i128..9)).prop_map(move |(key, units)| {
            checkout_cart(&key, units.map(|units| seen(&sku(0), units))).into()
        }),
        (0u8..4, 1i64..2_000).prop_map(move |(n, amount)| {
            Reprice { prices: vec![(line(&sku(n), 1).sku, pence(amount))] }.into()
        }),
    ]
}

proptest! {
    #[test]
    fn every_question_is_replied_to_or_passed_on_once(messages in prop::collection::vec(any_message(), 0..30)) {
        let mut visit = Visit::of(visitor());
        for message in messages {
            let turn = visit.ask(message);
            prop_assert_eq!(turn.replies.len() + turn.sends().len(), 1);
            if let Some(session) = visit.alone.get::<Session>(&visitor()) {
                prop_assert!(session.checkouts.len() <= CHECKOUTS_MAX);
                prop_assert!(session.lines.len() <= limits::LINES_MAX);
            }
            if let Some(Ok(shown)) = turn.reply::<CartReply>() {
                prop_assert_eq!(shown.as_ref(), &visit.cart());
            }
        }
    }
}
