//! The journal, folded once: how many orders stood where, what was in each account and in stock, at even intervals.

use std::collections::BTreeMap;

use crate::actors::merchant_proxy::{Account, Side};
use crate::actors::order_manager::transitions;
use crate::actors::stock_keeper::{self, Bucket};
use crate::actors::{Event, Shop, order_manager};
use crate::domain::{OrderId, OrderState, Timestamp};
use crate::journal::Position;
use crate::runtime::Record;

use super::chart::Series;

type Records<'a> = &'a [(Position, Record<Shop>)];

const SAMPLES: u32 = 240;
/// So much of the calm is shown: the rest is mostly waiting.
const CALM_DAYS_SHOWN: u64 = 14;

/// States of an order that are shown as one, in the order of an order's way.
pub const STAGES: [(&str, &[OrderState]); 8] = [
    ("in checkout", &[OrderState::Placed, OrderState::Reserved, OrderState::AwaitingPayment]),
    ("waits for supplies", &[OrderState::AwaitingStock]),
    ("in the warehouse", &[OrderState::Confirmed, OrderState::Fulfilling, OrderState::PartlyDispatched]),
    ("on the road", &[OrderState::Dispatched]),
    ("delivered, money on its way", &[OrderState::Delivered]),
    ("closed", &[OrderState::Closed]),
    ("declined", &[OrderState::Declined]),
    ("cancelled or returned", &[OrderState::Cancelled, OrderState::Returned]),
];

pub const ACCOUNTS: [(&str, Account); 4] = [
    ("held on customers' cards", Account::CustomerHolds),
    ("captured, owed by the processor", Account::ProcessorReceivable),
    ("in the bank", Account::Bank),
    ("fees", Account::Fees),
];

const STOCK_GROUPS: [(&str, &[Bucket]); 3] = [
    ("for sale", &[Bucket::Available]),
    ("reserved", &[Bucket::Reserved]),
    ("allocated or packed", &[Bucket::Allocated, Bucket::Picked, Bucket::Packed]),
];

/// From the first turn on, in trade time.
#[derive(Clone, Copy)]
pub struct Span {
    pub begin: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn of(records: Records<'_>, days: u32) -> Span {
        let begin = records.first().map_or(Timestamp(0), |(_, record)| record.moment.at);
        let last = records.iter().rev().find(|(_, record)| !record.stated.events.is_empty());
        let last = last.map_or(begin, |(_, record)| record.moment.at);
        let shown = begin.plus_ms((u64::from(days) + CALM_DAYS_SHOWN) * Timestamp::DAY_MS);
        Span { begin, end: last.min(shown).max(begin.plus_ms(Timestamp::HOUR_MS)) }
    }

    pub fn days(self) -> f64 {
        self.day_of(self.end)
    }

    /// Days since the beginning.
    pub fn day_of(self, at: Timestamp) -> f64 {
        at.ms_since(self.begin) as f64 / Timestamp::DAY_MS as f64
    }

    fn sample(self, n: u32) -> Timestamp {
        let ms = self.end.ms_since(self.begin);
        self.begin.plus_ms(ms * u64::from(n) / u64::from(SAMPLES - 1))
    }
}

/// Where everything stands at a moment.
#[derive(Clone, Default)]
struct Now {
    orders: BTreeMap<OrderId, OrderState>,
    /// Debits less credits, minor units.
    accounts: BTreeMap<Account, i64>,
    /// Units by bucket.
    stock: BTreeMap<String, [i64; 7]>,
    /// How often units of a SKU were moved.
    moves: BTreeMap<String, u64>,
}

/// What was at each sample.
pub struct Folded {
    samples: Vec<Now>,
}

impl Folded {
    pub fn of(records: Records<'_>, span: Span) -> Folded {
        let mut now = Now::default();
        let mut left = records.iter().map(|(_, record)| record).peekable();
        let mut samples = vec![];
        for n in 0..SAMPLES {
            while let Some(record) = left.next_if(|record| record.moment.at <= span.sample(n)) {
                record.stated.events.iter().for_each(|event| now.note(event));
            }
            samples.push(now.clone());
        }
        Folded { samples }
    }

    pub fn orders(&self) -> Vec<Series> {
        let count = |now: &Now, states: &[OrderState]| {
            now.orders.values().filter(|state| states.contains(state)).count() as f64
        };
        STAGES.iter().map(|(label, states)| self.series(label, |now| count(now, states))).collect()
    }

    /// In major units.
    pub fn accounts(&self) -> Vec<Series> {
        let net = |now: &Now, account| now.accounts.get(account).copied().unwrap_or(0) as f64 / 100.0;
        ACCOUNTS.iter().map(|(label, account)| self.series(label, |now| net(now, account))).collect()
    }

    /// The SKUs whose units moved most, the busiest first.
    pub fn busiest(&self, count: usize) -> Vec<String> {
        let Some(last) = self.samples.last() else { return vec![] };
        let mut skus: Vec<(&String, &u64)> = last.moves.iter().collect();
        skus.sort_by_key(|(_, moves)| std::cmp::Reverse(**moves));
        skus.into_iter().take(count).map(|(sku, _)| sku.clone()).collect()
    }

    pub fn stock(&self, sku: &str) -> Vec<Series> {
        let units = |now: &Now, buckets: &[Bucket]| {
            let item = now.stock.get(sku).copied().unwrap_or_default();
            buckets.iter().map(|bucket| item[*bucket as usize]).sum::<i64>().max(0) as f64
        };
        STOCK_GROUPS.iter().map(|(label, buckets)| self.series(label, |now| units(now, buckets))).collect()
    }

    fn series(&self, label: &str, value: impl Fn(&Now) -> f64) -> Series {
        Series { label: label.to_owned(), values: self.samples.iter().map(value).collect() }
    }
}

impl Now {
    fn note(&mut self, event: &Event) {
        match event {
            Event::OrderManager(event) => self.note_order(event),
            Event::StockKeeper(event) => self.note_stock(event),
            Event::MerchantProxy(event) => {
                for entry in event.posting().into_iter().flat_map(|posting| posting.entries()) {
                    let sign = if entry.side == Side::Debit { 1 } else { -1 };
                    *self.accounts.entry(entry.account).or_default() += sign * entry.amount;
                }
            }
            _ => {}
        }
    }

    fn note_order(&mut self, event: &order_manager::Event) {
        let Some(order) = event.order() else { return };
        let state = self.orders.entry(order).or_insert(OrderState::Placed);
        if let Some(next) = event.trigger().and_then(|trigger| transitions::next(*state, trigger).ok()) {
            *state = next;
        }
    }

    fn note_stock(&mut self, event: &stock_keeper::Event) {
        use stock_keeper::Event::*;
        match event {
            Found { sku, quantity } | Received { sku, quantity, .. } => {
                self.units(sku.as_str())[Bucket::Available as usize] += i64::from(*quantity);
            }
            Moved { sku, from, to, quantity, .. } => self.shift(sku.as_str(), *from, *to, *quantity),
            PegServed { sku, quantity, .. } => {
                self.shift(sku.as_str(), Bucket::Available, Bucket::Reserved, *quantity);
            }
            _ => {}
        }
    }

    fn shift(&mut self, sku: &str, from: Bucket, to: Bucket, quantity: u32) {
        let units = self.units(sku);
        units[from as usize] -= i64::from(quantity);
        units[to as usize] += i64::from(quantity);
        *self.moves.entry(sku.to_owned()).or_default() += 1;
    }

    fn units(&mut self, sku: &str) -> &mut [i64; 7] {
        self.stock.entry(sku.to_owned()).or_default()
    }
}
