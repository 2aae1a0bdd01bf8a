use crate::actors::{CommonTimeline, Notes, Shop, Teller, Turn, order_manager};
use crate::domain::{OrderId, Party};
use crate::runtime::{Actor, Fold, Resolution, Tables};

use super::shift::merged;
use super::state::{self, Listed};
use super::{
    Adjustments, Credit, CreditSum, Demand, Event, Message, PurchaseOrder, ShowTimeline, StockItem,
    StockKeeper, arrival, count, credit_check, delist, given_up, import, listing, overdue, quoting, reserve,
    supply,
};

impl Actor for StockKeeper {
    type App = Shop;
    const NAME: &'static str = Party::StockKeeper.name();
    const ROLE: Option<Teller> = Some(Teller::common(Party::StockKeeper));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Listed>();
        tables.add::<StockItem>();
        tables.add::<PurchaseOrder>();
        tables.add::<Demand>();
        tables.add::<Credit>();
        tables.add::<CreditSum>();
        tables.add::<Adjustments>();
    }

    fn decide(_: &(), message: &Message, turn: &mut Turn<'_>) {
        match message {
            Message::List(question) => listing::list(turn, question),
            Message::Import(question) => import::import(turn, question),
            Message::Count(question) => count::count(turn, question),
            Message::Delist(question) => delist::delist(turn, question),
            Message::Relist(question) => delist::relist(turn, question),
            Message::Check(question) => listing::check(turn, question),
            Message::Earliest(question) => quoting::earliest(turn, question),
            Message::Reserve { order, lines, backorder } => {
                reserve::reserve(turn, *order, &merged(lines), *backorder);
            }
            Message::OrderSupplies { order } => supply::order_supplies(turn, *order),
            Message::CheckCredit { order, who, amount } => credit_check::check(turn, *order, who, *amount),
            Message::BearUnwanted => credit_check::bear(turn),
            Message::EndCredit { order } => credit_check::end(turn, *order),
            Message::KeepCredit { order } => credit_check::keep(turn, *order),
            Message::CheckHeld { order, who, amount } => {
                credit_check::check_held(turn, *order, who, *amount);
            }
            Message::HoldCredit { order, held } => credit_check::hold(turn, *order, *held),
            Message::Release { .. }
            | Message::Allocate { .. }
            | Message::Packed { .. }
            | Message::HandedOver { .. }
            | Message::PutAway { .. } => {
                if let Some((order, what, lines)) = message.as_move() {
                    overdue::take(turn, order, what, &merged(lines));
                }
            }
            Message::MoveAgain { order, sku } => overdue::again(turn, *order, sku),
            Message::QuoteAnswered { sku, round, from, result } => {
                quoting::quote_answered(turn, sku, *round, *from, result);
            }
            Message::QuoteDeadline { sku, round } => quoting::deadline(turn, sku, *round),
            Message::SupplyAnswered { purchase_order, result } => {
                supply::answered(turn, *purchase_order, result);
            }
            Message::SupplyRetry { purchase_order } => supply::retry(turn, *purchase_order),
            Message::GoodsDue { purchase_order } => arrival::goods_due(turn, *purchase_order),
            Message::ShipNoticeAnswered { purchase_order, result } => {
                arrival::answered(turn, *purchase_order, result);
            }
            Message::ShowTimeline(question) => show_timeline(turn, question),
            Message::Forget { order } => forget(turn, *order),
        }
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    fn name(message: &Message) -> &'static str {
        message.into()
    }

    fn subject(message: &Message) -> Option<OrderId> {
        message.order()
    }

    fn notes(event: &Event) -> Notes {
        let told = Notes::from(event.happenings());
        match event {
            Event::Forgotten { order } => told.forgetting(*order),
            _ => told,
        }
    }

    fn given_up(_: &(), message: &Message, _panic: &str, turn: &mut Turn<'_>) {
        given_up::given_up(turn, message);
    }

    fn resolved(_: &(), message: &Message, how: Resolution, turn: &mut Turn<'_>) {
        if how == Resolution::Discard {
            given_up::discarded(turn, message);
        }
    }
}

/// Whoever asks has shown the order's key to the order manager.
fn show_timeline(turn: &mut Turn<'_>, question: &ShowTimeline) {
    let part = turn.get::<CommonTimeline>(&question.order);
    turn.answer(question, part.map(|part| part.0.read()).unwrap_or_default());
}

/// Where a case is open the order stays as it is, for the operator.
fn forget(turn: &mut Turn<'_>, order: OrderId) {
    if turn.get::<CommonTimeline>(&order).is_some_and(|part| part.0.read().has_case()) {
        return;
    }
    turn.record(Event::Forgotten { order });
    turn.send(order_manager::Message::NothingKept { order });
}
