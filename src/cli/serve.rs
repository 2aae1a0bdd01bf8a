//! Opens the shop: the cell, the gateway, the card page, the control socket; and stops them in order.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::actors::{GATEWAY, Shop, bank};
use crate::domain::catalogue::Catalogue;
use crate::domain::{Date, ShopIdentity};
use crate::gateway::{self, App, HttpLimits, LiveCatalogue, OrderLinks, OsSessions, PageSettings};
use crate::http;
use crate::output;
use crate::partners::processor::{self, CardPage, EmbeddedProcessor, PaymentPage};
use crate::runtime::{Clock, DrainDeadlines, Running, ServiceRun};
use crate::settings::{Opens, Settings, ShopKind};
use crate::sweeper;

use super::data_directory::{DataDirectory, Opened, catalogue, programs};
use super::doors::{Door, Doors, cloned};
use super::history_check::HistoryCheck;
use super::layout::Layout;
use super::open_files::{ConnectionLimits, connection_limits};
use super::secrets::{link_keys, processor_secret};
use super::{Failure, control, core_dumps, demo, directory};

/// Opens a demo's directory, or a shop's, and no other.
pub fn run(settings: Settings, kind: ShopKind) -> Result<ExitCode, Failure> {
    core_dumps::forbid_looking_on();
    actix::System::new().block_on(serve(settings, kind))
}

async fn serve(settings: Settings, kind: ShopKind) -> Result<ExitCode, Failure> {
    let opens = if kind.is_demo() { Opens::Demo } else { Opens::Shop };
    let layout = Layout::of(&settings);
    directory::find(&layout, opens)?;
    let identity = Arc::new(settings.identity(kind)?);
    let doors = Doors::open_after_another(&settings, kind, &layout.dir).await?;
    let mut signals = Signals::listen()?;
    let limits = connection_limits(settings.http.connections_max, settings.http.workers)?;
    let directory = DataDirectory::open(&settings, opens)?;
    let opened = directory.start(&settings, doors.shop.url()).await?;
    if opened.running.replayed > 0 {
        tracing::info!(turns = opened.running.replayed, "replayed what the trees did not hold yet");
    }
    let catalogue = stocked(&settings, &opened).await?;
    let products = catalogue.len();
    serve_all(&settings, &opened, &doors, identity, catalogue, &limits)?;
    announce(&settings, &opened, products, &doors);
    // the services have their own
    drop(doors);
    let mut history = HistoryCheck::begin(&opened.layout)?;
    let code = tokio::select! {
        biased;
        name = signals.next() => {
            tracing::info!(signal = name, "stopping in order");
            ExitCode::SUCCESS
        }
        why = opened.running.fatal() => {
            output::complain(&why);
            ExitCode::FAILURE
        }
        why = history.damage() => {
            output::complain(&why);
            ExitCode::FAILURE
        }
    };
    stop(&settings, opened).await;
    Ok(code)
}

/// What is sold; a demo that sells nothing is given its books.
async fn stocked(settings: &Settings, opened: &Opened) -> Result<Catalogue, Failure> {
    let currency = settings.shop.currency;
    let sold = catalogue(&opened.running, currency)?;
    let is_new = opened.kind.is_demo() && demo::stock_the_shelves(&opened.running.handle(), &sold).await?;
    if is_new { catalogue(&opened.running, currency) } else { Ok(sold) }
}

