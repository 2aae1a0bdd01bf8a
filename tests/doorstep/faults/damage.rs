//! Damage to the files of a closed and of a killed shop: deleted, cut, flipped, swapped, another shop's, an older copy; and lock files
//! deleted under a shop that runs. Afterwards the shop is exact, or refuses by the file's name, at the start or soon after it; `verify`
//! says the same. Silently less is a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorstep::journal;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::flipped::{copy_files, visit};
use super::{CUSTOMERS, Tally, TestShop, Told, restless};
use crate::environment::{number_from, say, seed};
use crate::history::{Attempt, Shelves};
use crate::load::{Crowd, pass, under_load};
use crate::promises::shelves;

const ROUNDS_DEFAULT: u64 = 16;
const ROUNDS_A_SHOP: u64 = 10;
const LOAD: Duration = Duration::from_millis(500);
const KINDS: [Kind; 7] =
    [Kind::Delete, Kind::Cut, Kind::Flip, Kind::Swap, Kind::Foreign, Kind::Older, Kind::Locks];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Delete,
    Cut,
    Flip,
    Swap,
    Foreign,
    Older,
    Locks,
}

#[test]
fn whatever_is_done_to_a_shops_files_it_is_exact_or_refuses_by_name_and_verify_agrees() {
    let (rounds, seed) = (number_from("DOORSTEP_DAMAGE", ROUNDS_DEFAULT), seed());
    println!("{rounds} rounds of damage; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut kinds = KINDS.into_iter().cycle();
    let mut left = rounds;
    for clean in [true, false].into_iter().cycle() {
        let here = left.min(ROUNDS_A_SHOP);
        let closed = Closed::after_three_lives(clean, &mut random);
        for kind in kinds.by_ref().take(here as usize) {
            one_round(&closed, kind, &mut random, &mut tally);
        }
        left -= here;
        if left == 0 {
            break;
        }
    }
    say(&format!("{rounds} rounds of damage: {tally}"));
}

/// A shop that does not run, whose directory is copied for each round.
struct Closed {
    shop: TestShop,
    /// Stopped in order; otherwise killed under load.
    clean: bool,
    told: Vec<Attempt>,
    /// Its directory as its first life left it.
    older: PathBuf,
    other: TestShop,
}

impl Closed {
    fn after_three_lives(clean: bool, random: &mut StdRng) -> Closed {
        let (shelves, rows) = shelves();
        let mut shop = restless().catalogue(&rows).open();
        let mut told = lives(&mut shop, &shelves, "first", true, random);
        let older = shop.root().join("older");
        copy_files(&shop.data(), &older);
        for (name, clean) in [("second", false), ("third", clean)] {
            shop.start();
            told.extend(lives(&mut shop, &shelves, name, clean, random));
        }
        let mut other = restless().catalogue(&rows).open();
        lives(&mut other, &shelves, "other", true, random);
        Closed { shop, clean, told, older, other }
    }

    /// A shop of its own in a fresh copy of the directory.
    fn copied(&self) -> TestShop {
        let mut copy = restless().closed_to_strangers().closed();
        copy.api_key = self.shop.api_key.clone();
        copy_files(&self.shop.data(), &copy.data());
        copy
    }
}

/// Load, then a stop or a kill.
fn lives(
    shop: &mut TestShop,
    shelves: &Shelves,
    name: &str,
    clean: bool,
    random: &mut StdRng,
) -> Vec<Attempt> {
    let crowd = Crowd { shelves, customers: CUSTOMERS, name: name.to_owned(), seed: random.random() };
    let (told, ()) = under_load(shop, &crowd, |shop| {
        pass(LOAD);
        if clean {
            assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
        } else {
            shop.kill9();
        }
    });
    told
}

fn one_round(closed: &Closed, kind: Kind, random: &mut StdRng, tally: &mut Tally) {
    let mut shop = closed.copied();
    let how = if closed.clean { "closed" } else { "killed" };
    if kind == Kind::Locks {
        shop.start();
        second_daemon_is_refused(&shop, random);
        Told(closed.told.clone()).still_stands(&shop, random);
        tally.count(format!("locks of a running one deleted, from a {how} one: exact, the second refused"));
        return;
    }
    let damage = does(kind, &shop.data(), closed, random);
    println!("{how}: {damage:?}");
    let outcome = looks_after(&mut shop, closed, &damage, random);
    tally.count(format!("{} of a {how} one: {outcome}", damage.kind));
}

/// What was done, and one of the words that a refusal must have.
#[derive(Debug)]
struct Damage {
    kind: &'static str,
    named: Vec<String>,
}

fn does(kind: Kind, data: &Path, closed: &Closed, random: &mut StdRng) -> Damage {
    let file = files(data).choose(random).expect("the shop has files").clone();
    match kind {
        Kind::Delete => {
            fs::remove_file(&file).expect("delete a file");
            Damage::to("delete", &[&file])
        }
        Kind::Cut => {
            let length = file.metadata().expect("look at a file").len();
            let kept = random.random_range(0..length);
            fs::File::options()
                .write(true)
                .open(&file)
                .and_then(|file| file.set_len(kept))
                .expect("cut a file");
            Damage::to("cut", &[&file])
        }
        Kind::Flip => {
            let mut bytes = fs::read(&file).expect("read a file");
            let used = bytes.iter().rposition(|byte| *byte != 0).map_or(bytes.len(), |last| last + 1);
            let bit = random.random_range(0..used * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&file, bytes).expect("write a file");
            Damage::to("flip", &[&file])
        }
        Kind::Swap => {
            let segments = segments(data);
            let two: Vec<_> = segments.sample(random, 2).collect();
            let (one, other) = (two[0], two[1]);
            let (first, second) = (fs::read(one).expect("read"), fs::read(other).expect("read"));
            fs::write(one, second).expect("write a file");
            fs::write(other, first).expect("write a file");
            Damage::to("swap", &[one, other])
        }
        Kind::Foreign | Kind::Locks => is_given_anothers(data, &closed.other.data(), random),
        Kind::Older => is_given_an_older_copy(data, &closed.older, random),
    }
}

/// One segment of another shop, its head, its whole journal, its whole trees.
fn is_given_anothers(data: &Path, other: &Path, random: &mut StdRng) -> Damage {
    let part = random.random_range(0..4);
    let foreign = segments(other);
    let (from, to) = match part {
        0 => (
            foreign.choose(random).expect("some").clone(),
            segments(data).choose(random).expect("some").clone(),
        ),
        1 => (other.join("journal/journal.head"), data.join("journal/journal.head")),
        2 => (other.join("journal"), data.join("journal")),
        _ => (other.join("trees"), data.join("trees")),
    };
    is_replaced(&from, &to);
    let damage = Damage::to("foreign", &[&to]);
    match part {
        0 => damage,
        _ => Damage { named: vec!["another journal".to_owned()], ..damage },
    }
}

/// One file as it once was, the whole journal, the whole trees.
fn is_given_an_older_copy(data: &Path, older: &Path, random: &mut StdRng) -> Damage {
    let mut parts: Vec<PathBuf> = ["journal", "trees"].map(PathBuf::from).into();
    let files =
        files(older).into_iter().map(|file| file.strip_prefix(older).expect("below it").to_path_buf());
    parts.extend(files.filter(|file| data.join(file).exists()));
    let part = parts.choose(random).expect("some");
    is_replaced(&older.join(part), &data.join(part));
    let damage = Damage::to("older copy", &[&data.join(part)]);
    Damage { named: [damage.named, vec!["older copy".to_owned()]].concat(), ..damage }
}

fn is_replaced(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::remove_dir_all(to).expect("remove a folder");
        copy_files(from, to);
    } else {
        fs::copy(from, to).expect("copy a file");
    }
}

