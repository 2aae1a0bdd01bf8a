use crate::actors::{Notes, Shop, Teller, Turn};
use crate::domain::{OrderId, Party};
use crate::runtime::{Actor, Fold, Partition, Tables};

use super::record::partition;
use super::{
    BackOffice, CaseCount, CaseRecord, Event, Message, OpenCase, ShortageCase, close, open, short, state,
};

impl Actor for BackOffice {
    type App = Shop;
    const NAME: &'static str = Party::BackOffice.name();
    const ROLE: Option<Teller> = Some(Teller::own(Party::BackOffice));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<CaseRecord>();
        tables.add::<CaseCount>();
        tables.add::<OpenCase>();
        tables.add::<ShortageCase>();
    }

    fn decide(_: &(), message: &Message, turn: &mut Turn<'_>) {
        match message {
            Message::Open(new) => open::open(turn, new),
            Message::DealtWith { order, dead_letter, how } => {
                close::dealt_with(turn, *order, dead_letter, *how)
            }
            Message::CloseCase(question) => close::close(turn, question),
            Message::Short { sku, text } => short::short(turn, sku, text),
            Message::MadeGood { sku } => short::made_good(turn, sku),
            Message::ShowShortage(question) => short::show(turn, question),
        }
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    /// A case lies with its order.
    fn partition(_: &(), message: &Message) -> Partition {
        partition(message.slot())
    }

    fn name(message: &Message) -> &'static str {
        message.into()
    }

    fn subject(message: &Message) -> Option<OrderId> {
        message.order()
    }

    fn notes(event: &Event) -> Notes {
        event.happenings().into()
    }
}
