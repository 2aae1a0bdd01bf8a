//! A customer with a browser: pages, forms, a cookie, the way back from the card page, the back button.

use crate::domain::{Backorder, SessionId, VisitorKey};
use crate::gateway::{Request, Response};

use super::super::history::{CheckoutKey, CheckoutOutcome, Route, Wish};
use super::super::market::Doorstep;
use super::checkout::{Checkout, LOOKS_MAX};
use super::form::{cookie_of, form};
use super::{DAY_MS, Shopper};

/// The fields of a form from the street on.
pub fn address(to: &Doorstep) -> String {
    let Doorstep { city, region, postcode, country } = to;
    let typed = |text: &str| text.replace(' ', "+");
    let (city, region, postcode) = (typed(city), typed(region), typed(postcode));
    format!("+St+James%27s+Square&city={city}&region={region}&postcode={postcode}&country={country}")
}

impl Shopper {
    pub async fn visitor(mut self) {
        self.get("/").await;
        let lines = self.lines();
        let mut cookie = String::new();
        for (sku, units, _) in &lines {
            self.get(&format!("/books/{sku}")).await;
            let set = form("/cart/lines", &format!("sku={sku}&quantity={units}"), &cookie);
            let Some(response) = self.send(set).await.filter(|response| response.status == 303) else {
                return; // what is in the basket now, she does not know
            };
            if let Some(fresh) = cookie_of(&response) {
                if !cookie.is_empty() {
                    return; // the basket of before is over, by a clock that is ahead; she begins anew another day
                }
                self.keeps_secret(
                    "a visitor's cookie",
                    fresh.split('=').next_back().unwrap_or(&fresh),
                    Some(self.number),
                );
                cookie = fresh;
            }
        }
        self.page("/cart", &cookie).await;
        if cookie.is_empty() || self.chance(0.2) {
            return;
        }
        let Some(checkout) = self.begins_checkout(lines, &mut cookie).await else { return };
        if self.chance(0.3) {
            // in another tab; what she pays for is what the checkout showed
            let more = format!("sku={}&quantity=5", self.assortment.first().sku);
            self.send(form("/cart/lines", &more, &cookie)).await;
        }
        self.pays(&checkout).await;
    }

    async fn page(&self, uri: &str, cookie: &str) -> Option<Response> {
        let headers = vec![("cookie", cookie.to_owned()), ("accept", "text/html".to_owned())];
        self.send(Request { method: "GET", uri: uri.to_owned(), headers, ..Request::default() }).await
    }

    /// Fills in the form and goes on to the card page; what she comes back with.
    async fn begins_checkout(
        &mut self,
        lines: Vec<(String, u32, i64)>,
        cookie: &mut String,
    ) -> Option<Checkout> {
        let mut page = self.page("/checkout", cookie).await?;
        for _ in 0..LOOKS_MAX {
            self.thinks(DAY_MS / 50).await;
            let fields = self.filled_in(&page.text())?;
            let begun = self.send(form("/checkout", &fields, cookie)).await?;
            // the page again, at prices that she has not seen before
            if begun.status != 409 {
                return self.goes_to_pay(begun, &page.text(), lines, cookie).await;
            }
            page = begun;
        }
        None
    }

    /// The form of the checkout's page, with what it shows her and what it wants her to accept.
    fn filled_in(&mut self, page: &str) -> Option<String> {
        let name = format!("name=Ada+Lovelace&email=shopper{}%40example.com", self.number);
        let accepts = date_to_accept(page).map(|date| format!("&accept_wait={date}")).unwrap_or_default();
        let to = address(self.doorstep());
        let method = match methods_on(page)[..] {
            [] => String::new(),
            [ref chosen, ref others @ ..] => {
                let other = others.first().filter(|_| self.chance(0.3)).unwrap_or(chosen);
                format!("&delivery_method={other}")
            }
        };
        Some(format!("{name}&line1={}{to}{method}{accepts}&seen={}", self.number, seen_on(page)?))
    }

