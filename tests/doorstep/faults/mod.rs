//! The real process under real faults: of its files, its disk, its clock, and of whoever stops it.
//!
//! After each fault the shop is started without it, and must be either exact or refuse by name: every answer that a
//! customer got stands, every key that was not answered makes one order when it is sent again, every order ends, and
//! `verify` finds nothing. Silently less is a failure.
//!
//! | Fault | Where | How often, from the environment |
//! |---|---|---|
//! | the n-th write, sync, rename fails, is torn, is the last, lies | [`calls`], by the shim of [`shim`] | `DOORSTEP_CALL_FAULTS` |
//! | the power is cut | [`power_cut`], on a [`volume`] of its own | `DOORSTEP_POWER_CUTS` |
//! | the disk is full | [`full_disk`] | |
//! | no more files can be opened | [`few_files`] | |
//! | a bit flips in a file | [`flipped`] | `DOORSTEP_FLIPS` |
//! | files deleted, cut, flipped, swapped, another shop's, older; locks deleted | [`damage`] | `DOORSTEP_DAMAGE` |
//! | SIGTERM; two daemons begin at once | [`stops`] | `DOORSTEP_STOPS` |
//! | the clock jumps, goes back, stands still | [`clock`], by libfaketime | |

mod calls;
mod clock;
mod damage;
mod few_files;
mod flipped;
mod full_disk;
mod power_cut;
mod shim;
mod stops;
mod volume;

use std::collections::BTreeMap;
use std::fmt;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::history::{Attempt, orders_by_id};
use super::promises::{
    every_answer_stands, every_order_ends, retry_unanswered, the_shop_holds_these_orders_and_no_other,
};
use super::shop::{Setup, TestShop, setup};

const CUSTOMERS: usize = 8;
/// Answers of earlier faults that are looked at again after each; at the end, all are.
const EARLIER_LOOKED_AT: usize = 50;
/// Small, so that a new one is begun under load.
const SEGMENT_BYTES: &str = "262144";

/// A shop whose files change much in little time.
fn restless() -> Setup {
    setup()
        .set("DOORSTEP_JOURNAL__SEGMENT_BYTES", SEGMENT_BYTES)
        .set("DOORSTEP_PAYMENT__ANSWER_DEADLINE_MS", "300")
        .set("DOORSTEP_STORAGE__CHECKPOINT_EVERY_MS", "100")
        .set("DOORSTEP_LOG__LEVEL", "warn")
}

/// All that customers of one shop were ever told.
#[derive(Default)]
struct Told(Vec<Attempt>);

impl Told {
    /// The shop stands by what it said; who was not answered asks again, and is.
    #[track_caller]
    fn stands(&mut self, shop: &TestShop, mut new: Vec<Attempt>, random: &mut StdRng) {
        retry_unanswered(shop.client(), &mut new);
        every_answer_stands(shop.client(), new.iter());
        every_answer_stands(shop.client(), self.0.sample(random, EARLIER_LOOKED_AT));
        self.0.extend(new);
        orders_by_id(&self.0);
    }

    /// As [`Told::stands`], for those of whom nobody hears again.
    #[track_caller]
    fn still_stands(self, shop: &TestShop, random: &mut StdRng) {
        Told::default().stands(shop, self.0, random);
    }

    /// A day or more has passed, or may have: the shop stands by what it took, and may have forgotten what it refused.
    fn a_day_has_passed(&mut self, forgotten: &mut Vec<Attempt>) {
        let is_taken = |attempt: &Attempt| attempt.said.as_ref().is_some_and(|said| said.content.is_some());
        let (taken, refused): (Vec<_>, Vec<_>) = self.0.drain(..).partition(is_taken);
        self.0 = taken;
        forgotten.extend(refused);
    }

    /// Every order ends, and all of them are the shop's orders. The shop is closed after it.
    #[track_caller]
    fn ends(self, shop: &mut TestShop) {
        self.ends_with(shop, &[]);
    }

    /// As [`Told::ends`]; the shop may have these orders too.
    #[track_caller]
    fn ends_with(self, shop: &mut TestShop, forgotten: &[Attempt]) {
        every_order_ends(shop, &self.0);
        every_answer_stands(shop.client(), self.0.iter());
        assert_eq!(shop.stop().code(), Some(0), "{}{}", shop.said(), shop.log());
        shop.verifies();
        the_shop_holds_these_orders_and_no_other(shop, &self.0, forgotten);
    }
}

/// What came of the faults.
#[derive(Default)]
struct Tally(BTreeMap<String, u64>);

impl Tally {
    fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted: Vec<String> = self.0.iter().map(|(what, count)| format!("{count} {what}")).collect();
        f.write_str(&counted.join(", "))
    }
}
