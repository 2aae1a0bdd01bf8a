//! What is ordered in for orders, from the promise to the truck. On a word alone: a card that was only verified has nothing
//! held on it, and pays later, or not. On money that is held: she may cancel, and has it back. How much may stand so is limited
//! by card, by customer and in all; the stock keeper, who orders the supplies of all orders, is the one owner of these sums.

use crate::actors::case::{self, CaseText};
use crate::actors::{Turn, order_manager};
use crate::domain::{CaseKind, Money, OrderId, Timestamp};
use crate::planted::{self, Bug};

use super::{
    Credit, CreditKey, CreditSum, Demand, DemandId, Event, Listed, Message, Peg, StockItem, ordering, timers,
};

/// May supplies be ordered on the word of these? `amount`: what the order costs.
pub fn check(turn: &mut Turn<'_>, order: OrderId, who: &[CreditKey], amount: Money) {
    let amount = to_order_in(turn, order, amount);
    let refused_by = who.iter().copied().find(|key| !is_within(turn, *key, amount));
    answer(turn, order, refused_by, Credit { who: who.to_vec(), amount });
}

/// And on their money, which is held for as long as they do not cancel? What stands on their words, be it that they had their
/// money back, is within its limit before, and all together with this within the larger one.
pub fn check_held(turn: &mut Turn<'_>, order: OrderId, who: &[CreditKey], amount: Money) {
    let amount = to_order_in(turn, order, amount);
    let refused_by = who.iter().copied().find(|key| !is_within_held(turn, *key, amount));
    answer(turn, order, refused_by, Credit { who: held(who), amount });
}

/// What is to be ordered in for it, at what its books cost today: not what is here, nor what is on the way for nobody. At most what
/// the order costs, and that where it waits for nothing any more.
fn to_order_in(turn: &mut Turn<'_>, order: OrderId, costs: Money) -> Money {
    let Some(demand) = turn.get::<Demand>(&DemandId::of(order)) else { return costs };
    let mut minor: i64 = 0;
    for line in demand.lines.iter().filter(|line| line.short > 0) {
        let (Some(item), Some(listed)) = (turn.get::<StockItem>(&line.sku), turn.get::<Listed>(&line.sku))
        else {
            return costs;
        };
        let taken = taken(turn, &item, order);
        // at most what is short
        let units = ordering::shortage(&item, taken, line.short) as i64;
        minor = minor.saturating_add(listed.product.price.amount.saturating_mul(units));
    }
    Money::new(minor.min(costs.amount), costs.currency)
}

/// What is on the way is taken by others whose supplies are ordered, or may be.
fn taken(turn: &mut Turn<'_>, item: &StockItem, order: OrderId) -> u64 {
    // nobody needs to be looked at
    if item.incoming == 0 {
        return 0;
    }
    let others = item.pegs.iter().filter(|peg| peg.order != order);
    let theirs = |peg: &&Peg| peg.ordered || turn.get::<Credit>(&peg.order).is_some();
    others.filter(theirs).map(|peg| u64::from(peg.units)).sum()
}

/// Nothing more is ordered in for anybody, whoever it is and whatever he pays with.
pub fn is_shut(turn: &mut Turn<'_>) -> bool {
    let (unpaid, held) = (stands(turn, CreditKey::ALL), stands(turn, CreditKey::ALL.held()));
    let rules = turn.rules();
    unpaid > CreditKey::ALL.unpaid_limit(rules)
        || unpaid.saturating_add(held) >= CreditKey::ALL.held().limit(rules).max(CreditKey::ALL.limit(rules))
}

/// What was asked before is answered as it was.
fn answer(turn: &mut Turn<'_>, order: OrderId, refused_by: Option<CreditKey>, credit: Credit) {
    let is_given = turn.get::<Credit>(&order).is_some();
    let granted = is_given || refused_by.is_none();
    if !granted && refused_by == Some(CreditKey::ALL) {
        tell_that_all_is_taken(turn);
    }
    if granted && !is_given {
        turn.record(Event::CreditGiven { order, credit: Box::new(credit) });
    }
    turn.send(if granted {
        order_manager::Message::CreditGranted { order }
    } else {
        order_manager::Message::CreditRefused { order }
    });
}

