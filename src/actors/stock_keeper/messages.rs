use serde::{Deserialize, Serialize};

use crate::actors::Answered;
use crate::domain::catalogue::Product;
use crate::domain::{Backorder, Date, Money, OrderId, Sku, Timeline, Units};
use crate::partners::wholesaler::{Acknowledgement, QuoteAnswer, ShipNotice, WholesalerId};

use super::{CreditKey, PurchaseOrderId};

/// What the stock keeper is told, and by whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Message {
    /// `doorstep import`, the demo world: products to list, each with the units found on the shelf if it is new.
    /// Listing a known SKU again changes its description and price, not its stock. Replies `Listed`.
    List {
        products: Vec<(Product, u32)>,
    },
    /// Gateway: how many of each are for sale now; changes nothing. Replies `Availability`. A SKU that is not
    /// listed is left out.
    Check {
        skus: Vec<Sku>,
    },
    /// Gateway, for one product's page and the checkout page: the same, and where fewer than `quantity` are there, the earliest
    /// date; the wholesalers are asked if nobody has asked them lately. Replies `Availability` when they have
    /// answered, or the deadline for quotes has passed.
    Earliest {
        wanted: Vec<Units>,
    },
    /// OrderManager: step 3. All lines or nothing where `backorder` is `Refuse`. Answers `Reserved`, `Promised` or
    /// `OutOfStock`. The lines name each SKU once.
    Reserve {
        order: OrderId,
        lines: Vec<Units>,
        backorder: Backorder,
    },
    /// OrderManager: the promised order's payment stands; order its supplies. Answers later with `SuppliesArrived`,
    /// `PromiseChanged` or `NoSupplies`.
    OrderSupplies {
        order: OrderId,
        lines: Vec<Units>,
    },
    /// OrderManager: the card was only verified; may supplies be ordered for so much on the word of these? Answers
    /// `CreditGranted` or `CreditRefused`.
    CheckCredit {
        order: OrderId,
        who: Vec<CreditKey>,
        amount: Money,
    },
    /// OrderManager: its money is held now, or it has ended before anything was ordered for it. Timer, after `KeepCredit`: what
    /// was ordered has had its time to be sold.
    EndCredit {
        order: OrderId,
    },
    /// OrderManager: reserved → available again, and what waits for supplies waits no more.
    Release {
        order: OrderId,
        lines: Vec<Units>,
    },
    /// OrderManager: reserved → allocated. Answers `Allocated`.
    Allocate {
        order: OrderId,
        lines: Vec<Units>,
    },
    /// WarehouseActor: allocated → picked → packed.
    Packed {
        order: OrderId,
        lines: Vec<Units>,
    },
    /// WarehouseActor: packed → out of the house.
    HandedOver {
        order: OrderId,
        lines: Vec<Units>,
    },
    /// WarehouseActor: it does not leave after all; allocated (or packed, when `packed`) → available.
    PutAway {
        order: OrderId,
        lines: Vec<Units>,
        packed: bool,
    },

    /// A wholesaler's quote came, or its outcome is unknown (then this wholesaler does not count).
    QuoteAnswered {
        sku: Sku,
        round: u32,
        from: WholesalerId,
        result: Answered<QuoteAnswer>,
    },
    /// Timer: who has not quoted by now is left out.
    QuoteDeadline {
        sku: Sku,
        round: u32,
    },
    /// A wholesaler acknowledged a purchase order, or refused, or it is unknown.
    SupplyAnswered {
        purchase_order: PurchaseOrderId,
        result: Answered<Acknowledgement>,
    },
    /// Timer: ask again with the same key, the last outcome was unknown.
    SupplyRetry {
        purchase_order: PurchaseOrderId,
    },
    /// Timer: time to ask whether the goods have come.
    GoodsDue {
        purchase_order: PurchaseOrderId,
    },
    ShipNoticeAnswered {
        purchase_order: PurchaseOrderId,
        result: Answered<ShipNotice>,
    },

    /// Gateway, once the order manager has shown the rest to whoever asks: what the shelves and the bank say of the
    /// order. Replies `Timeline`.
    ShowTimeline {
        order: OrderId,
    },
    /// OrderManager: the order was refused a day ago, and all that was kept for it was given back. Answers `NothingKept`, or
    /// nothing where a case is open on it.
    Forget {
        order: OrderId,
    },
    /// OrderManager: it has ended unpaid, and supplies were ordered for it: they come, and somebody else has to buy them.
    KeepCredit {
        order: OrderId,
    },
}

/// What the stock keeper answers the gateway.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Listed {
        new: usize,
        changed: usize,
    },
    Availability(Vec<Availability>),
    /// Empty where there is nothing to tell.
    Timeline(Timeline),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    pub sku: Sku,
    /// For sale now.
    pub available: u32,
    /// When more could be here; only where it was asked for and `available` is short.
    pub earliest: Option<Date>,
}

impl Message {
    /// Its variant, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Message::List { .. } => "List",
            Message::Check { .. } => "Check",
            Message::Earliest { .. } => "Earliest",
            Message::Reserve { .. } => "Reserve",
            Message::OrderSupplies { .. } => "OrderSupplies",
            Message::CheckCredit { .. } => "CheckCredit",
            Message::EndCredit { .. } => "EndCredit",
            Message::Release { .. } => "Release",
            Message::Allocate { .. } => "Allocate",
            Message::Packed { .. } => "Packed",
            Message::HandedOver { .. } => "HandedOver",
            Message::PutAway { .. } => "PutAway",
            Message::QuoteAnswered { .. } => "QuoteAnswered",
            Message::QuoteDeadline { .. } => "QuoteDeadline",
            Message::SupplyAnswered { .. } => "SupplyAnswered",
            Message::SupplyRetry { .. } => "SupplyRetry",
            Message::GoodsDue { .. } => "GoodsDue",
            Message::ShipNoticeAnswered { .. } => "ShipNoticeAnswered",
            Message::ShowTimeline { .. } => "ShowTimeline",
            Message::Forget { .. } => "Forget",
            Message::KeepCredit { .. } => "KeepCredit",
        }
    }

    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Reserve { order, .. }
            | Message::OrderSupplies { order, .. }
            | Message::CheckCredit { order, .. }
            | Message::EndCredit { order }
            | Message::Release { order, .. }
            | Message::Allocate { order, .. }
            | Message::Packed { order, .. }
            | Message::HandedOver { order, .. }
            | Message::PutAway { order, .. }
            | Message::ShowTimeline { order }
            | Message::Forget { order }
            | Message::KeepCredit { order } => Some(*order),
            _ => None,
        }
    }
}
