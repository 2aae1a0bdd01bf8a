//! The document that tells a program what the API takes and answers: OpenAPI 3.1, served at `/api/v1/openapi.json`.
//!
//! Its schemas come from the types that are answered, its limits from those that the code holds, its problems from
//! [`Code`]. What the types cannot hold together the tests do: every route is in it, every answer that a test of the
//! gateway sees is one of it, and a body that it forbids is refused.

mod operations;
mod requests;
pub mod words;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use serde_json::{Map, Value, json};
use utoipa::{OpenApi, ToSchema};

use crate::domain::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use crate::gateway::{Code, HttpLimits};

use super::{values, views};
use operations::{Answer, OPERATIONS, Operation};

static TEXT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

/// `GET /openapi.json`
pub async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(TEXT.clone())
}

#[derive(OpenApi)]
#[openapi(components(schemas(
    requests::Order,
    requests::Checkout,
    requests::CartLine,
    requests::Refund,
    requests::Line,
    views::ProductsView,
    views::ProductView,
    views::CartShown,
    views::OrderShown,
    views::EntryView,
    views::RefundShown,
    ProblemShown,
    Status,
)))]
struct Types;

/// An answer that is not a success, after RFC 9457; see [`crate::gateway::Problem`].
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "it is only described")]
struct ProblemShown {
    r#type: String,
    title: String,
    status: u16,
    /// What is wrong this time, for people.
    detail: String,
    /// For programs: it never changes its meaning.
    #[schema(schema_with = words::code)]
    code: String,
    what_to_do: String,
    /// The field of the body that is wrong, as a JSON pointer (RFC 6901).
    #[schema(nullable = false)]
    pointer: Option<String>,
    #[schema(schema_with = words::decline_code, required = false)]
    decline_code: String,
    /// The order that was not taken.
    #[schema(schema_with = words::order_id, required = false)]
    order: String,
    /// What opens it: see `showOrder`.
    #[schema(schema_with = words::order_key, required = false)]
    key: String,
    #[schema(nullable = false)]
    links: Option<views::OrderLinks>,
    /// When all of it could be at the doorstep; `null` where nobody supplies it.
    #[schema(format = Date)]
    earliest_date: Option<String>,
    #[schema(schema_with = words::order_state, required = false)]
    state: String,
    /// What the order costs now.
    #[schema(nullable = false)]
    total: Option<values::MoneyShown<'static>>,
    /// The cart as it is now.
    #[schema(nullable = false)]
    cart: Option<views::CartShown<'static>>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only described")]
struct Status {
    status: String,
}

pub fn document() -> Value {
    let types = serde_json::to_value(Types::openapi()).expect("schemas serialise");
    let mut schemas = types["components"]["schemas"].clone();
    schemas["Timeline"] = json!({"type": "array", "items": reference("TimelineEntry")});
    schemas["Description"] = json!({"type": "object", "required": ["openapi", "info", "paths"]});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Doorstep",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A shop: its products, carts and orders",
            "description": "Amounts are in minor units. Everything is answered only once it is durable. An answer that is \
                not a success is a problem document with a stable `code` and `what_to_do`. What is not HTTP, or comes too \
                slowly to be a request, is answered by a bare 400, 408 or 431, if at all.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "orderKey": {"type": "http", "scheme": "bearer", "description": "The order's key."},
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A program's API key, `dsk_…`: idempotency keys are its own, and so are its orders.",
                },
            },
        },
    })
}

fn paths() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation);
    }
    Value::Object(paths)
}

fn described(operation: &Operation) -> Value {
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters: Vec<Value> = in_path.chain(operation.parameters.iter().copied()).map(parameter).collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses(operation),
    });
    if operation.parameters.contains(&"key") {
        described["security"] = json!([{}, {"orderKey": []}, {"apiKey": []}]);
    }
    if operation.id == "placeOrder" {
        described["security"] = json!([{}, {"apiKey": []}]);
    }
    if let Some(body) = operation.body {
        let content = json!({"application/json": {"schema": reference(body)}});
        described["requestBody"] = json!({"required": true, "content": content});
    }
    described
}

