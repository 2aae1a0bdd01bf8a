//! What the operator's commands ask of the shelves, and what these say: products that are brought up to date, counted, or taken off
//! sale. Beside open doors, customers see it from their next request on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::actors::Shop;
use crate::actors::back_office::ShowShortage;
use crate::actors::stock_keeper::{
    Change, Count, Delist, Delisted, Described, Import, Imported, Listed, NotCounted, Relist, StockItem,
};
use crate::domain::catalogue::Catalogue;
use crate::domain::{CaseId, Currency, Sku};
use crate::gateway::LiveCatalogue;
use crate::runtime::{Handle, Refused};
use crate::storage::Trees;

use super::data_directory::catalogue_of;
use super::rows::{self, Ended, Rows};
use super::shelf::{self, ShelfRow};
use super::shortages::{self, ShortRow};
use super::{Failure, product_list};

/// A decision takes its turn among the shop's.
const DECIDED_WITHIN: Duration = Duration::from_secs(30);
/// An overloaded shop is asked again so often, after so long.
const TRIES_MAX: u32 = 30;
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// During a long import customers see what is listed so far at least so often.
const SHOWN_EVERY: Duration = Duration::from_secs(20);
/// An import that says nothing more for so long was cut short: what it has listed is shown.
const CUT_SHORT_AFTER: Duration = Duration::from_secs(5);
/// SKUs that travel in one answer.
pub const SKUS_AT_ONCE: usize = 10_000;

/// What is asked.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Import(Import),
    /// What an import of these would do.
    WouldImport {
        products: Vec<Described>,
        keep_stock: bool,
    },
    Count(Count),
    Delist(Vec<Sku>),
    /// To put them back on sale.
    Relist(Vec<Sku>),
    /// One product's units, and who has counted them.
    Shelf(Sku),
    /// What is short of these.
    Short(Vec<Sku>),
    /// The import is at its end: customers see all of it.
    Show,
    Products(product_list::Wanted),
    /// Of products that are sold: the first [`SKUS_AT_ONCE`] behind this one.
    Skus {
        after: Option<Sku>,
    },
}

/// What the shop says; the error is for the operator.
pub type Said = Result<Told, String>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Done, or what would be.
    Imported(Imported),
    /// Taken off sale, or put back.
    Delisted {
        done: Delisted,
        /// Of those that are not listed: one that is, in other capitals.
        alike: Vec<(Sku, Sku)>,
    },
    Products(product_list::Found),
    /// Looked at, or counted.
    Shelf(Box<ShelfRow>),
    Short(Vec<ShortRow>),
    Skus(Vec<Sku>),
    Shown,
}

/// Of a shop that runs.
#[derive(Clone)]
pub struct LiveShelves {
    pub shop: Handle<Shop>,
    pub trees: Arc<dyn Trees>,
    pub currency: Currency,
    /// What customers see; `None` where the doors are closed.
    pub window: Option<Window>,
}

/// What customers see of the shelves.
#[derive(Clone)]
pub struct Window {
    catalogue: Arc<LiveCatalogue>,
    changes: Arc<Mutex<Changes>>,
}

struct Changes {
    /// The number of the latest.
    last: u64,
    /// Of the latest that customers see, and since when.
    shown: u64,
    shown_at: Instant,
}

impl Window {
    pub fn new(catalogue: Arc<LiveCatalogue>) -> Window {
        let changes = Changes { last: 0, shown: 0, shown_at: Instant::now() };
        Window { catalogue, changes: Arc::new(Mutex::new(changes)) }
    }

    /// A panic leaves the numbers whole, so a poisoned lock is good.
    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its number, and since when customers have seen nothing new.
    fn changed(&self) -> (u64, Duration) {
        let mut changes = self.changes();
        changes.last += 1;
        (changes.last, changes.shown_at.elapsed())
    }

    /// What was read earlier does not take the place of what was read later.
    fn show(&self, catalogue: Catalogue, change: u64) {
        let mut changes = self.changes();
        if changes.shown <= change {
            self.catalogue.replace(catalogue);
            (changes.shown, changes.shown_at) = (change, Instant::now());
        }
    }
}

impl LiveShelves {
    pub async fn ask(&self, asked: Asked) -> Said {
        match asked {
            Asked::Import(import) => self.import(import).await,
            Asked::Delist(skus) => {
                let done = self.decide(|| Delist { skus: skus.clone() }).await?;
                self.delisted(done).await
            }
            Asked::Relist(skus) => {
                let done = self.decide(|| Relist { skus: skus.clone() }).await?;
                self.delisted(done).await
            }
            Asked::Count(count) => self.count(count).await,
            Asked::Short(skus) => {
                if let Some(sku) = skus.first() {
                    self.case_on(sku).await?;
                }
                self.look(Asked::Short(skus)).await
            }
            Asked::Show => self.show().await.map(|()| Told::Shown),
            look => self.look(look).await,
        }
    }

    async fn count(&self, count: Count) -> Said {
        let open_before = self.case_on(&count.sku).await?;
        match self.decide(|| count.clone()).await? {
            // the look says what was meant
            Ok(()) => {}
            Err(NotCounted::NotListed) => return self.counted(&count.sku, None).await,
            Err(why) => return Err(format!("{}: {why}", count.sku)),
        }
        let sku = count.sku.clone();
        self.counted(&count.sku, open_before).await.map_err(|why| {
            format!("it is in the books: do not repeat it; `doorstep stock {sku}` shows what is there once the shop is open again ({why})")
        })
    }

