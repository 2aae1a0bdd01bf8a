//! Everything that a run is made of, and how its process is started, crashes and is started again.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::access::Origins;
use crate::actors::stock_keeper::Listed;
use crate::actors::{GATEWAY, Rules, SESSIONS, Shop};
use crate::actors::{bank, stock_keeper, tree, web_session};
use crate::domain::catalogue::Catalogue;
use crate::domain::{Date, KeyRole, PassKey, PassKeys, SessionId, ShopIdentity};
use crate::gateway::{
    App, HttpLimits, InProcess, LiveCatalogue, NewSession, OrderLinks, PageSettings, Programs,
};
use crate::journal::{Journal, Position, Tail};
use crate::partners::mail::{Letter, MemoryPost};
use crate::partners::{Partners, carrier::EmbeddedCarrier, wholesaler};
use crate::runtime::kit::{Kit, hush_panics};
use crate::runtime::{Clock, Outside};
use crate::sweeper;

use super::assortment::Assortment;
use super::coverage::Coverage;
use super::crashing_journal::{CrashSwitch, CrashingJournal};
use super::fault::Fault;
use super::fault_hooks::FaultHooks;
use super::network::{BackDoor, Network};
use super::observation::Start;
use super::partners::FaultyPartners;
use super::plan::{Options, Plan, random_for};
use super::programs;
use super::rates;

/// By how much the system's clock is off at the most.
const CLOCK_OFF_MS_MAX: i64 = 12 * 3_600_000;

/// Products listed in one turn.
const LISTED_AT_ONCE_MAX: usize = 250;

pub struct SimulatedWorld {
    pub kit: Kit<Shop>,
    pub network: Rc<Network>,
    pub coverage: Rc<RefCell<Coverage>>,
    pub crash_switch: Rc<CrashSwitch>,
    pub fault_hooks: Rc<FaultHooks>,
    pub faulty_partners: Rc<FaultyPartners>,
    pub starts: Vec<Start>,
    post: MemoryPost,
    assortment: Arc<Assortment>,
    catalogue: Arc<LiveCatalogue>,
    /// Those of carts.
    secrets: Arc<Mutex<StdRng>>,
    rules: Arc<Rules>,
    programs: Arc<Programs>,
    rng: StdRng,
    cells: StdRng,
    cells_max: usize,
}

/// Secrets of carts that a seed repeats, at the time of the running process.
struct SeededSessions {
    secrets: Arc<Mutex<StdRng>>,
    clock: Clock,
}

impl NewSession for SeededSessions {
    fn draw(&self) -> Option<(u64, u128)> {
        Some((self.clock.real().0, self.secrets.lock().ok()?.random()))
    }
}

/// Signs the links to orders in every world alike.
pub fn links() -> OrderLinks {
    let keys = PassKeys::new(vec![PassKey { id: 1, secret: [1; 32] }]).expect("one key");
    OrderLinks { keys, today: || Date(20_783) }
}

struct Shared(Rc<FaultyPartners>);

impl Outside<Shop> for Shared {
    fn make(
        &self,
        call: crate::actors::Call,
    ) -> std::pin::Pin<Box<dyn Future<Output = crate::actors::Message>>> {
        self.0.make(call)
    }
}

/// What the shop is called in every world.
fn named() -> Origins {
    let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
    Origins::of("http", "http://shop.example", listen).expect("an origin")
}

