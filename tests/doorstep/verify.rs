//! What an operator does to a closed shop: verify, rebuild, restore; and what the shop does when something is wrong.

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use doorstep::actors::merchant_proxy::Payment;
use doorstep::actors::order_manager::Order;
use doorstep::actors::stock_keeper::StockItem;
use doorstep::domain::Sku;

use super::buyer::{Bought, wish, wishes};
use super::order::{IN_STOCK, LAST_COPY, OUT_OF_STOCK, THREE_LEFT};
use super::shop::{FAST, Setup, TestShop, setup};
use super::stored::StoredTrees;

/// The segment's header and the claim of the first epoch; the first batch of records follows.
const FIRST_BATCH_AT: usize = 120 + 56;

impl TestShop {
    /// `doorstep verify` finds nothing; what it printed.
    #[track_caller]
    pub fn verifies(&self) -> String {
        let verified = self.command(&["verify"]);
        let printed = String::from_utf8_lossy(&verified.stdout).into_owned();
        let complained = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert_eq!(verified.status.code(), Some(0), "{printed}{complained}");
        printed
    }
}

pub fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Orders of every kind, some at their end, some on their way; then a clean stop.
fn busy_life(shop: &mut TestShop) -> Vec<Bought> {
    let closed = shop.buys(IN_STOCK);
    shop.waits_for_state(&closed, "closed");
    let waiting =
        Bought::from(&shop.orders(&wishes(&[(OUT_OF_STOCK, 2), (THREE_LEFT, 1)]).waiting()).expect(201));
    shop.orders(&wish(OUT_OF_STOCK)).expect_problem(409, "out_of_stock");
    shop.orders(&wish(IN_STOCK).by("tok_declined")).expect_problem(402, "payment_declined");
    let cart = shop.client().post("/carts", &[], &serde_json::json!({})).expect(201).text_of("id");
    let line = format!("/carts/{cart}/lines/{IN_STOCK}");
    shop.client().put(&line, &serde_json::json!({"quantity": 2})).expect(200);
    let confirmed = shop.buys(LAST_COPY);
    assert_eq!(shop.stop().code(), Some(0));
    vec![closed, waiting, confirmed]
}

fn after_a_busy_life(setup: Setup) -> (TestShop, Vec<Bought>) {
    let mut shop = setup.open();
    let orders = busy_life(&mut shop);
    (shop, orders)
}

#[test]
fn verify_finds_nothing_after_a_busy_life() {
    let (shop, _) = after_a_busy_life(setup());
    assert!(shop.verifies().contains("books and stock balance"));
    shop.never_panicked();
}

#[test]
fn verify_names_one_book_too_many() {
    let (shop, _) = after_a_busy_life(setup());
    {
        let trees = StoredTrees::of(&shop);
        let sku = Sku::parse(IN_STOCK).unwrap();
        let items = trees.every::<StockItem>();
        let (key, item, stored) =
            items.into_iter().find(|(key, _, _)| *key == sku).expect("the item is stored");
        let more = StockItem { available: item.available + 1, ..item };
        trees.falsify::<StockItem>(&key, &more, &stored);
    }
    let verified = shop.command(&["verify"]);
    assert_eq!(verified.status.code(), Some(1), "{}", printed(&verified));
    let said = printed(&verified);
    assert!(said.contains("stock") && said.contains(IN_STOCK) && said.contains("available"), "{said}");
}

#[test]
fn verify_names_one_cent_too_few() {
    let (shop, orders) = after_a_busy_life(setup());
    {
        let trees = StoredTrees::of(&shop);
        let found = trees.every::<Order>().into_iter().find(|(id, _, _)| id.to_string() == orders[0].id);
        let (id, mut order, stored) = found.expect("the order is stored");
        Arc::make_mut(&mut Arc::make_mut(&mut order.terms).quote).totals.total.amount -= 1;
        trees.falsify::<Order>(&id, &order, &stored);
    }
    let verified = shop.command(&["verify"]);
    assert_eq!(verified.status.code(), Some(1), "{}", printed(&verified));
    let said = printed(&verified);
    assert!(said.contains("orders") && said.contains(&orders[0].id) && said.contains("amount"), "{said}");
}

#[test]
fn verify_names_a_payment_that_was_lost() {
    let (shop, _) = after_a_busy_life(setup());
    {
        let trees = StoredTrees::of(&shop);
        let payments = trees.every::<Payment>();
        let (lost, _, stored) = payments.first().expect("something was paid");
        let (_, other, _) = payments.last().expect("something was paid");
        assert!(payments.len() > 1);
        trees.falsify::<Payment>(lost, other, stored);
    }
    let verified = shop.command(&["verify"]);
    assert_eq!(verified.status.code(), Some(1), "{}", printed(&verified));
    assert!(printed(&verified).contains("payments"), "{}", printed(&verified));
}

