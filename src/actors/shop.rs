use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{Happening, OrderId, Step};
use crate::runtime::{self, AnyTable, Application, CallResult, Home, Keys, Resolution, Tables};
use crate::storage::TreeName;

use super::{
    Address, Call, Context, Happenings, Outcome, Rules, Stamp, Timelines, Turn, bank, calls, given_up, homes,
    mailer, merchant_proxy, order_manager, stock_keeper, warehouse, web_session,
};

/// The shop, as the runtime sees it: seven actors by their messages, events and states.
pub struct Shop;

/// Declares an enum with one variant for each of several actors, and the ways in.
macro_rules! one_of {
    ($(#[$meta:meta])* $name:ident { $($variant:ident($inner:ty)),* $(,)? }) => {
        $(#[$meta])*
        pub enum $name {
            $($variant($inner)),*
        }

        $(impl From<$inner> for $name {
            fn from(inner: $inner) -> $name {
                $name::$variant(inner)
            }
        })*
    };
}

one_of! {
    #[derive(Debug, Serialize, Deserialize)]
    Message {
        Session(web_session::Message),
        Orders(order_manager::Message),
        Stock(stock_keeper::Message),
        Merchant(merchant_proxy::Message),
        Bank(bank::Message),
        Warehouse(warehouse::Message),
        Mail(mailer::Message),
    }
}

/// Whatever waits takes so much: a timer of a day as much as a message on its way. What is larger stands in a box.
const MESSAGE_BYTES_MAX: usize = 96;
const _: () = assert!(size_of::<Message>() <= MESSAGE_BYTES_MAX);

one_of! {
    /// Every fact that the journal can hold.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    Event {
        Session(web_session::Event),
        Orders(order_manager::Event),
        Stock(stock_keeper::Event),
        Merchant(merchant_proxy::Event),
        Bank(bank::Event),
        Warehouse(warehouse::Event),
        Mail(mailer::Event),
        Case(Case),
        Resolved(Resolved),
    }
}

one_of! {
    /// What an `ask` from the gateway gets back.
    #[derive(Debug)]
    Reply {
        Session(web_session::Reply),
        Answered(order_manager::Answer),
        Orders(order_manager::Reply),
        Stock(stock_keeper::Reply),
        Bank(bank::Reply),
        Failed(Failed),
    }
}

/// The question made its actor panic until it was given up.
#[derive(Debug)]
pub struct Failed {
    pub panic: String,
}

/// A case for the operator, tied to its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub order: OrderId,
    pub why: String,
}

/// The operator has dealt with a message about this order that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    pub order: OrderId,
    pub message: String,
    pub resolution: Resolution,
}

#[derive(Default)]
pub struct State {
    pub sessions: web_session::State,
    pub orders: order_manager::State,
    pub stock: stock_keeper::State,
    pub payments: merchant_proxy::State,
    pub bank: bank::State,
    pub shipments: warehouse::State,
    pub mail: mailer::State,
    pub timelines: Timelines,
}

impl Event {
    /// What it says to the orders that it concerns.
    pub fn happenings(&self) -> Happenings {
        match self {
            Event::Session(event) => event.happenings(),
            Event::Orders(event) => event.happenings(),
            Event::Stock(event) => event.happenings(),
            Event::Merchant(event) => event.happenings(),
            Event::Bank(event) => event.happenings(),
            Event::Warehouse(event) => event.happenings(),
            Event::Mail(event) => event.happenings(),
            Event::Case(case) => {
                smallvec![(case.order, Step(0), Happening::CaseOpened { why: case.why.clone() })]
            }
            Event::Resolved(Resolved { order, message, resolution }) => {
                let message = message.clone();
                let what = match resolution {
                    Resolution::Retry => Happening::SentAgain { message },
                    Resolution::Discard => Happening::Discarded { message },
                };
                smallvec![(*order, Step(0), what)]
            }
        }
    }
}

