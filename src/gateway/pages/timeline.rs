//! The fifteen steps from the click to the doorstep, as far as an order has come.

use crate::actors::order_manager::OrderView;
use crate::domain::{Happening, Party, Step, Timeline, TimelineEntry};

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
    (Step::MAIL, "We write you an e-mail"),
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
    fn of(entry: &TimelineEntry) -> Entry {
        Entry {
            at: entry.at.to_string(),
            when: format::short_moment(entry.at),
            what: shown(&entry.what),
            by: party(entry.by),
        }
    }
}

/// All fifteen, done or not. What an order in stock does not need is skipped; the first that is not done is the one
/// under way while the order lives.
pub fn steps(view: &OrderView, timeline: &Timeline) -> Vec<StepShown> {
    let is_done = |step: Step| timeline.entries.iter().any(|entry| entry.step == step);
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
        let entries = timeline.entries.iter().filter(|entry| entry.step == step).map(Entry::of).collect();
        shown.push(StepShown { title, class, spoken, entries });
    }
    shown
}

/// What stands beside the fifteen steps.
pub fn cases(timeline: &Timeline) -> Vec<Entry> {
    let beside = |entry: &&TimelineEntry| TITLES.iter().all(|(step, _)| *step != entry.step);
    timeline.entries.iter().filter(beside).map(Entry::of).collect()
}

/// What is for the operator alone (why a case was opened, who resolved it) is left out.
fn shown(what: &Happening) -> String {
    match what {
        Happening::CaseOpened { .. } => "one of us is looking into your order".to_owned(),
        Happening::SentAgain { .. } | Happening::Discarded { .. } | Happening::CaseClosed { .. } => {
            "one of us has looked into your order".to_owned()
        }
        Happening::MailParked { what, .. } => format!("the e-mail {what} could not be sent"),
        Happening::TruckBooked { tracking, collection } => {
            format!("truck booked for {}, tracking {tracking}", format::moment(*collection))
        }
        Happening::HoldLapsing { capture_before } => {
            format!(
                "your bank holds the money until {}, so it is asked anew",
                format::moment(*capture_before)
            )
        }
        Happening::Settled { amount } => format!("settled between the banks: {amount}"),
        Happening::BasketGivenBack => "what you ordered is in your basket again".to_owned(),
        other => other.to_string(),
    }
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
