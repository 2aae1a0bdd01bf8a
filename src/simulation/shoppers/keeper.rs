//! The shopkeeper, while others buy: counts her shelves and finds more or less than the books say, now and then nothing of what is
//! promised, is brought units that nobody
//! announced, takes titles off sale and lists them again.
//!
//! What she asks is no HTTP: the operator's commands reach the stock keeper beside the gateway. A process that crashes while she
//! waits leaves it open whether it was done, so she asks once more, as who types a command again.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::RngExt;

use crate::actors::stock_keeper::{Count, Counted, Delist, Described, Import, Message};
use crate::domain::Sku;
use crate::domain::catalogue::{Catalogue, Product};

use super::super::history;
use super::shopper::{DAY_MS, Shopper};

const CHORES_MAX: u32 = 10;
/// On a shelf that somebody has counted.
const COUNTED_MAX: u32 = 30;
const CAME_MAX: u32 = 5;
/// While the shop is down she tries so often.
const TRIES_MAX: u32 = 60;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
enum Chore {
    Count,
    FindNothing,
    Delivery,
    TakeOffSale,
    SellAgain,
}

/// Counting is most of the work.
const CHORES: [Chore; 8] = [
    Chore::Count,
    Chore::Count,
    Chore::Count,
    Chore::FindNothing,
    Chore::FindNothing,
    Chore::Delivery,
    Chore::TakeOffSale,
    Chore::SellAgain,
];

impl Shopper {
    /// `days`: how long there is somebody to buy.
    pub async fn keeper(mut self, days: u32) {
        let mut off_sale = BTreeSet::new();
        for _ in 0..self.rng.random_range(1..=CHORES_MAX) {
            self.thinks(u64::from(days) * DAY_MS / u64::from(CHORES_MAX)).await;
            let product = self.any_product();
            match self.pick(&CHORES) {
                Chore::Count => {
                    let units = self.rng.random_range(0..=COUNTED_MAX);
                    self.counts(product.sku, units).await
                }
                Chore::FindNothing => self.misses(product.sku).await,
                Chore::Delivery => self.puts_away(product.sku).await,
                Chore::TakeOffSale => self.takes_off_sale(product.sku, &mut off_sale).await,
                Chore::SellAgain => self.sells_again(&mut off_sale).await,
            };
        }
        while !off_sale.is_empty() {
            self.sells_again(&mut off_sale).await;
        }
    }

    fn any_product(&mut self) -> Product {
        let assortment = self.assortment.clone();
        assortment.pick(1, &mut self.rng)[0].clone()
    }

    /// What is promised is not there either; a little comes before she looks again.
    async fn misses(&mut self, sku: Sku) -> Option<()> {
        self.counts(sku.clone(), 0).await?;
        self.puts_away(sku).await
    }

    async fn counts(&mut self, sku: Sku, units: u32) -> Option<()> {
        let (counted, reason) = (Counted::Are(units), history::counted(units));
        self.asks_until_told(Count { sku, counted, reason, who: "shopkeeper".to_owned() }.into()).await
    }

    /// Not twice where the answer was lost: then there would be more in the books than on the shelf.
    async fn puts_away(&mut self, sku: Sku) -> Option<()> {
        let counted = Counted::Came(self.rng.random_range(1..=CAME_MAX));
        let (reason, who) = ("a parcel came".to_owned(), "shopkeeper".to_owned());
        self.network.asks_stock_keeper(Count { sku, counted, reason, who }.into()).await
    }

    async fn takes_off_sale(&mut self, sku: Sku, off_sale: &mut BTreeSet<Sku>) -> Option<()> {
        self.asks_until_told(Delist { skus: vec![sku.clone()] }.into()).await?;
        off_sale.insert(sku);
        self.shows(off_sale);
        Some(())
    }

    /// By a file that has it again, with what was counted.
    async fn sells_again(&mut self, off_sale: &mut BTreeSet<Sku>) -> Option<()> {
        let sku = off_sale.pop_first()?;
        let product = self.assortment.rows().iter().find(|(product, _)| product.sku == sku)?.0.clone();
        let units = self.rng.random_range(0..=COUNTED_MAX);
        let products = vec![Described { product, counted: units, unsaid: vec![] }];
        let (reason, who) = (history::counted(units), "shopkeeper".to_owned());
        self.asks_until_told(Import { products, keep_stock: false, reason, who }.into()).await?;
        self.shows(off_sale);
        Some(())
    }

    /// Customers see it from their next request on.
    fn shows(&self, off_sale: &BTreeSet<Sku>) {
        let products = self.assortment.rows().iter().map(|(product, _)| product);
        let sold = products.filter(|product| !off_sale.contains(&product.sku)).cloned().collect();
        let catalogue = Catalogue::build(sold).expect("less than the assortment is a catalogue too");
        self.network.show(catalogue.without(off_sale.iter().cloned()));
    }

    async fn asks_until_told(&mut self, message: Message) -> Option<()> {
        for _ in 0..TRIES_MAX {
            if self.network.asks_stock_keeper(message.clone()).await.is_some() {
                return Some(());
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        None
    }
}
