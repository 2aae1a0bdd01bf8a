//! The power is cut under load: what was answered before is on the disk, whatever the kernel still held back.
//!
//! The daemon is stopped in mid-stride, the image of its disk is copied as it is at that moment, and the shop goes on
//! on the copy. A real disk may lose less than this one (it writes back of itself) or, where it has a cache of its
//! own and no barriers, more.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::shim::{Fault, Mode};
use super::volume::Volume;
use super::{CUSTOMERS, TestShop, Told, restless};
use crate::environment::{number_from, say, seed};
use crate::history::{Attempt, Shelves};
use crate::load::{Crowd, pass, under_load};
use crate::promises::shelves;

const CUTS_DEFAULT: u64 = 10;
const CUTS_A_SHOP: u64 = 5;
const LOAD_MS: std::ops::Range<u64> = 50..1_500;
/// About as long as an opening takes.
const OPENING_MS: std::ops::Range<u64> = 5..400;
const VOLUME_MIB: u64 = 512;
/// As Debian mounts a disk; with what the kernel holds back written every second, and data in any order.
const MOUNTS: [&str; 3] = ["defaults", "commit=1", "commit=1,data=writeback"];

#[test]
fn nothing_that_was_answered_is_lost_or_doubled_when_the_power_is_cut() {
    let (cuts, seed) = (number_from("DOORSTEP_POWER_CUTS", CUTS_DEFAULT), seed());
    println!("{cuts} power cuts; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut left = cuts;
    while left > 0 {
        let here = left.min(CUTS_A_SHOP);
        let mount = MOUNTS.choose(&mut random).expect("there are some");
        let Some(volume) = Volume::new(VOLUME_MIB, mount, "power cuts") else { return };
        one_shop_goes_dark(volume, here, &mut random, &mut tally);
        left -= here;
    }
    let Tally { answered, unanswered, rebuilt } = tally;
    say(&format!(
        "{cuts} power cuts: all exact afterwards; {answered} orders answered before them, {unanswered} not; \
         the trees rebuilt {rebuilt} times"
    ));
}

#[derive(Default)]
struct Tally {
    answered: usize,
    unanswered: usize,
    rebuilt: usize,
}

fn one_shop_goes_dark(mut volume: Volume, cuts: u64, random: &mut StdRng, tally: &mut Tally) {
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).data(&volume.path().join("data")).open();
    let mut told = Told::default();
    for nth in 0..cuts {
        let (new, dark) = goes_dark(&mut shop, &volume, &shelves, format!("cut-{nth}"), random);
        volume = dark;
        if random.random_ratio(1, 4) {
            volume = goes_dark_again_while_it_opens(&mut shop, &volume, random);
        }
        let logged = shop.log().len();
        shop.start();
        tally.rebuilt += usize::from(shop.log()[logged..].contains("set aside"));
        let unanswered = new.iter().filter(|attempt| attempt.said.is_none()).count();
        println!("cut {nth}: {} answered, {unanswered} not", new.len() - unanswered);
        tally.unanswered += unanswered;
        tally.answered += new.len() - unanswered;
        told.stands(&shop, new, random);
    }
    told.ends(&mut shop);
    shop.never_panicked();
}

/// Load, then the cut. The shop moves to what is left, which is returned; it does not run.
fn goes_dark(
    shop: &mut TestShop,
    volume: &Volume,
    shelves: &Shelves,
    name: String,
    random: &mut StdRng,
) -> (Vec<Attempt>, Volume) {
    let crowd = Crowd { shelves, customers: CUSTOMERS, name, seed: random.random() };
    let load = Duration::from_millis(random.random_range(LOAD_MS));
    let (new, dark) = under_load(shop, &crowd, |shop| {
        pass(load);
        shop.freezes();
        let dark = volume.after_a_power_cut();
        shop.kill9();
        dark
    });
    shop.moves_to(&dark.path().join("data"));
    (new, dark)
}

/// The power comes back for a moment only. What was left of the first cut has to outlive the second.
fn goes_dark_again_while_it_opens(shop: &mut TestShop, volume: &Volume, random: &mut StdRng) -> Volume {
    shop.spawn();
    pass(Duration::from_millis(random.random_range(OPENING_MS)));
    shop.freezes();
    let dark = volume.after_a_power_cut();
    shop.kill9();
    shop.moves_to(&dark.path().join("data"));
    dark
}

/// Else the cuts above would prove nothing.
#[test]
fn a_disk_that_only_claims_to_sync_loses_answers_in_a_power_cut() {
    let Some(volume) = Volume::new(VOLUME_MIB, MOUNTS[0], "a power cut on a lying disk") else { return };
    let (shelves, rows) = shelves();
    let mut random = StdRng::seed_from_u64(seed());
    let mut shop = restless().catalogue(&rows).data(&volume.path().join("data")).closed();
    let lies = Fault { mode: Mode::SyncDropped, at: 1, path: "/data".to_owned() };
    lies.awaits(&mut shop);
    shop.start();
    let (new, dark) = goes_dark(&mut shop, &volume, &shelves, "lie".to_owned(), &mut random);
    shop.beset_by(vec![]);
    let answered: Vec<_> = new.iter().filter_map(|attempt| attempt.said.as_ref()?.bought()).collect();
    assert!(!answered.is_empty());
    let exact = shop.tries_to_start().is_ok()
        && answered.iter().all(|order| {
            let path = format!("/orders/{}?key={}", order.id, order.key);
            shop.client().get(&path).status == 200
        });
    drop((shop, dark));
    assert!(!exact, "{} answers outlived a disk that never synced", answered.len());
}