impl Message {
    /// The order that it is about, where it is about one: a dead letter opens a case on it, and `explain` looks for it.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Session(message) => message.order(),
            Message::Orders(message) => message.order(),
            Message::Stock(message) => message.order(),
            Message::Merchant(message) => message.order(),
            Message::Bank(message) => message.order(),
            Message::Warehouse(message) => message.order(),
            Message::Mail(message) => message.order(),
        }
    }
}

impl Application for Shop {
    type Address = Address;
    type Message = Message;
    type Event = Event;
    type Call = Call;
    type Outcome = Outcome;
    type Reply = Reply;
    type State = State;
    type Rules = Rules;

    fn touches(state: &State, to: Address, message: &Message, keys: &mut Keys) {
        match message {
            Message::Session(message) => web_session::touches(&state.sessions, to, message, keys),
            Message::Orders(message) => order_manager::touches(&state.orders, message, keys),
            Message::Stock(message) => stock_keeper::touches(&state.stock, message, keys),
            Message::Merchant(message) => merchant_proxy::touches(&state.payments, message, keys),
            Message::Bank(message) => bank::touches(&state.bank, message, keys),
            Message::Warehouse(message) => warehouse::touches(&state.shipments, message, keys),
            Message::Mail(message) => mailer::touches(&state.mail, message, keys),
        }
    }

    fn home(to: Address, message: &Message) -> Home {
        homes::home(to, message)
    }

    fn home_of(tree: TreeName, key: &[u8]) -> Home {
        homes::home_of(tree, key)
    }

    fn decide(state: &State, _to: Address, message: &Message, context: &mut Context<'_>) -> Turn {
        match message {
            Message::Session(message) => web_session::decide(&state.sessions, message, context),
            Message::Orders(message) => {
                order_manager::decide(&state.orders, &state.timelines.own, message, context)
            }
            Message::Stock(message) => {
                stock_keeper::decide(&state.stock, &state.timelines.common, message, context)
            }
            Message::Merchant(message) => merchant_proxy::decide(&state.payments, message, context),
            Message::Bank(message) => bank::decide(&state.bank, message, context),
            Message::Warehouse(message) => warehouse::decide(&state.shipments, message, context),
            Message::Mail(message) => mailer::decide(&state.mail, message, context),
        }
    }

    fn answer(call: &Call, result: CallResult<Outcome>) -> Message {
        calls::answer(call, result)
    }

    fn given_up(
        state: &State,
        to: Address,
        message: &Message,
        panic: &str,
        context: &mut Context<'_>,
    ) -> Turn {
        let why = format!("{} after it panicked: {panic}", Shop::name(message));
        given_up::turn(state, to, message, &why, context)
    }

    fn resolved(message: &Message, resolution: Resolution) -> Vec<Event> {
        let resolved = |order| Resolved { order, message: Shop::name(message).to_owned(), resolution };
        message.order().map(|order| Event::Resolved(resolved(order))).into_iter().collect()
    }

    fn failed(panic: &str) -> Reply {
        Reply::Failed(Failed { panic: panic.to_owned() })
    }

    fn name(message: &Message) -> &'static str {
        match message {
            Message::Session(message) => message.name(),
            Message::Orders(message) => message.name(),
            Message::Stock(message) => message.name(),
            Message::Merchant(message) => message.name(),
            Message::Bank(message) => message.name(),
            Message::Warehouse(message) => message.name(),
            Message::Mail(message) => message.name(),
        }
    }

    fn passivate_after_ms(rules: &Rules, address: Address) -> Option<u64> {
        match address {
            Address::WebSession(session) if session != crate::domain::SessionId::PROGRAMS => {
                Some(rules.session_idle_ms)
            }
            _ => None,
        }
    }
}