#[test]
fn a_byte_that_flipped_in_the_journal_is_named_by_file_and_offset_and_nothing_is_served() {
    let (mut shop, _) = after_a_busy_life(setup());
    let segment = segments(&shop).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[FIRST_BATCH_AT + 100] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let file = segment.file_name().unwrap().to_str().unwrap().to_owned();
    let names_it = |code: Option<i32>, said: &str| {
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains(&file) && said.contains(&format!("damaged at offset {FIRST_BATCH_AT}")),
            "{said}"
        );
    };
    for command in ["verify", "rebuild"] {
        let refused = shop.command(&[command]);
        names_it(refused.status.code(), &printed(&refused));
    }
    shop.spawn();
    let status = shop.waits_for_the_end();
    names_it(status.code(), &shop.log());
    assert_eq!(shop.said(), "", "the damaged shop opened");
}

#[test]
fn rebuild_recreates_every_aggregate_from_the_journal_alone() {
    let (mut shop, orders) = after_a_busy_life(setup());
    // slow, so that nothing comes in while it stops: what does is in the journal only
    shop.set_speed(1);
    shop.start();
    shop.waits_until_quiet();
    assert_eq!(shop.stop().code(), Some(0));
    let before = StoredTrees::of(&shop).dump();
    let rebuilt = shop.command(&["rebuild"]);
    assert_eq!(rebuilt.status.code(), Some(0), "{}", printed(&rebuilt));
    let after = StoredTrees::of(&shop).dump();
    let differing: Vec<_> =
        before.iter().filter(|(key, value)| after.get(key) != Some(value)).map(|(key, _)| key).collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(before.len(), after.len());
    shop.verifies();
    shop.set_speed(FAST);
    shop.start();
    for order in &orders {
        shop.waits_for_state(order, "closed");
    }
}

#[test]
fn a_shop_whose_trees_are_gone_or_garbled_rebuilds_them_and_loses_nothing() {
    for garble in [true, false] {
        let (mut shop, orders) = after_a_busy_life(setup());
        let trees = shop.data().join("trees");
        if garble {
            garble_every_file(&trees);
        } else {
            fs::remove_dir_all(&trees).unwrap();
        }
        shop.start();
        for order in &orders {
            shop.waits_for_state(order, "closed");
        }
        assert_eq!(shop.log().contains("set aside"), garble, "{}", shop.log());
        assert_eq!(shop.stop().code(), Some(0));
        shop.verifies();
    }
}

fn garble_every_file(dir: &std::path::Path) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            garble_every_file(&path);
        } else {
            let bytes: Vec<u8> = fs::read(&path).unwrap().iter().map(|byte| byte ^ 0x55).collect();
            fs::write(&path, bytes).unwrap();
        }
    }
}

