//! The bodies that the API takes, as the document shows them. [`super::super::parse`] reads them by hand, for the sake
//! of its pointers; the tests hold the two to each other, field by field and limit by limit.

use utoipa::ToSchema;

use super::words;

/// A whole order.
#[derive(ToSchema)]
#[schema(as = OrderRequest)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Order {
    /// Those of one SKU count together.
    #[schema(schema_with = words::lines)]
    lines: Vec<Line>,
    customer: Customer,
    shipping_address: ShippingAddress,
    #[schema(schema_with = words::wanted_method, required = false)]
    delivery_method: String,
    payment: Payment,
    #[schema(schema_with = words::backorder, required = false)]
    backorder: String,
    #[schema(schema_with = words::accept_until, required = false)]
    accept_until: String,
    /// What was shown that it costs: where it costs something else now, nothing is bought (409 price_changed). An order that was
    /// taken before is answered in any case.
    expected_total: Option<Amount>,
}

/// What a cart needs to be bought.
#[derive(ToSchema)]
#[schema(as = CheckoutRequest)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Checkout {
    customer: Customer,
    shipping_address: ShippingAddress,
    #[schema(schema_with = words::wanted_method, required = false)]
    delivery_method: String,
    payment: Payment,
    #[schema(schema_with = words::backorder, required = false)]
    backorder: String,
    #[schema(schema_with = words::accept_until, required = false)]
    accept_until: String,
    /// What the cart was shown to cost, its `total`: where it costs something else now, nothing is bought (409 price_changed). An
    /// order that was taken before is answered in any case.
    expected_total: Amount,
}

/// How many of a product are in the cart from now on.
#[derive(ToSchema)]
#[schema(as = CartLineRequest)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct CartLine {
    #[schema(schema_with = words::quantity)]
    quantity: u32,
}

/// What is to be given back, and why.
#[derive(ToSchema)]
#[schema(as = RefundRequest)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Refund {
    /// Without it all that is left of what was taken.
    amount: Option<Amount>,
    #[schema(schema_with = words::reason)]
    reason: String,
}

#[derive(ToSchema)]
#[schema(as = LineRequest)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Line {
    #[schema(schema_with = words::sku)]
    sku: String,
    #[schema(schema_with = words::quantity)]
    quantity: u32,
}

#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Customer {
    #[schema(schema_with = words::email)]
    email: String,
    #[schema(schema_with = words::name)]
    name: String,
}

#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct ShippingAddress {
    #[schema(schema_with = words::address_line)]
    line1: String,
    #[schema(schema_with = words::second_line)]
    line2: Option<String>,
    #[schema(schema_with = words::city)]
    city: Option<String>,
    #[schema(schema_with = words::region)]
    region: Option<String>,
    #[schema(schema_with = words::postcode)]
    postcode: Option<String>,
    #[schema(schema_with = words::country)]
    country: String,
    #[schema(schema_with = words::phone)]
    phone: Option<String>,
}

/// As `total` shows it.
#[derive(ToSchema)]
#[schema(as = Amount)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Amount {
    /// In minor units.
    #[schema(minimum = 0)]
    amount: i64,
    #[schema(schema_with = words::currency)]
    currency: String,
}

/// Never a card: only a token that stands for one.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub struct Payment {
    #[schema(schema_with = words::token)]
    token: String,
}
