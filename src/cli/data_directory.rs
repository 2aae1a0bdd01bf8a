//! Opens a data directory: lock, journal, trees, partners; and puts the cell of the shop together.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::actors::stock_keeper::Listed;
use crate::actors::{SESSIONS, Shop, tree, trees, web_session};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::{Currency, Timestamp};
use crate::gateway::Programs;
use crate::journal::{self, FileJournal, FileOptions, Journal as _, JournalId, Position};
use crate::partners::{Partners, carrier::EmbeddedCarrier, mail::EmlFolder, wholesaler};
use crate::runtime::{self, Bounds, CellParts, Cells, Own, Running, system_time};
use crate::settings::{Opens, Settings, ShopKind};
use crate::storage::{DirectoryLock, OpenState, SledTrees};

use super::directory::{self, Mark};
use super::known_forms::promised;
use super::layout::Layout;
use super::log_hooks::OrderLog;
use super::secrets::link_keys;
use super::{Failure, clocks, history_check, known_forms, private};

/// Of a last write that is not whole.
pub const WHETHER_ACKNOWLEDGED: &str =
    "if a crash tore it, nothing in it was acknowledged; if the disk damaged it later, that cannot be told";

/// A data directory that this process owns.
pub struct DataDirectory {
    pub layout: Layout,
    pub kind: ShopKind,
    pub journal: FileJournal,
    pub epoch: u64,
    pub trees: SledTrees,
    /// What the system's clock said.
    now: Timestamp,
    _lock: DirectoryLock,
}

impl DataDirectory {
    /// Of a kind that `opens` may open; a demo is made where there is nothing.
    pub fn open(settings: &Settings, opens: Opens) -> Result<DataDirectory, Failure> {
        let layout = Layout::of(settings);
        // before anything is made or changed
        directory::find(&layout, opens)?;
        known_forms::check(&layout)?;
        private::claim(&layout)?;
        DataDirectory::open_as_it_is(settings, opens)
    }

    /// As `open`, without a look at who else may see it.
    pub fn open_as_it_is(settings: &Settings, opens: Opens) -> Result<DataDirectory, Failure> {
        // first: sled too reads the clock, and takes a wrong one for damage
        let now = system_time()?;
        let layout = Layout::of(settings);
        known_forms::check(&layout)?;
        let lock = DirectoryLock::take(&layout.dir)?;
        let mark = match directory::find(&layout, opens)? {
            Some(mark) => mark,
            None => Mark { kind: ShopKind::Demo, currency: settings.shop.currency }.make(&layout, now)?,
        };
        mark.must_fit(settings)?;
        history_check::check_again(&layout)?;
        if !journal::is_begun(&layout.journal())? {
            // with the journal, whoever begins it: later their absence means that they are gone
            link_keys(&layout)?;
        }
        let at_least = promised(&layout)?;
        let segment_bytes = settings.journal.segment_bytes;
        let options = FileOptions { segment_bytes, at_least, ..FileOptions::default() };
        let (journal, recovery) = FileJournal::open(&layout.journal(), options)?;
        if recovery.torn_bytes > 0 {
            tracing::warn!(
                bytes = recovery.torn_bytes,
                "the last write before the end is not whole and is dropped: {WHETHER_ACKNOWLEDGED}"
            );
        }
        let (trees, state) = open_trees(settings, &layout, journal.id())?;
        if let OpenState::SetAside { .. } = state {
            tracing::info!(records = recovery.last.0, "rebuilding the trees from the journal");
        }
        let (kind, epoch) = (mark.kind, recovery.epoch + 1);
        Ok(DataDirectory { layout, kind, journal, epoch, trees, now, _lock: lock })
    }

    /// Recovers the shop and brings its actors to life.
    pub async fn start(self, settings: &Settings, base_url: &str) -> Result<Opened, Failure> {
        if self.journal.last() == Position::START {
            // there from the beginning: where they are missing later, they were lost
            link_keys(&self.layout)?;
        } else if !self.layout.link_keys().exists() {
            tracing::warn!(
                file = %self.layout.link_keys().display(),
                "the keys of links are gone: new ones are made, and links in e-mails that were sent open nothing; to have them open \
                 again, put the old file's lines after the new one's, and start again"
            );
        }
        let partners = partners(settings, self.kind, &self.layout, base_url)?;
        self.start_among(settings, partners).await
    }

