use std::time::Duration;

use super::Alone;
use crate::actors::tests::world::{PLENTY, line};
use crate::actors::web_session::{CartView, Message as ToSession, Reply as SessionReply};
use crate::actors::{Address, Reply, Rules};
use crate::domain::SessionId;
use crate::runtime::kit::run;

fn visitor() -> Address {
    Address::WebSession(SessionId::new(1_795_348_800_000, 9))
}

async fn asked(alone: &Alone, message: ToSession) -> CartView {
    match alone.kit.ask(visitor(), message.into()).await.unwrap() {
        Reply::Session(SessionReply::Cart(cart)) => *cart,
        other => panic!("a cart is shown: {other:?}"),
    }
}

async fn is_live(alone: &Alone) -> bool {
    let report = alone.kit.inspect().await;
    report.actors.iter().any(|actor| actor.name == visitor().to_string())
}

#[test]
fn an_idle_visitor_leaves_memory_and_finds_her_cart_again() {
    run(async {
        let alone = Alone::started(Address::StockKeeper).await;
        asked(&alone, ToSession::Create).await;
        let filled = asked(&alone, ToSession::SetLine { line: line(PLENTY, 2) }).await;
        assert!(is_live(&alone).await);
        tokio::time::sleep(Duration::from_millis(Rules::default().session_idle_ms + 1_000)).await;
        assert!(!is_live(&alone).await);
        assert_eq!(asked(&alone, ToSession::View).await, filled);
        assert!(is_live(&alone).await);
    });
}

#[test]
fn a_cart_outlives_a_crash() {
    run(async {
        let mut alone = Alone::started(Address::StockKeeper).await;
        asked(&alone, ToSession::Create).await;
        let filled = asked(&alone, ToSession::SetLine { line: line(PLENTY, 2) }).await;
        alone.kit.restart().await;
        assert_eq!(asked(&alone, ToSession::View).await, filled);
    });
}
