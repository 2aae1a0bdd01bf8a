//! I11: price, tax, shipping charged = those shown when she confirmed.
//!
//! Each order is held against what its customer was shown before she sent it: the same units, and the total that she was
//! shown, or, where nothing had added them up for her, the same prices. (One price may have risen by what another fell: she
//! pays what she agreed to pay.) An order's quote is its lines, its delivery and its tax, which is in them or on top as the world's
//! prices have it, at the rate of each line; and its parts, by one unit after the other, come to it.
//! What the bank was asked to hold for it, what it held and took, and what every letter says, is this total.

use std::collections::BTreeMap;

use crate::actors::bank::{self, HoldState};
use crate::actors::order_manager::{self, Order};
use crate::actors::{Event, merchant_proxy};
use crate::domain::quote::{PriceTables, Quote};
use crate::domain::{Money, OrderId, OrderLine};
use crate::partners::mail::MailKind;
use crate::simulation::history::CheckoutAttempt;
use crate::simulation::observation::Observation;

use super::Found;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    for asked in &observation.history.checkouts {
        is_as_shown(observation, asked, found);
    }
    for (id, order) in observation.tables().of::<Order>().resident() {
        adds_up(*id, order, &observation.plan.market.prices(), found);
    }
    for (_, _, event) in observation.events() {
        if let Some((order, amount, what)) = charge(event) {
            is_its_total(observation, order, amount, what, found);
        }
    }
    for letter in observation.letters {
        if letter.kind == MailKind::RefundDone {
            continue; // of a part, as a clerk wants it
        }
        if let (Some(order), Some(totals)) = (letter.about.order(), letter.totals) {
            is_its_total(observation, order, totals.total, "a letter says", found);
        }
    }
}

/// Units by SKU and unit price in minor units.
type Bought = BTreeMap<(String, i64), u64>;

fn bought(lines: impl Iterator<Item = (String, u32, i64)>) -> Bought {
    let mut bought = Bought::new();
    for (sku, units, price) in lines {
        *bought.entry((sku, price)).or_default() += u64::from(units);
    }
    bought
}

/// A repeat may be sent from a cart that was shown otherwise since: the first counts.
fn is_as_shown(observation: &Observation<'_>, asked: &CheckoutAttempt, found: &mut Found) {
    let Some(told) = asked.told.as_ref().filter(|told| !told.replayed) else { return };
    let order = told.outcome.order().and_then(|id| Some((id, observation.order(id)?)));
    let Some((id, order)) = order else { return };
    let line =
        |line: &OrderLine| (line.sku.as_str().to_owned(), line.quantity.units(), line.unit_price.amount);
    let shown = bought(asked.wish.lines.iter().cloned());
    let ordered = bought(order.terms.lines.iter().map(line));
    let total = order.terms.quote.totals.total.amount;
    let is_as_agreed = match asked.wish.total {
        Some(shown) => shown == total,
        None => shown == ordered,
    };
    found.expect_of(id, is_as_agreed && units(&shown) == units(&ordered), || {
        let shown_total = asked.wish.total;
        format!(
            "she was shown {shown:?} (SKU, price, units) for {shown_total:?}, and {ordered:?} for {total} was ordered"
        )
    });
}

fn units(bought: &Bought) -> BTreeMap<&str, u64> {
    let mut units = BTreeMap::new();
    for ((sku, _), count) in bought {
        *units.entry(sku.as_str()).or_default() += count;
    }
    units
}

fn adds_up(id: OrderId, order: &Order, prices: &PriceTables, found: &mut Found) {
    let amount = |line: &OrderLine| line.unit_price.checked_times(line.quantity.units());
    let goods: Option<i64> = order.terms.lines.iter().map(|line| Some(amount(line)?.amount)).sum();
    let (quote, totals) = (&order.terms.quote, &order.terms.quote.totals);
    let on_top = if prices.tax.included { 0 } else { totals.tax.amount };
    let sum = goods.map(|goods| goods + totals.shipping.amount + on_top);
    let is_whole = sum == Some(totals.total.amount) && quote.tax_included == prices.tax.included;
    found.expect_of(id, is_whole, || {
        format!("its lines, shipping and tax add up to {sum:?} minor units, and it costs {}", totals.total)
    });
    let of_lines = quote.lines.iter().map(|line| line.price);
    for part in of_lines.chain(quote.delivery.parts.iter().copied()) {
        let net = i128::from(part.net(quote.tax_included));
        let off = i128::from(part.tax) * MILLION - net * i128::from(part.rate.millionths());
        found.expect_of(id, off.abs() <= MILLION, || format!("{part:?} is not taxed at its rate"));
    }
    found.expect_of(id, parts(quote) == totals.total.amount, || {
        format!("its units one by one come to {}, and it costs {}", parts(quote), totals.total)
    });
}

const MILLION: i128 = 1_000_000;

/// What it comes to where one line leaves after the other.
fn parts(quote: &Quote) -> i64 {
    let mut before = vec![0; quote.lines.len()];
    let mut sum = 0;
    for place in 0..quote.lines.len() {
        let mut units = vec![0; quote.lines.len()];
        units[place] = quote.lines[place].units;
        sum += quote.share(&before, &units).total();
        before[place] = units[place];
    }
    sum
}

/// The test card of which the bank holds a part alone.
const PARTLY_APPROVED: &str = "tok_approves_part";

/// A verification and what was let go before it came ask for nothing.
fn charge(event: &Event) -> Option<(OrderId, Money, &'static str)> {
    match event {
        Event::OrderManager(order_manager::Event::PaymentAsked { order, amount, .. }) => {
            Some((*order, *amount, "the payment asked for is"))
        }
        Event::BankActor(bank::Event::Asked { order, hold, .. }) => {
            // a part is of no use, and the shop lets go of it: I6 and I10 see to that
            let held = matches!(hold.state, HoldState::Held { .. }) && hold.token != PARTLY_APPROVED;
            held.then_some((*order, hold.amount, "the bank holds"))
        }
        Event::MerchantProxy(merchant_proxy::Event::Captured { order, amount, .. }) => {
            Some((*order, *amount, "she was charged"))
        }
        _ => None,
    }
}

/// The bank may take less than it held; then a case is open.
fn is_its_total(observation: &Observation<'_>, id: OrderId, amount: Money, what: &str, found: &mut Found) {
    let order = observation.order(id);
    let total = order.map(|order| order.terms.quote.totals.total);
    found.expect_of(id, total == Some(amount) || observation.has_case(id), || match total {
        Some(total) => format!("{what} {amount}, and it costs {total}"),
        None => format!("{what} {amount}, and it does not exist"),
    });
}
