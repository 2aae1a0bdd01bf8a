//! A bit that flips in a file of a closed shop: the journal's damage is named, the trees' is noticed and made good.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorstep::journal;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::{CUSTOMERS, Tally, TestShop, Told, restless};
use crate::environment::{number_from, say, seed};
use crate::load::{Crowd, pass, under_load};
use crate::promises::shelves;

const FLIPS_DEFAULT: u64 = 12;
const FLIPS_A_SHOP: u64 = 6;
const LOAD: Duration = Duration::from_millis(700);

#[test]
fn a_bit_that_flips_in_a_file_of_a_closed_shop_is_named_or_made_good() {
    let (flips, seed) = (number_from("DOORSTEP_FLIPS", FLIPS_DEFAULT), seed());
    println!("{flips} flips; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut left = flips;
    for clean in [true, false].into_iter().cycle() {
        let here = left.min(FLIPS_A_SHOP);
        one_shop_rots(clean, here, &mut random, &mut tally);
        left -= here;
        if left == 0 {
            break;
        }
    }
    say(&format!("{flips} bits flipped in files of a closed shop: {tally}"));
}

/// Each flip meets a fresh copy of the same closed shop.
fn one_shop_rots(clean: bool, flips: u64, random: &mut StdRng, tally: &mut Tally) {
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).open();
    let crowd =
        Crowd { shelves: &shelves, customers: CUSTOMERS, name: "rot".to_owned(), seed: random.random() };
    let (told, ()) = under_load(&mut shop, &crowd, |shop| {
        pass(LOAD);
        if clean {
            assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
        } else {
            shop.kill9();
        }
    });
    let sound = shop.data();
    for nth in 0..flips {
        let copy = shop.root().join(format!("copy-{nth}"));
        copy_files(&sound, &copy);
        shop.moves_to(&copy);
        let rotten = a_bit_flips(&copy, random);
        println!("{clean} {} bit {}", rotten.file.display(), rotten.bit);
        tally.count(if rotten.is_of_the_journal() {
            journal_rots(&mut shop, &sound, &rotten, clean, Told(told.clone()), random)
        } else {
            trees_rot(&mut shop, Told(told.clone()), random)
        });
        shop.kill9();
        fs::remove_dir_all(&copy).expect("remove the copy");
    }
}

fn journal_rots(
    shop: &mut TestShop,
    sound: &Path,
    rotten: &Rotten,
    clean: bool,
    told: Told,
    random: &mut StdRng,
) -> &'static str {
    let end = |data: &Path| journal::check(&data.join("journal")).map(|end| end.last);
    let all = end(sound).expect("the sound journal checks");
    let logged = shop.log().len();
    let found = end(&shop.data());
    // only the last batch, and only while it is unsealed, cannot be told from one that was torn
    if let Ok(last) = found
        && last < all
    {
        assert!(!clean, "{last} records of {all} are left and nobody says so");
        return "in the last batch before a kill, taken for torn";
    }
    if shop.tries_to_start().is_err() {
        rotten.is_named_in(&shop.log()[logged..]);
        return "refused with file and offset";
    }
    if found.is_err() {
        // an earlier segment, which the trees reflect: the start did not need it
        assert_eq!(shop.waits_for_the_end().code(), Some(1));
        rotten.is_named_in(&shop.log()[logged..]);
        return "opened, and ended soon with file and offset";
    }
    told.still_stands(shop, random);
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
    "in the journal, where nothing is written, or twice"
}

fn trees_rot(shop: &mut TestShop, told: Told, random: &mut StdRng) -> &'static str {
    let logged = shop.log().len();
    shop.start();
    let rebuilt = shop.log()[logged..].contains("set aside");
    told.still_stands(shop, random);
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
    if rebuilt { "in the trees, which were rebuilt" } else { "in the trees, where it did not matter" }
}

/// Where a bit has flipped.
struct Rotten {
    file: PathBuf,
    bit: usize,
}

impl Rotten {
    fn is_of_the_journal(&self) -> bool {
        self.file.parent().is_some_and(|folder| folder.ends_with("journal"))
    }

    /// The damage begins in this file, not after the bit.
    #[track_caller]
    fn is_named_in(&self, said: &str) {
        let name = self.file.file_name().and_then(|name| name.to_str()).expect("a segment's name is ASCII");
        let offset = said.split_once(&format!("{name} is damaged at offset ")).map(|(_, rest)| rest);
        let offset = offset.and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
        let offset = offset.unwrap_or_else(|| panic!("{} is not named: {said}", self.file.display()));
        assert!(offset <= self.bit / 8, "the bit is at byte {}: {said}", self.bit / 8);
    }
}

fn a_bit_flips(data: &Path, random: &mut StdRng) -> Rotten {
    let folder = *["journal", "trees"].choose(random).expect("there are two");
    let mut files = vec![];
    visit(&data.join(folder), &mut |file| files.push(file.to_path_buf()));
    // what is being prepared is thrown away at the next opening
    files.retain(|file| file.extension().is_none_or(|end| end != "tmp"));
    files.retain(|file| file.metadata().is_ok_and(|file| file.len() > 0));
    // the directory's own order is not the seed's
    files.sort();
    let file = files.choose(random).expect("the shop has files").clone();
    let mut bytes = fs::read(&file).expect("read a file of the shop");
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(bytes.len(), |last| last + 1);
    let bit = random.random_range(0..used * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    fs::write(&file, bytes).expect("write a file of the shop");
    Rotten { file, bit }
}

pub fn copy_files(from: &Path, to: &Path) {
    visit(from, &mut |file| {
        let copy = to.join(file.strip_prefix(from).expect("a file below it"));
        fs::create_dir_all(copy.parent().expect("a file is in a folder")).expect("make a folder");
        fs::copy(file, copy).expect("copy a file of the shop");
    });
}

pub fn visit(folder: &Path, each: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).expect("list a folder of the shop").flatten() {
        match entry.file_type().expect("an entry has a type") {
            kind if kind.is_dir() => visit(&entry.path(), each),
            kind if kind.is_file() => each(&entry.path()),
            // the control socket
            _ => {}
        }
    }
}