    /// Of what is decided already: where this fails, it stands all the same.
    async fn counted(&self, sku: &Sku, open_before: Option<CaseId>) -> Said {
        let is_open = self.case_on(sku).await?.is_some();
        let closed_case = open_before.filter(|_| !is_open).map(|case| case.to_string());
        let sku = sku.clone();
        let row = self.read(move |rows| shelf::find(rows, &sku)).await?;
        Ok(Told::Shelf(Box::new(ShelfRow { closed_case, ..row })))
    }

    /// The one that is open on what is short. What the stock keeper has said to the back office stands before this question.
    async fn case_on(&self, sku: &Sku) -> Result<Option<CaseId>, String> {
        self.decide(|| ShowShortage { sku: sku.clone() }).await
    }

    async fn delisted(&self, done: Delisted) -> Said {
        self.show().await?;
        let unknown = done.not_listed.clone();
        let alike = self.read(move |rows| shelf::alike(rows, &unknown)).await?;
        Ok(Told::Delisted { alike, done })
    }

    async fn import(&self, import: Import) -> Said {
        let mut products = import.products.iter().map(|described| &described.product);
        if let Some(product) = products.find(|product| product.price.currency != self.currency) {
            return Err(format!(
                "{} costs {}, and the shop's currency is {}",
                product.sku, product.price, self.currency
            ));
        }
        let done = self.decide(|| import.clone()).await?;
        if let Some(window) = &self.window {
            let (change, unseen) = window.changed();
            if unseen > SHOWN_EVERY {
                self.show().await?;
            } else {
                self.show_if_cut_short(window, change);
            }
        }
        Ok(Told::Imported(done))
    }

    /// What an import that is cut short has listed is no secret for long.
    fn show_if_cut_short(&self, window: &Window, change: u64) {
        let (shelves, window) = (self.clone(), window.clone());
        actix::spawn(async move {
            tokio::time::sleep(CUT_SHORT_AFTER).await;
            let is_the_latest = {
                let changes = window.changes();
                changes.last == change && changes.shown < change
            };
            if is_the_latest && let Err(error) = shelves.show().await {
                tracing::warn!(
                    error,
                    "what was imported is not shown to customers yet: import it once more, or restart"
                );
            }
        });
    }

    /// An overloaded shop has done nothing of it.
    async fn decide<Q>(&self, question: impl Fn() -> Q) -> Result<Q::Reply, String>
    where
        Q: crate::runtime::Question,
        Q::Actor: crate::runtime::Actor<Key = ()> + crate::runtime::Member<Shop>,
    {
        for _ in 1..TRIES_MAX {
            match self.shop.ask(question(), DECIDED_WITHIN).await {
                Err(Refused::Overloaded) => tokio::time::sleep(TRY_AGAIN).await,
                answered => return answered.map_err(|refused| refused.to_string()),
            }
        }
        self.shop.ask(question(), DECIDED_WITHIN).await.map_err(|refused| refused.to_string())
    }

    /// Customers see all that was decided before this.
    async fn show(&self) -> Result<(), String> {
        let Some(window) = &self.window else { return Ok(()) };
        let (change, currency) = (window.changes().last, self.currency);
        let catalogue = self.read(move |rows| present(rows, currency)).await?;
        window.show(catalogue, change);
        Ok(())
    }

    async fn look(&self, asked: Asked) -> Said {
        self.read(move |rows| look(rows, &asked)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Rows) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, String> {
        rows::read(&self.shop, &self.trees, read).await
    }
}

fn present(rows: &Rows, currency: Currency) -> Result<Catalogue, Failure> {
    let mut all = vec![];
    match rows.each::<Listed>(&[], None, &mut |_, listed| all.push(listed))? {
        Ended::Whole => catalogue_of(all, currency),
        Ended::OutOfTime => Err(Failure("there was no time to read all products".to_owned())),
    }
}

pub fn look(rows: &Rows, asked: &Asked) -> Result<Told, Failure> {
    match asked {
        Asked::WouldImport { products, keep_stock } => {
            would_import(rows, products, *keep_stock).map(Told::Imported)
        }
        Asked::Skus { after } => product_list::skus(rows, after.as_ref(), SKUS_AT_ONCE).map(Told::Skus),
        Asked::Products(wanted) => product_list::find(rows, wanted).map(Told::Products),
        Asked::Shelf(sku) => shelf::find(rows, sku).map(Box::new).map(Told::Shelf),
        Asked::Short(skus) => shortages::find(rows, skus).map(Told::Short),
        Asked::Import(_) | Asked::Count(_) | Asked::Delist(_) | Asked::Relist(_) | Asked::Show => {
            Err(Failure("that is a decision, and nothing to look at".to_owned()))
        }
    }
}

fn would_import(rows: &Rows, products: &[Described], keep_stock: bool) -> Result<Imported, Failure> {
    let mut would = Imported::default();
    for described in products {
        let sku = &described.product.sku;
        let (listed, item) = (rows.get::<Listed>(sku)?, rows.get::<StockItem>(sku)?);
        would.add(sku, &Change::of(described, listed.as_ref(), item.as_ref(), keep_stock));
    }
    Ok(would)
}
