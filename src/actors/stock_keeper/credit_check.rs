//! What is ordered in on a word alone: a card that was only verified has nothing held on it, and pays later, or not. How
//! much may stand so is limited by card, by customer and in all; the stock keeper, who orders the supplies of all orders,
//! is the one owner of these sums.

use crate::actors::{Turn, order_manager};
use crate::domain::{Money, OrderId, Timestamp};
use crate::planted::{self, Bug};

use super::{Credit, CreditKey, CreditSum, Event, Message, timers};

/// May supplies be ordered for so much on the word of these?
pub fn check(turn: &mut Turn<'_>, order: OrderId, who: &[CreditKey], amount: Money) {
    let is_given = turn.get::<Credit>(&order).is_some();
    let granted = is_given || who.iter().all(|key| is_within(turn, *key, amount));
    if granted && !is_given {
        turn.record(Event::CreditGiven { order, credit: Box::new(Credit { who: who.to_vec(), amount }) });
    }
    turn.send(if granted {
        order_manager::Message::CreditGranted { order }
    } else {
        order_manager::Message::CreditRefused { order }
    });
}

fn is_within(turn: &mut Turn<'_>, key: CreditKey, amount: Money) -> bool {
    let stands = turn.get::<CreditSum>(&key).map_or(0, |sum| sum.0);
    let counted = if planted::is(Bug::CreditNotCounted) { 0 } else { stands };
    counted.checked_add(amount.amount).is_some_and(|sum| sum <= key.limit(turn.rules()))
}

/// What was ordered in for an order that has ended unpaid stands on its word for so long, trade time: whoever orders and
/// cancels has no more ordered in than whoever waits.
pub const CANCELLED_KEPT_DAYS: u64 = 30;

/// It has ended unpaid, and what was ordered for it comes all the same.
pub fn keep(turn: &mut Turn<'_>, order: OrderId) {
    if turn.get::<Credit>(&order).is_some() {
        let due = turn.trade_in(CANCELLED_KEPT_DAYS * Timestamp::DAY_MS);
        turn.timer(timers::end_credit(order), due, Message::EndCredit { order });
    }
}

/// Its money is held, or it has ended with nothing ordered, or that was long ago. One that was refused has none.
pub fn end(turn: &mut Turn<'_>, order: OrderId) {
    if let Some(credit) = turn.get::<Credit>(&order) {
        turn.record(Event::CreditEnded { order, credit: Box::new(credit.clone()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::testing::alone;
    use crate::actors::{Address, Message as Any, Shop};
    use crate::domain::Currency;
    use crate::runtime::{Alone, Due, TimerChange};

    fn ask(keeper: &mut Alone<Shop>, n: u64, who: &[CreditKey], pence: i64) -> bool {
        let (order, amount) = (OrderId::new(n, 0), Money::new(pence, Currency::GBP));
        let message = Message::CheckCredit { order, who: who.to_vec(), amount };
        let turn = keeper.when(Address::StockKeeper, message);
        matches!(turn.sends(), [(_, Any::OrderManager(order_manager::Message::CreditGranted { .. }))])
    }

    fn end(keeper: &mut Alone<Shop>, n: u64) {
        keeper.when(Address::StockKeeper, Message::EndCredit { order: OrderId::new(n, 0) });
    }

    fn who(card: &str, email: &str) -> [CreditKey; 3] {
        [CreditKey::card(card), CreditKey::email(email), CreditKey::ALL]
    }

    fn keeper() -> Alone<Shop> {
        let mut keeper = alone();
        (keeper.rules.credit_card_max, keeper.rules.credit_customer_max) = (100, 100);
        keeper.rules.credit_all_max = 250;
        keeper
    }

    #[test]
    fn a_card_an_address_and_all_together_have_a_limit_each() {
        let mut keeper = keeper();
        assert!(ask(&mut keeper, 1, &who("a", "ada@example.com"), 60));
        assert!(ask(&mut keeper, 1, &who("a", "ada@example.com"), 60), "asked twice, it is counted once");
        assert!(!ask(&mut keeper, 2, &who("a", "eve@example.com"), 41), "the card");
        assert!(!ask(&mut keeper, 3, &who("b", "Ada+2@Example.com"), 41), "the address");
        assert!(ask(&mut keeper, 4, &who("a", "ada@example.com"), 40), "up to the limit");
        assert!(ask(&mut keeper, 5, &who("c", "carl@example.com"), 100));
        assert!(!ask(&mut keeper, 6, &who("d", "dora@example.com"), 51), "all together");
        assert!(!ask(&mut keeper, 7, &who("e", "emil@example.com"), 101), "more than any");
    }

    #[test]
    fn what_ends_makes_room_and_leaves_no_row() {
        let mut keeper = keeper();
        assert!(ask(&mut keeper, 1, &who("a", "ada@example.com"), 100));
        assert!(!ask(&mut keeper, 2, &who("a", "ada@example.com"), 1));
        for _ in 0..2 {
            end(&mut keeper, 1);
        }
        assert_eq!(keeper.tables.of::<CreditSum>().resident().count(), 0);
        assert_eq!(keeper.tables.of::<Credit>().resident().count(), 0);
        assert!(ask(&mut keeper, 2, &who("a", "ada@example.com"), 100));
    }

    #[test]
    fn what_was_ordered_in_for_an_order_that_was_cancelled_counts_for_a_month() {
        let mut keeper = keeper();
        assert!(ask(&mut keeper, 1, &who("a", "ada@example.com"), 100));
        let turn = keeper.when(Address::StockKeeper, Message::KeepCredit { order: OrderId::new(1, 0) });
        let [TimerChange::Set { due: Due::Trade(due), message, .. }] = turn.timers() else {
            panic!("a timer is set")
        };
        assert_eq!(due.ms_since(keeper.now), 30 * Timestamp::DAY_MS);
        assert!(matches!(message, Any::StockKeeper(Message::EndCredit { .. })));
        assert!(!ask(&mut keeper, 2, &who("a", "ada@example.com"), 1));
        end(&mut keeper, 1);
        assert!(ask(&mut keeper, 2, &who("a", "ada@example.com"), 1));
        let turn = keeper.when(Address::StockKeeper, Message::KeepCredit { order: OrderId::new(3, 0) });
        assert!(turn.timers().is_empty(), "nothing was given");
    }
}
