//! The document and the code say the same: every route, every answer, every body.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_gateway::*;
use crate::domain::Sku;
use crate::domain::catalogue::Cursor;
use crate::gateway::AskError;
use crate::gateway::api::document;

/// With every object closed: a field that is answered and not described is an error here.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut document = document();
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    for schema in schemas.values_mut().filter(|schema| schema["properties"].is_object()) {
        schema["additionalProperties"] = json!(false);
    }
    document
});

/// Holds a value to a schema of the document.
fn validator(schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = CLOSED["components"].clone();
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

fn schema_of(name: &str) -> Validator {
    validator(&json!({"$ref": format!("#/components/schemas/{name}")}))
}

/// The path of the document that an address belongs to.
fn template(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len()
            && wanted
                .iter()
                .zip(&parts)
                .all(|(wanted, part)| if wanted.starts_with('{') { !part.is_empty() } else { wanted == part })
    };
    CLOSED["paths"].as_object().unwrap().keys().map(String::as_str).find(|template| fits(template))
}

/// # Panics
/// Where the document does not say that this request can be answered so.
#[track_caller]
pub fn holds(method: &Method, path: &str, answered: &HttpAnswer) {
    // of a browser, before it asks
    if method == Method::OPTIONS && answered.status != 405 {
        return;
    }
    let Some(template) = template(path) else { return };
    let name = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_ascii_lowercase() };
    let operation = &CLOSED["paths"][template][&name];
    if operation.is_null() {
        assert_eq!(answered.status, 405, "{method} {template} is not in the document");
        return;
    }
    let status = answered.status.as_u16().to_string();
    let response = &operation["responses"][&status];
    assert!(
        response.is_object(),
        "{status} of {method} {template} is not in the document: {}",
        answered.body
    );
    if method != Method::HEAD {
        let kind = answered.header("content-type").unwrap_or_default();
        let schema = &response["content"][kind]["schema"];
        assert!(schema.is_object(), "{kind} of {method} {template} {status} is not in the document");
        let errors: Vec<String> =
            validator(schema).iter_errors(&answered.body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{method} {template} {status}: {errors:#?} in {}", answered.body);
    }
    for header in ["location", "retry-after", "idempotent-replayed"] {
        let known =
            response["headers"].as_object().unwrap().keys().any(|name| name.eq_ignore_ascii_case(header));
        assert!(known || answered.header(header).is_none(), "{header} of {method} {template} {status}");
    }
}

#[actix_web::test]
async fn the_document_is_served_as_it_is() {
    let answered = TestGateway::new().send(get("/api/v1/openapi.json")).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.body, document());
    answered.assert_hardened();
}

#[test]
fn the_document_is_one_of_openapi() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let ids: Vec<&str> =
        operations().map(|(_, _, operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let reference = format!("\"#/components/schemas/{name}\"");
        assert!(text.contains(&reference), "nothing is a {name}");
        schema_of(name);
    }
}

fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    let paths = CLOSED["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// The routes as the code's own table has them.
fn routes() -> BTreeMap<String, BTreeSet<String>> {
    let tables = [("/api/v1", include_str!("../api/mod.rs")), ("", include_str!("../site.rs"))];
    let mut routes = BTreeMap::new();
    for (scope, source) in tables {
        for entry in source.split("resource(\"").skip(1) {
            let (path, rest) = entry.split_once("\", \"").unwrap();
            let (methods, _) = rest.split_once('"').unwrap();
            let methods = methods.split(", ").filter(|method| *method != "HEAD").map(str::to_ascii_lowercase);
            routes.insert(format!("{scope}{path}"), methods.collect());
        }
    }
    routes
}

#[test]
fn every_route_is_in_the_document_and_no_other() {
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, method, _) in operations() {
        described.entry(path.to_owned()).or_default().insert(method.to_owned());
    }
    assert!(described.len() > 10);
    assert_eq!(routes(), described);
}

