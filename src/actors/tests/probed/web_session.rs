use std::time::Duration;

use super::Probed;
use crate::actors::tests::world::{PLENTY, line};
use crate::actors::web_session::{CartReply, CartView, Create, SetLine, View, WebSession};
use crate::actors::{Address, Rules};
use crate::domain::SessionId;
use crate::runtime::Question;
use crate::runtime::kit::run;

fn visitor() -> SessionId {
    SessionId::new(1_795_348_800_000, 9)
}

async fn asked(probed: &Probed, question: impl Question<Actor = WebSession, Reply = CartReply>) -> CartView {
    *probed.kit.ask_of(visitor(), question).await.unwrap().expect("a cart is shown")
}

async fn is_live(probed: &Probed) -> bool {
    let report = probed.kit.inspect().await;
    let visitor = Address::WebSession(visitor()).to_string();
    report.actors.iter().any(|actor| actor.name == visitor)
}

#[test]
fn an_idle_visitor_leaves_memory_and_finds_her_cart_again() {
    run(async {
        let probed = Probed::started(Address::StockKeeper).await;
        asked(&probed, Create).await;
        let filled = asked(&probed, SetLine { line: line(PLENTY, 2) }).await;
        assert!(is_live(&probed).await);
        tokio::time::sleep(Duration::from_millis(Rules::default().session_idle_ms + 1_000)).await;
        assert!(!is_live(&probed).await);
        assert_eq!(asked(&probed, View).await, filled);
        assert!(is_live(&probed).await);
    });
}

#[test]
fn a_cart_outlives_a_crash() {
    run(async {
        let mut probed = Probed::started(Address::StockKeeper).await;
        asked(&probed, Create).await;
        let filled = asked(&probed, SetLine { line: line(PLENTY, 2) }).await;
        probed.kit.restart().await;
        assert_eq!(asked(&probed, View).await, filled);
    });
}
