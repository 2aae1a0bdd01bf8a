//! What the API does, one entry for each method of each path.

use crate::gateway::Code;
use crate::gateway::Code::*;
use crate::gateway::health;

pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub id: &'static str,
    pub summary: &'static str,
    /// By name; those of the path are there by themselves.
    pub parameters: &'static [&'static str],
    /// The schema of its JSON body.
    pub body: Option<&'static str>,
    pub answers: &'static [Answer],
    /// Beside [`Operation::common_problems`].
    pub problems: &'static [&'static [Code]],
}

/// An answer that is a success.
pub struct Answer {
    pub status: u16,
    pub schema: &'static str,
    pub what: &'static str,
    pub headers: &'static [&'static str],
}

const fn ok(schema: &'static str, what: &'static str) -> Answer {
    Answer { status: 200, schema, what, headers: &[] }
}

const NOT_CHANGED: &[Code] = &[NoAnswer];
const ASKED: &[Code] = &[ApiKeyUnknown, RateLimited, Overloaded, Closing];
const WITH_BODY: &[Code] = &[BodyBroken, BodyTooSlow, BodyTooLarge, OutcomeUnknown];
const WITH_JSON: &[Code] = &[UnsupportedMediaType, MalformedJson, BadField];
/// What is sent all the same must be JSON.
const WITHOUT_BODY: &[Code] = &[UnsupportedMediaType, MalformedJson];
const OF_ORDER: &[Code] = &[NoSuchOrder, LinkExpired];
const OF_CART: &[Code] = &[NoSuchCart];
const BUYING: &[Code] = &[
    IdempotencyKeyMissing,
    IdempotencyKeyInvalid,
    PaymentDeclined,
    OutOfStock,
    BackorderLimit,
    InProgress,
    IdempotencyMismatch,
    UnknownToken,
    TotalTooLarge,
    NotDelivered,
    TooHeavy,
    PriceChanged,
    CartEmpty,
    PaymentNotSetUp,
];
const TAKEN: &[Answer] = &[
    Answer {
        status: 201,
        schema: "Order",
        what: "The order is confirmed, or taken as a backorder for its promised date. Repeated with the same key it is this first \
            answer once more, whatever became of the order since: GET /orders/{id} tells that. Of an order that was answered 202 \
            before: as it is now, be it cancelled.",
        headers: &["Location", "Idempotent-Replayed"],
    },
    Answer {
        status: 202,
        schema: "Order",
        what: "The bank has not answered yet: the same request shows what became of it.",
        headers: &["Location", "Idempotent-Replayed"],
    },
];

impl Operation {
    pub fn is_read(&self) -> bool {
        self.method == "get"
    }

    fn is_health(&self) -> bool {
        health::is_asked_at(self.path)
    }

    /// What may befall any request of its kind.
    fn common_problems(&self) -> [&'static [Code]; 4] {
        let deadline = if self.is_read() { NOT_CHANGED } else { WITH_BODY };
        let json = match self.body {
            Some(_) => WITH_JSON,
            None if self.is_read() => &[],
            None => WITHOUT_BODY,
        };
        let host: &[Code] = if self.is_health() { &[HostMissing] } else { &[HostMissing, Misdirected] };
        [&[HeadersTooMany, CardNumber, Internal], host, deadline, json]
    }

    pub fn every_problem(&self) -> impl Iterator<Item = Code> {
        let common = self.common_problems().into_iter();
        common.chain(self.problems.iter().copied()).flatten().copied()
    }
}

pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: "get",
        path: "/api/v1/products",
        id: "listProducts",
        summary: "A page of the products that match, all where q is empty",
        parameters: &["q", "cursor"],
        body: None,
        answers: &[ok("Products", "Those that match best come first.")],
        problems: &[ASKED, &[BadQuery]],
    },
    Operation {
        method: "get",
        path: "/api/v1/products/{sku}",
        id: "showProduct",
        summary: "One product, and when it could be here if it is not",
        parameters: &[],
        body: None,
        answers: &[ok("Product", "The product.")],
        problems: &[ASKED, &[NoSuchProduct, ProductGone]],
    },
    Operation {
        method: "post",
        path: "/api/v1/carts",
        id: "createCart",
        summary: "A new, empty cart, kept for 30 days; its id is a secret: who has it has the cart",
        parameters: &[],
        body: None,
        answers: &[Answer { status: 201, schema: "Cart", what: "The new cart.", headers: &["Location"] }],
        problems: &[ASKED],
    },
    Operation {
        method: "get",
        path: "/api/v1/carts/{cart}",
        id: "showCart",
        summary: "What is in a cart, and what it costs where it is to go",
        parameters: &["country", "region", "postcode", "delivery_method"],
        body: None,
        answers: &[ok("Cart", "The cart.")],
        problems: &[ASKED, OF_CART, &[BadQuery]],
    },
    Operation {
        method: "put",
        path: "/api/v1/carts/{cart}/lines/{sku}",
        id: "setCartLine",
        summary: "So many of a product, in the place of what the line held",
        parameters: &[],
        body: Some("CartLineRequest"),
        answers: &[ok("Cart", "The cart as it is now.")],
        problems: &[ASKED, OF_CART, &[UnknownSku, BadQuantity, CartFull]],
    },
    Operation {
        method: "delete",
        path: "/api/v1/carts/{cart}/lines/{sku}",
        id: "removeCartLine",
        summary: "Takes a product out of a cart, also where it is not in it",
        parameters: &[],
        body: None,
        answers: &[ok("Cart", "The cart as it is now.")],
        problems: &[ASKED, OF_CART, &[NotFound]],
    },
    Operation {
        method: "post",
        path: "/api/v1/carts/{cart}/checkout",
        id: "buyCart",
        summary: "Buys what is in a cart, for whoever knows its id; one checkout at a time",
        parameters: &["Idempotency-Key"],
        body: Some("CheckoutRequest"),
        answers: TAKEN,
        problems: &[ASKED, BUYING, OF_CART, &[CartBeingOrdered, ProductGone]],
    },
    Operation {
        method: "post",
        path: "/api/v1/orders",
        id: "placeOrder",
        summary: "A whole checkout in one call, by a program with an API key; a demo takes it from anybody",
        parameters: &["Idempotency-Key"],
        body: Some("OrderRequest"),
        answers: TAKEN,
        problems: &[ASKED, BUYING, &[UnknownSku, BadQuantity, ApiKeyMissing]],
    },
    Operation {
        method: "get",
        path: "/api/v1/orders/{order}",
        id: "showOrder",
        summary: "An order, to whoever has its key or a signed link to it, and to the program that placed it",
        parameters: &["key"],
        body: None,
        answers: &[ok("Order", "The order as it stands.")],
        problems: &[ASKED, OF_ORDER],
    },
    Operation {
        method: "get",
        path: "/api/v1/orders/{order}/timeline",
        id: "showTimeline",
        summary: "What has happened to an order, step by step",
        parameters: &["key"],
        body: None,
        answers: &[ok("Timeline", "The oldest first.")],
        problems: &[ASKED, OF_ORDER],
    },
    Operation {
        method: "post",
        path: "/api/v1/orders/{order}/cancel",
        id: "cancelOrder",
        summary: "Cancels an order that has not left the house",
        parameters: &["key"],
        body: None,
        answers: &[
            ok("Order", "It is cancelled, and nothing is charged."),
            Answer { status: 202, schema: "Order", what: "The carrier is being asked.", headers: &[] },
        ],
        problems: &[ASKED, OF_ORDER, &[TooLateToCancel]],
    },
    Operation {
        method: "post",
        path: "/api/v1/orders/{order}/refunds",
        id: "refundOrder",
        summary: "Gives back what was taken for an order, or a part of it; by a clerk's API key",
        parameters: &["Idempotency-Key"],
        body: Some("RefundRequest"),
        answers: &[
            Answer {
                status: 201,
                schema: "Refund",
                what: "It is on record, and the processor is asked; the order tells what became of it.",
                headers: &[],
            },
            ok("Refund", "It was asked for before under this key: as it is now."),
        ],
        problems: &[
            ASKED,
            &[
                ApiKeyMissing,
                NotAClerk,
                NoSuchOrder,
                RefundRefused,
                IdempotencyKeyMissing,
                IdempotencyKeyInvalid,
                IdempotencyMismatch,
            ],
        ],
    },
    Operation {
        method: "get",
        path: "/api/v1/openapi.json",
        id: "describe",
        summary: "This document",
        parameters: &[],
        body: None,
        answers: &[ok("Description", "OpenAPI 3.1.")],
        problems: &[],
    },
    Operation {
        method: "get",
        path: "/healthz",
        id: "isAlive",
        summary: "Whether the process lives and serves",
        parameters: &[],
        body: None,
        answers: &[ok("Status", "It does.")],
        problems: &[],
    },
    Operation {
        method: "get",
        path: "/readyz",
        id: "isReady",
        summary: "Whether the shop takes work",
        parameters: &[],
        body: None,
        answers: &[ok("Status", "It does.")],
        problems: &[&[NotReady]],
    },
];