    /// As `start`, with these partners.
    pub async fn start_among(self, settings: &Settings, partners: Partners) -> Result<Opened, Failure> {
        let DataDirectory { layout, kind, journal, epoch, trees, now, _lock } = self;
        let (rules, partners) = (settings.rules(kind), Arc::new(partners));
        let speed = settings.speed(kind);
        let orders = OrderLog::new(settings.log.orders_a_second_max);
        orders.tell_what_is_left();
        let own = move || Own::<Shop> {
            rules: rules.clone(),
            outside: Box::new(partners.clone()),
            tree: tree(),
            hooks: Rc::new(orders.clone()),
            random: rand::make_rng(),
            probes: Default::default(),
        };
        let parts = CellParts {
            journal: Box::new(journal),
            epoch,
            trees: Arc::new(trees),
            cells: Cells::Threads { cells: settings.runtime.threads(), own: Arc::new(own) },
            passing_group: SESSIONS,
            now,
            speed,
            checkpoint_every: Duration::from_millis(settings.storage.checkpoint_every_ms),
            await_max: Duration::from_millis(settings.runtime.await_max_ms),
            bounds: Bounds::default(),
            suspects: Some(layout.suspects()),
            spin_max: Some(Duration::from_millis(settings.runtime.spin_max_ms)),
        };
        let running = runtime::start(parts).await?;
        if let Some(ahead) = clocks::trade_ahead(running.last_at, now, kind) {
            tracing::warn!("{ahead}");
        }
        Ok(Opened { running, layout, kind, _lock })
    }
}

/// A shop that runs in a directory that this process owns.
pub struct Opened {
    pub running: Running<Shop>,
    pub layout: Layout,
    pub kind: ShopKind,
    _lock: DirectoryLock,
}

/// The trees of a data directory, and in what state they were found.
pub fn open_trees(
    settings: &Settings,
    layout: &Layout,
    journal: JournalId,
) -> Result<(SledTrees, OpenState), Failure> {
    let options = trees::options(settings.storage.cache_bytes);
    let opened = SledTrees::open(&layout.dir, journal, &trees::names(), options)?;
    Ok((opened.trees, opened.state))
}

/// A demo's are embedded; a shop has none as yet.
fn partners(
    settings: &Settings,
    kind: ShopKind,
    layout: &Layout,
    base_url: &str,
) -> Result<Partners, Failure> {
    // a shop's pages have links too, though no letter of its own has one yet
    let links = link_keys(layout)?;
    if !kind.is_demo() {
        return Ok(Partners::not_set_up());
    }
    let shop = Arc::new(settings.identity(kind)?);
    let from = settings.mail_from(&shop.name);
    let post = EmlFolder::new(layout.mail(), from, base_url.to_owned(), links, shop)?;
    Ok(Partners {
        wholesalers: wholesaler::embedded(&settings.time_zone()),
        carrier: Box::new(EmbeddedCarrier::in_zone(settings.time_zone())),
        post: Box::new(post),
    })
}

/// Every product that is listed, for the gateway's index.
pub fn catalogue(running: &Running<Shop>, currency: Currency) -> Result<Catalogue, Failure> {
    catalogue_of(running.every::<Listed>()?, currency)
}

/// Of all that was ever listed.
pub fn catalogue_of(all: Vec<Listed>, currency: Currency) -> Result<Catalogue, Failure> {
    let (sold, delisted): (Vec<_>, Vec<_>) = all.into_iter().partition(|listed| listed.delisted_at.is_none());
    let products: Vec<Product> = sold.into_iter().map(|listed| listed.product).collect();
    must_be_in(&products, currency)?;
    Ok(Catalogue::build(products)?.without(delisted.into_iter().map(|listed| listed.product.sku)))
}

/// Each is priced in the shop's currency, or no sum would be one.
pub fn must_be_in(products: &[Product], currency: Currency) -> Result<(), Failure> {
    let Some(Product { sku, price, .. }) = products.iter().find(|product| product.price.currency != currency)
    else {
        return Ok(());
    };
    Err(Failure(format!(
        "the product {sku} costs {price}, and shop.toml and directory.toml say that prices are in {currency} (shop.currency): a shop has one \
         currency for good, so these files are another shop's; put back its own, which say {theirs}, from a backup",
        theirs = price.currency
    )))
}

/// The API keys that are good. `open`: programs order without.
pub fn programs(running: &Running<Shop>, open: bool) -> Result<Programs, Failure> {
    let programs = Programs::new(open);
    programs.replace_keys(running.every::<web_session::Programs>()?.iter().flat_map(|all| all.good()));
    Ok(programs)
}
