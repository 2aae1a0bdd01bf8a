//! Every way in which an order can stand, also those in which none ever does, and its next step.
use super::desk::*;
use super::table::{EVERY_STOCK, EVERY_STOP};
use crate::actors::order_manager::process::{STEPS_MAX, Step, next, take_steps};
use crate::actors::order_manager::{transitions, *};
use crate::actors::stock_keeper::CreditKey;
use crate::actors::{Address, Event as Any, Turn};
use crate::domain::{Date, OrderState, PaymentId};

/// One way to stand.
#[derive(Clone, Debug)]
pub struct Standing {
    pub state: OrderState,
    pub stock: StockState,
    pub money: Vec<PaymentAttempt>,
    pub credit: Credit,
    pub stop: StopState,
    pub attempts_left: bool,
    pub outlasts: bool,
}

pub const EVERY_CREDIT: [Credit; 5] =
    [Credit::None, Credit::Possible(CreditKey::ALL), Credit::Asked, Credit::Granted, Credit::Refused];

pub fn newest() -> PaymentId {
    PaymentId::new(1, 1)
}

fn older() -> PaymentId {
    PaymentId::new(1, 2)
}

impl AttemptState {
    /// What an order comes to no more before it has left the house.
    fn is_over(self) -> bool {
        self.is_taken() || matches!(self, AttemptState::Declined | AttemptState::Voided)
    }
}

impl PaymentAttempt {
    fn is_of_the_road(&self) -> bool {
        self.capture_asked || self.state.is_taken()
    }
}

fn paid(id: PaymentId, state: AttemptState) -> PaymentAttempt {
    PaymentAttempt { state, ..PaymentAttempt::asked(id, state == AttemptState::Verified) }
}

/// What the attempts to pay can have come to, the newest last, and in words.
pub fn every_money() -> Vec<(&'static str, Vec<PaymentAttempt>)> {
    use AttemptState::*;
    let one = |state| vec![paid(newest(), state)];
    let two = |old, new| vec![paid(older(), old), paid(newest(), new)];
    let lapsing = |hold: &mut Vec<PaymentAttempt>| hold[0].lapsing = true;
    let asked = |attempts: &mut Vec<PaymentAttempt>| attempts[0].capture_asked = true;
    let asked_of_newest = |attempts: &mut Vec<PaymentAttempt>| attempts[1].capture_asked = true;
    let with = |mut attempts: Vec<PaymentAttempt>, edit: &dyn Fn(&mut Vec<PaymentAttempt>)| {
        edit(&mut attempts);
        attempts
    };
    vec![
        ("not asked for", vec![]),
        ("asked", one(Asked)),
        ("unknown", one(Unknown)),
        ("card verified", one(Verified)),
        ("held", one(Authorised)),
        ("held, lapsing", with(one(Authorised), &lapsing)),
        ("held, capture asked", with(one(Authorised), &asked)),
        ("lapsed", one(Expired)),
        ("lapsed, capture asked", with(one(Expired), &asked)),
        ("declined", one(Declined)),
        ("declined, capture asked", with(one(Declined), &asked)),
        ("captured", one(Captured)),
        ("settled", one(Settled)),
        ("voided", one(Voided)),
        ("asked anew, older hold", two(Authorised, Asked)),
        ("unknown anew, older hold", two(Authorised, Unknown)),
        ("declined anew, older hold", two(Authorised, Declined)),
        ("declined anew, older hold, lapsing", with(two(Authorised, Declined), &lapsing)),
        ("declined anew, older hold, capture asked", with(two(Authorised, Declined), &asked)),
        ("asked anew, older lapsed", two(Expired, Asked)),
        ("unknown anew, older lapsed", two(Expired, Unknown)),
        ("declined anew, older lapsed", two(Expired, Declined)),
        ("declined anew, older lapsed, capture asked", with(two(Expired, Declined), &asked_of_newest)),
        ("declined anew, older captured", two(Captured, Declined)),
        ("declined anew, older settled", two(Settled, Declined)),
    ]
}

