//! The shop's core in this process: the eight actors on a real journal and real trees, without HTTP.
//!
//! Customers and actors share one thread, as requests and actors do not in a daemon: what making up an order costs
//! is counted with it. The post stands outside: it takes a letter and is done.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::actors::order_manager::{Answer, Outcome as Answered};
use crate::actors::web_session::{
    Checkout, CheckoutCart, CheckoutDetails, CheckoutReply, Create, Seen, SetLine, Submit,
};
use crate::actors::{Rules, Shop};
use crate::cli::data_directory::DataDirectory;
use crate::cli::{Failure, api_keys, demo};
use crate::domain::catalogue::Product;
use crate::domain::quote::{Destination, Quote, TaxClass};
use crate::domain::{
    ApiKey, Backorder, Customer, OrderLine, OrderState, ProgramId, SessionId, ShippingAddress,
};
use crate::gateway::{NewSession as _, OsSessions};
use crate::partners::carrier::EmbeddedCarrier;
use crate::partners::mail::{Letter, Post};
use crate::partners::{self, Partners, PendingAnswer, at_once, wholesaler};
use crate::runtime::{DrainDeadlines, Handle, Refused};
use crate::settings::{Opens, Settings, ShopKind};

use super::choices::Path;
use super::load::{Basket, OPENING_STOCK};
use super::load_generator::{Placed, Taken, Target};
use super::process::Process;
use super::trial::{Ran, Trial};

const WITHIN: Duration = Duration::from_secs(30);

pub fn run(settings: &Settings, shelf: Vec<Product>, path: Path, trial: Trial) -> Result<Ran, Failure> {
    actix::System::new().block_on(async {
        let opened = DataDirectory::open(settings, Opens::Demo)?.start_among(settings, partners()).await?;
        let shop = opened.running.handle();
        list(&shop, &shelf).await?;
        let sessions = OsSessions { clock: opened.running.clock() };
        let rules = settings.rules(ShopKind::Demo);
        let target = CoreTarget { shop: shop.clone(), sessions, shelf, path, rules };
        let report = async || shop.inspect().await.ok_or_else(|| Failure("the shop has ended".to_owned()));
        let ran = tokio::select! {
            biased;
            why = opened.running.fatal() => return Err(Failure(why)),
            ran = trial.run(&target, Process::this(), report) => ran?,
        };
        opened.running.drain(DrainDeadlines::default()).await;
        Ok(ran)
    })
}

/// Opens the directory, puts the products on the shelf, and closes it; the bench's API key.
pub fn fill(settings: &Settings, shelf: &[Product]) -> Result<ApiKey, Failure> {
    actix::System::new().block_on(async {
        let opened = DataDirectory::open(settings, Opens::Demo)?.start_among(settings, partners()).await?;
        let shop = opened.running.handle();
        let listed = list(&shop, shelf).await;
        let key = api_keys::renew(&shop, "bench").await;
        opened.running.drain(DrainDeadlines::default()).await;
        listed.and(key)
    })
}

async fn list(shop: &Handle<Shop>, shelf: &[Product]) -> Result<(), Failure> {
    let products = shelf.iter().map(|product| (product.clone(), OPENING_STOCK)).collect();
    demo::list(shop, products).await
}

/// The embedded ones, and a post that writes no files: those would be most of what is measured.
fn partners() -> Partners {
    Partners {
        wholesalers: wholesaler::embedded(&TimeZone::UTC),
        carrier: Box::new(EmbeddedCarrier::in_zone(TimeZone::UTC)),
        post: Box::new(LetterBox),
    }
}

struct LetterBox;

impl Post for LetterBox {
    fn send(&self, _letter: Arc<Letter>) -> PendingAnswer<()> {
        at_once(partners::Answered::Known(()))
    }
}

struct CoreTarget {
    shop: Handle<Shop>,
    sessions: OsSessions,
    shelf: Vec<Product>,
    path: Path,
    rules: Rules,
}

