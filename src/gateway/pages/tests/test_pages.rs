use crate::gateway::tests::test_gateway::{self, line_of};
pub use crate::gateway::tests::test_gateway::{emma, gbp, refused_order};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::Data;
use actix_web::{App as Site, body};

use crate::access::{Clients, ForwardingHeader, Quotas, TrustedProxies};
use crate::actors::order_manager::{Answer, OrderView, Outcome};
use crate::actors::stock_keeper::{Availability, Check, Earliest, Message as StockMessage};
use crate::actors::web_session::{
    BeginCheckout, CartView, CheckoutBegun, Message as CartMessage, NoCheckout, PayWith, View,
};
use crate::actors::{Address, Message, Rules};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::{Date, OrderLine, OrderState, SessionId, ShopIdentity, Sku, VisitorKey};
use crate::gateway::pages::error_pages;
use crate::gateway::{
    App, AskError, HttpLimits, LiveCatalogue, PageSettings, PendingReply, Programs, RequestGuard, ShopClient,
    configure,
};
use crate::runtime::{AnyReply, Question};

/// What the scripted shop answers.
pub type Scripted = Result<AnyReply, AskError>;

/// The reply to this question, or to another whose reply has the same type.
pub fn reply<Q: Question>(reply: Q::Reply) -> Scripted {
    Ok(Box::new(reply))
}

type Script = dyn Fn(Address, &Message) -> Scripted + Send + Sync;

/// The shop's actors, as a test plays them.
struct ScriptedShop {
    asked: Mutex<Vec<(Address, Message)>>,
    plays: Box<Script>,
}

