use crate::gateway::tests::kit::{self as api_kit, line_of};
pub use crate::gateway::tests::kit::{emma, gbp};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::Data;
use actix_web::{App as Site, body};

use crate::access::{Clients, ForwardingHeader, Quotas, TrustedProxies};
use crate::actors::order_manager::{Answer, OrderView, Outcome};
use crate::actors::stock_keeper::{Availability, Message as StockMessage, Reply as StockReply};
use crate::actors::web_session::{CartView, Message as CartMessage, Reply as CartReply};
use crate::actors::{Address, Message, Reply, Rules};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::{Date, OrderLine, OrderState, SessionId, Sku, Totals, VisitorKey};
use crate::gateway::pages::dress;
use crate::gateway::{App, AskError, Asks, HttpLimits, PageSettings, Programs, Shield, configure};

type Plays = dyn Fn(Address, &Message) -> Result<Reply, AskError> + Send + Sync;

/// The shop's actors, as a test plays them.
struct Played {
    asked: Mutex<Vec<(Address, Message)>>,
    plays: Box<Plays>,
}

impl Asks for Played {
    fn ask(
        &self,
        to: Address,
        message: Message,
        _within: Duration,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Reply, AskError>> + Send>> {
        let reply = (self.plays)(to, &message);
        self.asked.lock().unwrap().push((to, message));
        Box::pin(async move { reply })
    }

    fn ready(&self) -> bool {
        true
    }

    fn has_room(&self) -> Result<(), AskError> {
        Ok(())
    }
}

/// The shop and a browser before it.
pub struct Kit {
    app: App,
    shop: Arc<Played>,
    books: Vec<Product>,
    public_url: &'static str,
    clients: Arc<Clients>,
}

/// What the browser gets.
pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn shows(&self, text: &str) -> &Seen {
        assert!(self.html.contains(text), "`{text}` is not on the page:\n{}", self.html);
        self
    }

    #[track_caller]
    pub fn hides(&self, text: &str) -> &Seen {
        assert!(!self.html.contains(text), "`{text}` is on the page:\n{}", self.html);
        self
    }

    /// The browser is sent on to `location`.
    #[track_caller]
    pub fn goes_to(&self, location: &str) -> &Seen {
        assert_eq!((self.status, self.header("location")), (303, location), "{}", self.html);
        self
    }
}

impl Kit {
    /// Whatever is asked, `plays` answers.
    pub fn new(plays: impl Fn(Address, &Message) -> Result<Reply, AskError> + Send + Sync + 'static) -> Kit {
        let shop = Arc::new(Played { asked: Mutex::default(), plays: Box::new(plays) });
        let clients = Arc::new(Clients::unlimited());
        let app = app(shop.clone(), &[], "");
        let mut kit = Kit { app, shop, books: vec![emma()], public_url: "", clients };
        kit.restock();
        kit
    }

    /// Each client may do so much.
    pub fn limited(mut self, quotas: Quotas) -> Kit {
        let proxies = TrustedProxies::default();
        self.clients = Arc::new(Clients::new(quotas, proxies, ForwardingHeader::XForwardedFor));
        self.restock();
        self
    }

    pub fn with_book(mut self, product: Product) -> Kit {
        self.books.push(product);
        self.restock();
        self
    }

    /// Browsers reach the shop there.
    pub fn at(mut self, public_url: &'static str) -> Kit {
        self.public_url = public_url;
        self.restock();
        self
    }

    fn restock(&mut self) {
        self.app = app(self.shop.clone(), &self.books, self.public_url);
        self.app.clients = self.clients.clone();
    }

    pub fn asked(&self) -> Vec<(Address, Message)> {
        std::mem::take(&mut self.shop.asked.lock().unwrap())
    }

