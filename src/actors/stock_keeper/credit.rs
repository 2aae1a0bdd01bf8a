//! What is ordered in on a word alone: a card that was only verified has nothing held on it, and pays later, or not. How
//! much may stand so is limited by card, by customer and in all; the stock keeper, who orders the supplies of all orders,
//! is the one owner of these sums.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::actors::{Address, Context, Rules, Turn, order_manager};
use crate::domain::{Money, OrderId, Timestamp};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, TableKey, TimerId};
use crate::storage::TreeName;

use super::{Event, Message, State};

/// Whose word it is. A hash stands for what names a person or a card: nothing of them is kept here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CreditKey(u8, [u8; 16]);

const ALL: u8 = 0;
const CARD: u8 = 1;
const CUSTOMER: u8 = 2;

impl CreditKey {
    /// What all orders together stand under.
    pub const ALL: CreditKey = CreditKey(ALL, [0; 16]);

    /// By what the processor knows a card by, whatever token names it.
    pub fn card(fingerprint: &str) -> CreditKey {
        CreditKey(CARD, hash(&[fingerprint]))
    }

    /// By an e-mail address, in whatever case it is written and without what stands after a plus sign.
    pub fn email(address: &str) -> CreditKey {
        let (mailbox, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let mailbox = mailbox.split('+').next().unwrap_or_default();
        CreditKey(CUSTOMER, hash(&["email", &plain(mailbox, "."), &plain(domain, ".-")]))
    }

    /// By where the goods go, however it is written.
    pub fn delivery(line: &str, postcode: &str, country: &str) -> CreditKey {
        CreditKey(CUSTOMER, hash(&["to", &plain(line, ""), &plain(postcode, ""), &plain(country, "")]))
    }

    /// In minor units.
    fn limit(self, rules: &Rules) -> i64 {
        match self.0 {
            CARD => rules.credit_card_max,
            CUSTOMER => rules.credit_customer_max,
            _ => rules.credit_all_max,
        }
    }
}

/// Its letters and digits alone, small, with whichever of these others.
fn plain(text: &str, others: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || others.contains(*c)).flat_map(char::to_lowercase).collect()
}