impl ShopClient for ScriptedShop {
    fn ask_any(&self, to: Address, message: Message, _within: Duration) -> PendingReply {
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
pub struct TestPages {
    pub app: App,
    shop: Arc<ScriptedShop>,
    books: Vec<Product>,
    public_url: &'static str,
    clients: Arc<Clients>,
}

/// What the browser gets.
pub struct SeenPage {
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
}

impl SeenPage {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn shows(&self, text: &str) -> &SeenPage {
        assert!(self.html.contains(text), "`{text}` is not on the page:\n{}", self.html);
        self
    }

    #[track_caller]
    pub fn hides(&self, text: &str) -> &SeenPage {
        assert!(!self.html.contains(text), "`{text}` is on the page:\n{}", self.html);
        self
    }

    /// The browser is sent on to `location`.
    #[track_caller]
    pub fn goes_to(&self, location: &str) -> &SeenPage {
        assert_eq!((self.status, self.header("location")), (303, location), "{}", self.html);
        self
    }
}

impl TestPages {
    /// Whatever is asked, `plays` answers.
    pub fn new(plays: impl Fn(Address, &Message) -> Scripted + Send + Sync + 'static) -> TestPages {
        let shop = Arc::new(ScriptedShop { asked: Mutex::default(), plays: Box::new(plays) });
        let clients = Arc::new(Clients::unlimited());
        let app = app(shop.clone(), &[], "");
        let mut pages = TestPages { app, shop, books: vec![emma()], public_url: "", clients };
        pages.restock();
        pages
    }

    /// Each client may do so much.
    pub fn limited(mut self, quotas: Quotas) -> TestPages {
        let proxies = TrustedProxies::default();
        self.clients = Arc::new(Clients::new(quotas, proxies, ForwardingHeader::XForwardedFor));
        self.restock();
        self
    }

    /// From now on it sells these, at these prices.
    pub fn selling(mut self, books: Vec<Product>) -> TestPages {
        self.books = books;
        self.restock();
        self
    }

    pub fn with_book(mut self, product: Product) -> TestPages {
        self.books.push(product);
        self.restock();
        self
    }

    /// A shop where nobody takes cards.
    pub fn for_looking(mut self) -> TestPages {
        self.app.payment_page = None;
        self
    }

    /// Where this is no demo, nobody packs, supplies or takes test cards.
    pub fn kept_by(mut self, identity: ShopIdentity) -> TestPages {
        if let Some(home) = identity.countries.first() {
            self.app.rules = Arc::new(Rules { home: *home, ..Rules::default() });
        }
        if !identity.is_demo {
            let takes_payment = identity.can_take_payment;
            let nobody = Rules {
                wholesalers: vec![],
                has_crew: false,
                test_cards: false,
                takes_payment,
                ..Rules::default()
            };
            self.app.rules = Arc::new(nobody);
        }
        if !identity.can_take_payment {
            self.app.payment_page = None;
        }
        self.app.pages = PageSettings::new("http://127.0.0.1:7002", &identity);
        self.app.identity = Arc::new(identity);
        self
    }

    /// Browsers reach the shop there.
    pub fn at(mut self, public_url: &'static str) -> TestPages {
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

    pub async fn send(&self, request: TestRequest) -> SeenPage {
        self.send_as("text/html,*/*;q=0.8", request).await
    }

    /// `accept`: what the client says that it takes.
    pub async fn send_as(&self, accept: &'static str, request: TestRequest) -> SeenPage {
        let site = Site::new()
            .app_data(Data::new(self.app.clone()))
            .wrap(RequestGuard::new(&self.app))
            .wrap(from_fn(error_pages))
            .configure(configure);
        let service = init_service(site).await;
        let request = request.insert_header(("Accept", accept));
        let mut request = request.to_request();
        test_gateway::name_the_shop(&mut request.head_mut().headers);
        let response = match try_call_service(&service, request).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let (head, payload) = response.into_parts();
        let bytes = body::to_bytes(payload).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        each_field_is_in_its_form_once(&html);
        SeenPage { status: head.status().as_u16(), headers: head.headers().clone(), html }
    }

    pub async fn get(&self, uri: &str) -> SeenPage {
        self.send(TestRequest::get().uri(uri).insert_header(cookie())).await
    }

    pub async fn post(&self, uri: &str, fields: &str) -> SeenPage {
        self.send(form(uri, fields).insert_header(cookie())).await
    }
}

/// A form that has one twice is refused, so that nobody could send it.
fn each_field_is_in_its_form_once(html: &str) {
    for form in html.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next()) {
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
        let mut names: Vec<&str> = hidden.filter_map(|rest| rest.split('"').next()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "a field is in its form twice: {form}");
    }
}

fn app(shop: Arc<ScriptedShop>, books: &[Product], public_url: &str) -> App {
    App {
        shop,
        catalogue: Arc::new(LiveCatalogue::new(Catalogue::build(books.to_vec()).unwrap())),
        tokens: Arc::new(|token| token == "tok_good"),
        payment_page: Some(Arc::new(test_gateway::ScriptedPaymentPage)),
        programs: Arc::new(Programs::new(true)),
        sessions: Arc::new(test_gateway::new_sessions()),
        links: test_gateway::links(),
        rules: Arc::new(Rules::default()),
        today: Arc::new(|| test_gateway::TODAY),
        limits: HttpLimits::default(),
        clients: Arc::new(Clients::unlimited()),
        origins: test_gateway::origins(public_url),
        cors_origins: Arc::default(),
        pages: PageSettings::new("http://127.0.0.1:7002", &ShopIdentity::demo()),
        identity: Arc::new(ShopIdentity::demo()),
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

/// A shop that has `available` of everything, and this in the visitor's cart. She has begun no checkout.
pub fn stocked(available: u32, lines: Vec<OrderLine>) -> impl Fn(Address, &Message) -> Scripted {
    move |to, message| match (to, message) {
        (Address::StockKeeper, Message::StockKeeper(StockMessage::Check(Check { skus }))) => {
            let units = |sku: &Sku| Availability { sku: sku.clone(), available, earliest: None };
            reply::<Check>(skus.iter().map(units).collect())
        }
        (Address::StockKeeper, Message::StockKeeper(StockMessage::Earliest(Earliest { wanted }))) => {
            let found = wanted.iter().map(|wanted| Availability {
                sku: wanted.sku.clone(),
                available,
                earliest: (available < wanted.quantity).then_some(Date(20_780)),
            });
            reply::<Earliest>(found.collect())
        }
        (Address::WebSession(_), Message::WebSession(CartMessage::BeginCheckout(_))) => {
            let cart = Box::new(cart(lines.clone()));
            reply::<BeginCheckout>(Ok(CheckoutBegun { checkout: "nonce1".to_owned(), cart }))
        }
        (Address::WebSession(_), Message::WebSession(CartMessage::PayWith(_))) => {
            reply::<PayWith>(Err(NoCheckout::NoSuchCheckout))
        }
        (Address::WebSession(id), Message::WebSession(_)) => {
            reply::<View>(Ok(Box::new(CartView { id, ..cart(lines.clone()) })))
        }
        other => panic!("not scripted: {other:?}"),
    }
}

pub fn cart(lines: Vec<OrderLine>) -> CartView {
    CartView {
        id: session(),
        lines,
        price_changes: vec![],
        details: None,
        delivery_method: None,
        last_order: None,
    }
}

/// So many of Emma.
pub fn emmas(units: i128) -> OrderLine {
    line_of(emma(), units)
}

pub fn order_view(state: OrderState) -> OrderView {
    OrderView { state, ..test_gateway::order_view() }
}

pub fn order_path(view: &OrderView) -> String {
    test_gateway::links().path(view.id)
}

pub fn answered(outcome: Outcome) -> Scripted {
    reply::<PayWith>(Ok(Answer { outcome, replayed: false }))
}