    pub async fn send(&self, request: TestRequest) -> Seen {
        let site = Site::new()
            .app_data(Data::new(self.app.clone()))
            .wrap(Shield::new(&self.app))
            .wrap(from_fn(dress))
            .configure(configure);
        let service = init_service(site).await;
        let request = request.insert_header(("Accept", "text/html,*/*;q=0.8"));
        let mut request = request.to_request();
        api_kit::name_the_shop(&mut request.head_mut().headers);
        let response = match try_call_service(&service, request).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let (head, payload) = response.into_parts();
        let bytes = body::to_bytes(payload).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        Seen { status: head.status().as_u16(), headers: head.headers().clone(), html }
    }

    pub async fn get(&self, uri: &str) -> Seen {
        self.send(TestRequest::get().uri(uri).insert_header(cookie())).await
    }

    pub async fn post(&self, uri: &str, fields: &str) -> Seen {
        self.send(form(uri, fields).insert_header(cookie())).await
    }
}

fn app(shop: Arc<Played>, books: &[Product], public_url: &str) -> App {
    App {
        asks: shop,
        catalogue: Arc::new(Catalogue::build(books.to_vec()).unwrap()),
        tokens: Arc::new(|token| token == "tok_good"),
        payment_page: Arc::new(api_kit::PlayedPage),
        programs: Arc::new(Programs::new(true)),
        sessions: Arc::new(api_kit::new_sessions()),
        links: api_kit::links(),
        rules: Arc::new(Rules::default()),
        limits: HttpLimits::default(),
        clients: Arc::new(Clients::unlimited()),
        origins: api_kit::origins(public_url),
        pages: PageSettings { payment_page_url: "http://127.0.0.1:7002".to_owned() },
    }
}

/// As a browser posts it from the shop's own page.
pub fn form(uri: &str, fields: &str) -> TestRequest {
    TestRequest::post()
        .uri(uri)
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_payload(fields.to_owned())
}

pub fn visitor() -> VisitorKey {
    VisitorKey::new(1_795_348_800_000, 5)
}

pub fn session() -> SessionId {
    visitor().session()
}

pub fn cookie() -> (&'static str, String) {
    ("Cookie", format!("doorstep_session={}", visitor()))
}

/// A shop that has `available` of everything, and this in the visitor's cart.
pub fn stocked(
    available: u32,
    lines: Vec<OrderLine>,
) -> impl Fn(Address, &Message) -> Result<Reply, AskError> {
    move |to, message| match (to, message) {
        (Address::StockKeeper, Message::Stock(StockMessage::Check { skus })) => {
            let units = |sku: &Sku| Availability { sku: sku.clone(), available, earliest: None };
            Ok(StockReply::Availability(skus.iter().map(units).collect()).into())
        }
        (Address::StockKeeper, Message::Stock(StockMessage::Earliest { wanted })) => {
            let found = wanted.iter().map(|wanted| Availability {
                sku: wanted.sku.clone(),
                available,
                earliest: (available < wanted.quantity).then_some(Date(20_780)),
            });
            Ok(StockReply::Availability(found.collect()).into())
        }
        (Address::WebSession(_), Message::Session(CartMessage::BeginCheckout { .. })) => {
            Ok(CartReply::CheckoutBegun {
                checkout: "nonce1".to_owned(),
                cart: Box::new(cart(lines.clone())),
            }
            .into())
        }
        (Address::WebSession(id), Message::Session(_)) => {
            Ok(CartReply::Cart(Box::new(CartView { id, ..cart(lines.clone()) })).into())
        }
        other => panic!("not played: {other:?}"),
    }
}

pub fn cart(lines: Vec<OrderLine>) -> CartView {
    let totals = Totals::of(&lines, gbp(299), gbp(0)).filter(|_| !lines.is_empty());
    CartView { id: session(), lines, totals, details: None }
}

/// So many of Emma.
pub fn emmas(units: i128) -> OrderLine {
    line_of(emma(), units)
}

pub fn order_view(state: OrderState) -> OrderView {
    OrderView { state, ..api_kit::order_view() }
}

pub fn order_path(view: &OrderView) -> String {
    api_kit::links().path(view.id)
}

pub fn answered(outcome: Outcome) -> Reply {
    Answer { outcome, replayed: false }.into()
}
