//! The stock keeper's timers: what each waits for, and what names it among those of its kind.

use crate::domain::{OrderId, Sku};
use crate::runtime::TimerId;

use super::PurchaseOrderId;

/// Stored: a number is never used for something else.
mod kind {
    pub const QUOTE_DEADLINE: u8 = 1;
    pub const SUPPLY_RETRY: u8 = 2;
    pub const GOODS_DUE: u8 = 3;
    pub const END_CREDIT: u8 = 4;
    pub const MOVE_AGAIN: u8 = 5;
}

/// A SKU has one round at a time, so its hash names the timer.
pub fn quote_deadline(sku: &Sku) -> TimerId {
    TimerId { kind: kind::QUOTE_DEADLINE, of: xxhash_rust::xxh3::xxh3_128(sku.as_str().as_bytes()) }
}

pub fn supply_retry(id: PurchaseOrderId) -> TimerId {
    TimerId { kind: kind::SUPPLY_RETRY, of: id.number() }
}

pub fn goods_due(id: PurchaseOrderId) -> TimerId {
    TimerId { kind: kind::GOODS_DUE, of: id.number() }
}

pub fn end_credit(order: OrderId) -> TimerId {
    TimerId { kind: kind::END_CREDIT, of: order.number() }
}

/// An order's overdue moves are made together.
pub fn move_again(order: OrderId) -> TimerId {
    TimerId { kind: kind::MOVE_AGAIN, of: order.number() }
}