#[test]
fn a_shop_that_cannot_go_on_drains_exits_with_an_error_and_says_why() {
    let mut shop = setup().open();
    let before = shop.buys(IN_STOCK);
    // no checkpoint can be sealed any more
    fs::remove_dir_all(shop.data().join("trees")).unwrap();
    assert_eq!(shop.waits_for_the_end().code(), Some(1));
    let log = shop.log();
    assert!(log.contains("doorstep: the trees take no more checkpoints"), "{log}");
    assert!(shop.said().contains("the next start resumes"), "it has drained: {log}");
    shop.start();
    shop.waits_for_state(&before, "closed");
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn a_second_daemon_on_the_directory_is_refused_and_told_who_has_it() {
    let shop = setup().open();
    for command in [&["--listen", "127.0.0.1:0"][..], &["verify"], &["rebuild"]] {
        let refused = shop.command(command);
        assert_eq!(refused.status.code(), Some(1));
        assert!(printed(&refused).contains("in use by another doorstep (process "), "{}", printed(&refused));
    }
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
}

#[test]
fn a_torn_last_write_is_dropped_and_the_shop_opens() {
    // no checkpoint, so that the trees are not ahead of what is left of the journal
    let mut shop = setup().speed(1).set("DOORSTEP_STORAGE__CHECKPOINT_EVERY_MS", "600000").open();
    let (first, _last) = (shop.buys(IN_STOCK), shop.buys(IN_STOCK));
    shop.kill9();
    let segment = segments(&shop).pop().expect("a segment");
    let mut bytes = fs::read(&segment).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).expect("something was written") + 1;
    bytes[used - 5..].fill(0);
    fs::write(&segment, bytes).unwrap();
    let verified = shop.verifies();
    assert!(verified.contains("is not whole, and the next start drops it"), "{verified}");
    assert!(verified.contains("if the disk damaged it later, that cannot be told"), "{verified}");
    shop.start();
    assert!(shop.log().contains("if the disk damaged it later, that cannot be told"), "{}", shop.log());
    let kept = shop.looks_at(&first);
    assert_eq!(kept.json["payment"]["state"], "authorised", "{}", kept.text);
    shop.buys(IN_STOCK);
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

/// A start neither opens nor lets anything out, and says the same as `verify`; both name it.
#[track_caller]
fn both_refuse(shop: &mut TestShop, named: &[&str]) {
    let logged = shop.log().len();
    let status = shop.tries_to_start().expect_err("it was opened");
    let verified = shop.command(&["verify"]);
    assert_eq!((status.code(), verified.status.code()), (Some(1), Some(1)));
    for said in [&shop.log()[logged..], &printed(&verified)] {
        named.iter().for_each(|name| assert!(said.contains(name), "no `{name}` in {said}"));
    }
}

#[test]
fn damage_that_a_start_need_not_read_ends_the_shop_soon_and_the_next_start_waits_for_a_whole_journal() {
    let (mut shop, orders) = after_a_busy_life(setup());
    shop.restart();
    // the trees end in the next segment, so that a start need not read the first
    shop.buys(IN_STOCK);
    assert_eq!(shop.stop().code(), Some(0));
    let (segment, file) = (segments(&shop).remove(0), "journal-00000000000000000001.seg");
    let whole = fs::read(&segment).unwrap();
    let mut bytes = whole.clone();
    bytes[FIRST_BATCH_AT + 100] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let logged = shop.log().len();
    shop.start();
    assert_eq!(shop.waits_for_the_end().code(), Some(1));
    let named = format!("{file} is damaged at offset {FIRST_BATCH_AT}");
    assert!(shop.log()[logged..].contains(&named), "{}", shop.log());
    assert!(shop.said().contains("the next start resumes"), "it has drained: {}", shop.said());
    both_refuse(&mut shop, &[&named]);
    // what is restored is the old file, whatever the shop has written since
    fs::write(&segment, whole).unwrap();
    shop.start();
    orders.iter().for_each(|order| drop(shop.looks_at(order)));
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn a_journal_and_trees_of_two_shops_are_refused_until_the_trees_are_rebuilt() {
    let (mut shop, orders) = after_a_busy_life(setup());
    let (other, _) = after_a_busy_life(setup());
    let trees = shop.data().join("trees");
    fs::remove_dir_all(&trees).unwrap();
    fs::rename(other.data().join("trees"), &trees).unwrap();
    both_refuse(&mut shop, &["were made from another journal", "doorstep rebuild"]);
    let rebuilt = shop.command(&["rebuild"]);
    assert_eq!(rebuilt.status.code(), Some(0), "{}", printed(&rebuilt));
    shop.start();
    for order in &orders {
        shop.waits_for_state(order, "closed");
    }
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn trees_whose_journal_is_gone_or_has_lost_its_end_are_not_taken_for_a_new_shop() {
    let mut shop = setup().speed(1).open();
    let before = shop.root().join("before");
    let journal = shop.data().join("journal");
    assert_eq!(shop.stop().code(), Some(0));
    copy_journal(&journal, &before);
    shop.start();
    let order = shop.buys(IN_STOCK);
    assert_eq!(shop.stop().code(), Some(0));
    let aside = shop.root().join("aside");
    fs::rename(&journal, &aside).unwrap();
    let refused = shop.tries_to_start().expect_err("it began anew");
    assert_eq!(refused.code(), Some(1));
    assert!(shop.log().contains("holds no journal"), "{}", shop.log());
    copy_journal(&before, &journal);
    both_refuse(&mut shop, &["has lost its end, or is an older copy", ".seg"]);
    fs::remove_dir_all(&journal).unwrap();
    fs::rename(&aside, &journal).unwrap();
    shop.start();
    shop.looks_at(&order);
}

fn copy_journal(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_last_segment_that_was_cut_after_a_kill_is_named_and_nothing_is_served() {
    let mut shop = setup().speed(1).set("DOORSTEP_STORAGE__CHECKPOINT_EVERY_MS", "600000").open();
    let first = shop.buys(IN_STOCK);
    shop.buys(IN_STOCK);
    shop.kill9();
    let segment = segments(&shop).pop().expect("a segment");
    let whole = fs::read(&segment).unwrap();
    let file = segment.file_name().unwrap().to_str().unwrap().to_owned();
    for length in [whole.len() - 1, 4096, 300, 0] {
        fs::write(&segment, &whole[..length]).unwrap();
        both_refuse(&mut shop, &[&format!("{file} is damaged at offset ")]);
    }
    fs::write(&segment, whole).unwrap();
    shop.start();
    shop.looks_at(&first);
}

#[test]
fn a_second_daemon_is_refused_although_every_lock_file_was_deleted() {
    let mut shop = setup().open();
    let before = shop.buys(IN_STOCK);
    let locks = ["lock", "journal/journal.lock", "journal/lock", "trees/lock"];
    locks.iter().for_each(|lock| drop(fs::remove_file(shop.data().join(lock))));
    let segment = segments(&shop).pop().expect("a segment");
    let of = |path: &PathBuf| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let inode = of(&segment);
    for command in [&["--listen", "127.0.0.1:0"][..], &["verify"], &["rebuild"]] {
        let refused = shop.command(command);
        assert_eq!(refused.status.code(), Some(1));
        assert!(printed(&refused).contains("in use by another doorstep"), "{}", printed(&refused));
    }
    assert_eq!(of(&segment), inode, "the live journal was replaced");
    let after = shop.buys(IN_STOCK);
    shop.restart();
    [&before, &after].iter().for_each(|order| drop(shop.looks_at(order)));
}

#[test]
fn a_daemon_whose_directory_was_taken_from_it_acknowledges_nothing_more_and_ends() {
    let mut shop = setup().open();
    let before = shop.buys(IN_STOCK);
    shop.waits_until_quiet();
    let (data, aside) = (shop.data(), shop.root().join("aside"));
    fs::rename(data.join("journal"), &aside).unwrap();
    let answer = shop.client().try_order(&shop.new_key(), &wish(IN_STOCK).0);
    assert!(!answer.is_ok_and(|answer| answer.status < 500), "it was acknowledged");
    assert!(!shop.waits_for_the_end().success());
    assert!(shop.log().contains("is no longer the file that this process writes"), "{}", shop.log());
    fs::rename(&aside, data.join("journal")).unwrap();
    shop.start();
    shop.looks_at(&before);
}

/// The journal's files in the order of their records.
fn segments(shop: &TestShop) -> Vec<PathBuf> {
    let files = fs::read_dir(shop.data().join("journal")).unwrap().flatten().map(|entry| entry.path());
    let mut segments: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "seg")).collect();
    segments.sort();
    segments
}

/// As a snapshot is mounted; needs root.
#[test]
fn verify_reads_a_directory_that_takes_no_write() {
    let mut shop = setup().open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    assert_eq!(shop.stop().code(), Some(0));
    let snapshot = shop.root().join("snapshot");
    fs::create_dir(&snapshot).unwrap();
    let mount = |arguments: &[&std::ffi::OsStr]| {
        std::process::Command::new("mount").args(arguments).status().is_ok_and(|status| status.success())
    };
    let (data, at) = (shop.data(), snapshot.as_os_str());
    if !mount(&["--bind".as_ref(), data.as_os_str(), at]) {
        eprintln!("not tried: only root can mount");
        return;
    }
    let is_read_only = mount(&["-o".as_ref(), "remount,ro,bind".as_ref(), at]);
    let asked = |command: &[&str]| shop.command(&[command, &["--data", snapshot.to_str().unwrap()]].concat());
    let (verified, listed, told) = (asked(&["verify"]), asked(&["orders"]), asked(&["explain", &order.id]));
    let unmounted = std::process::Command::new("umount").arg(&snapshot).status();
    assert!(is_read_only && unmounted.is_ok_and(|status| status.success()));
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    assert!(printed(&verified).contains("a copy of its trees is read"), "{}", printed(&verified));
    for said in [listed, told] {
        assert!(printed(&said).contains(&order.id), "{}", printed(&said));
    }
    shop.verifies();
}

/// A daemon that has the directory and is not open yet answers nobody; whoever asks meanwhile is told to wait, not to stop it.
#[test]
fn whoever_asks_while_the_shop_opens_is_told_to_ask_again() {
    let mut shop = setup().open();
    assert_eq!(shop.stop().code(), Some(0));
    let held = fs::File::open(shop.data()).unwrap();
    held.lock().unwrap();
    for command in [
        &["actors"][..],
        &["dead-letters"],
        &["keys", "list"],
        &["keys", "add", "till"],
        &["orders"],
        &["cases", "list"],
    ] {
        let refused = shop.command(command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        let said = printed(&refused);
        let pid = std::process::id();
        assert!(
            said.contains(&format!("process {pid} has ")) && said.contains("ask again"),
            "{command:?}: {said}"
        );
    }
    drop(held);
}
