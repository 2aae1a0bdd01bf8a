use crate::actors::{Turn, order_manager};
use crate::domain::{OrderId, Units};

use super::shift::shift;
use super::{Bucket, Move, release};

pub fn make(turn: &mut Turn<'_>, order: OrderId, what: Move, lines: &[Units]) {
    use Bucket::{Allocated, Packed, Shipped};
    match what {
        Move::Release => release::release(turn, order, lines),
        Move::Allocate => allocate(turn, order, lines),
        Move::Pack => {
            shift(turn, order, lines, Allocated, Packed);
        }
        Move::HandOver => {
            shift(turn, order, lines, Packed, Shipped);
        }
        Move::PutAway { packed } => {
            release::give_back(turn, order, lines, if packed { Packed } else { Allocated });
        }
    }
}

fn allocate(turn: &mut Turn<'_>, order: OrderId, lines: &[Units]) {
    if shift(turn, order, lines, Bucket::Reserved, Bucket::Allocated) {
        turn.send(order_manager::Message::Allocated { order });
    }
}
