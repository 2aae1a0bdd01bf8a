use std::fmt;

use serde::{Deserialize, Serialize};

use super::catalogue::Product;
use super::{Date, Money, Quantity, Sku};

/// Limits on what one order may hold.
pub mod limits {
    pub const LINES_MAX: usize = 100;
    pub const NAME_CHARS_MAX: usize = 100;
    pub const EMAIL_CHARS_MAX: usize = 254;
    pub const ADDRESS_FIELD_CHARS_MAX: usize = 120;
    pub const TOKEN_CHARS_MAX: usize = 80;
    /// Of why a clerk does something.
    pub const REASON_CHARS_MAX: usize = 400;
    pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 128;
    /// What is sent as the key of an order or of a program. Longer ones open nothing: an order's key has 26 characters.
    pub const KEY_CHARS_MAX: usize = 128;
    /// What one order may cost, in minor units of whatever currency: the amount of a card's message has twelve digits (ISO 8583).
    /// A digit more could be taken for a card's number.
    pub const TOTAL_MINOR_MAX: i64 = 999_999_999_999;
}

/// One line of an order at the price the customer was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub sku: Sku,
    pub title: String,
    pub quantity: Quantity,
    pub unit_price: Money,
    /// Of one unit; `None` where nobody has said.
    pub weight_grams: Option<u32>,
}

impl OrderLine {
    /// At the price that the product has now.
    pub fn of(product: &Product, quantity: Quantity) -> OrderLine {
        OrderLine {
            sku: product.sku.clone(),
            title: product.title.clone(),
            quantity,
            unit_price: product.price,
            weight_grams: product.weight_grams,
        }
    }
}

/// So many units of one SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    pub sku: Sku,
    pub quantity: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub email: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingAddress {
    pub line1: String,
    pub line2: Option<String>,
    /// Empty where the country's addresses have none.
    pub city: String,
    /// As the country's post writes it: `CA`.
    pub region: Option<String>,
    /// Empty where the country has none.
    pub postcode: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// For the carrier.
    pub phone: Option<String>,
}

impl ShippingAddress {
    /// Of the parts that most addresses have.
    pub fn of(line1: &str, city: &str, postcode: &str, country: &str) -> ShippingAddress {
        ShippingAddress {
            line1: line1.to_owned(),
            line2: None,
            city: city.to_owned(),
            region: None,
            postcode: postcode.to_owned(),
            country: country.to_owned(),
            phone: None,
        }
    }
}

/// What the customer wants where not everything is in stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backorder {
    /// She saw the date, or takes any: the order waits for supplies.
    Accept,
    /// Then she wants nothing: the order is refused with the earliest date.
    Refuse,
    /// The order waits for supplies that come by this day: the one that she was shown at her doorstep, and to the stock keeper
    /// that on which they leave the house. Where they would come later, the order is refused as by `Refuse`.
    AcceptUntil(Date),
}

impl Backorder {
    /// Whether the order is to wait at all.
    pub fn waits(self) -> bool {
        self != Backorder::Refuse
    }
}

/// Where an order stands. `OrderManager`'s transition table says what leads where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrderState {
    Placed,
    AwaitingStock,
    Reserved,
    AwaitingPayment,
    Confirmed,
    Fulfilling,
    PartlyDispatched,
    Dispatched,
    Delivered,
    Closed,
    Declined,
    Cancelled,
    Returned,
}

