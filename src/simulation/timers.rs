//! The shop's timers, each by what it waits for, and how often each ran out in a world: a wait that no world is long enough to
//! see the end of is not tested. Read from the journal, whose turns name the timer that they were decided on.

use std::collections::BTreeMap;

use crate::actors::{
    Event, Message, Shop, bank, mailer, merchant_proxy, order_manager, stock_keeper, warehouse, web_session,
};
use crate::journal::Position;
use crate::runtime::{Cause, Due, Record, TimerChange};

use super::observation::turn_at;

/// Declares the timers: each with the sentence that the report has for it.
macro_rules! timers {
    ($($variant:ident, $waits:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Timer {
            $($variant),*
        }

        impl Timer {
            pub const ALL: &[Timer] = &[$(Timer::$variant),*];

            /// What has run out.
            pub fn waits(self) -> &'static str {
                match self { $(Timer::$variant => $waits),* }
            }
        }
    };
}

timers! {
    Quotes, "the wholesalers' time for a quote";
    SupplyRetry, "the wait before an order for supplies is repeated";
    SuppliesDue, "the day on which supplies are to come";
    ArrivalRetry, "the wait before it is asked anew whether supplies have come";
    BankAnswer, "the bank's time for an answer to a checkout";
    BankAsk, "the wait before the bank is asked what became of a payment";
    BankAsks, "the last wait for the bank: the payment is reversed";
    ReleaseRetry, "the wait before a release is repeated";
    CaptureRetry, "the wait before a capture is repeated";
    RefundRetry, "the wait before a refund is repeated";
    SettlementOverdue, "the days within which a capture is to be paid out";
    HoldLastDay, "all of a hold's window but its last day";
    HoldEnd, "a hold's window, at the shop";
    HoldLapse, "a hold's window, at the bank";
    Settlement, "the days until a capture is paid out";
    Packing, "the time that packing takes";
    BookRetry, "the wait before the truck is booked anew";
    ParcelDue, "the time until there is news of a parcel";
    TrackRetry, "the wait before a carrier that did not answer is asked anew for a parcel";
    CancelRetry, "the wait before the carrier is asked anew to give a parcel back";
    MailRetry, "the wait before a letter is sent anew";
    CreditDue, "the month for which supplies of an order that ended unpaid count";
    Refusal, "the day for which a refused order is kept";
    AnotherCard, "the time for which an order waits for another card";
    UnusedCard, "the hour for which a card that pays nothing is kept";
    CartEnd, "the days for which a cart is kept";
    GivenUp, "the wait before what was given up after panics is tried anew";
}

/// How often each ran out.
pub fn ran_out(records: &[(Position, Record<Shop>)]) -> BTreeMap<Timer, u64> {
    let mut times = BTreeMap::new();
    for (_, record) in records {
        if let Some(timer) = timer_of(records, record) {
            *times.entry(timer).or_default() += 1;
        }
    }
    times
}

/// What the turn was decided on, if a timer; `None` also where it rang for what was over already.
fn timer_of(records: &[(Position, Record<Shop>)], record: &Record<Shop>) -> Option<Timer> {
    if ends_a_cart(record) {
        return Some(Timer::CartEnd);
    }
    let Cause::Timer { set, .. } = record.cause else { return None };
    let setter = turn_at(records, set.turn)?;
    let TimerChange::Set { due, message, .. } = setter.stated.timers.get(set.index as usize)? else {
        return None;
    };
    if setter.dead.is_some() {
        return Some(Timer::GivenUp);
    }
    let is_trade = matches!(due, Due::Trade(_));
    match message {
        Message::OrderManager(order_manager::Message::RefusalOver { .. }) => Some(Timer::Refusal),
        Message::OrderManager(order_manager::Message::CardTimeOver { .. }) => Some(Timer::AnotherCard),
        Message::StockKeeper(message) => of_stock(message, is_trade),
        Message::MerchantProxy(merchant_proxy::Message::SettlementOverdue { .. }) => {
            Some(Timer::SettlementOverdue)
        }
        Message::MerchantProxy(_) => of_payment(record),
        Message::BankActor(bank::Message::WindowOver { .. }) => Some(Timer::HoldLapse),
        Message::BankActor(bank::Message::CardDue { .. }) => Some(Timer::UnusedCard),
        Message::BankActor(bank::Message::SettlementDue { .. }) => Some(Timer::Settlement),
        Message::WarehouseActor(message) => of_parcel(message, is_trade),
        Message::Mailer(mailer::Message::Retry { .. }) => Some(Timer::MailRetry),
        _ => None,
    }
}

/// A cart's end is no timer of the runtime: the sweeper tells it. No customer of a world has hers forgotten before.
fn ends_a_cart(record: &Record<Shop>) -> bool {
    let ends = |event: &Event| matches!(event, Event::WebSession(web_session::Event::Forgotten { .. }));
    record.stated.events.iter().any(ends)
}

fn of_stock(message: &stock_keeper::Message, is_trade: bool) -> Option<Timer> {
    use stock_keeper::Message as M;
    match message {
        M::QuoteDeadline { .. } => Some(Timer::Quotes),
        M::SupplyRetry { .. } => Some(Timer::SupplyRetry),
        M::GoodsDue { .. } if is_trade => Some(Timer::SuppliesDue),
        M::GoodsDue { .. } => Some(Timer::ArrivalRetry),
        M::EndCredit { .. } => Some(Timer::CreditDue),
        _ => None,
    }
}

/// A payment has one timer, for whatever it waits for: what was decided tells for what.
fn of_payment(record: &Record<Shop>) -> Option<Timer> {
    use merchant_proxy::Event as E;
    let asks = |is: fn(&bank::Message) -> bool| {
        let mut asked = record.stated.sends.iter().filter_map(|(_, sent)| match sent {
            Message::BankActor(message) => Some(message),
            _ => None,
        });
        asked.any(is)
    };
    record.stated.events.iter().find_map(|event| {
        let Event::MerchantProxy(event) = event else { return None };
        Some(match event {
            E::Unknown { .. } => Timer::BankAnswer,
            E::Reversing { .. } => Timer::BankAsks,
            E::AskedAgain { .. } if asks(|one| matches!(one, bank::Message::QueryHold { .. })) => {
                Timer::BankAsk
            }
            E::AskedAgain { .. } if asks(|one| matches!(one, bank::Message::ReleaseHold { .. })) => {
                Timer::ReleaseRetry
            }
            E::CaptureUnknown { .. } | E::CaptureAskedAgain { .. } => Timer::CaptureRetry,
            E::RefundUnknown { .. } | E::RefundAskedAgain { .. } => Timer::RefundRetry,
            E::Lapsing { .. } => Timer::HoldLastDay,
            E::Expired { .. } => Timer::HoldEnd,
            _ => return None,
        })
    })
}

fn of_parcel(message: &warehouse::Message, is_trade: bool) -> Option<Timer> {
    use warehouse::Message as M;
    match message {
        M::PackingDone { .. } => Some(Timer::Packing),
        M::BookRetry { .. } => Some(Timer::BookRetry),
        M::TrackDue { .. } if is_trade => Some(Timer::ParcelDue),
        M::TrackDue { .. } => Some(Timer::TrackRetry),
        M::CancelRetry { .. } => Some(Timer::CancelRetry),
        _ => None,
    }
}