pub fn every_standing() -> Vec<Standing> {
    let mut all = vec![];
    let monies = every_money();
    for (state, stock) in OrderState::ALL.iter().flat_map(|state| EVERY_STOCK.map(|stock| (*state, stock))) {
        for (credit, stop) in EVERY_CREDIT.iter().flat_map(|credit| EVERY_STOP.map(|stop| (*credit, stop))) {
            for (_, money) in &monies {
                for (attempts_left, outlasts) in [(false, false), (false, true), (true, false), (true, true)]
                {
                    let money = money.clone();
                    all.push(Standing { state, stock, money, credit, stop, attempts_left, outlasts });
                }
            }
        }
    }
    all
}

impl Standing {
    pub fn order(&self, placed: &Order, promised_date: Option<Date>) -> Order {
        let Standing { state, stock, credit, stop, .. } = *self;
        let mut payments = self.money.clone();
        let lapsed = (10..).map(|n| paid(PaymentId::new(1, n), AttemptState::Expired));
        if !self.attempts_left && !payments.is_empty() {
            let missing = PAYMENT_ATTEMPTS_MAX - payments.len();
            payments.splice(0..0, lapsed.take(missing));
        }
        let payments = payments.into();
        Order { state, stock, credit, stop, payments, promised_date, ..placed.clone() }
    }

    /// Whether an order ever stands so: the document shows these.
    pub fn can_be(&self) -> bool {
        use OrderState::*;
        let newest = self.money.last().map(|newest| newest.state);
        let verified = newest == Some(AttemptState::Verified);
        let is_whole = self.money.iter().all(|attempt| !attempt.capture_asked && !attempt.state.is_over());
        let asks_on_money = newest == Some(AttemptState::Authorised)
            && (self.state, self.stock) == (AwaitingPayment, StockState::Pegged);
        let asks = verified || asks_on_money || self.credit == Credit::None;
        let is_renewal_declined = self.stands_on_older() && self.stock != StockState::Pegged;
        let on_paper = asks && self.stop == StopState::No && (is_whole || is_renewal_declined);
        match self.state {
            Placed => on_paper && self.stock == StockState::Asked && newest.is_none(),
            AwaitingStock => on_paper && self.stock == StockState::Pegged && is_whole,
            AwaitingPayment => on_paper && self.stock != StockState::Asked && newest.is_some(),
            Reserved => on_paper && !matches!(self.stock, StockState::Asked | StockState::Pegged),
            Fulfilling => self.is_taken() && self.money.iter().all(|attempt| !attempt.is_of_the_road()),
            Dispatched | Delivered => self.is_taken(),
            Confirmed | PartlyDispatched | Returned | Closed | Declined | Cancelled => false,
        }
    }

    /// Its renewal was declined, and the hold before it stands.
    fn stands_on_older(&self) -> bool {
        use AttemptState::*;
        match self.money.as_slice() {
            [older, newest] => (older.state, newest.state) == (Authorised, Declined) && !older.capture_asked,
            _ => false,
        }
    }

    /// By the warehouse: it was paid for.
    fn is_taken(&self) -> bool {
        let newest = self.money.last().map(|newest| newest.state);
        let was_held = !matches!(newest, None | Some(AttemptState::Verified | AttemptState::Voided));
        let only = self.money.len() == 1;
        let asked_in_vain = only && matches!(newest, Some(AttemptState::Asked | AttemptState::Unknown));
        let declined_at_first = only && newest == Some(AttemptState::Declined);
        // what lapsed is asked of the bank anew as long as it may be
        let charged_lapsed = only && newest == Some(AttemptState::Expired) && self.money[0].capture_asked;
        let allocated = self.stock == StockState::Allocated && self.credit == Credit::None;
        let renewed = !(charged_lapsed && self.attempts_left);
        was_held && !asked_in_vain && !declined_at_first && allocated && renewed
    }

