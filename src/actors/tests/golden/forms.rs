//! What is stored, by kind and version, and as it reads.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use strum::VariantNames as _;

use crate::actors::{
    Call, Event, Message, Shop, back_office, bank, mailer, merchant_proxy, order_manager, stock_keeper,
    warehouse, web_session,
};
use crate::runtime::{Journaled, Record, TimerChange};

/// One event, message or call.
pub struct Form {
    /// What it is of what: `event Mailer::Parked`.
    pub kind: String,
    pub version: u8,
    /// With its fields' names, so that two of one type that have changed places are told apart.
    pub shown: String,
}

/// Reads as `event Mailer::Parked 2 {…}`.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind, self.version, self.shown)
    }
}

macro_rules! by_actor {
    ($said:expr, $of:ident, $inner:ident => $what:expr $(, $fact:ident)*) => {
        match $said {
            $of::StockKeeper($inner) => ("StockKeeper", $what),
            $of::OrderManager($inner) => ("OrderManager", $what),
            $of::MerchantProxy($inner) => ("MerchantProxy", $what),
            $of::BankActor($inner) => ("BankActor", $what),
            $of::WarehouseActor($inner) => ("WarehouseActor", $what),
            $of::Mailer($inner) => ("Mailer", $what),
            $of::WebSession($inner) => ("WebSession", $what),
            $of::BackOffice($inner) => ("BackOffice", $what),
            $($of::$fact($inner) => ("facts", (stringify!($fact), shown($inner))),)*
        }
    };
}

macro_rules! of_every_actor {
    ($of:ident) => {
        [
            ("StockKeeper", stock_keeper::$of::VARIANTS),
            ("OrderManager", order_manager::$of::VARIANTS),
            ("MerchantProxy", merchant_proxy::$of::VARIANTS),
            ("BankActor", bank::$of::VARIANTS),
            ("WarehouseActor", warehouse::$of::VARIANTS),
            ("Mailer", mailer::$of::VARIANTS),
            ("WebSession", web_session::$of::VARIANTS),
            ("BackOffice", back_office::$of::VARIANTS),
        ]
    };
}

/// Every kind of event, message and call that the shop has.
pub fn every_kind() -> BTreeSet<String> {
    let events = of_every_actor!(Event).into_iter().chain([("facts", &["Case", "Resolved"][..])]);
    let of_actors = |what: &'static str| {
        move |(actor, variants): (&'static str, &'static [&'static str])| {
            variants.iter().map(move |variant| kind(what, actor, variant))
        }
    };
    let events = events.flat_map(of_actors("event"));
    let messages = of_every_actor!(Message).into_iter().flat_map(of_actors("message"));
    let calls = Call::VARIANTS.iter().map(|call| format!("call {call}"));
    events.chain(messages).chain(calls).collect()
}

fn kind(what: &str, actor: &str, variant: &str) -> String {
    format!("{what} {actor}::{variant}")
}

/// All that a turn says, but for the dead letter: that holds a message, which is looked at alone.
pub fn forms(record: &Record<Shop>) -> Vec<Form> {
    let stated = &record.stated;
    let events = stated.events.iter().map(of_event);
    let sends = stated.sends.iter().map(|(_, message)| of_message(message));
    let calls = stated.calls.iter().map(of_call);
    let timers = stated.timers.iter().filter_map(|change| match change {
        TimerChange::Set { message, .. } => Some(of_message(message)),
        TimerChange::Cancel { .. } => None,
    });
    events.chain(sends).chain(calls).chain(timers).collect()
}

fn of_event(event: &Event) -> Form {
    let (actor, (variant, shown)) =
        by_actor!(event, Event, inner => (<&str>::from(inner), shown(inner)), Case, Resolved);
    Form { kind: kind("event", actor, variant), version: version(event), shown }
}

pub fn of_message(message: &Message) -> Form {
    let (_, shown) = by_actor!(message, Message, inner => shown(inner));
    Form { kind: kind_of_message(message), version: version(message), shown }
}

pub fn kind_of_message(message: &Message) -> String {
    let (actor, variant) = by_actor!(message, Message, inner => <&str>::from(inner));
    kind("message", actor, variant)
}

fn of_call(call: &Call) -> Form {
    let shown = match call {
        Call::RequestQuote(call) => shown(call),
        Call::PlacePurchaseOrder(call) => shown(call),
        Call::RequestShipNotice(call) => shown(call),
        Call::BookTruck(call) => shown(call),
        Call::TrackParcel(call) => shown(call),
        Call::CancelBooking(call) => shown(call),
        Call::SendLetter(call) => shown(call),
    };
    Form { kind: format!("call {}", <&str>::from(call)), version: version(call), shown }
}

/// The version that this build writes: it stands after the number of the actor or the call.
fn version(said: &impl Journaled) -> u8 {
    written(said)[1]
}

pub fn written(said: &impl Journaled) -> Vec<u8> {
    let mut bytes = vec![];
    said.write(&mut bytes);
    bytes
}

pub fn shown(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is stored can be shown")
}