fn hash(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

impl TableKey for CreditKey {
    fn to_bytes(&self) -> Vec<u8> {
        [&[self.0], &self.1[..]].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<CreditKey> {
        let (kind, hash) = bytes.split_first()?;
        Some(CreditKey(*kind, hash.try_into().ok()?))
    }
}

/// Tree `credit`: an order that supplies may be ordered for though nothing is held for it yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub who: Vec<CreditKey>,
    pub amount: Money,
}

impl Aggregate for Credit {
    const TREE: TreeName = TreeName("credit");
    type Key = OrderId;
}

/// Tree `credit_sums`: what stands so under one key, in minor units. There is no row for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditSum(pub i64);

impl Aggregate for CreditSum {
    const TREE: TreeName = TreeName("credit_sums");
    type Key = CreditKey;
}

/// May supplies be ordered for so much on the word of these?
pub fn check(
    state: &State,
    order: OrderId,
    who: &[CreditKey],
    amount: Money,
    context: &mut Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    let within = |key: &CreditKey| {
        let stands = state.credit_sums.get(key).map_or(0, |sum| sum.0);
        let counted = if planted::is(Bug::CreditNotCounted) { 0 } else { stands };
        counted.checked_add(amount.amount).is_some_and(|sum| sum <= key.limit(context.rules()))
    };
    let is_given = state.credits.get(&order).is_some();
    let granted = is_given || who.iter().all(within);
    if granted && !is_given {
        turn.event(Event::CreditGiven { order, credit: Box::new(Credit { who: who.to_vec(), amount }) });
    }
    let answer = if granted {
        order_manager::Message::CreditGranted { order }
    } else {
        order_manager::Message::CreditRefused { order }
    };
    turn.send(Address::OrderManager, answer);
    turn
}

/// What was ordered in for an order that has ended unpaid stands on its word for so long, trade time: whoever orders and
/// cancels has no more ordered in than whoever waits.
pub const CANCELLED_KEPT_DAYS: u64 = 30;

const TIMER_CREDIT: u8 = 4;

/// It has ended unpaid, and what was ordered for it comes all the same.
pub fn keep(state: &State, order: OrderId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if state.credits.get(&order).is_some() {
        let timer = TimerId { kind: TIMER_CREDIT, of: order.number() };
        let due = context.trade_in(CANCELLED_KEPT_DAYS * Timestamp::DAY_MS);
        turn.timer(timer, due, Message::EndCredit { order });
    }
    turn
}

/// Its money is held, or it has ended with nothing ordered, or that was long ago. One that was refused has none.
pub fn end(state: &State, order: OrderId) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(credit) = state.credits.get(&order) {
        turn.event(Event::CreditEnded { order, credit: Box::new(credit.clone()) });
    }
    turn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::Message as Any;
    use crate::actors::testing::Scene;
    use crate::domain::Currency;
    use crate::runtime::{Due, TimerChange};

    fn ask(scene: &mut Scene, n: u64, who: &[CreditKey], pence: i64) -> bool {
        let (order, amount) = (OrderId::new(n, 0), Money::new(pence, Currency::GBP));
        let message = Message::CheckCredit { order, who: who.to_vec(), amount };
        let turn = scene.when(Address::StockKeeper, message);
        matches!(turn.sends(), [(_, Any::Orders(order_manager::Message::CreditGranted { .. }))])
    }

    fn end(scene: &mut Scene, n: u64) {
        scene.when(Address::StockKeeper, Message::EndCredit { order: OrderId::new(n, 0) });
    }

    fn who(card: &str, email: &str) -> [CreditKey; 3] {
        [CreditKey::card(card), CreditKey::email(email), CreditKey::ALL]
    }

    fn scene() -> Scene {
        let mut scene = Scene::new();
        (scene.rules.credit_card_max, scene.rules.credit_customer_max) = (100, 100);
        scene.rules.credit_all_max = 250;
        scene
    }

    #[test]
    fn a_card_an_address_and_all_together_have_a_limit_each() {
        let mut scene = scene();
        assert!(ask(&mut scene, 1, &who("a", "ada@example.com"), 60));
        assert!(ask(&mut scene, 1, &who("a", "ada@example.com"), 60), "asked twice, it is counted once");
        assert!(!ask(&mut scene, 2, &who("a", "eve@example.com"), 41), "the card");
        assert!(!ask(&mut scene, 3, &who("b", "Ada+2@Example.com"), 41), "the address");
        assert!(ask(&mut scene, 4, &who("a", "ada@example.com"), 40), "up to the limit");
        assert!(ask(&mut scene, 5, &who("c", "carl@example.com"), 100));
        assert!(!ask(&mut scene, 6, &who("d", "dora@example.com"), 51), "all together");
        assert!(!ask(&mut scene, 7, &who("e", "emil@example.com"), 101), "more than any");
    }

    #[test]
    fn what_ends_makes_room_and_leaves_no_row() {
        let mut scene = scene();
        assert!(ask(&mut scene, 1, &who("a", "ada@example.com"), 100));
        assert!(!ask(&mut scene, 2, &who("a", "ada@example.com"), 1));
        for _ in 0..2 {
            end(&mut scene, 1);
        }
        assert_eq!(scene.state.stock.credit_sums.resident().count(), 0);
        assert_eq!(scene.state.stock.credits.resident().count(), 0);
        assert!(ask(&mut scene, 2, &who("a", "ada@example.com"), 100));
    }

    #[test]
    fn what_was_ordered_in_for_an_order_that_was_cancelled_counts_for_a_month() {
        let mut scene = scene();
        assert!(ask(&mut scene, 1, &who("a", "ada@example.com"), 100));
        let turn = scene.when(Address::StockKeeper, Message::KeepCredit { order: OrderId::new(1, 0) });
        let [TimerChange::Set { due: Due::Trade(due), message, .. }] = turn.timers() else {
            panic!("a timer is set")
        };
        assert_eq!(due.ms_since(scene.now), 30 * Timestamp::DAY_MS);
        assert!(matches!(message, Any::Stock(Message::EndCredit { .. })));
        assert!(!ask(&mut scene, 2, &who("a", "ada@example.com"), 1));
        end(&mut scene, 1);
        assert!(ask(&mut scene, 2, &who("a", "ada@example.com"), 1));
        let turn = scene.when(Address::StockKeeper, Message::KeepCredit { order: OrderId::new(3, 0) });
        assert!(turn.timers().is_empty(), "nothing was given");
    }

    #[test]
    fn a_place_is_one_however_it_is_written() {
        let at = |line, postcode| CreditKey::delivery(line, postcode, "GB");
        assert_eq!(at("12 St James's Square", "SW1Y 4JH"), at("12, st jamess square.", "sw1y4jh"));
        assert_ne!(at("12 St James's Square", "SW1Y 4JH"), at("13 St James's Square", "SW1Y 4JH"));
    }
}