impl Damage {
    fn to(kind: &'static str, files: &[&Path]) -> Damage {
        let name = |file: &&Path| file.file_name().expect("a name").to_string_lossy().into_owned();
        let named: Vec<String> = files.iter().map(name).collect();
        Damage { kind, named }
    }

    #[track_caller]
    fn is_named_in(&self, said: &str) {
        assert!(self.named.iter().any(|name| said.contains(name)), "{self:?} is not named: {said}");
    }
}

fn looks_after(shop: &mut TestShop, closed: &Closed, damage: &Damage, random: &mut StdRng) -> &'static str {
    let end = |data: &Path| journal::check(&data.join("journal")).map(|end| end.last);
    let all = end(&closed.shop.data()).expect("the sound journal checks");
    let found = end(&shop.data());
    let (verified, complaint) = verifies_a_copy(shop);
    if shop.tries_to_start().is_err() {
        damage.is_named_in(&shop.log());
        damage.is_named_in(&complaint);
        assert!(!verified, "verify finds nothing, and the start refuses: {}", shop.log());
        return "refused by name";
    }
    if found.is_err() {
        assert!(!verified, "the journal is damaged, and verify finds nothing");
        assert_eq!(shop.waits_for_the_end().code(), Some(1), "{}", shop.log());
        damage.is_named_in(&shop.log());
        damage.is_named_in(&complaint);
        return "opened, and ended soon by name";
    }
    if found.is_ok_and(|last| last < all) {
        assert!(!closed.clean, "records are gone and nobody says so: {damage:?}");
        assert_eq!(damage.kind, "flip", "records are gone: {damage:?}");
        assert!(shop.log().contains("that cannot be told"), "{}", shop.log());
        return "taken for torn, and said that it cannot be told";
    }
    // nothing is lost that the journal holds; of the trees, `verify` may say what the start makes good
    let rebuilt = shop.log().contains("set aside");
    assert!(verified || complaint.contains("doorstep rebuild"), "{complaint}");
    Told(closed.told.clone()).still_stands(shop, random);
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
    if rebuilt { "exact, the trees rebuilt" } else { "exact" }
}

