//! Opens the shop: the cell, the gateway, the card page, the control socket; and stops them in order.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::access::Origins;
use crate::actors::{GATEWAY, Shop, bank};
use crate::domain::ShopIdentity;
use crate::gateway::{self, App, HttpLimits, OrderLinks, OsSessions, PageSettings};
use crate::http;
use crate::output;
use crate::partners::processor::{self, CardPage, EmbeddedProcessor};
use crate::runtime::{DrainDeadlines, Running, ServiceRun};
use crate::settings::Settings;
use crate::sweeper;

use super::data_directory::{DataDirectory, Opened, catalogue, programs};
use super::history_check::HistoryCheck;
use super::open_files::connection_limits;
use super::secrets::{link_keys, processor_secret};
use super::{Failure, control, core_dumps, demo, front};

/// The demo world's speed where none is set: all fifteen steps and the settlement pass in a minute or two.
const DEMO_SPEED: u32 = 3_600;

pub fn run(mut settings: Settings, demo: bool) -> Result<ExitCode, Failure> {
    core_dumps::forbid_looking_on();
    if demo && settings.trade.speed == 1 {
        settings.trade.speed = DEMO_SPEED;
    }
    actix::System::new().block_on(serve(settings, demo))
}

async fn serve(settings: Settings, demo: bool) -> Result<ExitCode, Failure> {
    let shop = bind("http.listen", settings.http.listen)?;
    let cards = bind("processor.listen", settings.processor.listen)?;
    let (shop_at, cards_at) = (shop.local_addr()?, cards.local_addr()?);
    let shop_names = Origins::of("http", &settings.http.public_url, shop_at)?;
    let card_names = Origins::of("processor", &settings.processor.public_url, cards_at)?;
    front::check(&settings, &shop_names, shop_at)?;
    let (shop_url, cards_url) = (shop_names.canonical().to_owned(), card_names.canonical().to_owned());
    let (shop_names, card_names) = (Arc::new(shop_names), Arc::new(card_names));
    let mut signals = Signals::listen()?;
    let limits = connection_limits(settings.http.connections_max, settings.http.workers)?;
    let directory = DataDirectory::open(&settings)?;
    let opened = directory.start(&settings, &shop_url).await?;
    let running = &opened.running;
    if running.replayed > 0 {
        tracing::info!(turns = running.replayed, "replayed what the trees did not hold yet");
    }
    if demo {
        demo::stock_the_shelves(&running.handle()).await?;
    }
    let processor = Arc::new(EmbeddedProcessor::new(&cards_url, processor_secret(&opened.layout)?));
    let app = App {
        shop: Arc::new(running.handle()),
        catalogue: Arc::new(catalogue(running)?),
        tokens: Arc::new(|token| bank::test_cards::find(token).is_some()),
        payment_page: processor.clone(),
        programs: Arc::new(programs(running, demo)?),
        sessions: Arc::new(OsSessions { clock: running.clock() }),
        links: OrderLinks::new(link_keys(&opened.layout)?),
        rules: Arc::new(settings.rules()),
        limits: HttpLimits::of(settings.connections(limits.shop_worker)),
        clients: Arc::new(settings.clients()),
        origins: shop_names.clone(),
        cors_origins: Arc::new(settings.http.cors_origins.clone()),
        pages: PageSettings { payment_page_url: cards_url.clone() },
    };
    let products = app.catalogue.len();
    let programs = app.programs.clone();
    let rules = app.rules.clone();
    serve_shop(running, shop, app, settings.http.workers);
    let carts = sweeper::service(running.handle(), running.trees(), running.clock(), rules);
    running.add_service(GATEWAY, sweeper::NAME, carts);
    let page = CardPage {
        processor,
        test_tokens: bank::test_cards::tokens().into(),
        cards: Arc::new(control::AsksBank(running.handle())),
        clients: Arc::new(settings.clients()),
        origins: card_names,
        identity: Arc::new(ShopIdentity::demo()),
        shop: shop_names,
    };
    serve_cards(running, cards, page, settings.connections(limits.cards));
    control::listen(running, &programs, &opened.layout);
    tracing::info!(shop = %shop_at, cards = %cards_at, "listening");
    announce(&settings, &opened, products, &shop_url, &cards_url);
    let mut history = HistoryCheck::begin(&opened.layout)?;
    let code = tokio::select! {
        biased;
        name = signals.next() => {
            tracing::info!(signal = name, "stopping in order");
            ExitCode::SUCCESS
        }
        why = running.fatal() => {
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

/// One line on standard output says that the shop is open, and where.
fn announce(settings: &Settings, opened: &Opened, products: usize, shop_url: &str, cards_url: &str) {
    let (dir, speed) = (opened.layout.dir.display(), settings.trade.speed);
    output::say(&format!(
        "doorstep is open: {shop_url} ({products} products, data in {dir}, speed {speed}, cards at {cards_url})"
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

fn serve_shop(running: &Running<Shop>, listener: TcpListener, app: App, workers: usize) {
    running.add_service(GATEWAY, "gateway", move || -> ServiceRun {
        let (listener, app) = (listener.try_clone(), app.clone());
        Box::pin(async move {
            let server = listener.and_then(|listener| gateway::serve(listener, app, workers));
            Err(server.map_err(|error| error.to_string())?.await.to_string())
        })
    });
}

fn serve_cards(running: &Running<Shop>, listener: TcpListener, page: CardPage, limits: http::Limits) {
    running.add_service(GATEWAY, "card page", move || -> ServiceRun {
        let (listener, page, limits) = (listener.try_clone(), page.clone(), limits.clone());
        Box::pin(async move {
            let server = listener.and_then(|listener| processor::serve(listener, page, &limits));
            Err(server.map_err(|error| error.to_string())?.await.to_string())
        })
    });
}

fn bind(key: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure(format!("cannot listen on {address} ({error}): choose another {key}, or port 0"))
    })
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Signals, Failure> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
