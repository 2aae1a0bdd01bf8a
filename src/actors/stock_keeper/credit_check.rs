//! What is ordered in for orders, from the promise to the truck. On a word alone: a card that was only verified has nothing
//! held on it, and pays later, or not. On money that is held: she may cancel, and has it back. How much may stand so is limited
//! by card, by customer and in all; the stock keeper, who orders the supplies of all orders, is the one owner of these sums.

use crate::actors::case::{self, CaseText};
use crate::actors::{Turn, order_manager};
use crate::domain::{CaseKind, Money, OrderId, Timestamp};
use crate::planted::{self, Bug};

use super::{Credit, CreditKey, CreditSum, Event, Message, timers};

/// May supplies be ordered for so much on the word of these?
pub fn check(turn: &mut Turn<'_>, order: OrderId, who: &[CreditKey], amount: Money) {
    let granted = who.iter().all(|key| is_within(turn, *key, amount));
    answer(turn, order, granted, Credit { who: who.to_vec(), amount });
}

/// And on their money, which is held for as long as they do not cancel? What stands on their words, be it that they had their
/// money back, is within its limit before, and all together with this within the larger one.
pub fn check_held(turn: &mut Turn<'_>, order: OrderId, who: &[CreditKey], amount: Money) {
    let granted = who.iter().all(|key| is_within_held(turn, *key, amount));
    answer(turn, order, granted, Credit { who: held(who), amount });
}

/// What was asked before is answered as it was.
fn answer(turn: &mut Turn<'_>, order: OrderId, is_within: bool, credit: Credit) {
    let is_given = turn.get::<Credit>(&order).is_some();
    let granted = is_given || is_within;
    if granted && !is_given {
        turn.record(Event::CreditGiven { order, credit: Box::new(credit) });
    }
    turn.send(if granted {
        order_manager::Message::CreditGranted { order }
    } else {
        order_manager::Message::CreditRefused { order }
    });
}

fn stands(turn: &mut Turn<'_>, key: CreditKey) -> i64 {
    turn.get::<CreditSum>(&key).map_or(0, |sum| sum.0)
}

fn is_within_held(turn: &mut Turn<'_>, key: CreditKey, amount: Money) -> bool {
    let (unpaid, held) = (stands(turn, key), stands(turn, key.held()));
    let sum = unpaid.checked_add(held).and_then(|sum| sum.checked_add(amount.amount));
    unpaid <= key.unpaid_limit(turn.rules()) && sum.is_some_and(|sum| sum <= key.held().limit(turn.rules()))
}

fn held(who: &[CreditKey]) -> Vec<CreditKey> {
    who.iter().map(|key| key.held()).collect()
}

fn on_a_word(who: &[CreditKey]) -> Vec<CreditKey> {
    who.iter().map(|key| key.on_a_word()).collect()
}

fn is_within(turn: &mut Turn<'_>, key: CreditKey, amount: Money) -> bool {
    let stands = stands(turn, key);
    let counted = if planted::is(Bug::CreditNotCounted) { 0 } else { stands };
    counted.checked_add(amount.amount).is_some_and(|sum| sum <= key.limit(turn.rules()))
}

/// What was ordered in for an order that has ended unpaid stands on its word for so long, trade time: whoever orders and
/// cancels has no more ordered in than whoever waits.
pub const CANCELLED_KEPT_DAYS: u64 = 30;

/// Its money is held now, or no more, while what was ordered in for it is not paid for.
pub fn hold(turn: &mut Turn<'_>, order: OrderId, is_held: bool) {
    let Some(credit) = turn.get::<Credit>(&order).filter(|credit| !is_unwanted(credit)) else { return };
    let who = if is_held { held(&credit.who) } else { on_a_word(&credit.who) };
    count_by(turn, order, &credit, who);
}

/// It has ended unpaid, and what was ordered for it comes all the same: nothing is held for that any more, and nobody wants it.
pub fn keep(turn: &mut Turn<'_>, order: OrderId) {
    let Some(credit) = turn.get::<Credit>(&order) else { return };
    let due = turn.trade_in(CANCELLED_KEPT_DAYS * Timestamp::DAY_MS);
    turn.timer(timers::end_credit(order), due, Message::EndCredit { order });
    if is_unwanted(&credit) || planted::is(Bug::GivenBackNotCounted) {
        return;
    }
    let before = stands(turn, CreditKey::UNWANTED);
    let who = on_a_word(&credit.who).into_iter().chain([CreditKey::UNWANTED]).collect();
    count_by(turn, order, &credit, who);
    tell_of_unwanted(turn, before, credit.amount);
}

fn is_unwanted(credit: &Credit) -> bool {
    credit.who.contains(&CreditKey::UNWANTED)
}

fn count_by(turn: &mut Turn<'_>, order: OrderId, credit: &Credit, who: Vec<CreditKey>) {
    if credit.who == who {
        return;
    }
    turn.record(Event::CreditEnded { order, credit: Box::new(credit.clone()) });
    turn.record(Event::CreditGiven { order, credit: Box::new(Credit { who, amount: credit.amount }) });
}

/// The operator hears of it each time that it comes to be more than the shop is to bear.
fn tell_of_unwanted(turn: &mut Turn<'_>, before: i64, more: Money) {
    let (now, limit) = (before.saturating_add(more.amount), CreditKey::ALL.unpaid_limit(turn.rules()));
    if before > limit || now <= limit {
        return;
    }
    let [now, limit] = [now, limit].map(|minor| Money::new(minor, more.currency));
    let text = CaseText::new(
        format_args!(
            "{now} of goods were ordered in for orders that have ended unpaid within {CANCELLED_KEPT_DAYS} days, more than {limit}, and \
             nothing more is ordered in until it is less"
        ),
        "ask the wholesalers to take what has not come back from their orders, or raise credit.held_all_max (a tenth of it is this \
         limit, or credit.all_max where that is more)",
    );
    case::open(turn, CaseKind::Supplier, None, text);
}