impl SimulatedWorld {
    pub fn new(options: &Options, plan: &Plan) -> SimulatedWorld {
        hush_panics();
        let seed = options.seed;
        let post = MemoryPost::new();
        let partners = Partners {
            wholesalers: wholesaler::embedded(&TimeZone::UTC),
            carrier: Box::new(EmbeddedCarrier::in_zone(TimeZone::UTC)),
            post: Box::new(post.clone()),
        };
        let coverage: Rc<RefCell<Coverage>> = Rc::default();
        let crash_switch: Rc<CrashSwitch> = Rc::default();
        let fault_hooks = FaultHooks::new(plan, seed, coverage.clone(), crash_switch.clone());
        let faulty_partners = FaultyPartners::new(plan, seed, partners, coverage.clone());
        let rules = plan.rules();
        let mut kit = Kit::new(move || rules.clone());
        kit.tree = Box::new(tree);
        kit.passing_group = SESSIONS;
        kit.outside = Rc::new(Shared(faulty_partners.clone()));
        kit.hooks = fault_hooks.clone();
        kit.seed = seed;
        kit.speed = plan.speed;
        kit.bounds = plan.bounds;
        kit.checkpoint_every = plan.checkpoint_every;
        kit.journal.set_latency(plan.journal_latency);
        let switch = crash_switch.clone();
        kit.through = Box::new(move |journal| Box::new(CrashingJournal::new(journal, switch.clone())));
        let products = options.assortment.rows().iter().map(|(product, _)| product.clone());
        let catalogue = Catalogue::build(products.collect());
        SimulatedWorld {
            kit,
            network: Network::new(plan.speed, plan.market.prices()),
            coverage,
            crash_switch,
            fault_hooks,
            faulty_partners,
            starts: vec![],
            post,
            assortment: options.assortment.clone(),
            catalogue: Arc::new(LiveCatalogue::new(catalogue.expect("the assortment makes a catalogue"))),
            secrets: Arc::new(Mutex::new(random_for(seed, "sessions"))),
            rules: Arc::new(plan.rules()),
            programs: Arc::new(Programs::new(false)),
            rng: random_for(seed, "world"),
            cells: random_for(seed, "lives"),
            cells_max: plan.cells_max,
        }
    }

    /// Opens the shop for the first time and lists its products.
    pub async fn open(&mut self) {
        self.start(Position::START).await;
        let assortment = self.assortment.clone();
        for some in assortment.rows().chunks(LISTED_AT_ONCE_MAX) {
            let listed = self.kit.ask(stock_keeper::List { products: some.to_vec() }).await;
            assert!(listed.is_ok(), "an empty shop lists its books: {listed:?}");
        }
        for (nth, name) in programs::NAMES.iter().enumerate() {
            let (name, key) = ((*name).to_owned(), programs::key(nth).hash());
            let role = KeyRole::Buyer;
            let added = self.kit.ask_of(SessionId::PROGRAMS, web_session::AddKey { name, key, role }).await;
            assert!(matches!(added, Ok(Ok(_))), "an empty shop gives a program its key: {added:?}");
        }
        self.load_api_keys();
    }

    /// As `serve` does.
    fn load_api_keys(&self) {
        let all = self.kit.running().every::<web_session::Programs>().unwrap_or_default();
        self.programs.replace_keys(all.iter().flat_map(|programs| programs.good()));
    }

    /// What customers see, as `serve` reads it at the start.
    fn show_what_is_listed(&self) {
        let all = self.kit.running().every::<Listed>().unwrap_or_default();
        if all.is_empty() {
            return;
        }
        let (sold, off_sale): (Vec<Listed>, Vec<Listed>) =
            all.into_iter().partition(|listed| listed.delisted_at.is_none());
        // the price that customers see now is the repricer's, who lists nothing
        let present = self.catalogue.now();
        let now = |listed: Listed| present.get(&listed.product.sku).cloned().unwrap_or(listed.product);
        let sold = sold.into_iter().map(now).collect();
        let catalogue = Catalogue::build(sold).expect("what was listed makes a catalogue");
        self.catalogue.replace(catalogue.without(off_sale.into_iter().map(|listed| listed.product.sku)));
    }

