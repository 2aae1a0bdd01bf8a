use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use doorstep::access::Origins;
use doorstep::actors::order_manager::{Answer, OrderView, Outcome};
use doorstep::actors::stock_keeper::List;
use doorstep::actors::web_session::{Checkout, CheckoutDetails, Create, Submit};
use doorstep::actors::{Rules, SESSIONS, Shop, bank, tree};
use doorstep::domain::catalogue::{Catalogue, Product, demo};
use doorstep::domain::quote::{Destination, TaxClass};
use doorstep::domain::{
    Backorder, Customer, OrderLine, OrderState, PassKey, PassKeys, ProgramId, Quantity, SessionId,
    ShippingAddress, ShopIdentity,
};
use doorstep::gateway::{
    App, HttpLimits, InProcess, LiveCatalogue, OrderLinks, OsSessions, PageSettings, Programs,
};
use doorstep::partners::processor::EmbeddedProcessor;
use doorstep::partners::{Partners, carrier::EmbeddedCarrier, mail::MemoryPost, wholesaler};
use doorstep::runtime::kit::{self, Kit};
use futures_util::future::join_all;
use jiff::tz::TimeZone;

/// Of each book, so that none sells out.
const OPENING_STOCK: u32 = 1_000_000_000;
/// Products listed in one turn.
const LISTED_AT_ONCE: usize = 250;
/// Different books in an order.
const LINES: usize = 2;

/// Where prices stand, read once as a daemon does.
static RULES: LazyLock<Rules> = LazyLock::new(Rules::default);

/// The seven actors with the demo world's books, over a journal and trees in memory, on virtual time: nothing waits, so
/// what passes on the clock on the wall is work.
pub struct Bookshop {
    pub kit: Kit<Shop>,
    books: Vec<Product>,
}

/// Somebody who has begun a cart, with nothing in it, as the kit's clock begins.
pub fn visitor() -> SessionId {
    SessionId::new(1_795_305_600_000, 1)
}

/// What so many goes take, one after the other, what it costs to make up a question too. The shop is opened for them:
/// no measurement pays for the memory that another has filled.
pub fn time_in_shop(goes: u64, go: impl AsyncFn(&Bookshop, u64)) -> Duration {
    kit::run(async {
        let shop = Bookshop::open().await;
        let begun = Instant::now();
        for nth in 0..goes {
            go(&shop, nth).await;
        }
        begun.elapsed()
    })
}

impl Bookshop {
    pub async fn open() -> Bookshop {
        let mut kit = Kit::new(Rules::default);
        kit.tree = Box::new(tree);
        kit.passing_group = SESSIONS;
        kit.outside = Rc::new(Partners {
            wholesalers: wholesaler::embedded(&TimeZone::UTC),
            carrier: Box::new(EmbeddedCarrier::in_zone(TimeZone::UTC)),
            post: Box::new(MemoryPost::new()),
        });
        kit.start().await;
        let books: Vec<Product> = demo().rows.into_iter().map(|row| row.product).collect();
        for some in books.chunks(LISTED_AT_ONCE) {
            let products = some.iter().map(|book| (book.clone(), OPENING_STOCK)).collect();
            kit.ask(List { products }).await.expect("an empty shop lists its books");
        }
        let begun = kit.ask_of(visitor(), Create).await;
        assert!(matches!(begun, Ok(Ok(_))), "a new cart is begun: {begun:?}");
        Bookshop { kit, books }
    }

    /// The book on this place of the shelf; after the last comes the first.
    pub fn book(&self, place: usize) -> &Product {
        &self.books[place % self.books.len()]
    }

    pub fn line(&self, place: usize) -> OrderLine {
        let book = self.book(place);
        OrderLine {
            sku: book.sku.clone(),
            title: book.title.clone(),
            quantity: Quantity::parse(1).expect("one copy can be bought"),
            unit_price: book.price,
            weight_grams: book.weight_grams,
        }
    }

    /// What a program sends; each `nth` is an order of its own.
    pub fn checkout(&self, nth: u64) -> Submit {
        let details = CheckoutDetails {
            customer: Arc::new(Customer {
                email: "ada@example.com".to_owned(),
                name: "Ada Lovelace".to_owned(),
            }),
            shipping_address: Arc::new(ShippingAddress::of(
                "12 St James's Square",
                "London",
                "SW1Y 4JH",
                "GB",
            )),
            token: "tok_visa".to_owned(),
            backorder: Backorder::Refuse,
        };
        let first = nth as usize * LINES;
        let lines: Vec<OrderLine> = (first..first + LINES).map(|place| self.line(place)).collect();
        let rules = &*RULES;
        let books = lines.iter().map(|line| (line, TaxClass::Books));
        let (home, day) = (Destination::within(rules.home), visitor().begun_at().date());
        let quote = rules.prices.quote(books, &home, None, day).expect("the demo delivers at home");
        let checkout = Checkout {
            program: ProgramId::OPEN,
            idempotency_key: format!("order-{nth}"),
            digest: 0,
            lines: lines.into(),
            quote: Arc::new(quote),
            details,
        };
        Submit(Box::new(checkout))
    }

    /// Buys, and waits for the confirmation.
    pub async fn buy(&self, nth: u64) -> OrderView {
        let bought = self.kit.ask_of(SessionId::PROGRAMS, self.checkout(nth)).await;
        match bought {
            Ok(Ok(Answer { outcome: Outcome::Taken(order), replayed: false }))
                if order.state == OrderState::Confirmed =>
            {
                *order
            }
            other => panic!("a book that is there, on a good card, was not sold: {other:?}"),
        }
    }

    /// Buys all of these at once, and waits for all confirmations.
    pub async fn buy_at_once(&self, orders: Range<u64>) {
        join_all(orders.map(|nth| self.buy(nth))).await;
    }

    /// Pages and API of this shop, without a socket.
    pub async fn site(&self) -> InProcess {
        let catalogue = Catalogue::build(self.books.clone()).expect("the demo's books make a catalogue");
        let origins = Origins::of("http", "", ([127, 0, 0, 1], 8080).into());
        InProcess::new(App {
            shop: Arc::new(self.kit.running().handle()),
            catalogue: Arc::new(LiveCatalogue::new(catalogue)),
            tokens: Arc::new(|token| bank::test_cards::find(token).is_some()),
            payment_page: Some(Arc::new(EmbeddedProcessor::new("http://cards.example", [7; 32]))),
            programs: Arc::new(Programs::new(true)),
            sessions: Arc::new(OsSessions { clock: self.kit.running().clock() }),
            links: OrderLinks::new(PassKeys::new(vec![PassKey { id: 1, secret: [1; 32] }]).expect("one key")),
            rules: Arc::new(Rules::default()),
            today: Arc::new(|| visitor().begun_at().date()),
            limits: HttpLimits::default(),
            clients: Arc::new(doorstep::access::Clients::unlimited()),
            origins: Arc::new(origins.expect("this machine's names")),
            cors_origins: Arc::default(),
            pages: PageSettings::new("http://cards.example", &ShopIdentity::demo()),
            identity: Arc::new(ShopIdentity::demo()),
        })
        .await
    }
}
