//! The shop, as the runtime sees it: its actors, and what they have in common.

use std::collections::BTreeSet;
use std::pin::Pin;

use serde::Deserialize;

use crate::application;
use crate::domain::OrderId;
use crate::partners::Partners;
use crate::runtime::{Application as _, Environment, Fact, Fold, Outside, Resolution, Tables, Turn};

use super::timelines::{self, CommonTimeline, Happenings, Notes, OwnTimeline, Teller};
use super::{
    Call, Case, Resolved, Rules, back_office, bank, case, mailer, merchant_proxy, order_manager,
    stock_keeper, warehouse, web_session,
};

/// The trade in one: see the declaration below.
pub struct Shop;

// An actor is added here, with a number of its own for ever.
application! {
    #[derive(Clone, PartialEq, Deserialize)]
    Shop {
        1 => StockKeeper: stock_keeper::StockKeeper,
        2 => OrderManager: order_manager::OrderManager,
        3 => MerchantProxy: merchant_proxy::MerchantProxy,
        4 => BankActor: bank::BankActor,
        5 => WarehouseActor: warehouse::WarehouseActor,
        6 => Mailer: mailer::Mailer,
        7 => WebSession(crate::domain::SessionId): web_session::WebSession,
        8 => BackOffice: back_office::BackOffice,
    }
    facts {
        100 => Case: Case,
        101 => Resolved: Resolved,
    }
}

/// Whatever waits takes so much: a timer of a day as much as a message on its way. What is larger stands in a box.
const MESSAGE_BYTES_MAX: usize = 96;
const _: () = assert!(size_of::<Message>() <= MESSAGE_BYTES_MAX);

impl Environment for Shop {
    type Rules = Rules;
    type Call = Call;
    type Subject = OrderId;
    type Notes = Notes;
    type Role = Teller;
    /// Stock and bank, where all orders meet.
    const COMMON_WORK: usize = 25;

    fn unanswered(call: &Call, why: String) -> Message {
        call.unanswered(why)
    }

    fn shared_tables(tables: &mut Tables) {
        tables.add::<OwnTimeline>();
        tables.add::<CommonTimeline>();
    }

    /// What an actor states that is no teller stands on no timeline.
    fn note(told: Notes, by: Address, fold: &mut Fold<'_>) {
        if let Some(teller) = Shop::role(by) {
            timelines::note(told, teller, fold);
        }
    }

    fn given_up(_to: Address, message: &Message, panic: &str, turn: &mut Turn<'_, Shop>) {
        for order in concerned(message, turn) {
            case::open_dead_letter(turn, order, message.name(), panic);
        }
    }

    fn resolved(_to: Address, message: &Message, resolution: Resolution, turn: &mut Turn<'_, Shop>) {
        if let Some(order) = message.order() {
            turn.record(Resolved { order, message: message.name().to_owned(), resolution });
        }
        for order in concerned(message, turn) {
            case::dealt_with(turn, order, message.name(), resolution);
        }
    }
}

/// The orders that a message concerns which was given up: that which it names, else those that wait for what it would have done.
/// Where it is none, the shop as a whole is concerned.
fn concerned(message: &Message, turn: &mut Turn<'_, Shop>) -> BTreeSet<Option<OrderId>> {
    let waiting = match message {
        _ if message.order().is_some() => message.order().into_iter().collect(),
        Message::StockKeeper(message) => stock_keeper::who_waits_for(turn, message),
        Message::MerchantProxy(message) => merchant_proxy::who_waits_for(turn, message),
        _ => BTreeSet::new(),
    };
    if waiting.is_empty() { BTreeSet::from([None]) } else { waiting.into_iter().map(Some).collect() }
}

impl Fact for Case {
    type App = Shop;

    fn notes(&self) -> Notes {
        Happenings::from([self.happening()]).into()
    }
}

impl Fact for Resolved {
    type App = Shop;

    fn notes(&self) -> Notes {
        Happenings::from([self.happening()]).into()
    }
}

/// The partners make the calls.
impl Outside<Shop> for Partners {
    fn make(&self, call: Call) -> Pin<Box<dyn Future<Output = Message>>> {
        call.make(self)
    }
}

impl Event {
    /// What it says to the orders that it concerns.
    pub fn happenings(&self) -> Happenings {
        Shop::notes(self).happenings
    }
}

impl Message {
    /// Its variant, for logs.
    pub fn name(&self) -> &'static str {
        Shop::name(self)
    }

    /// The order that it is about, where it is about one: a dead letter opens a case on it, and `explain` looks for it.
    pub fn order(&self) -> Option<OrderId> {
        Shop::subject(self)
    }
}