    async fn start(&mut self, acknowledged: Position) {
        self.fault_hooks.begin_incarnation();
        self.kit.cells = self.cells.random_range(1..=self.cells_max);
        self.kit.start().await;
        let found = self.kit.journal.last();
        let at = self.network.moment();
        self.starts.push(Start { at, acknowledged, found, refused: None, rotten: false });
        self.load_api_keys();
        self.show_what_is_listed();
        let (running, clock) = (self.kit.running(), self.kit.running().clock());
        let carts = sweeper::service(running.handle(), running.trees(), clock, self.rules.clone());
        self.kit.add_service(GATEWAY, sweeper::NAME, carts);
        let app = App {
            shop: Arc::new(self.kit.running().handle()),
            catalogue: self.catalogue.clone(),
            tokens: Arc::new(|token| bank::test_cards::find(token).is_some() || token == "tok_nobody"),
            payment_page: Some(self.network.card_page.clone()),
            programs: self.programs.clone(),
            sessions: Arc::new(SeededSessions { secrets: self.secrets.clone(), clock }),
            links: links(),
            rules: self.rules.clone(),
            today: Arc::new(move || clock.real().date()),
            limits: HttpLimits::default(),
            clients: Arc::new(rates::clients()),
            origins: Arc::new(named()),
            cors_origins: Arc::default(),
            pages: PageSettings::new("http://cards.example", &ShopIdentity::demo()),
            identity: Arc::new(ShopIdentity::demo()),
        };
        self.network.card_page.connect(app.shop.clone());
        let back_door = BackDoor { shop: app.shop.clone(), catalogue: self.catalogue.clone() };
        self.network.open(InProcess::new(app).await, back_door);
    }

    /// The process ends: its connections break, and its disk keeps what `why` leaves of it. `None`: it ends without a fault.
    pub fn crash(&mut self, why: Option<Fault>) -> CrashedShop {
        self.network.close();
        if let Some(fault) = why {
            self.network.history.borrow_mut().crashes.push(self.network.moment());
            self.coverage.borrow_mut().hit_all(fault);
        }
        self.kit.die();
        let acknowledged = self.kit.journal.last();
        let refused_tail = self.crash_journal(why);
        match why {
            Some(Fault::TreesLost) => self.kit.trees.wipe(),
            Some(Fault::TreesAhead) => self.kit.trees.crash_keeping(self.rng.random_range(1..40)),
            _ => self.kit.trees.crash(),
        }
        CrashedShop { why, acknowledged, refused_tail }
    }

    /// Why the journal is refused after a mere crash, which it never must be.
    fn crash_journal(&mut self, why: Option<Fault>) -> Option<String> {
        let drawn: u64 = self.rng.random();
        let either = if drawn & 1 == 0 { Tail::Lost } else { Tail::Whole };
        let tail = match why {
            None | Some(Fault::CrashLost) => Tail::Lost,
            Some(Fault::CrashTorn | Fault::SyncFails) => Tail::Torn { sectors: drawn },
            Some(Fault::CrashFlipped) => Tail::Flipped { bit: drawn },
            _ => either,
        };
        let salt = self.rng.random();
        self.kit.journal.crash_leaving(tail, salt).err().map(|error| error.to_string())
    }

    /// Starts the next process on what the last one left.
    pub async fn restart(&mut self, crashed: CrashedShop) {
        let off = self.rng.random_range(0..=CLOCK_OFF_MS_MAX);
        match crashed.why {
            Some(Fault::ClockAhead) => self.kit.clock_off_ms += off,
            Some(Fault::ClockBack) => self.kit.clock_off_ms -= off,
            _ => {}
        }
        if crashed.why == Some(Fault::Rot) {
            self.start_on_rot(crashed.acknowledged);
        }
        self.start(crashed.acknowledged).await;
        if let Some(start) = self.starts.last_mut() {
            start.refused = crashed.refused_tail;
        }
    }

    /// The journal has rotted: it must be refused. Its owner then brings it back whole.
    fn start_on_rot(&mut self, acknowledged: Position) {
        let (bit, salt) = (self.rng.random(), self.rng.random());
        let Some(refused) = self.kit.journal.refuses_rot(bit, salt) else { return };
        let reason = refused.then(|| "damaged".to_owned());
        let (at, found) = (self.network.moment(), acknowledged);
        self.starts.push(Start { at, acknowledged, found, refused: reason, rotten: true });
    }

    /// What the shop sells, now and after its next start.
    pub fn catalogue(&self) -> Arc<LiveCatalogue> {
        self.catalogue.clone()
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.post.letters()
    }

    /// Answers of partners that come a second time now.
    pub fn send_again(&self) {
        for (to, message) in self.faulty_partners.take_again() {
            drop(self.kit.tell_any(to, message, std::time::Duration::from_secs(1)));
        }
    }
}

/// A process that has crashed and was not started again.
pub struct CrashedShop {
    why: Option<Fault>,
    acknowledged: Position,
    refused_tail: Option<String>,
}