/// # Panics
/// Where an operation names one that nobody knows: the document is made in a test.
fn parameter(name: &str) -> Value {
    let (place, required, schema) = match name {
        "sku" => ("path", true, json!(words::sku())),
        "cart" => ("path", true, json!(words::cart_id())),
        "order" => ("path", true, json!(words::order_id())),
        "key" => ("query", false, json!(words::order_key_or_link())),
        "q" => ("query", false, json!({"type": "string", "maxLength": HttpLimits::QUERY_CHARS_MAX})),
        "cursor" => ("query", false, json!(words::cursor())),
        "country" => ("query", false, json!(words::country())),
        "region" => ("query", false, json!(words::region())),
        "postcode" => ("query", false, json!(words::postcode())),
        "delivery_method" => ("query", false, json!(words::delivery_method())),
        "Idempotency-Key" => ("header", true, idempotency_key()),
        other => panic!("there is no parameter {other}"),
    };
    json!({"name": name, "in": place, "required": required, "schema": schema})
}

fn idempotency_key() -> Value {
    json!({
        "type": "string",
        "pattern": format!("^[!-~]{{1,{IDEMPOTENCY_KEY_CHARS_MAX}}}$"),
        "description": "New for each order, and the same when you repeat one: it will not be done twice. It stands for as long as the order \
            is kept, and for 24 hours of the clock where the checkout was refused for good (402, or 409 out_of_stock or backorder_limit). \
            Refused as what could be a card number: digits alone, 13 to 19 of them, with or without marks between, unless they are a \
            Unix time in seconds, milli-, micro- or nanoseconds; and a key in which a card number stands by itself.",
    })
}

fn responses(operation: &Operation) -> Value {
    let mut responses: Map<String, Value> = operation
        .answers
        .iter()
        .map(|answer| (answer.status.to_string(), answered(operation, answer)))
        .collect();
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in operation.every_problem() {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    responses.extend(by_status.iter().map(|(status, codes)| (status.to_string(), refused(codes))));
    Value::Object(responses)
}

fn answered(operation: &Operation, answer: &Answer) -> Value {
    let headers: Map<String, Value> =
        answer.headers.iter().map(|name| ((*name).to_owned(), response_header(name))).collect();
    let mut response = json!({
        "description": answer.what,
        "headers": headers,
        "content": {"application/json": {"schema": reference(answer.schema)}},
    });
    if !operation.is_read() {
        response["links"] = links(answer.schema);
    }
    response
}

/// The problems of one status, by their codes.
fn refused(codes: &[Code]) -> Value {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}; {}.", code.name(), code.title(), code.what_to_do()))
        .collect();
    let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
    let only = json!({"properties": {"code": {"enum": names}}});
    let mut headers = Map::new();
    let mut add =
        |name: &str, there: bool| there.then(|| headers.insert(name.to_owned(), response_header(name)));
    add("Retry-After", codes.iter().any(|code| code.may_be_retried()));
    add("Idempotent-Replayed", codes.iter().any(|code| code.binds()));
    json!({
        "description": lines.join("\n\n"),
        "headers": headers,
        "content": {"application/problem+json": {"schema": {"allOf": [reference("Problem"), only]}}},
    })
}

fn response_header(name: &str) -> Value {
    match name {
        "Retry-After" => json!({
            "description": "Seconds after which the request may be repeated.",
            "schema": {"type": "integer", "minimum": 1},
        }),
        "Idempotent-Replayed" => json!({
            "description": "There where the same request was answered before.",
            "schema": {"type": "string", "enum": ["true"]},
        }),
        _ => json!({
            "description": "Where it is to be found.",
            "required": true,
            "schema": {"type": "string", "format": "uri-reference"},
        }),
    }
}

/// What can be done with what was answered.
fn links(schema: &str) -> Value {
    let link =
        |operation: &str, parameters: Value| json!({"operationId": operation, "parameters": parameters});
    let cart = || json!({"cart": "$response.body#/id"});
    let order = || json!({"order": "$response.body#/id", "key": "$response.body#/key"});
    match schema {
        "Cart" => json!({
            "show": link("showCart", cart()),
            "fill": link("setCartLine", cart()),
            "empty": link("removeCartLine", cart()),
            "buy": link("buyCart", cart()),
        }),
        _ => json!({
            "show": link("showOrder", order()),
            "timeline": link("showTimeline", order()),
            "cancel": link("cancelOrder", order()),
        }),
    }
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}