#[actix_web::test]
async fn every_operation_of_the_document_is_served() {
    for (template, method, _) in operations() {
        let path = template.replace("{sku}", "PD-1").replace("{cart}", "cart_01M82JCK9436720E3PWGSQMM7F");
        let key = order_view().key;
        let path = format!("{}?key={key}", path.replace("{order}", &order_id().to_string()));
        let request = match method {
            "get" => get(&path),
            _ => post(&path, &json!({})).method(method.to_ascii_uppercase().parse().unwrap()),
        };
        let answered = TestGateway::new().plays(Scripted::Fail(AskError::Closed)).send(request).await;
        assert!(![404, 405].contains(&answered.status.as_u16()), "{method} {path}: {}", answered.body);
    }
}

/// The full order, as the tests change it.
fn full_order() -> Value {
    let mut body = order();
    body["backorder"] = json!("accept");
    body["expected_total"] = json!({ "amount": 1897, "currency": "GBP" });
    body
}

/// Any value, near what stands in an order or far from it.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..1_002_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,130}".prop_map(Value::from),
        "[ \\t]{0,3}[A-Z]{0,3}".prop_map(Value::from),
        "[a-z.@ ]{0,260}".prop_map(Value::from),
        (0..3_usize).prop_map(|len| json!(vec![json!({"sku": "PD-1", "quantity": 1}); len])),
        Just(json!(vec![json!({"sku": "PD-1", "quantity": 1}); 101])),
        Just(json!({})),
    ]
}

/// The order with a field set, added or removed somewhere.
fn changed_order() -> impl Strategy<Value = Value> {
    const POINTERS: [&str; 17] = [
        "",
        "/lines",
        "/lines/0",
        "/lines/0/sku",
        "/lines/0/quantity",
        "/customer",
        "/customer/email",
        "/customer/name",
        "/shipping_address",
        "/shipping_address/line1",
        "/shipping_address/country",
        "/payment",
        "/payment/token",
        "/backorder",
        "/expected_total",
        "/expected_total/amount",
        "/expected_total/currency",
    ];
    let change = (prop::sample::select(&POINTERS[..]), any_value(), 0..4_u8, any::<prop::sample::Index>());
    prop::collection::vec(change, 1..3).prop_map(|changes| {
        let mut body = full_order();
        for (pointer, value, how, place) in changes {
            let Some(target) = body.pointer_mut(pointer) else { continue };
            match (how, target) {
                (0, Value::Object(fields)) => drop(fields.insert("other".to_owned(), value)),
                (1, Value::Object(fields)) if !fields.is_empty() => {
                    let name = fields.keys().nth(place.index(fields.len())).unwrap().clone();
                    fields.remove(&name);
                }
                (_, target) => *target = value,
            }
        }
        body
    })
}

/// What no schema can say.
const BEYOND_SCHEMAS: [&str; 5] =
    ["unknown_sku", "unknown_token", "total_too_large", "card_number_in_request", "bad_field"];

proptest! {
    #[test]
    fn a_body_that_the_document_forbids_is_refused_and_one_that_it_allows_only_for_what_no_schema_can_say(
        body in changed_order()
    ) {
        let allowed = schema_of("OrderRequest").is_valid(&body);
        actix_web::rt::System::new().block_on(async {
            let gateway = TestGateway::new().plays(Scripted::Fail(AskError::Closed));
            let answered = gateway.send(post("/api/v1/orders", &body)).await;
            let code = answered.body["code"].as_str().unwrap_or_default().to_owned();
            let taken = code == "closing";
            assert!(allowed || !taken, "taken against the document: {body}");
            assert!(!allowed || taken || BEYOND_SCHEMAS.contains(&&*code), "refused as {code} against the document: {body}");
        });
    }
}