/// On a copy of its own: it sets damaged trees aside. Whether it finds nothing, and what it says.
fn verifies_a_copy(shop: &mut TestShop) -> (bool, String) {
    let (data, copy) = (shop.data(), shop.root().join("to-verify"));
    copy_files(&data, &copy);
    shop.moves_to(&copy);
    let verified = shop.command(&["verify"]);
    shop.moves_to(&data);
    fs::remove_dir_all(&copy).expect("remove the copy");
    let said = [verified.stdout, verified.stderr].concat();
    (verified.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Every file is deleted that looks like a lock.
#[track_caller]
fn second_daemon_is_refused(shop: &TestShop, random: &mut StdRng) {
    let mut locks = vec![];
    visit(&shop.data(), &mut |file| {
        if file.file_name().is_some_and(|name| name.to_string_lossy().contains("lock")) {
            locks.push(file.to_path_buf());
        }
    });
    assert!(!locks.is_empty());
    locks.iter().for_each(|lock| fs::remove_file(lock).expect("delete a lock"));
    let commands = [&["--listen", "127.0.0.1:0"][..], &["verify"], &["rebuild"]];
    let command = *commands.choose(random).expect("some");
    let refused = shop.command(command);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        refused.status.code() == Some(1) && said.contains("in use by another doorstep"),
        "{command:?}: {said}"
    );
}

/// Of the journal and the trees, in an order that is the seed's.
fn files(data: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    for folder in ["journal", "trees"] {
        visit(&data.join(folder), &mut |file| files.push(file.to_path_buf()));
    }
    // what is being prepared is thrown away at the next opening
    files.retain(|file| file.extension().is_none_or(|end| end != "tmp"));
    files.retain(|file| file.metadata().is_ok_and(|file| file.len() > 0));
    files.sort();
    files
}

fn segments(data: &Path) -> Vec<PathBuf> {
    let mut segments = files(data);
    segments.retain(|file| file.extension().is_some_and(|end| end == "seg"));
    segments
}
