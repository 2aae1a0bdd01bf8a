//! The disk fills up under load, stays full, and is freed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::volume::Volume;
use super::{CUSTOMERS, Told, restless};
use crate::environment::{say, seed};
use crate::load::{Crowd, under_load};
use crate::promises::shelves;
use crate::shop::TestShop;
use crate::wait::until;

const ROUNDS: usize = 4;
const VOLUME_MIB: u64 = 128;
const ROOM_LEFT_BYTES: std::ops::Range<u64> = 100_000..4_000_000;

#[test]
fn a_full_disk_ends_the_shop_with_a_reason_and_once_there_is_room_it_is_exact() {
    let Some(volume) = Volume::new(VOLUME_MIB, "defaults", "a full disk") else { return };
    let seed = seed();
    println!("repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).data(&volume.path().join("data")).open();
    let mut told = Told::default();
    for round in 0..ROUNDS {
        let logged = shop.log().len();
        let name = format!("full-{round}");
        let crowd = Crowd { shelves: &shelves, customers: CUSTOMERS, name, seed: random.random() };
        let (new, status) = under_load(&mut shop, &crowd, |shop| {
            volume.fill(random.random_range(ROOM_LEFT_BYTES));
            shop.waits_for_the_end()
        });
        println!("it ended with {status}");
        names_the_full_disk(&shop.log()[logged..]);
        refuses_while_it_is_full(&mut shop, &volume);
        volume.free();
        shop.start();
        told.stands(&shop, new, &mut random);
    }
    told.ends(&mut shop);
    say(&format!(
        "{ROUNDS} times the disk was full: ended and refused with the reason, and exact once there was room"
    ));
}

/// What it can clear up of its own may be room enough to open once more.
fn refuses_while_it_is_full(shop: &mut TestShop, volume: &Volume) {
    until("the shop refuses to open on a full disk", || {
        volume.fill(0);
        let logged = shop.log().len();
        match shop.tries_to_start() {
            Ok(()) => {
                shop.kill9();
                None
            }
            Err(status) => {
                let log = shop.log()[logged..].to_owned();
                assert_eq!(status.code(), Some(1), "{log}");
                names_the_full_disk(&log);
                // of the trees that cannot be told
                let says_how_much = log.contains(" MiB at once for its next file");
                assert!(says_how_much || log.contains("/trees"), "{log}");
                Some(())
            }
        }
    });
}

#[track_caller]
fn names_the_full_disk(log: &str) {
    let named = ["No space left on device", "no space is left for"].iter().any(|words| log.contains(words));
    assert!(named, "{log}");
}
