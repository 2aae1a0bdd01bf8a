use actix_web::http::StatusCode;

/// Declares the problems: each with its code, status, title and what to do.
macro_rules! problems {
    ($($variant:ident, $name:literal, $status:ident, $title:literal, $what_to_do:literal;)*) => {
        /// Every problem that the shop answers. A code is for programs and never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($variant),*
        }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            pub fn status(self) -> StatusCode {
                match self { $(Code::$variant => StatusCode::$status),* }
            }

            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),* }
            }

            pub fn what_to_do(self) -> &'static str {
                match self { $(Code::$variant => $what_to_do),* }
            }
        }
    };
}

problems! {
    BadQuery, "bad_query", BAD_REQUEST, "The query is not one the shop understands",
        "correct the parameter that the detail names";
    MalformedJson, "malformed_json", BAD_REQUEST, "The body is not JSON",
        "send one JSON object in UTF-8, each field once";
    HostMissing, "host_missing", BAD_REQUEST, "The request does not say which host it is for",
        "send one header Host with the shop's own host";
    BodyBroken, "body_broken", BAD_REQUEST, "The body did not come whole",
        "send the request again, with the same Idempotency-Key if it has one";
    IdempotencyKeyMissing, "idempotency_key_missing", BAD_REQUEST, "There is no Idempotency-Key",
        "send a header Idempotency-Key, new for each order and the same when you repeat one";
    IdempotencyKeyInvalid, "idempotency_key_invalid", BAD_REQUEST, "The Idempotency-Key is not one",
        "send one Idempotency-Key of 1 to 128 visible ASCII characters, for example a UUID";
    ApiKeyMissing, "api_key_missing", UNAUTHORIZED, "There is no API key",
        "send the program's key as Authorization: Bearer dsk_…; `doorstep keys add NAME` makes one";
    ApiKeyUnknown, "api_key_unknown", UNAUTHORIZED, "The API key is not good",
        "send the key whole as it was shown, once, as Authorization: Bearer; if it was revoked or is lost, `doorstep keys add NAME` makes another";
    PaymentDeclined, "payment_declined", PAYMENT_REQUIRED, "The payment did not go through",
        "nothing was charged: order again as the detail says, with a new Idempotency-Key";
    OriginNotAllowed, "origin_not_allowed", FORBIDDEN, "This origin may not ask the API",
        "the shop's operator names the origins of browser apps in http.cors_origins; a program without a browser needs none";
    NotFound, "not_found", NOT_FOUND, "There is nothing at this address",
        "look at the address; the API begins with /api/v1";
    NoSuchProduct, "no_such_product", NOT_FOUND, "There is no such product",
        "search the products for its SKU";
    ProductGone, "product_gone", GONE, "The product is no longer sold",
        "take it out of the cart, or search the products for another; orders of it stand as they are";
    NoSuchCart, "no_such_cart", NOT_FOUND, "There is no such cart",
        "start a new cart with POST /api/v1/carts; one ends 30 days after it was begun";
    NoSuchOrder, "no_such_order", NOT_FOUND, "There is no such order",
        "send the order's id, and its key as Authorization: Bearer or ?key=";
    LinkExpired, "link_expired", GONE, "This link has run out",
        "open the link in the newest e-mail about the order; a program uses the order's key";
    MethodNotAllowed, "method_not_allowed", METHOD_NOT_ALLOWED, "This address does not take this method",
        "use one of the methods in the header Allow";
    BodyTooSlow, "body_too_slow", REQUEST_TIMEOUT, "The body did not come in time",
        "send the request again, with the same Idempotency-Key if it has one";
    OutOfStock, "out_of_stock", CONFLICT, "Not all of it is in stock",
        "order fewer, or with \"backorder\": \"accept\" and a new Idempotency-Key to wait until the earliest date";
    BackorderLimit, "backorder_limit", CONFLICT, "The shop cannot order in more at present",
        "nothing was ordered or charged: order what is in stock, or this again in some days, with a new Idempotency-Key";
    InProgress, "in_progress", CONFLICT, "The first request with this key is still running",
        "repeat it with the same Idempotency-Key after the time in Retry-After";
    CartBeingOrdered, "cart_being_ordered", CONFLICT, "Another checkout of this cart is still running",
        "repeat that one with its own Idempotency-Key, or this one after the time in Retry-After if that has come to nothing";
    PriceChanged, "price_changed", CONFLICT, "It no longer costs what it did when it was looked at",
        "nothing was bought: repeat it with the total that the answer shows as expected_total, once it has been seen";
    TooLateToCancel, "too_late_to_cancel", CONFLICT, "The order can no longer be cancelled",
        "it has left the house, or has come: whoever gets it can refuse it at the door";
    BodyTooLarge, "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "send less; an order has at most 100 lines";
    UnsupportedMediaType, "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is not declared as JSON",
        "send it with Content-Type: application/json and without Content-Encoding, from no page of another site";
    IdempotencyMismatch, "idempotency_mismatch", UNPROCESSABLE_ENTITY, "This key was used with another body",
        "repeat the first body unchanged, or send a new Idempotency-Key";
    Misdirected, "misdirected", MISDIRECTED_REQUEST, "The request is for another host",
        "ask the shop by the address that the detail names";
    UnknownSku, "unknown_sku", UNPROCESSABLE_ENTITY, "The shop has no product of this SKU",
        "search the products for the SKU you mean";
    BadQuantity, "bad_quantity", UNPROCESSABLE_ENTITY, "The quantity is not one the shop sells",
        "send a JSON number, whole, from 1 to 999 for each SKU";
    UnknownToken, "unknown_token", UNPROCESSABLE_ENTITY, "The payment token is not known",
        "send a token that stands for a card here, such as tok_visa in the demo; a customer types hers on the payment page";
    BadField, "bad_field", UNPROCESSABLE_ENTITY, "A field is missing or not as it should be",
        "correct the field that the pointer names";
    CardNumber, "card_number_in_request", UNPROCESSABLE_ENTITY, "The request holds a card number",
        "never send card numbers to the shop: a card is typed on the payment page alone; where it was the Idempotency-Key, take another key";
    TotalTooLarge, "total_too_large", UNPROCESSABLE_ENTITY, "The order costs more than one payment can carry",
        "split it into several orders";
    CartFull, "cart_full", UNPROCESSABLE_ENTITY, "The cart is full",
        "check out what is in it, and take the rest in another";
    CartEmpty, "cart_empty", UNPROCESSABLE_ENTITY, "There is nothing in the cart",
        "put something into it first";
    RateLimited, "rate_limited", TOO_MANY_REQUESTS, "That is too often",
        "nothing was done: ask again after the time in Retry-After; a program with an API key is not limited";
    HeadersTooMany, "headers_too_many", REQUEST_HEADER_FIELDS_TOO_LARGE, "The request has too many headers",
        "send fewer headers";
    Internal, "internal", INTERNAL_SERVER_ERROR, "Something went wrong in the shop",
        "repeat the request with the same Idempotency-Key; if it goes on, tell the shop";
    Overloaded, "overloaded", SERVICE_UNAVAILABLE, "The shop has more work than it takes",
        "nothing was done: repeat the request after the time in Retry-After";
    Closing, "closing", SERVICE_UNAVAILABLE, "The shop is closing",
        "repeat the request with the same Idempotency-Key after the time in Retry-After";
    PaymentNotSetUp, "payment_not_set_up", SERVICE_UNAVAILABLE, "The shop cannot take payments yet",
        "nothing was done, and no repetition helps: the shop is open for looking until its operator has set up who takes the cards";
    NotReady, "not_ready", SERVICE_UNAVAILABLE, "The shop is not ready",
        "ask again after the time in Retry-After";
    NoAnswer, "no_answer", GATEWAY_TIMEOUT, "The shop did not answer in time",
        "ask again";
    OutcomeUnknown, "outcome_unknown", GATEWAY_TIMEOUT, "It is not known whether it was done",
        "ask again, with the same Idempotency-Key if it has one: it will not be done twice";
}

impl Code {
    /// Whether its answer says in `Retry-After` when the same request may do better.
    pub fn may_be_retried(self) -> bool {
        matches!(
            self,
            Code::InProgress
                | Code::CartBeingOrdered
                | Code::RateLimited
                | Code::Overloaded
                | Code::Closing
                | Code::NotReady
        )
    }

    /// Whether it is an answer for good: the same request gets it again.
    pub fn binds(self) -> bool {
        matches!(self, Code::PaymentDeclined | Code::OutOfStock | Code::BackorderLimit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_word_of_its_own_and_an_error() {
        for (place, code) in Code::ALL.iter().enumerate() {
            let name = code.name();
            assert!(name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "{name}");
            assert!(Code::ALL[place + 1..].iter().all(|other| other.name() != name), "{name} is there twice");
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{name}");
        }
    }
}