    async fn goes_to_pay(
        &mut self,
        begun: Response,
        page: &str,
        lines: Vec<(String, u32, i64)>,
        cookie: &mut String,
    ) -> Option<Checkout> {
        let accepts = date_to_accept(page).is_some();
        let backorder = if accepts { Backorder::Accept } else { Backorder::Refuse };
        let (lines, total) = (as_shown(page, lines)?, total_of(page));
        // the first checkout of a session gives her another
        if let Some(fresh) = cookie_of(&begun) {
            *cookie = fresh;
        }
        self.keeps_secret("a visitor's cookie", cookie.split('=').next_back()?, Some(self.number));
        let location = begun.header("location")?.to_owned();
        let nonce = location.split("checkout=").nth(1)?.split('&').next()?.to_owned();
        let token = self.types_a_card(&nonce).await?;
        let uri = format!("/checkout/return?checkout={nonce}");
        let principal = session_of(cookie)?.to_string();
        let headers = vec![("cookie", cookie.clone()), ("accept", "text/html".to_owned())];
        Some(Checkout {
            key: CheckoutKey { principal, route: Route::Payment, key: nonce },
            body: 1,
            wish: Wish {
                lines,
                total,
                token,
                backorder,
                email: self.email(),
                to: self.doorstep(),
                method: None,
            },
            request: Request { method: "GET", uri, headers, ..Request::default() },
        })
    }

    /// One of the test cards, or her own; then she may think better of it.
    async fn types_a_card(&mut self, nonce: &str) -> Option<String> {
        let mut token = self.token().to_owned();
        if self.chance(0.3)
            && let Some(own) = self.network.card_page.registers(self.number).await
        {
            if self.chance(0.3) {
                return None;
            }
            token = own;
        }
        self.network.card_page.types(nonce, &token);
        Some(token)
    }

    /// Comes back from the card page, perhaps more than once, and follows where she is sent.
    async fn pays(&mut self, checkout: &Checkout) {
        let Some(outcome) = self.insists_in_browser(checkout).await else { return };
        if self.chance(0.3) {
            self.thinks(DAY_MS / 10).await;
            self.asks(checkout).await;
        }
        self.tries_other_cards(&outcome).await;
        self.looks_after(&outcome).await;
    }

    /// A page says with its status alone that it asks again by itself.
    async fn insists_in_browser(&mut self, checkout: &Checkout) -> Option<CheckoutOutcome> {
        for _ in 0..40 {
            let outcome = self.insists(checkout).await?;
            let asks_again = matches!(&outcome, CheckoutOutcome::Other { status: 409 | 503 | 504, .. });
            if !asks_again {
                return Some(outcome);
            }
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        }
        None
    }
}

/// Whose session a cookie opens.
fn session_of(cookie: &str) -> Option<SessionId> {
    VisitorKey::parse(cookie.split('=').nth(1)?).map(|key| key.session())
}

/// The day that the checkout's page asks her to wait for.
pub fn date_to_accept(page: &str) -> Option<String> {
    let rest = page.split("name=\"accept_wait\" value=\"").nth(1)?;
    rest.split('"').next().map(str::to_owned)
}

/// What the checkout's page has its form say that she was shown.
pub fn seen_on(page: &str) -> Option<&str> {
    page.split("name=\"seen\" value=\"").nth(1)?.split('"').next()
}

/// The ways of delivery that the checkout's page offers, the one that is chosen first.
fn methods_on(page: &str) -> Vec<String> {
    let inputs = page.split("name=\"delivery_method\" value=\"").skip(1);
    let mut methods: Vec<(bool, String)> = inputs
        .filter_map(|input| {
            let is_chosen = input.split('>').next()?.contains(" checked");
            Some((!is_chosen, input.split('"').next()?.to_owned()))
        })
        .collect();
    methods.sort();
    methods.into_iter().map(|(_, method)| method).collect()
}

/// Her lines at the prices of the checkout's page, where they stand in the order in which she put them in.
fn as_shown(page: &str, lines: Vec<(String, u32, i64)>) -> Option<Vec<(String, u32, i64)>> {
    let list = page.split("<ul class=\"brief\">").nth(1)?.split("</ul>").next()?;
    let amounts: Option<Vec<i64>> =
        list.split("<li>").skip(1).map(|line| pence(line.rsplit('£').next()?)).collect();
    let amounts = amounts.filter(|amounts| amounts.len() == lines.len())?;
    let priced =
        |((sku, units, _), amount): ((String, u32, i64), i64)| (sku, units, amount / i64::from(units));
    Some(lines.into_iter().zip(amounts).map(priced).collect())
}

/// `12.50</span>…`
fn pence(text: &str) -> Option<i64> {
    text.split('<').next()?.replace(['.', ','], "").parse().ok()
}

/// What the checkout's page says that she pays, in minor units.
fn total_of(page: &str) -> Option<i64> {
    let totals = page.split("class=\"totals\"").nth(1)?.split("</dl>").next()?;
    pence(totals.rsplit('£').next()?)
}