impl runtime::State<Shop> for State {
    fn changed_by(by: Address, event: &Event, keys: &mut Keys) {
        match event {
            Event::Session(event) => event.changes(keys),
            Event::Orders(event) => event.changes(keys),
            Event::Stock(event) => event.changes(keys),
            Event::Merchant(event) => event.changes(keys),
            Event::Bank(event) => event.changes(keys),
            Event::Warehouse(event) => event.changes(keys),
            Event::Mail(event) => event.changes(keys),
            Event::Case(_) | Event::Resolved(_) => {}
        }
        Timelines::changed_by(by, event, keys);
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Session(event) => self.sessions.apply(event, stamp),
            Event::Orders(event) => self.orders.apply(event, stamp),
            Event::Stock(event) => self.stock.apply(event, stamp),
            Event::Merchant(event) => self.payments.apply(event, stamp),
            Event::Bank(event) => self.bank.apply(event, stamp),
            Event::Warehouse(event) => self.shipments.apply(event, stamp),
            Event::Mail(event) => self.mail.apply(event, stamp),
            Event::Case(_) | Event::Resolved(_) => {}
        }
        self.timelines.note(event, stamp);
    }

    fn tables(&self) -> Vec<&dyn AnyTable> {
        let mut tables = self.timelines.tables();
        tables.extend(self.sessions.tables());
        tables.extend(self.orders.tables());
        tables.extend(self.stock.tables());
        tables.extend(self.payments.tables());
        tables.extend(self.bank.tables());
        tables.extend(self.shipments.tables());
        tables.extend(self.mail.tables());
        tables
    }

    fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        let mut tables = self.timelines.tables_mut();
        tables.extend(self.sessions.tables_mut());
        tables.extend(self.orders.tables_mut());
        tables.extend(self.stock.tables_mut());
        tables.extend(self.payments.tables_mut());
        tables.extend(self.bank.tables_mut());
        tables.extend(self.shipments.tables_mut());
        tables.extend(self.mail.tables_mut());
        tables
    }
}

/// The table of a tree's name, without a list of them all: it is asked for with each key of each turn.
macro_rules! table_of {
    ($state:ident, $tree:ident, & $($mutable:ident)?) => {
        Some(match $tree.0 {
            "timelines" => & $($mutable)? $state.timelines.own,
            "common_timelines" => & $($mutable)? $state.timelines.common,
            "sessions" => & $($mutable)? $state.sessions.sessions,
            "programs" => & $($mutable)? $state.sessions.programs,
            "orders" => & $($mutable)? $state.orders.orders,
            "idempotency_keys" => & $($mutable)? $state.orders.idempotency_keys,
            "catalogue" => & $($mutable)? $state.stock.catalogue,
            "stock" => & $($mutable)? $state.stock.stock,
            "purchase_orders" => & $($mutable)? $state.stock.purchase_orders,
            "demands" => & $($mutable)? $state.stock.demands,
            "credit" => & $($mutable)? $state.stock.credits,
            "credit_sums" => & $($mutable)? $state.stock.credit_sums,
            "payments" => & $($mutable)? $state.payments.payments,
            "ledger" => & $($mutable)? $state.payments.ledger,
            "cards" => & $($mutable)? $state.bank.cards,
            "bank_accounts" => & $($mutable)? $state.bank.accounts,
            "holds" => & $($mutable)? $state.bank.holds,
            "settlement_batches" => & $($mutable)? $state.bank.batches,
            "shipments" => & $($mutable)? $state.shipments.shipments,
            "mail" => & $($mutable)? $state.mail.mail,
            _ => return None,
        })
    };
}

impl Tables for State {
    fn table(&self, tree: TreeName) -> Option<&dyn AnyTable> {
        table_of!(self, tree, &)
    }

    fn table_mut(&mut self, tree: TreeName) -> Option<&mut dyn AnyTable> {
        table_of!(self, tree, &mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::State as _;

    #[test]
    fn every_table_is_found_by_its_name() {
        let names: Vec<TreeName> = State::default().tables().into_iter().map(|table| table.tree()).collect();
        let mut state = State::default();
        for name in names {
            assert_eq!(state.table(name).map(|table| table.tree()), Some(name));
            assert_eq!(state.table_mut(name).map(|table| table.tree()), Some(name));
        }
    }
}
