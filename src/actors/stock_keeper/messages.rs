use serde::{Deserialize, Serialize};

use crate::domain::catalogue::{Detail, Product};
use crate::domain::{Backorder, Date, Money, OrderId, STOCK_MAX, Sku, Timeline, Units};
use crate::partners::Answered;
use crate::partners::wholesaler::{Acknowledgement, QuoteAnswer, ShipNotice, WholesalerId};
use crate::questions;
use crate::runtime::Addressed;

use super::{CreditKey, PurchaseOrderId};

/// The shelves, and the orders for supplies.
pub struct StockKeeper;

/// What the stock keeper is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    List(List),
    Check(Check),
    Earliest(Earliest),
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
    /// OrderManager: reserved → available again, and what waits for supplies waits no more. Only after `Reserved` or
    /// `Promised`. The stock keeper itself, of what an order holds that turns out to be out of stock.
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
    /// OrderManager, before the warehouse has it, and WarehouseActor: it does not leave after all; allocated (or packed, when
    /// `packed`) → available.
    PutAway {
        order: OrderId,
        lines: Vec<Units>,
        packed: bool,
    },
    /// Timer: a move of the order was given up; whatever is overdue is made now. It is noted on this SKU.
    MoveAgain {
        order: OrderId,
        sku: Sku,
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

    ShowTimeline(ShowTimeline),
    /// OrderManager: the order was refused a day ago, and all that was kept for it was given back. Answers `NothingKept`, or
    /// nothing where a case is open on it.
    Forget {
        order: OrderId,
    },
    /// OrderManager: it has ended unpaid, and supplies were ordered for it: they come, and somebody else has to buy them.
    KeepCredit {
        order: OrderId,
    },
    Import(Import),
    Count(Count),
    Delist(Delist),
    Relist(Relist),
    /// OrderManager: its money is held. May supplies be ordered for it? It can be had back by cancelling. Answers
    /// `CreditGranted` or `CreditRefused`.
    CheckHeld {
        order: OrderId,
        who: Vec<CreditKey>,
        amount: Money,
    },
    /// OrderManager: money is held for what was ordered in for it, or no more.
    HoldCredit {
        order: OrderId,
        held: bool,
    },
    /// BackOffice: the operator has taken what is on the way for nobody upon the shop.
    BearUnwanted,
}

impl Addressed for Message {
    type Actor = StockKeeper;
}

questions! { StockKeeper:
    List -> ListedCount,
    Check -> Vec<Availability>,
    Earliest -> Vec<Availability>,
    ShowTimeline -> Timeline,
    Import -> Imported,
    Count -> Result<(), NotCounted>,
    Delist -> Delisted,
    Relist -> Delisted,
}

/// The demo world, benches: products to list, each with the units found on the shelf if it is new.
/// Listing a known SKU again changes its description and price, not its stock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    pub products: Vec<(Product, u32)>,
}

/// `doorstep import catalogue`: brings products up to date, each with the units that the file has counted. One that was taken off
/// sale is sold again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    pub products: Vec<Described>,
    /// Counted are new products alone: of one whose units are known they stay as they are.
    pub keep_stock: bool,
    /// Why units are adjusted: the file's name.
    pub reason: String,
    pub who: String,
}

/// A product as a file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Described {
    pub product: Product,
    pub counted: u32,
    /// What the file says nothing of: of a product that is listed it stays.
    pub unsaid: Vec<Detail>,
}

/// `doorstep stock`: somebody has counted the units of a SKU, or more have come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    pub sku: Sku,
    pub counted: Counted,
    pub reason: String,
    pub who: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// So many are in the house, for sale or put aside for orders.
    Are(u32),
    /// So many more have come.
    Came(u32),
    /// So many are there no more: broken, stolen, given away.
    Gone(u32),
}

/// Nobody can have counted that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    #[error("the shop lists no such product: `doorstep products --all` shows those that it does")]
    NotListed,
    #[error("{on_hand} are in the house, so {gone} cannot be taken off: say how many there are with --count")]
    TooFew { on_hand: u64, gone: u32 },
    #[error("{units} would be in the house, and a product has at most {max}", max = STOCK_MAX)]
    TooMany { units: u64 },
}

/// `doorstep delist`, and an import that takes what its file does not have off sale: it is neither reserved nor are quotes asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delist {
    pub skus: Vec<Sku>,
}

/// `doorstep delist --undo`: it is sold again, as it was listed last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relist {
    pub skus: Vec<Sku>,
}

/// What became of each SKU.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delisted {
    pub done: Vec<Sku>,
    /// They were off sale already, or on sale.
    pub no_change: Vec<Sku>,
    pub not_listed: Vec<Sku>,
}

