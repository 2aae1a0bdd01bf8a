use super::desk::*;
use crate::actors::{Address, Decided, Event as Any, OwnTimeline, Shop, order_manager::*};
use crate::domain::{DeclineReason, Happening, OrderState};
use crate::journal::Position;
use crate::runtime::{Application, Fold, Journaled, Place, TableKey, tree_names};
use crate::storage::MemoryTrees;

/// There will be millions: an order of one line, closed, without its texts.
const ORDER_BYTES_MAX: usize = 256;

fn reads_back(turn: &Decided) {
    for event in turn.events() {
        let mut bytes = vec![];
        event.write(&mut bytes);
        let mut rest = bytes.as_slice();
        assert_eq!(&Any::read(&mut rest).unwrap(), event);
        assert!(rest.is_empty());
    }
}

#[test]
fn what_is_journaled_of_an_order_reads_back_as_it_was() {
    let mut desk = Desk::new();
    reads_back(&desk.tell(Message::Place(Box::new(place_order()))));
    reads_back(&desk.promised(8));
    let slip = Message::PromiseChanged { order: desk.id, ships_on: desk.day(9) };
    reads_back(&desk.tell(slip));
    reads_back(&desk.verified());
    reads_back(&desk.supplies_arrived());
    reads_back(&desk.authorised());
    reads_back(&desk.allocated());
    reads_back(&desk.cancel(3));
    reads_back(&desk.tell(Message::TooLateToStop { order: desk.id }));
    reads_back(&desk.handed_over());
    let mut declined = Desk::placed();
    declined.reserved();
    reads_back(&declined.declined(DeclineReason::UnknownCard));
    let order = desk.order();
    let bytes = postcard::to_stdvec(order).unwrap();
    assert_eq!(&postcard::from_bytes::<Order>(&bytes).unwrap(), order);
    let hash = KeyHash::of(&place_order().idempotency);
    assert_eq!(KeyHash::from_bytes(&TableKey::to_bytes(&hash)), Some(hash));
}

#[test]
fn a_stored_order_is_small() {
    let mut desk = Desk::new();
    let mut place = place_order();
    place.lines = place.lines[..1].into();
    desk.tell(Message::Place(Box::new(place.clone())));
    desk.reserved();
    desk.authorised();
    desk.allocated();
    desk.handed_over();
    let texts = place.customer.email.len()
        + place.customer.name.len()
        + place.shipping_address.line1.len()
        + place.shipping_address.city.len()
        + place.shipping_address.postcode.len()
        + place.lines[0].title.len();
    let bytes = postcard::to_stdvec(desk.order()).unwrap().len();
    assert!(bytes - texts <= ORDER_BYTES_MAX, "{bytes} bytes, {texts} of them texts");
}

#[test]
fn a_replay_of_the_events_rebuilds_the_order() {
    let mut desk = Desk::new();
    let mut turns = vec![desk.tell(Message::Place(Box::new(place_order())))];
    turns.push(desk.promised(2));
    turns.push(desk.only_authorised());
    turns.push(desk.tell(Message::CreditGranted { order: desk.id }));
    turns.push(desk.supplies_arrived());
    turns.push(desk.allocated());
    let (mut rebuilt, trees) = (Shop::tables(), MemoryTrees::new(&tree_names::<Shop>()));
    for (at, turn) in turns.iter().enumerate() {
        let place = Place { position: Position(at as u64 + 1), at: desk.alone.now };
        let mut fold = Fold::replayed(&mut rebuilt, &trees, place);
        turn.events().iter().for_each(|event| Shop::fold(event, Address::OrderManager, &mut fold));
    }
    assert_eq!(rebuilt.of::<Order>().peek(&desk.id), Some(desk.order()));
    assert_eq!(desk.state(), OrderState::Fulfilling);
    let entries = desk.alone.get::<OwnTimeline>(&desk.id).unwrap().0.read().entries;
    assert_eq!(entries.iter().filter(|entry| entry.what == Happening::Confirmed).count(), 1);
}
