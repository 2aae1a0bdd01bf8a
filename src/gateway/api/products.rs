use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::domain::Units;
use crate::domain::catalogue::Cursor;
use crate::gateway::{App, Code, HttpLimits, Problem, availability, prices, product, sku_in_path};

use super::views;

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

/// `GET /products?q=&cursor=`: a page of those that match, all where `q` is empty.
pub async fn list(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (query, after) = search(&request)?;
    let catalogue = app.catalogue.now();
    let page = catalogue.search(&query, after.as_ref(), HttpLimits::PAGE_PRODUCTS);
    let skus = page.products.iter().map(|product| product.sku.clone()).collect();
    let stock = availability::now(&app, skus).await?;
    Ok(HttpResponse::Ok().json(views::ProductsView {
        products: page.products.iter().map(|product| views::listed(product, &stock)).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        total: page.total,
    }))
}

/// `GET /products/{sku}`: one product, and when it could be here if it is not.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let catalogue = app.catalogue.now();
    let product = product(&catalogue, &sku_in_path(&request))?;
    let wanted = vec![Units { sku: product.sku.clone(), quantity: 1 }];
    let stock = availability::with_earliest(&app, wanted, prices::usual_days(&app)).await?;
    let found = stock.iter().find(|availability| availability.sku == product.sku);
    Ok(HttpResponse::Ok().json(views::product(product, found)))
}

fn search(request: &HttpRequest) -> Result<(String, Option<Cursor>), Problem> {
    let bad = |detail: String| Problem::new(Code::BadQuery, detail);
    let Query(search) = Query::<Search>::from_query(request.query_string())
        .map_err(|_| bad("q and cursor are read, each at most once and in UTF-8".to_owned()))?;
    if search.q.chars().count() > HttpLimits::QUERY_CHARS_MAX {
        return Err(bad(format!("q has at most {} characters", HttpLimits::QUERY_CHARS_MAX)));
    }
    let given = search.cursor.filter(|cursor| !cursor.is_empty());
    let after =
        given.map(|cursor| Cursor::parse(&cursor)).transpose().map_err(|error| bad(error.to_string()))?;
    Ok((search.q, after))
}
