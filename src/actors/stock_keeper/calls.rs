//! What wholesalers are asked.

use serde::{Deserialize, Serialize};

use crate::actors::{PartnerCall, Rules};
use crate::domain::OrderId;
use crate::partners::wholesaler::{
    Acknowledgement, QuoteAnswer, QuoteRequest, ShipNotice, ShipNoticeRequest, SupplyOrder, Wholesaler,
    WholesalerId,
};
use crate::partners::{Answered, Partners, PendingAnswer, at_once};
use crate::runtime::{Redrive, Versioned};

use super::{Message, PurchaseOrderId};

/// What would so many units cost, and when would they be here?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestQuote {
    pub wholesaler: WholesalerId,
    pub round: u32,
    pub request: QuoteRequest,
}

impl Versioned for RequestQuote {}

impl PartnerCall for RequestQuote {
    type Answer = QuoteAnswer;
    type Message = Message;
    const NAME: &'static str = "quote";
    const LANE: &'static str = "quotes";
    const REDRIVE: Redrive = Redrive::SameKey;

    fn deadline_ms(rules: &Rules) -> u64 {
        rules.quote_deadline_ms
    }

    fn make(&self, partners: &Partners) -> PendingAnswer<QuoteAnswer> {
        ask(partners, self.wholesaler, |wholesaler| wholesaler.quote(self.request.clone()))
    }

    fn answered(&self, result: Answered<QuoteAnswer>) -> Message {
        let (sku, round, from) = (self.request.sku.clone(), self.round, self.wholesaler);
        Message::QuoteAnswered { sku, round, from, result }
    }

    fn order(&self) -> Option<OrderId> {
        None
    }
}

/// Orders supplies: again with the same key, where the outcome is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacePurchaseOrder {
    pub wholesaler: WholesalerId,
    pub purchase_order: PurchaseOrderId,
    pub order: SupplyOrder,
}

impl Versioned for PlacePurchaseOrder {}

impl PartnerCall for PlacePurchaseOrder {
    type Answer = Acknowledgement;
    type Message = Message;
    const NAME: &'static str = "order for supplies";
    const LANE: &'static str = SUPPLIES;
    const REDRIVE: Redrive = Redrive::SameKey;

    fn make(&self, partners: &Partners) -> PendingAnswer<Acknowledgement> {
        ask(partners, self.wholesaler, |wholesaler| wholesaler.order(self.order.clone()))
    }

    fn answered(&self, result: Answered<Acknowledgement>) -> Message {
        Message::SupplyAnswered { purchase_order: self.purchase_order, result }
    }

    fn order(&self) -> Option<OrderId> {
        None
    }
}

/// Are the goods of the purchase order here yet?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestShipNotice {
    pub wholesaler: WholesalerId,
    pub purchase_order: PurchaseOrderId,
    pub request: ShipNoticeRequest,
}

impl Versioned for RequestShipNotice {}

impl PartnerCall for RequestShipNotice {
    type Answer = ShipNotice;
    type Message = Message;
    const NAME: &'static str = "ship notice";
    const LANE: &'static str = SUPPLIES;
    const REDRIVE: Redrive = Redrive::SameKey;

    fn make(&self, partners: &Partners) -> PendingAnswer<ShipNotice> {
        ask(partners, self.wholesaler, |wholesaler| wholesaler.ship_notice(self.request.clone()))
    }

    fn answered(&self, result: Answered<ShipNotice>) -> Message {
        Message::ShipNoticeAnswered { purchase_order: self.purchase_order, result }
    }

    fn order(&self) -> Option<OrderId> {
        None
    }
}

const SUPPLIES: &str = "supplies";

/// Refused where the journal names a wholesaler that the settings no longer have.
fn ask<T: 'static>(
    partners: &Partners,
    id: WholesalerId,
    question: impl FnOnce(&dyn Wholesaler) -> PendingAnswer<T>,
) -> PendingAnswer<T> {
    match partners.wholesaler(id) {
        Some(wholesaler) => question(wholesaler),
        None => at_once(Answered::Refused(format!("no wholesaler {} is configured", id.0))),
    }
}
