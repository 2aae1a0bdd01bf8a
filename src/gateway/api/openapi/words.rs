//! The words that the API's documents are made of, each with the limits that the code holds it to.

use serde_json::json;
use strum::VariantNames;
use utoipa::openapi::schema::{
    Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};

use crate::actors::merchant_proxy::RefundState;
use crate::actors::order_manager::PaymentView;
use crate::domain::limits::{
    ADDRESS_FIELD_CHARS_MAX, EMAIL_CHARS_MAX, LINES_MAX, NAME_CHARS_MAX, REASON_CHARS_MAX, TOKEN_CHARS_MAX,
};
use crate::domain::quote::{METHOD_CHARS_MAX, TaxClass};
use crate::domain::{CancelReason, Currency, DeclineReason, Money, OrderState, Party, Quantity, Sku};
use crate::gateway::Code;

/// A ULID, as ids show it.
const ULID: &str = "[0-7][0-9A-HJKMNP-TV-Z]{25}";
/// Something else than space.
const SAYS_SOMETHING: &str = r"\S";

/// Those that are told.
const DECLINES: [DeclineReason; 5] = [
    DeclineReason::DoNotHonour,
    DeclineReason::InsufficientFunds,
    DeclineReason::ExpiredCard,
    DeclineReason::UnknownCard,
    DeclineReason::IssuerUnavailable,
];
const CANCELS: [CancelReason; 5] = [
    CancelReason::ByCustomer,
    CancelReason::OutOfStock { earliest: None },
    CancelReason::NoSupplies,
    CancelReason::PaymentLapsed,
    CancelReason::BackorderLimit,
];

fn payments() -> [PaymentView; 12] {
    let amount = Money::zero(Currency::GBP);
    [
        PaymentView::None,
        PaymentView::Pending,
        PaymentView::Unknown,
        PaymentView::Verified,
        PaymentView::Authorised,
        PaymentView::Captured { amount },
        PaymentView::Settled { amount },
        PaymentView::Declined,
        PaymentView::Voided,
        PaymentView::Expired,
        PaymentView::Refunded { captured: Money::new(1, Currency::GBP), refunded: amount },
        PaymentView::Refunded { captured: amount, refunded: amount },
    ]
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Of a field that may be left out.
fn text_or_null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

/// Text of one line.
fn line_of_text(chars_max: usize, example: &str) -> Object {
    text()
        .min_length(Some(1))
        .max_length(Some(chars_max))
        .pattern(Some(SAYS_SOMETHING))
        .description(Some("One line without control characters; the space around it is dropped."))
        .examples([json!(example)])
        .build()
}

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Object {
    text().enum_values(Some(names.into_iter().map(str::to_owned))).build()
}

/// Words of letters, digits and some signs with single spaces between; a letter or a digit is in one of them.
const SKU: &str = "([._/-]+ )*[._/-]*[A-Za-z0-9][A-Za-z0-9._/-]*( [A-Za-z0-9._/-]+)*";

pub fn sku() -> Object {
    let pattern = format!("^{SKU}$");
    text().max_length(Some(Sku::LENGTH_MAX)).pattern(Some(pattern)).examples([json!("PD-0001")]).build()
}

/// The last product of the page before, after how well it matched.
pub fn cursor() -> Object {
    text()
        .max_length(Some(Sku::LENGTH_MAX + 2))
        .pattern(Some(format!("^([atn]\\.{SKU})?$")))
        .description(Some("The next_cursor of the page before."))
        .build()
}

pub fn quantity() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(f64::from(Quantity::MAX)))
        .examples([json!(1)])
        .build()
}

pub fn lines() -> Array {
    let line: RefOr<Schema> = Ref::from_schema_name("LineRequest").into();
    let one = json!([{"sku": "PD-0001", "quantity": 1}]);
    ArrayBuilder::new().items(line).min_items(Some(1)).max_items(Some(LINES_MAX)).examples([one]).build()
}

pub fn email() -> Object {
    text()
        .min_length(Some(1))
        .max_length(Some(EMAIL_CHARS_MAX))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::IdnEmail)))
        .description(Some(
            "One mailbox at a domain of two labels or more, in ASCII; a domain in other letters is taken by its A-label.",
        ))
        .examples([json!("ada@example.com")])
        .build()
}

pub fn name() -> Object {
    line_of_text(NAME_CHARS_MAX, "Ada Lovelace")
}

/// For the shop's own books.
pub fn reason() -> Object {
    line_of_text(REASON_CHARS_MAX, "a page was torn")
}

pub fn refund_state() -> Object {
    one_of(RefundState::ALL.iter().map(|state| state.name()))
}

pub fn address_line() -> Object {
    line_of_text(ADDRESS_FIELD_CHARS_MAX, "12 St James's Square")
}

pub fn second_line() -> Object {
    part_of_address("A flat, a floor, a building.", "Flat 3")
}

pub fn city() -> Object {
    part_of_address("Needed in all countries but a few, such as Singapore.", "London")
}

pub fn region() -> Object {
    part_of_address("A state, a province, a county: needed where the country's addresses need it.", "CA")
}

pub fn postcode() -> Object {
    let of = "Needed where the country's addresses need it, and of the country's form; its case and its spaces do not matter.";
    part_of_address(of, "SW1Y 4JH")
}

pub fn phone() -> Object {
    part_of_address(
        "For the carrier: 5 to 15 digits, with a + before them or none, perhaps with an extension (`ext. 3`).",
        "+44 20 7946 0018",
    )
}

