//! The fifteen steps from the click to the doorstep, as far as an order has come: the whole story, for who wants it.

use jiff::tz::TimeZone;

use crate::actors::order_manager::OrderView;
use crate::domain::{Happening, OrderState, Party, Step, Timeline, TimelineEntry};
use crate::gateway::told::told;

use super::format;

/// What a customer reads at each step.
const TITLES: [(Step, &str); 15] = [
    (Step::TALKS, "Your order reaches our web server"),
    (Step::SENT, "It goes to the order manager"),
    (Step::ASKS_STOCK, "We look whether it is in stock"),
    (Step::ORDERS_SUPPLIES, "What is missing is ordered in"),
    (Step::STOCK_OR_DATE, "In stock, or a day is promised"),
    (Step::TAKES_PAYMENT, "Payment through the merchant system"),
    (Step::ASKS_BANK, "Your bank is asked"),
    (Step::BANK_ANSWERS, "Your bank answers"),
    (Step::MONEY, "The payment is authorised; the money moves later"),
    (Step::TELLS_SERVER, "The order manager confirms"),
    (Step::CUSTOMER_SEES, "You see the confirmation"),
    (Step::DISPATCH_ASKED, "The warehouse packs it"),
    (Step::TRUCK_COLLECTS, "The truck collects it"),
    (Step::MAIL, "E-mail to you"),
    (Step::DELIVERED, "At your doorstep"),
];

pub struct StepShown {
    pub title: &'static str,
    /// For the stylesheet.
    pub class: &'static str,
    /// The same for those who hear the page.
    pub spoken: &'static str,
    pub entries: Vec<Entry>,
}

pub struct Entry {
    /// RFC 3339.
    pub at: String,
    pub when: String,
    pub what: String,
    pub by: &'static str,
}

impl Entry {
    fn of(entry: &TimelineEntry, zone: &TimeZone) -> Entry {
        Entry {
            at: entry.at.to_string(),
            when: format::short_moment(entry.at, zone),
            what: told(&entry.what, zone),
            by: party(entry.by),
        }
    }
}

/// All fifteen, done or not: a step is done when it happened and was not undone since. What an order in stock does not need is skipped;
/// the first that is not done is the one under way while the order lives.
pub fn steps(view: &OrderView, timeline: &Timeline, zone: &TimeZone) -> Vec<StepShown> {
    let known = as_known(timeline);
    let is_done = |step: Step| {
        let said = known.iter().filter(|entry| entry.step == step).map(|entry| says(entry));
        said.rev().find(|said| *said != Says::Nothing) == Some(Says::Done)
    };
    let last_done = TITLES.iter().rposition(|(step, _)| is_done(*step));
    let ended = view.state.is_end();
    let mut under_way_found = false;
    let mut shown = Vec::with_capacity(TITLES.len());
    for (place, &(step, title)) in TITLES.iter().enumerate() {
        let passed_by = last_done.is_some_and(|last| place < last) && step == Step::ORDERS_SUPPLIES;
        let (class, spoken) = if is_done(step) {
            ("done", "done")
        } else if passed_by {
            ("skipped", "not needed")
        } else if ended || under_way_found {
            ("later", if ended { "not reached" } else { "not yet" })
        } else {
            under_way_found = true;
            ("now", "under way")
        };
        let of_step = known.iter().filter(|entry| entry.step == step);
        let entries = of_step.map(|entry| Entry::of(entry, zone)).collect();
        shown.push(StepShown { title, class, spoken, entries });
    }
    shown
}

/// What stands beside the fifteen steps.
pub fn cases(timeline: &Timeline, zone: &TimeZone) -> Vec<Entry> {
    let beside = |entry: &&TimelineEntry| TITLES.iter().all(|(step, _)| *step != entry.step);
    timeline.entries.iter().filter(beside).map(|entry| Entry::of(entry, zone)).collect()
}

/// What an entry says of the step that it stands at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Done,
    /// It was done, or was to be, and is not: the bank let go, the order ended otherwise.
    Undone,
    /// Something on the way.
    Nothing,
}

fn says(entry: &TimelineEntry) -> Says {
    use Happening::*;
    match &entry.what {
        OrderReceived { .. }
        | OrderSent { .. }
        | StockAsked
        | SuppliesOrdered { .. }
        | SuppliesArrived { .. }
        | InStock
        | Promised { .. }
        | PaymentAsked { .. }
        | BankAsked { .. }
        | FundsHeld { .. }
        | BankDeclined { .. }
        | Authorised { .. }
        | Captured { .. }
        | Settled { .. }
        | Confirmed
        | Packed
        | HandedOver { .. }
        | Mailed { .. }
        | Delivered
        | Closed => Says::Done,
        // an answer of the bank, but no money
        CardVerified if entry.step == Step::BANK_ANSWERS => Says::Done,
        CustomerTold { state } if is_confirmation(*state) => Says::Done,
        OutOfStock { .. }
        | PaymentUnknown
        | PaymentReversed
        | PaymentDeclined { .. }
        | PaymentVoided
        | HoldLapsed { .. }
        | Declined { .. }
        | Cancelled { .. } => Says::Undone,
        CardVerified
        | CustomerTold { .. }
        | UnitsReserved { .. }
        | UnitsPegged { .. }
        | StockAllocated
        | DispatchAsked
        | TruckBooked { .. }
        | MailParked { .. }
        | CancelAsked
        | TooLateToCancel
        | CaseOpened { .. }
        | HoldLapsing { .. }
        | HoldReplaced
        | StopAsked
        | SentAgain { .. }
        | Discarded { .. }
        | CaseClosed { .. }
        | BasketGivenBack => Says::Nothing,
    }
}

/// What she is told when her order is taken.
fn is_confirmation(state: OrderState) -> bool {
    match state {
        OrderState::AwaitingStock
        | OrderState::Confirmed
        | OrderState::Fulfilling
        | OrderState::PartlyDispatched
        | OrderState::Dispatched
        | OrderState::Delivered
        | OrderState::Closed => true,
        OrderState::Placed
        | OrderState::Reserved
        | OrderState::AwaitingPayment
        | OrderState::Declined
        | OrderState::Cancelled
        | OrderState::Returned => false,
    }
}

/// Without what the bank has decided and the merchant system has not heard of: while she is told that the bank has not answered, the
/// page does not say what it answers.
fn as_known(timeline: &Timeline) -> Vec<&TimelineEntry> {
    let heard = timeline.entries.iter().filter(|entry| is_heard(entry)).map(|entry| entry.turn).max();
    let is_known = |entry: &&TimelineEntry| entry.by != Party::BankActor || heard >= Some(entry.turn);
    timeline.entries.iter().filter(is_known).collect()
}

/// The merchant system has an answer of the bank.
fn is_heard(entry: &TimelineEntry) -> bool {
    use Happening::*;
    let is_answer = matches!(
        entry.what,
        Authorised { .. }
            | CardVerified
            | PaymentDeclined { .. }
            | PaymentReversed
            | PaymentVoided
            | Captured { .. }
            | Settled { .. }
            | HoldLapsed { .. }
            | HoldReplaced
    );
    entry.by == Party::MerchantProxy && is_answer
}

fn party(party: Party) -> &'static str {
    match party {
        Party::WebSession => "web server",
        Party::OrderManager => "order manager",
        Party::StockKeeper => "stock keeper",
        Party::MerchantProxy => "merchant system",
        Party::BankActor => "bank",
        Party::WarehouseActor => "warehouse",
        Party::Mailer => "post room",
        Party::BackOffice => "back office",
    }
}
