use crate::actors::{Turn, order_manager};
use crate::domain::{OrderId, Units};

use super::shift::{are_there, shift};
use super::{Bucket, Event, Move, count, release, shortage};

pub fn make(turn: &mut Turn<'_>, order: OrderId, what: Move, lines: &[Units]) {
    use Bucket::{Allocated, Packed};
    match what {
        Move::Release => release::release(turn, order, lines),
        Move::Allocate => allocate(turn, order, lines),
        Move::Pack => {
            shift(turn, order, lines, Allocated, Packed);
        }
        Move::HandOver => hand_over(turn, order, lines),
        Move::PutAway { packed } => {
            release::give_back(turn, order, lines, if packed { Packed } else { Allocated });
        }
    }
}

/// What leaves the house was in it, whatever was counted.
fn hand_over(turn: &mut Turn<'_>, order: OrderId, lines: &[Units]) {
    if !are_there(turn, order, lines, Bucket::Packed) {
        return;
    }
    for Units { sku, quantity } in lines {
        shortage::watched(turn, sku, |turn| {
            count::was_there_after_all(turn, sku, *quantity);
            let (from, to) = (Bucket::Packed, Bucket::Shipped);
            turn.record(Event::Moved { order, sku: sku.clone(), from, to, quantity: *quantity });
        });
    }
}

fn allocate(turn: &mut Turn<'_>, order: OrderId, lines: &[Units]) {
    if shift(turn, order, lines, Bucket::Reserved, Bucket::Allocated) {
        turn.send(order_manager::Message::Allocated { order });
    }
}