/// One that is left out, null or empty, where an address has none.
fn part_of_address(of: &str, example: &str) -> Object {
    text_or_null()
        .max_length(Some(ADDRESS_FIELD_CHARS_MAX))
        .description(Some(of))
        .examples([json!(example)])
        .build()
}

/// ISO 3166-1 alpha-2 by its form.
pub fn country() -> Object {
    text().pattern(Some("^[A-Z]{2}$")).examples([json!("GB")]).build()
}

pub fn token() -> Object {
    let pattern = format!("^[!-~]{{1,{TOKEN_CHARS_MAX}}}$");
    text()
        .pattern(Some(pattern))
        .description(Some("What the payment page gives for a card, or that of a test card."))
        .examples([json!("tok_visa")])
        .build()
}

pub fn backorder() -> Object {
    text_or_null()
        .enum_values(Some([json!("accept"), json!("refuse"), json!(null)]))
        .default(Some(json!("refuse")))
        .description(Some("Whether to wait until the promised date for what is not in stock."))
        .examples([json!("accept")])
        .build()
}

pub fn accept_until() -> Object {
    text_or_null()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .description(Some(
            "With \"backorder\": \"accept\" alone: the last day at the doorstep that is accepted. Where all of it comes later, nothing is \
             ordered (409 out_of_stock). Without it any day is.",
        ))
        .examples([json!("2026-12-24")])
        .build()
}

pub fn delivery_method() -> Object {
    let pattern = format!("^[a-z0-9_-]{{1,{METHOD_CHARS_MAX}}}$");
    text().pattern(Some(pattern)).examples([json!("standard")]).build()
}

/// That of a request, which may leave it out.
pub fn wanted_method() -> Object {
    let pattern = format!("^[a-z0-9_-]{{1,{METHOD_CHARS_MAX}}}$");
    text_or_null()
        .pattern(Some(pattern))
        .description(Some(
            "One of the delivery_methods that a cart shows for its destination; the first that carries it where none is named.",
        ))
        .examples([json!("standard")])
        .build()
}

pub fn tax_class() -> Object {
    one_of(TaxClass::ALL.map(TaxClass::name))
}

pub fn tax_rate() -> Object {
    text().pattern(Some(r"^[0-9]{1,3}(\.[0-9]{1,4})?$")).examples([json!("5.5")]).build()
}

pub fn order_id() -> Object {
    text().pattern(Some(format!("^ord_{ULID}$"))).build()
}

pub fn order_number() -> Object {
    text().pattern(Some("^[1-9][0-9]{6,17}$")).examples([json!("1000168")]).build()
}

pub fn order_key() -> Object {
    text()
        .pattern(Some("^[0-9A-HJKMNP-TV-Z]{26}$"))
        .description(Some("The secret that opens the order: as a bearer token, or as `?key=`."))
        .build()
}

/// What opens an order in the query.
pub fn order_key_or_link() -> Object {
    text()
        .pattern(Some("^([0-9A-HJKMNP-TV-Z]{26}|lnk_[0-9]{1,3}_[0-9]{1,10}_[0-9a-f]{32})$"))
        .description(Some(
            "The order's key, or what stands for it in a signed link; who opens it so is not told the key.",
        ))
        .build()
}

pub fn cart_id() -> Object {
    text().pattern(Some(format!("^cart_{ULID}$"))).build()
}

pub fn currency() -> Object {
    text().pattern(Some("^[A-Z]{3}$")).description(Some("ISO 4217.")).build()
}

pub fn order_state() -> Object {
    one_of(OrderState::ALL.map(OrderState::name))
}

pub fn payment_state() -> Object {
    one_of(payments().map(PaymentView::name))
}

pub fn decline_code() -> Object {
    one_of(DECLINES.map(DeclineReason::code))
}

pub fn cancel_reason() -> Object {
    one_of(CANCELS.map(CancelReason::code))
}

pub fn code() -> Object {
    one_of(Code::ALL.iter().map(|code| code.name()))
}

pub fn party() -> Object {
    one_of(Party::VARIANTS.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new variant does not compile here: it belongs on the lists above.
    #[test]
    fn every_word_of_the_answers_is_listed() {
        for reason in DECLINES {
            match reason.as_told() {
                DeclineReason::DoNotHonour
                | DeclineReason::InsufficientFunds
                | DeclineReason::ExpiredCard
                | DeclineReason::UnknownCard
                | DeclineReason::IssuerUnavailable => {}
                // none of these is what anybody is told
                DeclineReason::StolenCard
                | DeclineReason::LostCard
                | DeclineReason::PickUpCard
                | DeclineReason::SuspectedFraud => panic!("{reason:?} is told"),
            }
        }
        for reason in CANCELS {
            match reason {
                CancelReason::ByCustomer
                | CancelReason::OutOfStock { .. }
                | CancelReason::NoSupplies
                | CancelReason::PaymentLapsed
                | CancelReason::BackorderLimit => {}
            }
        }
        for payment in payments() {
            match payment {
                PaymentView::None
                | PaymentView::Pending
                | PaymentView::Unknown
                | PaymentView::Verified
                | PaymentView::Authorised
                | PaymentView::Captured { .. }
                | PaymentView::Settled { .. }
                | PaymentView::Declined
                // a program is told that it is declined
                | PaymentView::AnotherCard { .. }
                | PaymentView::Voided
                | PaymentView::Expired
                | PaymentView::Refunded { .. } => {}
            }
        }
    }
}