/// Gateway: how many of each are for sale now; changes nothing. A SKU that is not listed is left out of the reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub skus: Vec<Sku>,
}

/// Gateway, for one product's page and the checkout page: the same, and where fewer than `quantity` are there, the earliest
/// date; the wholesalers are asked if nobody has asked them lately. Replies when they have answered, or the deadline for
/// quotes has passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earliest {
    pub wanted: Vec<Units>,
}

/// Gateway, once the order manager has shown the rest to whoever asks: what the shelves and the bank say of the
/// order. The reply is empty where there is nothing to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowTimeline {
    pub order: OrderId,
}

/// What an import did: products that are new, those whose text or price changed or that are sold again, and those whose units were
/// adjusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedCount {
    pub new: usize,
    pub changed: usize,
    pub adjusted: usize,
}

/// What an import did, with what its file may not have meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub count: ImportedCount,
    /// Taken off sale before, and sold again now.
    pub put_back: Vec<Sku>,
    /// Whose units are others than before.
    pub adjusted: Vec<Adjusted>,
    /// Of these fewer were counted than are promised to orders.
    pub short: Vec<Sku>,
}

/// Units of a product in the house, before an import and after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    pub sku: Sku,
    pub before: u64,
    pub then: u64,
}

impl ImportedCount {
    pub fn add(&mut self, more: ImportedCount) {
        self.new += more.new;
        self.changed += more.changed;
        self.adjusted += more.adjusted;
    }
}

/// How many products a listing made, and how many it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedCount {
    pub new: usize,
    pub changed: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    pub sku: Sku,
    /// For sale now.
    pub available: u32,
    /// When more could be here; only where it was asked for and `available` is short.
    pub earliest: Option<Date>,
}

/// What other actors have an order's units do. Each comes once for an order, if at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Move {
    Release,
    Allocate,
    Pack,
    HandOver,
    PutAway { packed: bool },
}

impl Message {
    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Reserve { order, .. }
            | Message::OrderSupplies { order }
            | Message::CheckCredit { order, .. }
            | Message::EndCredit { order }
            | Message::Release { order, .. }
            | Message::Allocate { order, .. }
            | Message::Packed { order, .. }
            | Message::HandedOver { order, .. }
            | Message::PutAway { order, .. }
            | Message::MoveAgain { order, .. }
            | Message::ShowTimeline(ShowTimeline { order })
            | Message::Forget { order }
            | Message::KeepCredit { order }
            | Message::CheckHeld { order, .. }
            | Message::HoldCredit { order, .. } => Some(*order),
            Message::List(_)
            | Message::Import(_)
            | Message::Count(_)
            | Message::Delist(_)
            | Message::Relist(_)
            | Message::Check(_)
            | Message::Earliest(_)
            | Message::QuoteAnswered { .. }
            | Message::QuoteDeadline { .. }
            | Message::SupplyAnswered { .. }
            | Message::SupplyRetry { .. }
            | Message::GoodsDue { .. }
            | Message::BearUnwanted
            | Message::ShipNoticeAnswered { .. } => None,
        }
    }

    /// The move of units that it is, where it is one.
    pub(super) fn as_move(&self) -> Option<(OrderId, Move, &[Units])> {
        match self {
            Message::Release { order, lines } => Some((*order, Move::Release, lines)),
            Message::Allocate { order, lines } => Some((*order, Move::Allocate, lines)),
            Message::Packed { order, lines } => Some((*order, Move::Pack, lines)),
            Message::HandedOver { order, lines } => Some((*order, Move::HandOver, lines)),
            Message::PutAway { order, lines, packed } => {
                Some((*order, Move::PutAway { packed: *packed }, lines))
            }
            Message::List(_)
            | Message::Import(_)
            | Message::Count(_)
            | Message::Delist(_)
            | Message::Relist(_)
            | Message::Check(_)
            | Message::Earliest(_)
            | Message::Reserve { .. }
            | Message::OrderSupplies { .. }
            | Message::CheckCredit { .. }
            | Message::EndCredit { .. }
            | Message::KeepCredit { .. }
            | Message::CheckHeld { .. }
            | Message::HoldCredit { .. }
            | Message::BearUnwanted
            | Message::MoveAgain { .. }
            | Message::QuoteAnswered { .. }
            | Message::QuoteDeadline { .. }
            | Message::SupplyAnswered { .. }
            | Message::SupplyRetry { .. }
            | Message::GoodsDue { .. }
            | Message::ShipNoticeAnswered { .. }
            | Message::ShowTimeline(_)
            | Message::Forget { .. } => None,
        }
    }
}