/// What the operator has taken upon the shop stands on nobody's word any more.
fn stands(turn: &mut Turn<'_>, key: CreditKey) -> i64 {
    let sum = |turn: &mut Turn<'_>, key| turn.get::<CreditSum>(&key).map_or(0, |sum| sum.0);
    let borne =
        if key == CreditKey::ALL || key == CreditKey::UNWANTED { sum(turn, CreditKey::BORNE) } else { 0 };
    sum(turn, key) - borne
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
    // anybody may have typed a customer's address: who has it is not kept from ordering by what others have cancelled
    let proved = on_a_word(&credit.who).into_iter().filter(|key| !key.is_customer());
    let who = proved.chain([CreditKey::UNWANTED]).collect();
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
    let limit = Money::new(limit, more.currency);
    let text = CaseText::new(
        format_args!(
            "goods for more than {limit} were ordered in within {CANCELLED_KEPT_DAYS} days for orders that have ended unpaid, and nothing more \
             is ordered in for anybody"
        ),
        "`doorstep orders --state cancelled` lists the orders, `doorstep explain` whom their books were ordered from; ask those to take \
         back what has not come, then close this case: what was ordered in until then counts no more. credit.held_all_max allows more (a \
         tenth of it is this limit, or credit.all_max where that is more)",
    );
    case::open(turn, CaseKind::Credit, None, text);
}

/// And of orders that are refused since all that may be ordered in at once is on the way for others.
fn tell_that_all_is_taken(turn: &mut Turn<'_>) {
    let text = CaseText::new(
        "orders for books that are to be ordered in are refused: so much is on the way for others, or for nobody, that it comes to a limit \
         of all orders together (credit.all_max, credit.held_all_max)",
        "`doorstep orders --state awaiting_stock` lists those that wait; it ends by itself as their parcels leave. Raise the limit \
         where the shop can bear more; to count no more what has ended unpaid, close this case",
    );
    case::open(turn, CaseKind::Credit, None, text);
}

/// The operator has taken upon the shop what is on the way for nobody: it keeps nobody from ordering any more, but for the cards that it
/// was ordered in on.
pub fn bear(turn: &mut Turn<'_>) {
    let unwanted = turn.get::<CreditSum>(&CreditKey::UNWANTED).map_or(0, |sum| sum.0);
    if unwanted != turn.get::<CreditSum>(&CreditKey::BORNE).map_or(0, |sum| sum.0) {
        turn.record(Event::UnwantedBorne { minor: unwanted });
    }
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
        assert!(
            ask_held(&mut keeper, 4, &who("z", "ada@example.com"), 1),
            "anybody may have typed her address"
        );
        end(&mut keeper, 4);
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

    #[test]
    fn closing_the_case_takes_what_is_on_the_way_for_nobody_upon_the_shop() {
        let (mut keeper, [ada, bert, carl]) = (keeper_on_held_money(), three());
        for (n, who) in [(1, &ada), (2, &bert)] {
            assert!(ask_held(&mut keeper, n, who, 200));
            give_back(&mut keeper, n);
        }
        assert!(!ask_held(&mut keeper, 3, &carl, 1));
        told(&mut keeper, Message::BearUnwanted);
        assert!(ask_held(&mut keeper, 3, &carl, 200), "others may again");
        assert!(!ask_held(&mut keeper, 4, &ada, 1), "but for the card that it was ordered on");
        assert!(!give_back(&mut keeper, 3), "it begins anew");
        assert_eq!(stands_under(&keeper, CreditKey::UNWANTED) - stands_under(&keeper, CreditKey::BORNE), 200);
        for n in [1, 2] {
            end(&mut keeper, n);
        }
        assert_eq!(stands_under(&keeper, CreditKey::BORNE), 0, "a month later, what it was is over");
        assert_eq!(stands_under(&keeper, CreditKey::UNWANTED), 200, "and what came after counts on");
        end(&mut keeper, 3);
        assert_eq!(keeper.tables.of::<CreditSum>().resident().count(), 0);
    }

    #[test]
    fn the_operator_hears_that_everybody_is_refused() {
        let (mut keeper, [ada, bert, carl]) = (keeper_on_held_money(), three());
        keeper.rules.credit_held_all_max = 1_000;
        assert!(ask_held(&mut keeper, 1, &ada, 900));
        let amount = Money::new(200, Currency::GBP);
        let order = OrderId::new(2, 0);
        assert!(told(&mut keeper, Message::CheckHeld { order, who: bert.to_vec(), amount }), "all together");
        let amount = Money::new(101, Currency::GBP);
        let who = who("a", "ada@example.com").to_vec();
        assert!(
            !told(&mut keeper, Message::CheckCredit { order, who, amount }),
            "one card is her own affair"
        );
        assert!(ask_held(&mut keeper, 3, &carl, 100));
    }

    fn stands_under(keeper: &Alone<Shop>, key: CreditKey) -> i64 {
        keeper.get::<CreditSum>(&key).map_or(0, |sum| sum.0)
    }
}