impl OrderState {
    pub const ALL: [OrderState; 13] = [
        OrderState::Placed,
        OrderState::AwaitingStock,
        OrderState::Reserved,
        OrderState::AwaitingPayment,
        OrderState::Confirmed,
        OrderState::Fulfilling,
        OrderState::PartlyDispatched,
        OrderState::Dispatched,
        OrderState::Delivered,
        OrderState::Closed,
        OrderState::Declined,
        OrderState::Cancelled,
        OrderState::Returned,
    ];

    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            OrderState::Placed => "placed",
            OrderState::AwaitingStock => "awaiting_stock",
            OrderState::Reserved => "reserved",
            OrderState::AwaitingPayment => "awaiting_payment",
            OrderState::Confirmed => "confirmed",
            OrderState::Fulfilling => "fulfilling",
            OrderState::PartlyDispatched => "partly_dispatched",
            OrderState::Dispatched => "dispatched",
            OrderState::Delivered => "delivered",
            OrderState::Closed => "closed",
            OrderState::Declined => "declined",
            OrderState::Cancelled => "cancelled",
            OrderState::Returned => "returned",
        }
    }

    /// Nothing more will happen to it.
    pub fn is_end(self) -> bool {
        matches!(
            self,
            OrderState::Closed | OrderState::Declined | OrderState::Cancelled | OrderState::Returned
        )
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a card was not charged, with the code that the API answers; after ISO 8583 response codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeclineReason {
    /// 05
    DoNotHonour,
    /// 51
    InsufficientFunds,
    /// 54
    ExpiredCard,
    /// 43: a hard decline, never tried again
    StolenCard,
    /// 14
    UnknownCard,
    /// No answer could be had in time; whatever was held is reversed.
    IssuerUnavailable,
    /// 41
    LostCard,
    /// 04: whoever takes cards is to keep this one
    PickUpCard,
    /// 59
    SuspectedFraud,
}

impl DeclineReason {
    /// As the customer, and a program that acts for her, is told it. What a bank says in confidence is told as any decline: whoever
    /// tries a stolen card must not learn that it is known to be one. The operator sees the reason itself.
    pub fn as_told(self) -> DeclineReason {
        match self {
            DeclineReason::StolenCard
            | DeclineReason::LostCard
            | DeclineReason::PickUpCard
            | DeclineReason::SuspectedFraud => DeclineReason::DoNotHonour,
            DeclineReason::DoNotHonour
            | DeclineReason::InsufficientFunds
            | DeclineReason::ExpiredCard
            | DeclineReason::UnknownCard
            | DeclineReason::IssuerUnavailable => self,
        }
    }

    /// The bank will never approve this card: it is not asked again. After any other reason it may be.
    pub fn is_hard(self) -> bool {
        match self {
            DeclineReason::ExpiredCard
            | DeclineReason::StolenCard
            | DeclineReason::UnknownCard
            | DeclineReason::LostCard
            | DeclineReason::PickUpCard
            | DeclineReason::SuspectedFraud => true,
            DeclineReason::DoNotHonour
            | DeclineReason::InsufficientFunds
            | DeclineReason::IssuerUnavailable => false,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            DeclineReason::DoNotHonour => "do_not_honour",
            DeclineReason::InsufficientFunds => "insufficient_funds",
            DeclineReason::ExpiredCard => "expired_card",
            DeclineReason::StolenCard => "stolen_card",
            DeclineReason::UnknownCard => "unknown_card",
            DeclineReason::IssuerUnavailable => "issuer_unavailable",
            DeclineReason::LostCard => "lost_card",
            DeclineReason::PickUpCard => "pick_up_card",
            DeclineReason::SuspectedFraud => "suspected_fraud",
        }
    }
}

/// Why an order was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelReason {
    ByCustomer,
    /// Not in stock, and the customer did not want to wait; all of it could be at the doorstep by that day.
    OutOfStock {
        earliest: Option<Date>,
    },
    /// No wholesaler could supply it in the end.
    NoSupplies,
    /// The hold on the card lapsed before the goods had left, and the bank did not renew it.
    PaymentLapsed,
    /// Nothing could be held for it yet, and the shop orders no more in on verified cards alone.
    BackorderLimit,
}

impl CancelReason {
    pub fn code(self) -> &'static str {
        match self {
            CancelReason::ByCustomer => "by_customer",
            CancelReason::OutOfStock { .. } => "out_of_stock",
            CancelReason::NoSupplies => "no_supplies",
            CancelReason::PaymentLapsed => "payment_lapsed",
            CancelReason::BackorderLimit => "backorder_limit",
        }
    }
}
