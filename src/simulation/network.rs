//! The network between customers and the shop: a request's connection breaks when the process crashes.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::actors::{Address, Message, order_manager, stock_keeper};
use crate::domain::catalogue::Catalogue;
use crate::domain::quote::PriceTables;
use crate::gateway::{InProcess, LiveCatalogue, Request, Response, ShopClient};

use super::card_page::SimulatedCardPage;
use super::history::{History, HttpAnswer, Moment, SentRequest};

/// What an operator's command reaches of the running process.
pub struct BackDoor {
    pub shop: Arc<dyn ShopClient>,
    pub catalogue: Arc<LiveCatalogue>,
}

/// As the operator's commands wait.
const DECIDED_WITHIN: Duration = Duration::from_secs(30);

pub struct Network {
    began: Instant,
    /// The site of the running process; `None` while it is down.
    site: RefCell<Option<InProcess>>,
    /// How many times the process was started.
    incarnations: Cell<u32>,
    /// The process has ended: its requests get no answer. `Notify` wakes waiters in the order in which they came, which keeps a run
    /// deterministic.
    ended: Notify,
    /// Where the shopkeeper gives her orders.
    back_door: RefCell<Option<BackDoor>>,
    pub history: RefCell<History>,
    /// Faults have stopped: customers who had given up for the time may ask again.
    calm: Cell<bool>,
    calmed: Notify,
    pub speed: Cell<u32>,
    /// Where visitors type their cards.
    pub card_page: Arc<SimulatedCardPage>,
    /// What the shop has told everybody of its prices: programs add up by it.
    pub prices: Arc<PriceTables>,
}

impl Network {
    pub fn new(speed: u32, prices: Arc<PriceTables>) -> Rc<Network> {
        Rc::new(Network {
            began: Instant::now(),
            site: RefCell::default(),
            incarnations: Cell::new(0),
            ended: Notify::new(),
            back_door: RefCell::default(),
            history: RefCell::default(),
            calm: Cell::new(false),
            calmed: Notify::new(),
            speed: Cell::new(speed),
            card_page: Arc::default(),
            prices,
        })
    }

    pub fn open(&self, site: InProcess, back_door: BackDoor) {
        self.incarnations.set(self.incarnations.get() + 1);
        *self.site.borrow_mut() = Some(site);
        *self.back_door.borrow_mut() = Some(back_door);
    }

    /// The process is gone, and every connection with it.
    pub fn close(&self) {
        *self.site.borrow_mut() = None;
        *self.back_door.borrow_mut() = None;
        self.ended.notify_waiters();
    }

    pub fn is_calm(&self) -> bool {
        self.calm.get()
    }

    pub fn calm(&self) {
        self.calm.set(true);
        self.calmed.notify_waiters();
    }

    /// Until faults have stopped.
    pub async fn until_calm(&self) {
        let calmed = self.calmed.notified();
        if !self.calm.get() {
            calmed.await;
        }
    }

    /// Milliseconds of real time since the world began.
    pub fn moment(&self) -> Moment {
        self.began.elapsed().as_millis() as Moment
    }

    /// Waits for so long in trade time.
    pub async fn trade_ms(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms / u64::from(self.speed.get()))).await;
    }

    /// Sends a request and waits for its answer. `None`: the shop is down, or went down meanwhile.
    pub async fn send(&self, shopper: u32, from: IpAddr, mut request: Request) -> Option<Response> {
        let (method, uri) = (request.method, request.uri.clone());
        request.peer = Some(from);
        let sent = SentRequest {
            shopper,
            from,
            incarnation: self.incarnations.get(),
            method,
            uri,
            at: self.moment(),
            answer: None,
        };
        let place = {
            let mut history = self.history.borrow_mut();
            history.requests.push(sent);
            history.requests.len() - 1
        };
        let site = self.site.borrow().clone();
        let site = site?;
        let ended = self.ended.notified();
        let response = tokio::select! {
            biased;
            () = ended => return None,
            response = site.send(request) => response,
        };
        self.history.borrow_mut().requests[place].answer = Some(self.answer(&response));
        Some(response)
    }

    /// Asks the stock keeper beside the gateway. `None`: the shop is down or refuses, or it is not known whether it was done.
    pub async fn asks_stock_keeper(&self, message: stock_keeper::Message) -> Option<()> {
        self.asks(Address::StockKeeper, message.into()).await
    }

    /// As [`asks_stock_keeper`](Network::asks_stock_keeper).
    pub async fn asks_order_manager(&self, message: order_manager::Message) -> Option<()> {
        self.asks(Address::OrderManager, message.into()).await
    }

    async fn asks(&self, who: Address, message: Message) -> Option<()> {
        let shop = self.back_door.borrow().as_ref().map(|door| door.shop.clone())?;
        let ended = self.ended.notified();
        tokio::select! {
            biased;
            () = ended => None,
            told = shop.ask_any(who, message, DECIDED_WITHIN) => told.ok().map(drop),
        }
    }

    /// Customers see these from their next request on.
    pub fn show(&self, catalogue: Catalogue) {
        if let Some(door) = &*self.back_door.borrow() {
            door.catalogue.replace(catalogue);
        }
    }

    fn answer(&self, response: &Response) -> HttpAnswer {
        let lines = response.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        let text = lines.collect::<String>() + &response.text();
        let code = response.json()["code"].as_str().unwrap_or_default().to_owned();
        HttpAnswer { at: self.moment(), status: response.status, code, text }
    }
}