/// It has left the house, or it has ended with nothing ordered, or that was long ago. One that was refused has none.
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

    fn ask_held(keeper: &mut Alone<Shop>, n: u64, who: &[CreditKey], pence: i64) -> bool {
        let (order, amount) = (OrderId::new(n, 0), Money::new(pence, Currency::GBP));
        let turn = keeper.when(Address::StockKeeper, Message::CheckHeld { order, who: who.to_vec(), amount });
        matches!(turn.sends(), [(_, Any::OrderManager(order_manager::Message::CreditGranted { .. }))])
    }

    fn told(keeper: &mut Alone<Shop>, message: Message) -> bool {
        let turn = keeper.when(Address::StockKeeper, message);
        turn.sends().iter().any(|(_, message)| matches!(message, Any::BackOffice(_)))
    }

    fn give_back(keeper: &mut Alone<Shop>, n: u64) -> bool {
        told(keeper, Message::KeepCredit { order: OrderId::new(n, 0) })
    }

    /// Three cards, of customers of their own.
    fn three() -> [[CreditKey; 3]; 3] {
        [who("a", "ada@example.com"), who("b", "bert@example.com"), who("c", "carl@example.com")]
    }

    fn keeper_on_held_money() -> Alone<Shop> {
        let mut keeper = keeper();
        (keeper.rules.credit_held_card_max, keeper.rules.credit_held_customer_max) = (1_000, 1_000);
        keeper.rules.credit_held_all_max = 2_500;
        keeper
    }

    #[test]
    fn money_that_was_held_and_given_back_counts_as_a_word_does() {
        let (mut keeper, [ada, bert, carl]) = (keeper_on_held_money(), three());
        assert!(ask_held(&mut keeper, 1, &ada, 200), "what is held is more than a word");
        assert!(ask(&mut keeper, 2, &ada, 100), "and takes no room from words");
        end(&mut keeper, 2);
        assert!(!give_back(&mut keeper, 1), "so much the shop can bear");
        assert!(!ask(&mut keeper, 3, &ada, 1), "on a word");
        assert!(!ask_held(&mut keeper, 4, &ada, 1), "nor on money: she may have it back again");
        assert!(!ask_held(&mut keeper, 4, &who("a", "eve@example.com"), 1), "it is the card");
        assert!(!ask_held(&mut keeper, 4, &who("z", "ada@example.com"), 1), "it is the customer");
        assert!(ask_held(&mut keeper, 5, &bert, 200), "others may");
        assert!(give_back(&mut keeper, 5), "now the operator hears of it");
        assert!(!ask_held(&mut keeper, 6, &carl, 1), "and nothing is ordered in");
        assert!(!give_back(&mut keeper, 5), "told twice, it counts once");
        for n in [1, 5] {
            end(&mut keeper, n);
        }
        assert_eq!(keeper.tables.of::<CreditSum>().resident().count(), 0);
        assert!(ask_held(&mut keeper, 6, &carl, 1));
    }

    #[test]
    fn what_stands_on_held_money_at_once_has_a_limit_too() {
        let (mut keeper, [ada, bert, carl]) = (keeper_on_held_money(), three());
        assert!(ask_held(&mut keeper, 1, &ada, 900));
        assert!(!ask_held(&mut keeper, 2, &ada, 101), "the card, the customer");
        assert!(ask_held(&mut keeper, 2, &ada, 100));
        assert!(ask_held(&mut keeper, 3, &bert, 1_000));
        assert!(!ask_held(&mut keeper, 4, &carl, 501), "all together");
        for n in 1..=3 {
            give_back(&mut keeper, n);
        }
        let all = stands_under(&keeper, CreditKey::UNWANTED);
        assert_eq!(all, 2_000, "were all of them cancelled at once, no more has come than that limit");
    }

    #[test]
    fn a_hold_that_has_lapsed_counts_as_a_word_until_another_stands() {
        let (mut keeper, [ada, ..]) = (keeper_on_held_money(), three());
        assert!(ask_held(&mut keeper, 1, &ada, 200));
        let order = OrderId::new(1, 0);
        told(&mut keeper, Message::HoldCredit { order, held: false });
        assert!(!ask_held(&mut keeper, 2, &ada, 1));
        told(&mut keeper, Message::HoldCredit { order, held: true });
        assert!(ask_held(&mut keeper, 2, &ada, 1));
        give_back(&mut keeper, 1);
        told(&mut keeper, Message::HoldCredit { order, held: true });
        assert!(!ask_held(&mut keeper, 3, &ada, 1), "it has ended");
    }

    #[test]
    fn a_shop_that_orders_nothing_in_on_words_does_on_held_money() {
        let (mut keeper, [ada, bert, _]) = (keeper_on_held_money(), three());
        (keeper.rules.credit_card_max, keeper.rules.credit_customer_max) = (0, 0);
        keeper.rules.credit_all_max = 0;
        assert!(ask_held(&mut keeper, 1, &ada, 100));
        give_back(&mut keeper, 1);
        assert!(ask_held(&mut keeper, 2, &ada, 100), "a tenth may be given back");
        give_back(&mut keeper, 2);
        assert!(!ask_held(&mut keeper, 3, &ada, 1));
        assert!(ask_held(&mut keeper, 3, &bert, 1));
    }

    fn stands_under(keeper: &Alone<Shop>, key: CreditKey) -> i64 {
        keeper.get::<CreditSum>(&key).map_or(0, |sum| sum.0)
    }
}