    pub fn next(&self, placed: &Order) -> Step {
        next(&self.order(placed, None), self.outlasts)
    }
}

#[test]
fn no_order_is_confirmed_without_both_and_none_is_charged_before_it_has_left() {
    let placed = Desk::placed().order().clone();
    for standing in every_standing() {
        let order = standing.order(&placed, None);
        let step = next(&order, standing.outlasts);
        let says = |may: bool| assert!(may, "{step:?}: {standing:?}");
        match step {
            Step::Wait => {}
            _ => says(!order.state.is_end()),
        }
        match step {
            Step::Confirm => {
                says(matches!(order.cover(), Cover::Held(_)) && order.stock == StockState::Allocated)
            }
            Step::Allocate => {
                says(matches!(order.cover(), Cover::Held(_)) && order.stock == StockState::Reserved);
            }
            Step::OrderSupplies => {
                says(matches!(order.cover(), Cover::Held(_)) || order.credit == Credit::Granted);
            }
            Step::Capture(payment) => {
                says(matches!(order.state, OrderState::Dispatched | OrderState::Delivered));
                says(!order.is_capture_asked(payment));
            }
            Step::StopParcel => {
                says(order.state == OrderState::Fulfilling && order.stop == StopState::No);
                says(!matches!(order.cover(), Cover::Held(_)));
            }
            Step::AskHold | Step::AskVerification | Step::Renew => {
                says(order.cover() != Cover::Asked && !order.is_captured());
                says(order.may_ask_again() || step == Step::AskHold);
            }
            Step::Close => says(order.is_settled()),
            Step::Wait | Step::AskCredit | Step::Cancel(_) => {}
        }
    }
}

#[test]
fn whatever_an_order_does_next_its_state_moves_by_the_table_and_then_it_waits() {
    let mut desk = Desk::placed();
    let placed = desk.order().clone();
    let (mut last, mut longest) = (None, 0);
    for standing in every_standing().iter().filter(|standing| standing.next(&placed) != Step::Wait) {
        let days = if standing.outlasts { 2 } else { 100 };
        let order = standing.order(&placed, Some(desk.day(days)));
        // most that differ in nothing that counts come one after the other
        if last.as_ref() == Some(&order) {
            continue;
        }
        longest = leads_on(&mut desk, &order).max(longest);
        last = Some(order);
    }
    assert_eq!(longest, STEPS_MAX - 1, "`STEPS_MAX` is the longest way and one more");
}

/// Says how many steps that takes.
fn leads_on(desk: &mut Desk, order: &Order) -> usize {
    let id = desk.id;
    desk.alone.given(id, order.clone());
    let mut taken = 0;
    let lead = |turn: &mut Turn<'_>| taken = take_steps(turn, id);
    let turn = desk.alone.does(Address::OrderManager, id.slot().into(), None, lead);
    assert!(taken < STEPS_MAX, "a longer way is cut short: {order:?}");
    let (mut state, mut asked, mut others) = (order.state, 0, 0);
    for event in turn.events() {
        let Any::OrderManager(event) = event else { panic!("not ours: {event:?}") };
        if let Some(trigger) = event.trigger() {
            state = transitions::next(state, trigger).expect("each step is a row of the table");
        }
        match event {
            Event::PaymentAsked { .. } | Event::RenewalAsked { .. } => asked += 1,
            Event::AllocationAsked { .. } | Event::CaptureAsked { .. } | Event::StopAsked { .. } => {
                others += 1
            }
            _ => {}
        }
    }
    assert!(asked <= 1 && others <= 1, "asked twice in one turn: {:?}", turn.events());
    let after = desk.order();
    assert_eq!(after.state, state);
    let date = after.promised_date.expect("it was given one");
    let outlasts = date == desk.day(2) || date == desk.day(3);
    assert_eq!(next(after, outlasts), Step::Wait, "it is not led to where it waits: {order:?}");
    taken
}
