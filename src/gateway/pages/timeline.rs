//! The fifteen steps from the click to the doorstep, as far as an order has come: the whole story, for who wants it. A step is ticked
//! exactly when what it is there for stands beneath it.

use jiff::tz::TimeZone;

use crate::actors::order_manager::OrderView;
use crate::domain::{Happening, Party, Step, Timeline, TimelineEntry};
use crate::gateway::told::told;

use super::format;

/// What a customer reads at each step.
const TITLES: [(Step, &str); 15] = [
    (Step::TALKS, "Your order reaches our web server"),
    (Step::SENT, "It goes to the order manager"),
    (Step::ASKS_STOCK, "We look whether it is in stock"),
    (Step::ORDERS_SUPPLIES, "What is missing is ordered in"),
    (Step::STOCK_OR_DATE, "The stock keeper answers: in stock, or a day"),
    (Step::TAKES_PAYMENT, "The payment company is asked"),
    (Step::ASKS_BANK, "Your bank is asked"),
    (Step::BANK_ANSWERS, "Your bank answers"),
    (Step::MONEY, "The payment is approved or not; the money moves later"),
    (Step::TELLS_SERVER, "The order manager decides"),
    (Step::CUSTOMER_SEES, "You are told"),
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

/// What there is in a shop: a step that nobody takes there is not shown.
#[derive(Clone, Copy)]
pub struct Has {
    pub wholesalers: bool,
    pub crew: bool,
    pub mail: bool,
}

impl Has {
    fn step(self, step: Step) -> bool {
        match step {
            Step::ORDERS_SUPPLIES => self.wholesalers,
            Step::DISPATCH_ASKED | Step::TRUCK_COLLECTS | Step::DELIVERED => self.crew,
            Step::MAIL => self.mail,
            _ => true,
        }
    }
}

/// All fifteen that there are in this shop, and any that something stands at: a step is done when what it is there for has happened,
/// whatever came after. What an order in stock does not need is skipped; the first that is not done is the one under way while the
/// order lives.
pub fn steps(view: &OrderView, timeline: &Timeline, zone: &TimeZone, has: Has) -> Vec<StepShown> {
    let of = |step: Step| timeline.entries.iter().filter(move |entry| entry.step == step);
    let is_done = |step: Step| of(step).any(is_what_it_is_for);
    let last_done = TITLES.iter().rposition(|(step, _)| is_done(*step));
    let ended = view.state.is_end();
    let mut under_way_found = false;
    let mut shown = Vec::with_capacity(TITLES.len());
    for (place, &(step, title)) in TITLES.iter().enumerate() {
        let has_begun = of(step).next().is_some();
        if !has_begun && !has.step(step) {
            continue;
        }
        let passed_by = last_done.is_some_and(|last| place < last) && step == Step::ORDERS_SUPPLIES;
        let (class, spoken) = match () {
            () if is_done(step) => ("done", "done"),
            () if passed_by && !has_begun => ("skipped", "not needed"),
            () if ended => ("later", if has_begun { "begun, and not done" } else { "not reached" }),
            () if under_way_found => ("later", if has_begun { "begun" } else { "not yet" }),
            () => {
                under_way_found = true;
                ("now", "under way")
            }
        };
        let entries = of(step).map(|entry| Entry::of(entry, zone)).collect();
        shown.push(StepShown { title, class, spoken, entries });
    }
    shown
}

/// What stands beside the fifteen steps.
pub fn cases(timeline: &Timeline, zone: &TimeZone) -> Vec<Entry> {
    let beside = |entry: &&TimelineEntry| TITLES.iter().all(|(step, _)| *step != entry.step);
    timeline.entries.iter().filter(beside).map(|entry| Entry::of(entry, zone)).collect()
}

/// Whether its step is done by this; otherwise it is something on the way, or what came after.
fn is_what_it_is_for(entry: &TimelineEntry) -> bool {
    use Happening::*;
    match &entry.what {
        OrderReceived { .. }
        | OrderSent { .. }
        | StockAsked
        | SuppliesOrdered { .. }
        | SuppliesArrived { .. }
        | InStock
        | Promised { .. }
        | OutOfStock { .. }
        | PaymentAsked { .. }
        | BankAsked { .. }
        | FundsHeld { .. }
        | BankDeclined { .. }
        | Authorised { .. }
        | PaymentDeclined { .. }
        | PaymentReversed
        | Captured { .. }
        | Settled { .. }
        | Refunded { .. }
        | Confirmed
        | Declined { .. }
        | Cancelled { .. }
        | CustomerTold { .. }
        | Packed
        | HandedOver { .. }
        | Mailed { .. }
        | Delivered
        | Closed => true,
        // an answer of the bank, but no money
        CardVerified => entry.step == Step::BANK_ANSWERS,
        PaymentUnknown
        | PaymentVoided
        | HoldLapsing { .. }
        | HoldLapsed { .. }
        | HoldReplaced
        | UnitsReserved { .. }
        | UnitsPegged { .. }
        | StockAllocated
        | DispatchAsked
        | TruckBooked { .. }
        | MailParked { .. }
        | CancelAsked
        | TooLateToCancel
        | CaseOpened { .. }
        | StopAsked
        | SentAgain { .. }
        | Discarded { .. }
        | CaseClosed { .. }
        | AnotherCardAwaited
        | AnotherCardTyped
        | BasketGivenBack
        | RefundAsked { .. } => false,
    }
}

fn party(party: Party) -> &'static str {
    match party {
        Party::WebSession => "web server",
        Party::OrderManager => "order manager",
        Party::StockKeeper => "stock keeper",
        Party::MerchantProxy => "payment company",
        Party::BankActor => "bank",
        Party::WarehouseActor => "warehouse",
        Party::Mailer => "post room",
        Party::BackOffice => "back office",
    }
}