#[test]
fn a_full_order_is_one_of_the_document_without_each_optional_field_too() {
    let order_schema = schema_of("OrderRequest");
    let mut body = full_order();
    assert!(order_schema.is_valid(&body));
    for optional in ["backorder", "expected_total"] {
        body.as_object_mut().unwrap().remove(optional);
        assert!(order_schema.is_valid(&body));
    }
    assert!(schema_of("CheckoutRequest").is_valid(&cart_checkout()));
    assert!(
        !schema_of("CheckoutRequest").is_valid(&checkout()),
        "who does not say what it costs has not seen it"
    );
}

#[actix_web::test]
async fn a_null_is_as_good_as_no_field_where_it_is_optional_and_a_whole_number_is_one_however_it_is_written()
{
    let mut body = order();
    for field in ["line2", "region", "phone"] {
        body["shipping_address"][field] = json!(null);
    }
    for field in ["backorder", "accept_until", "expected_total"] {
        body[field] = json!(null);
    }
    body["lines"][0]["quantity"] = json!(2.0);
    let answered =
        TestGateway::new().plays(Scripted::Fail(AskError::Closed)).send(post("/api/v1/orders", &body)).await;
    answered.assert_problem(503, "closing");
    assert!(schema_of("OrderRequest").is_valid(&body));
}

/// The longest that the document allows is taken, and one more is refused.
#[actix_web::test]
async fn the_documents_limits_are_those_of_the_code() {
    let schemas = &CLOSED["components"]["schemas"];
    for (schema, field, pointer, may_be_empty) in [
        ("Customer", "name", "/customer/name", false),
        ("ShippingAddress", "line1", "/shipping_address/line1", false),
        // which parts an address needs its country says, and no document can
        ("ShippingAddress", "city", "/shipping_address/city", true),
    ] {
        let max = schemas[schema]["properties"][field]["maxLength"].as_u64().unwrap() as usize;
        for (text, taken) in [
            ("é".repeat(max), true),
            ("é".repeat(max + 1), false),
            (format!("{} ", "é".repeat(max)), false),
            (" ".to_owned(), false),
        ] {
            if may_be_empty && text == " " {
                continue;
            }
            let mut body = order();
            *body.pointer_mut(pointer).unwrap() = json!(text);
            let answered = TestGateway::new()
                .plays(Scripted::Fail(AskError::Closed))
                .send(post("/api/v1/orders", &body))
                .await;
            answered
                .assert_problem(if taken { 503 } else { 422 }, if taken { "closing" } else { "bad_field" });
            assert_eq!(schema_of("OrderRequest").is_valid(&body), taken, "{body}");
        }
    }
}

#[actix_web::test]
async fn the_heads_of_answers_are_held_to_the_document_too() {
    let answered = TestGateway::new().send(get("/healthz").method(Method::HEAD)).await;
    assert_eq!(answered.status, 200);
    let answered = TestGateway::new()
        .send(TestRequest::default().uri("/api/v1/openapi.json").method(Method::HEAD))
        .await;
    assert_eq!(answered.status, 200);
}

/// What the parsers take and what the document allows, letter by letter.
fn parameter(name: &str) -> Validator {
    let get =
        &CLOSED["paths"][if name == "sku" { "/api/v1/products/{sku}" } else { "/api/v1/products" }]["get"];
    let all = get["parameters"].as_array().unwrap();
    validator(&all.iter().find(|parameter| parameter["name"] == name).unwrap()["schema"])
}

proptest! {
    #[test]
    fn a_sku_and_a_cursor_of_the_document_are_those_that_are_read(
        text in "[A-Za-z0-9._/ -]{0,8}|[A-Za-z0-9._/ -]{60,66}", rank in "[a-z]",
    ) {
        let cursor = format!("{rank}.{text}");
        prop_assert_eq!(parameter("sku").is_valid(&json!(text)), Sku::parse(&text).is_ok(), "{}", text);
        prop_assert_eq!(parameter("cursor").is_valid(&json!(cursor)), Cursor::parse(&cursor).is_ok(), "{}", cursor);
    }
}
