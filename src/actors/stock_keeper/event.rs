use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::catalogue::Product;
use crate::domain::{Date, Happening, OrderId, Sku, Step, Timestamp};
use crate::partners::wholesaler::WholesalerId;

use super::{Bucket, Credit, Demand, DemandId, Offer, Overdue, PurchaseOrder, PurchaseOrderId};

/// What the stock keeper states. Units move by these alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    Listed {
        product: Box<Product>,
    },
    /// On the shelf when the SKU was listed.
    Found {
        sku: Sku,
        quantity: u32,
    },
    Moved {
        order: OrderId,
        sku: Sku,
        from: Bucket,
        to: Bucket,
        quantity: u32,
    },

    /// What is overdue of the order's moves from now on, noted on the SKU.
    Overdue {
        order: OrderId,
        sku: Sku,
        overdue: Vec<Overdue>,
    },

    DemandOpened {
        id: DemandId,
        demand: Box<Demand>,
    },
    DemandClosed {
        id: DemandId,
    },
    Pegged {
        order: OrderId,
        sku: Sku,
        quantity: u32,
    },
    Unpegged {
        order: OrderId,
        sku: Sku,
    },
    /// Available → reserved for an order that waited.
    PegServed {
        order: OrderId,
        sku: Sku,
        quantity: u32,
    },
    /// Supplies are ordered for the peg from now on, or no more.
    PegOrdered {
        order: OrderId,
        sku: Sku,
        ordered: bool,
    },

    RoundOpened {
        sku: Sku,
        round: u32,
        asked: Vec<WholesalerId>,
    },
    RoundJoined {
        sku: Sku,
        waiter: DemandId,
    },
    QuoteCame {
        sku: Sku,
        from: WholesalerId,
        offer: Option<Offer>,
    },
    /// Whoever answers from now on has not quoted; what was offered is as fresh as `at`.
    RoundClosed {
        sku: Sku,
        at: Timestamp,
    },
    Dated {
        id: DemandId,
        sku: Sku,
        date: Option<Date>,
    },

    /// Supplies may be ordered for it though nothing is held for it yet.
    CreditGiven {
        order: OrderId,
        credit: Box<Credit>,
    },
    CreditEnded {
        order: OrderId,
        credit: Box<Credit>,
    },

    Promised {
        order: OrderId,
        ships_on: Date,
        lines: Vec<PromisedLine>,
    },
    SuppliesOrdered {
        order: OrderId,
    },
    Slipped {
        order: OrderId,
        ships_on: Date,
    },
    GivenUp {
        order: OrderId,
    },

    Ordered {
        id: PurchaseOrderId,
        purchase_order: Box<PurchaseOrder>,
    },
    /// `short`: ordered but not accepted.
    Acknowledged {
        id: PurchaseOrderId,
        order: OrderId,
        sku: Sku,
        accepted: u32,
        short: u32,
        arrives_on: Date,
    },
    Refused {
        id: PurchaseOrderId,
        sku: Sku,
        quantity: u32,
    },
    /// The outcome is unknown. `case` is for the operator, once.
    Unanswered {
        id: PurchaseOrderId,
        order: OrderId,
        case: Option<String>,
    },
    /// `expected` units were outstanding, `quantity` are on the shelf.
    Received {
        id: PurchaseOrderId,
        sku: Sku,
        expected: u32,
        quantity: u32,
    },

    /// What was said of it here is no more.
    Forgotten {
        order: OrderId,
    },

    /// Units were found on the shelf, or were missing there; by 0: somebody has counted, and all were there.
    Adjusted {
        sku: Sku,
        by: i64,
        reason: String,
        who: String,
        at: Timestamp,
    },
    /// It is not sold any more.
    Delisted {
        sku: Sku,
        at: Timestamp,
    },
    /// So much is on the way for nobody, and the operator has taken it upon the shop.
    UnwantedBorne {
        minor: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromisedLine {
    pub sku: Sku,
    pub quantity: u32,
    pub date: Date,
}

impl Event {
    /// What it says to the orders concerned: steps 4 and 5.
    pub fn happenings(&self) -> crate::actors::Happenings {
        match self {
            Event::Moved { order, sku, from: Bucket::Available, to: Bucket::Reserved, quantity } => {
                let what = Happening::UnitsReserved { sku: sku.clone(), quantity: *quantity };
                smallvec![(*order, Step::STOCK_OR_DATE, what)]
            }
            Event::Promised { order, lines, .. } => {
                let pegged = |line: &PromisedLine| Happening::UnitsPegged {
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    promised: line.date,
                };
                lines.iter().map(|line| (*order, Step::STOCK_OR_DATE, pegged(line))).collect()
            }
            Event::Acknowledged { order, sku, accepted, arrives_on, .. } => {
                let (sku, quantity, arrives) = (sku.clone(), *accepted, *arrives_on);
                smallvec![(
                    *order,
                    Step::ORDERS_SUPPLIES,
                    Happening::SuppliesOrdered { sku, quantity, arrives }
                )]
            }
            Event::PegServed { order, sku, quantity } => {
                let what = Happening::SuppliesArrived { sku: sku.clone(), quantity: *quantity };
                smallvec![(*order, Step::ORDERS_SUPPLIES, what)]
            }
            Event::Unanswered { order, case: Some(why), .. } => {
                smallvec![(*order, Step::CASE, Happening::CaseOpened { why: why.clone() })]
            }
            Event::Moved { .. } | Event::Unanswered { case: None, .. } => smallvec![],
            Event::Listed { .. }
            | Event::Found { .. }
            | Event::Overdue { .. }
            | Event::DemandOpened { .. }
            | Event::DemandClosed { .. }
            | Event::Pegged { .. }
            | Event::Unpegged { .. }
            | Event::PegOrdered { .. }
            | Event::RoundOpened { .. }
            | Event::RoundJoined { .. }
            | Event::QuoteCame { .. }
            | Event::RoundClosed { .. }
            | Event::Dated { .. }
            | Event::CreditGiven { .. }
            | Event::CreditEnded { .. }
            | Event::SuppliesOrdered { .. }
            | Event::Slipped { .. }
            | Event::GivenUp { .. }
            | Event::Ordered { .. }
            | Event::Refused { .. }
            | Event::Received { .. }
            | Event::Forgotten { .. }
            | Event::Adjusted { .. }
            | Event::Delisted { .. }
            | Event::UnwantedBorne { .. } => smallvec![],
        }
    }
}
