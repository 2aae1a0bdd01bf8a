use std::fmt;

use crate::actors::{Notes, Rules, Shop, Teller, Turn};
use crate::domain::{OrderId, Party, SessionId};
use crate::runtime::{Actor, Fold, Partition, Snapshot, Tables};

use super::{
    Ended, Event, Message, NoCart, NoCheckout, Programs, Session, WebSession, cart, checkout, give_back,
    keys, reprice, state,
};

impl Actor for WebSession {
    type App = Shop;
    const NAME: &'static str = Party::WebSession.name();
    const ROLE: Option<Teller> = Some(Teller::own(Party::WebSession));
    /// One for each live visitor, and one that all programs share.
    type Key = SessionId;
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Session>();
        tables.add::<Programs>();
    }

    fn decide(id: &SessionId, message: &Message, turn: &mut Turn<'_>) {
        decide(turn, *id, message);
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    /// Programs share a session: what it is told of an order is decided on with that, and the list of them is in common.
    fn partition(id: &SessionId, message: &Message) -> Partition {
        match message {
            Message::Submit(order) => order.0.idempotency().slot().into(),
            Message::OrderAnswered { order, .. } if *id == SessionId::PROGRAMS => order.slot().into(),
            _ if *id == SessionId::PROGRAMS => Partition::Common,
            _ => id.slot().into(),
        }
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

    /// A session's id opens its cart, so only its time is shown.
    fn show_key(id: &SessionId, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *id {
            SessionId::PROGRAMS => f.write_str("programs"),
            visitor => write!(f, "…{}", visitor.fingerprint()),
        }
    }

    fn idle_ms(id: &SessionId, rules: &Rules) -> Option<u64> {
        (*id != SessionId::PROGRAMS).then_some(rules.session_idle_ms)
    }
}

fn decide(turn: &mut Turn<'_>, id: SessionId, message: &Message) {
    match message {
        Message::AddKey(question) => keys::add(turn, question),
        Message::RevokeKey(question) => keys::revoke(turn, question),
        Message::ListKeys(question) => keys::list(turn, question),
        Message::Submit(question) => checkout::submit(turn, question),
        Message::OrderAnswered { request, order, key, answer } => {
            let session = known(turn, id);
            checkout::answered(turn, id, session.as_deref(), *request, *order, *key, answer);
        }
        // the programs' session has none
        about_a_cart if id == SessionId::PROGRAMS => no_such_cart(turn, about_a_cart),
        about_a_cart => on_any_cart(turn, id, about_a_cart),
    }
}

/// The programs keep no cart.
fn known(turn: &mut Turn<'_>, id: SessionId) -> Option<Snapshot<Session>> {
    if id == SessionId::PROGRAMS { None } else { turn.get::<Session>(&id) }
}

/// Begun or not, over or not.
fn on_any_cart(turn: &mut Turn<'_>, id: SessionId, message: &Message) {
    let session = turn.get::<Session>(&id);
    match (message, session.as_deref()) {
        (Message::Forget(question), session) => cart::forget(turn, id, session, question),
        (Message::End(question), session) => cart::end(turn, id, session, question),
        _ if cart::is_over(turn, id) => no_such_cart(turn, message),
        (Message::Create(question), session) => cart::create(turn, id, session, question),
        (Message::Adopt(question), session) => cart::adopt(turn, id, session, question),
        (_, Some(session)) => on_cart(turn, id, session, message),
        (_, None) => no_such_cart(turn, message),
    }
}

fn on_cart(turn: &mut Turn<'_>, id: SessionId, session: &Session, message: &Message) {
    match message {
        Message::View(question) => cart::view(turn, id, question),
        Message::SetLine(question) => cart::set_line(turn, id, session, question),
        Message::RemoveLine(question) => cart::remove_line(turn, id, session, question),
        Message::BeginCheckout(question) => checkout::begin(turn, id, session, question),
        Message::PayWith(question) => checkout::pay_with(turn, id, session, question),
        Message::CheckoutCart(question) => checkout::checkout(turn, id, session, question),
        Message::Reprice(question) => reprice::reprice(turn, id, session, question),
        Message::GiveBack { order, lines } => give_back::give_back(turn, id, session, *order, lines),
        // decided on above, for any session
        Message::Submit(_)
        | Message::Create(_)
        | Message::Adopt(_)
        | Message::Forget(_)
        | Message::End(_)
        | Message::OrderAnswered { .. }
        | Message::AddKey(_)
        | Message::RevokeKey(_)
        | Message::ListKeys(_) => {}
    }
}

fn no_such_cart(turn: &mut Turn<'_>, message: &Message) {
    match message {
        Message::Create(question) => turn.answer(question, Err(NoCart::NoSuchCart)),
        Message::Adopt(question) => turn.answer(question, Err(NoCart::NoSuchCart)),
        Message::View(question) => turn.answer(question, Err(NoCart::NoSuchCart)),
        Message::SetLine(question) => turn.answer(question, Err(NoCart::NoSuchCart)),
        Message::RemoveLine(question) => turn.answer(question, Err(NoCart::NoSuchCart)),
        Message::BeginCheckout(question) => turn.answer(question, Err(NoCheckout::NoSuchCart)),
        Message::PayWith(question) => turn.answer(question, Err(NoCheckout::NoSuchCart)),
        Message::CheckoutCart(question) => turn.answer(question, Err(NoCheckout::NoSuchCart)),
        Message::Reprice(question) => turn.answer(question, Err(NoCart::NoSuchCart)),
        // of the programs' session, which never ends
        Message::Forget(question) => turn.answer(question, ()),
        Message::End(question) => turn.answer(question, Ended::NotOver),
        // nobody waits: her cart is gone, or this is not about a cart
        Message::GiveBack { .. }
        | Message::Submit(_)
        | Message::OrderAnswered { .. }
        | Message::AddKey(_)
        | Message::RevokeKey(_)
        | Message::ListKeys(_) => {}
    }
}