/// Everything that answers somebody.
fn serve_all(
    settings: &Settings,
    opened: &Opened,
    doors: &Doors,
    identity: Arc<ShopIdentity>,
    catalogue: Catalogue,
    limits: &ConnectionLimits,
) -> Result<(), Failure> {
    let (running, Doors { shop, cards }) = (&opened.running, doors);
    let processor = cards.as_ref().map(|cards| embedded_processor(cards, opened)).transpose()?;
    let payment_page_url = cards.as_ref().map(|cards| cards.url().to_owned()).unwrap_or_default();
    let rules = Arc::new(settings.rules(opened.kind));
    let test_cards = rules.test_cards;
    let has_open_door = opened.kind.is_demo() && settings.demo.strangers_order;
    let paid_to = identity.clone();
    let app = App {
        shop: Arc::new(running.handle()),
        catalogue: Arc::new(LiveCatalogue::new(catalogue)),
        tokens: Arc::new(move |token| test_cards && bank::test_cards::find(token).is_some()),
        payment_page: processor.clone().map(|processor| -> Arc<dyn PaymentPage> { processor }),
        programs: Arc::new(programs(running, has_open_door)?),
        sessions: Arc::new(OsSessions { clock: running.clock() }),
        links: OrderLinks::new(link_keys(&opened.layout)?),
        rules: rules.clone(),
        today: today(running.clock(), rules.time_zone.clone()),
        limits: HttpLimits::of(settings.connections(limits.shop_worker)),
        clients: Arc::new(settings.clients()),
        origins: shop.names.clone(),
        cors_origins: Arc::new(settings.http.cors_origins.clone()),
        pages: PageSettings::new(payment_page_url, &identity),
        identity,
    };
    control::listen(running, &app, &opened.layout);
    serve_shop(running, shop.cloned()?, app, settings.http.workers);
    let carts = sweeper::service(running.handle(), running.trees(), running.clock(), rules);
    running.add_service(GATEWAY, sweeper::NAME, carts);
    if let (Some(processor), Some(cards)) = (processor, cards) {
        let page = CardPage {
            processor,
            test_tokens: bank::test_cards::tokens().into(),
            cards: Arc::new(control::AsksBank(running.handle())),
            clients: Arc::new(settings.clients()),
            origins: cards.names.clone(),
            identity: paid_to,
            shop: shop.names.clone(),
        };
        serve_cards(running, cards.cloned()?, page, settings.connections(limits.cards));
    }
    Ok(())
}

/// The shop's day on the clock on the wall, whatever pace trade has.
fn today(clock: Clock, zone: TimeZone) -> Arc<dyn Fn() -> Date + Send + Sync> {
    Arc::new(move || clock.real().day_in(&zone))
}

fn embedded_processor(cards: &Door, opened: &Opened) -> Result<Arc<EmbeddedProcessor>, Failure> {
    Ok(Arc::new(EmbeddedProcessor::new(cards.url(), processor_secret(&opened.layout)?)))
}

/// One line on standard output says that the shop is open, where, and what it is not.
fn announce(settings: &Settings, opened: &Opened, products: usize, doors: &Doors) {
    let (dir, speed, kind) = (opened.layout.dir.display(), settings.speed(opened.kind), opened.kind);
    let url = doors.shop.url();
    let cards = match &doors.cards {
        Some(cards) => format!("cards at {}", cards.url()),
        None => "no payment processor is set up: open for looking".to_owned(),
    };
    if doors.cards.is_none() {
        tracing::warn!(
            "no payment processor is set up: the shop is open for looking, and takes no order; `doorstep check` says what else is missing"
        );
    }
    match &doors.cards {
        Some(cards) => tracing::info!(shop = %doors.shop.at, cards = %cards.at, "listening"),
        None => tracing::info!(shop = %doors.shop.at, "listening"),
    }
    output::say(&format!(
        "doorstep is open: {url} ({kind}, {products} products, data in {dir}, speed {speed}, {cards})"
    ));
}

async fn stop(settings: &Settings, opened: Opened) {
    let answers = Duration::from_millis(settings.runtime.drain_answers_ms);
    let deadlines = DrainDeadlines { answers, ..DrainDeadlines::default() };
    let report = opened.running.drain(deadlines).await;
    tracing::info!("{report}");
    output::say(&report.to_string());
    // whoever still asks has been told 503; a file that stays would look like a live daemon
    let _ = std::fs::remove_file(opened.layout.control());
}

fn serve_shop(running: &Running<Shop>, listeners: Vec<TcpListener>, app: App, workers: usize) {
    running.add_service(GATEWAY, "gateway", move || -> ServiceRun {
        let (listeners, app) = (cloned(&listeners), app.clone());
        Box::pin(async move {
            let server = listeners.and_then(|listeners| gateway::serve(listeners, app, workers));
            Err(server.map_err(|error| error.to_string())?.await.to_string())
        })
    });
}

fn serve_cards(running: &Running<Shop>, listeners: Vec<TcpListener>, page: CardPage, limits: http::Limits) {
    running.add_service(GATEWAY, "card page", move || -> ServiceRun {
        let (listeners, page, limits) = (cloned(&listeners), page.clone(), limits.clone());
        Box::pin(async move {
            let server = listeners.and_then(|listeners| processor::serve(listeners, page, &limits));
            Err(server.map_err(|error| error.to_string())?.await.to_string())
        })
    });
}

/// What asks the daemon to stop: SIGTERM, SIGINT, and SIGHUP, as whoever closes her terminal sends it.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> Result<Signals, Failure> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.hangup.recv() => "SIGHUP",
        }
    }
}