impl Target for CoreTarget {
    async fn place(&self, key: &str, basket: &Basket) -> Placed {
        let placed = match self.path {
            Path::Orders => self.submit(key, basket).await,
            Path::Cart => self.fill_cart_and_buy(key, basket).await,
        };
        placed.unwrap_or_else(|refused| match refused {
            Refused::Overloaded => Placed::Refused,
            unknown => Placed::Failed(unknown.to_string()),
        })
    }
}

impl CoreTarget {
    async fn submit(&self, key: &str, basket: &Basket) -> Result<Placed, Refused> {
        let lines: Vec<OrderLine> = self.lines(basket).collect();
        let checkout = Checkout {
            program: ProgramId::OPEN,
            idempotency_key: key.to_owned(),
            digest: 0,
            quote: self.quote(&lines),
            lines: lines.into(),
            details: details(),
        };
        let submit = Submit(Box::new(checkout));
        self.shop.ask_of(SessionId::PROGRAMS, submit, WITHIN).await.map(placed)
    }

    async fn fill_cart_and_buy(&self, key: &str, basket: &Basket) -> Result<Placed, Refused> {
        let Some((at, random)) = self.sessions.draw() else {
            return Ok(Placed::Failed("the operating system gives no randomness".to_owned()));
        };
        let cart = SessionId::of_program(at, random);
        // where there is none, the first line says so
        let _ = self.shop.ask_of(cart, Create, WITHIN).await?;
        let mut seen = None;
        for line in self.lines(basket) {
            match self.shop.ask_of(cart, SetLine { line }, WITHIN).await? {
                Ok(cart) => seen = Some(Seen::of(&cart.lines, self.quote(&cart.lines))),
                Err(refused) => return Ok(Placed::Failed(format!("the cart answered {refused:?}"))),
            }
        }
        let buy =
            CheckoutCart { idempotency_key: key.to_owned(), digest: 0, details: Box::new(details()), seen };
        self.shop.ask_of(cart, buy, WITHIN).await.map(placed)
    }

    /// As the gateway asks for it.
    fn quote(&self, lines: &[OrderLine]) -> Arc<Quote> {
        let rules = &self.rules;
        let day = rules.day_of(self.sessions.clock.real());
        let books = lines.iter().map(|line| (line, TaxClass::Books));
        let quote = rules.prices.quote(books, &Destination::within(rules.home), None, day);
        Arc::new(quote.unwrap_or_else(|_| Quote::of_nothing(rules.currency)))
    }

    fn lines(&self, basket: &Basket) -> impl Iterator<Item = OrderLine> {
        basket.iter().map(|(place, quantity)| {
            let product = &self.shelf[*place];
            OrderLine {
                sku: product.sku.clone(),
                title: product.title.clone(),
                quantity: *quantity,
                unit_price: product.price,
                weight_grams: product.weight_grams,
            }
        })
    }
}

fn details() -> CheckoutDetails {
    CheckoutDetails {
        customer: Arc::new(Customer { email: "ada@example.com".to_owned(), name: "Ada Lovelace".to_owned() }),
        shipping_address: Arc::new(ShippingAddress::of("12 St James's Square", "London", "SW1Y 4JH", "GB")),
        token: "tok_visa".to_owned(),
        backorder: Backorder::Accept,
    }
}

fn placed(reply: CheckoutReply) -> Placed {
    let (view, may_be_confirmed) = match reply {
        Ok(Answer { outcome: Answered::Taken(view), .. }) => (view, true),
        Ok(Answer { outcome: Answered::Pending(view), .. }) => (view, false),
        other => return Placed::Failed(format!("{other:?}")),
    };
    let taken = Taken { order: view.id, key: view.key.to_string() };
    let confirmed = may_be_confirmed && view.state == OrderState::Confirmed;
    if confirmed { Placed::Confirmed(taken) } else { Placed::Later(taken) }
}
