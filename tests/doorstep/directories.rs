//! A data directory is a demo's or a shop's, for good: who opens the wrong one is told so, and nothing in it changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::buyer::wish;
use super::http::Client;
use super::order::IN_STOCK;
use super::other_builds::held;
use super::shop::{TestShop, setup};
use super::verify::printed;

const SOLD: &str = "OWN-1";
/// The first of the demo's own books.
const DEMOS_OWN: &str = "PD-0003";
const MAKES_A_SHOP: [&str; 6] = ["init", "--yes", "--name", "Bound", "--shipping", "2.99"];

/// The command fails, says all of this, and no byte of the directory is another.
#[track_caller]
fn is_refused(shop: &TestShop, arguments: &[&str], said: &[&str]) {
    let before = held(&shop.data());
    let refused = shop.command(arguments);
    assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {}", printed(&refused));
    for words in said {
        assert!(
            printed(&refused).contains(words),
            "{arguments:?} does not say {words}: {}",
            printed(&refused)
        );
    }
    assert!(held(&shop.data()) == before, "{arguments:?} changed something");
}

fn kind(shop: &TestShop) -> String {
    let mark = fs::read_to_string(shop.data().join("directory.toml")).expect("a mark");
    let line = mark.lines().find(|line| line.starts_with("kind = "));
    line.expect("a kind").trim_start_matches("kind = ").trim_matches('"').to_owned()
}

#[test]
fn a_demo_and_a_shop_open_to_their_own_commands_alone() {
    let mut demo = setup().open();
    demo.buys(IN_STOCK);
    assert_eq!(demo.stop().code(), Some(0));
    assert_eq!(kind(&demo), "demo");
    is_refused(&demo, &["serve", "--listen", "127.0.0.1:0"], &["is a demo's", "doorstep init"]);
    is_refused(&demo, &MAKES_A_SHOP, &["is a demo's already"]);
    demo.start();

    let mut shop = setup().shop().catalogue(&[(SOLD.to_owned(), 3)]).open();
    assert_eq!(shop.client().get("/products").expect(200).json["total"], 1);
    assert!(!shop.log().contains("are gone"), "nothing was there that an import could lose: {}", shop.log());
    assert_eq!(shop.stop().code(), Some(0));
    assert_eq!(kind(&shop), "shop");
    is_refused(&shop, &["--listen", "127.0.0.1:0"], &["is a shop's", "doorstep serve"]);
    is_refused(&shop, &["init", "--demo"], &["is a shop's already"]);
    shop.start();
    assert_eq!(shop.client().get("/products").expect(200).json["total"], 1, "no book of the demo's came in");
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn serve_makes_no_shop_and_init_makes_one_once() {
    let nowhere = setup().closed();
    let refused = nowhere.command(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(printed(&refused).contains("doorstep init --data"), "{}", printed(&refused));
    assert!(!nowhere.data().exists(), "nothing is made");
    let missing = nowhere.command(&["init", "--name", "Bound"]);
    assert_eq!(missing.status.code(), Some(1));
    for flag in [
        "--address",
        "--currency",
        "--shipping",
        "--time-zone",
        "--countries",
        "--email",
        "--public-url",
        "--mail-from",
    ] {
        assert!(printed(&missing).contains(flag), "{flag}: {}", printed(&missing));
    }
    assert!(!printed(&missing).contains("--name"), "{}", printed(&missing));
    let unpriced = nowhere.command(&["init", "--yes", "--name", "Bound"]);
    assert!(printed(&unpriced).contains("--shipping"), "no price is usual: {}", printed(&unpriced));
    let wrong = nowhere.command(&[&MAKES_A_SHOP[..], &["--email", "a@b"]].concat());
    assert!(printed(&wrong).contains("shop.email = a@b"), "{}", printed(&wrong));
    assert!(!nowhere.data().exists(), "nothing is made");
    let blank = nowhere.command(&["init", "--yes", "--shipping", "0", "--name", "   "]);
    assert!(printed(&blank).contains("--name is needed"), "{}", printed(&blank));
    assert!(!nowhere.data().exists(), "nothing is made");
    let made = nowhere.command(&MAKES_A_SHOP);
    assert!(
        made.status.success() && printed(&made).contains("prices are in GBP, for good"),
        "{}",
        printed(&made)
    );
    is_refused(&nowhere, &MAKES_A_SHOP, &["is a shop's already"]);
}

#[test]
fn a_shop_that_nobody_has_opened_lists_nothing_and_says_so() {
    let shop = setup().shop().closed();
    for (typed, said) in [
        (&["orders"][..], "no orders"),
        (&["orders", "--search", "byron"], "no orders"),
        (&["cases"], "no cases"),
        (&["products"], "no products"),
    ] {
        let told = shop.command(typed);
        assert!(told.status.success() && printed(&told).contains(said), "{typed:?}: {}", printed(&told));
    }
    assert!(!shop.data().join("journal").exists(), "who looks begins nothing");
    // the keys of links are made with a journal: where they are alone, it was lost
    fs::write(shop.data().join("links.secret"), "gone").expect("write it");
    let told = shop.command(&["orders"]);
    assert!(!told.status.success() && printed(&told).contains("holds no journal"), "{}", printed(&told));
}

#[test]
fn what_init_was_answered_stands_in_a_file_of_settings_that_is_kept() {
    let shop = setup().speed(1).closed();
    let made = shop.command(&[
        "init",
        "--name",
        "Bound \"& Sons\"",
        "--address",
        "1 High St, York, YO1 7EP",
        "--tax-number",
        "GB 123 4567 89",
        "--currency",
        "JPY",
        "--shipping",
        "¥500",
        "--time-zone",
        "Europe/London",
        "--countries",
        "GB, IE",
        "--email",
        "till@bound.example",
        "--public-url",
        "",
        "--mail-from",
        "Bound <orders@bound.example>",
    ]);
    assert!(made.status.success(), "{}", printed(&made));
    let text = fs::read_to_string(shop.data().join("shop.toml")).expect("the shop's settings");
    for line in [
        r#"name = "Bound \"& Sons\"""#,
        r#"address = ["1 High St", "York", "YO1 7EP"]"#,
        r#"tax_number = "GB 123 4567 89""#,
        r#"currency = "JPY""#,
        "shipping = 500",
        r#"time_zone = "Europe/London""#,
        r#"countries = ["GB", "IE"]"#,
        r#"email = "till@bound.example""#,
        r#"public_url = """#,
        r#"from = "Bound <orders@bound.example>""#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
    }
    let before = text.lines().filter(|line| line.starts_with('#')).count();
    assert!(before > 10, "each key has its comment");
    // the directory keeps its currency, whatever is set later
    fs::write(shop.data().join("shop.toml"), text.replace("JPY", "GBP")).expect("change the settings");
    is_refused(&shop, &["serve", "--listen", "127.0.0.1:0"], &["shop.currency = GBP", "was made with JPY"]);
    fs::write(shop.data().join("shop.toml"), &text).expect("the settings as they were");
    let pretends = format!("{text}\n[payment]\nprocessor = \"embedded\"\n");
    fs::write(shop.data().join("shop.toml"), pretends).expect("set a processor");
    is_refused(&shop, &["serve", "--listen", "127.0.0.1:0"], &["payment.processor = embedded"]);
}

#[test]
fn a_demo_that_was_filled_by_an_import_has_no_other_books() {
    let mut shop = setup().catalogue(&[(SOLD.to_owned(), 3)]).open();
    assert_eq!(shop.client().get("/products").expect(200).json["total"], 1);
    shop.client().get(&format!("/products/{DEMOS_OWN}")).expect_problem(404, "no_such_product");
    shop.buys(SOLD);
    assert_eq!(shop.stop().code(), Some(0));
    shop.start();
    assert_eq!(shop.client().get("/products").expect(200).json["total"], 1);
}

#[test]
fn in_a_shop_a_strangers_test_card_buys_nothing_and_the_operator_is_told_why() {
    let mut shop = setup().shop().catalogue(&[(SOLD.to_owned(), 3)]).open();
    assert!(shop.said().contains("no payment processor is set up: open for looking"), "{}", shop.said());
    assert!(shop.log().contains("takes no order"), "{}", shop.log());
    assert!(!shop.data().join("processor.secret").exists() && !shop.data().join("mail").exists());
    let before = shop.journal_position();
    for token in ["tok_visa", "tok_declined", "tok_nobody"] {
        shop.orders(&wish(SOLD).by(token)).expect_problem(503, "payment_not_set_up");
    }
    assert_eq!(shop.journal_position(), before, "no turn was taken for it");
    let visitor = Client::new(&shop.url);
    let cart = visitor.post("/carts", &[], &json!({})).expect(201).text_of("id");
    let filled = visitor.put(&format!("/carts/{cart}/lines/{SOLD}"), &json!({ "quantity": 2 })).expect(200);
    let mut buys = wish(SOLD).0;
    buys.as_object_mut().expect("an object").remove("lines");
    buys["expected_total"] = filled.json["total"].clone();
    let key = [("Idempotency-Key", "hers")];
    let path = format!("/carts/{cart}/checkout");
    visitor.post(&path, &key, &buys).expect_problem(503, "payment_not_set_up");
    for page in ["/", "/cart", &format!("/books/{SOLD}")] {
        let seen = visitor.send("GET", page, &[("Accept", "text/html")], b"").expect("a page");
        assert!(seen.status == 200 || seen.status == 404, "{page}: {}", seen.status);
    }
    let seen = visitor.send("GET", "/checkout", &[("Accept", "text/html")], b"").expect("a page");
    assert!(seen.status == 503 && seen.text.contains("We cannot take payments yet"), "{}", seen.text);
    assert_eq!(shop.available(SOLD), 3);
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

/// What `check` finds of each thing, and whether the shop would open.
fn checked(shop: &TestShop, more: &[&str]) -> (BTreeMap<String, String>, bool) {
    let told = shop.command(&[&["check", "--json", "--listen", "127.0.0.1:0"], more].concat());
    let findings: Value =
        serde_json::from_slice(&told.stdout).unwrap_or_else(|_| panic!("{}", printed(&told)));
    let text = |finding: &Value, field: &str| finding[field].as_str().expect("a text").to_owned();
    let levels = findings.as_array().expect("a list").iter();
    (levels.map(|finding| (text(finding, "what"), text(finding, "level"))).collect(), told.status.success())
}

#[test]
fn check_tells_what_is_ready_and_what_is_not_and_never_otherwise_than_a_start() {
    let mut shop = setup().shop().catalogue(&[(SOLD.to_owned(), 3)]).closed();
    // but for what sled notes of its own in the trees whenever they are read
    let kept =
        || held(&shop.data()).into_iter().filter(|(name, _)| !name.starts_with("trees/")).collect::<Vec<_>>();
    let before = kept();
    let (found, opens) = checked(&shop, &[]);
    assert!(kept() == before, "who checks changes nothing");
    assert!(opens, "{found:?}");
    for (what, level) in [
        ("directory", "ready"),
        ("catalogue", "ready"),
        ("name", "ready"),
        ("terms", "not_set_up"),
        ("public url", "not_set_up"),
        ("processor", "not_set_up"),
        ("mail", "not_set_up"),
        ("carrier", "not_set_up"),
        ("wholesalers", "not_set_up"),
    ] {
        assert_eq!(found[what], level, "{what}");
    }
    shop.start();
    let (found, opens) = checked(&shop, &[]);
    assert!(opens && found["daemon"] == "ready", "also beside its daemon: {found:?}");
    let own = shop.data().join("shop.toml");
    let text = fs::read_to_string(&own).expect("its settings");
    fs::write(&own, format!("{text}# changed\n")).expect("write them");
    let (found, opens) = checked(&shop, &[]);
    assert!(opens && found["daemon"] == "not_set_up", "it does not know them: {found:?}");
    assert_eq!(shop.stop().code(), Some(0));
    let told = shop.command(&["check", "--listen", "0.0.0.0:0"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(printed(&told).contains("!!  listens at"), "{}", printed(&told));
    assert_eq!(shop.command(&["serve", "--listen", "0.0.0.0:0"]).status.code(), Some(1));
    let (found, opens) = checked(&shop, &["--speed", "60"]);
    assert!(!opens && found["settings"] == "wrong", "{found:?}");
    let nowhere = setup().speed(1).closed();
    let told = nowhere.command(&["check"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(printed(&told).contains("doorstep init") && !nowhere.data().exists(), "{}", printed(&told));
}

/// What the lines of `check` say that are not ready, by their words.
fn not_ready(shop: &TestShop) -> Vec<String> {
    let told = printed(&shop.command(&["check", "--listen", "127.0.0.1:0"]));
    told.lines().filter(|line| line.starts_with("--") || line.starts_with("!!")).map(str::to_owned).collect()
}

#[test]
fn each_line_of_check_that_is_not_ready_says_what_to_do() {
    let shop = setup().shop().closed();
    let lines = not_ready(&shop);
    assert!(lines.len() > 10, "{lines:#?}");
    // what this version has not nobody can set up
    let does = ["doorstep import catalogue", "set ", "this version has no"];
    for line in lines {
        assert!(does.iter().any(|words| line.contains(words)), "{line}");
    }
    let told = shop.command(&["check", "--json", "--listen", "127.0.0.1:0"]);
    let findings: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    for finding in findings.as_array().expect("a list") {
        let has_remedy = finding["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty());
        assert_eq!(has_remedy, finding["level"] == "not_set_up", "{finding}");
    }
}

/// The last line of `check`.
fn verdict(shop: &TestShop) -> String {
    let told = shop.command(&["check", "--listen", "127.0.0.1:0"]);
    String::from_utf8_lossy(&told.stdout).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn check_ends_with_whether_the_shop_sells_and_shows_what_decides_money() {
    let shop = setup().shop().closed();
    assert!(
        verdict(&shop).starts_with("the shop opens for looking")
            && verdict(&shop).ends_with(": catalogue, processor"),
        "{}",
        verdict(&shop)
    );
    let told = printed(&shop.command(&["check", "--listen", "127.0.0.1:0"]));
    for line in [
        "ok  delivery     2.99 GBP an order",
        "ok  credit       ordered in on verified cards: nothing",
        "a fee of 1.50 %",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
    let mut stocked = setup().shop().catalogue(&[(SOLD.to_owned(), 3)]).open();
    assert!(verdict(&stocked).ends_with(": processor"), "also beside its daemon: {}", verdict(&stocked));
    assert_eq!(stocked.stop().code(), Some(0));
    let own = stocked.data().join("shop.toml");
    let text = fs::read_to_string(&own).expect("its settings");
    fs::write(&own, text.replace("shipping = 299", "shipping = \"\"")).expect("write them");
    assert!(verdict(&stocked).starts_with("the shop does not open"), "{}", verdict(&stocked));
    is_refused(&stocked, &["serve", "--listen", "127.0.0.1:0"], &["shop.shipping", "what delivery costs"]);
    let mut demo = setup().open();
    assert_eq!(verdict(&demo), "the shop opens to sell");
    assert_eq!(demo.stop().code(), Some(0));
}

#[test]
fn check_says_of_each_page_what_the_shop_serves_and_no_page_shows_a_secret() {
    let mut shop = setup().shop().catalogue(&[(SOLD.to_owned(), 3)]).closed();
    let own = shop.data().join("shop.toml");
    let text = fs::read_to_string(&own).expect("its settings");
    let with = |lines: &str| {
        fs::write(&own, text.replacen("[shop]", &format!("[shop]\n{lines}"), 1)).expect("write them")
    };
    for (name, written) in [("terms.txt", "Pay within a week."), ("privacy.txt", " \n")] {
        fs::write(shop.data().join(name), written).expect("write a text");
    }
    with("terms = \"terms.txt\"\nprivacy = \"privacy.txt\"\nphone = \"+44 20 7946 0000\"");
    let told = printed(&shop.command(&["check", "--listen", "127.0.0.1:0"]));
    for line in [
        "ok  contact      /contact shows who",
        "ok  terms        /terms shows terms.txt",
        "--  privacy      privacy.txt is empty",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
    shop.start();
    for (page, status) in [("/contact", 200), ("/terms", 200), ("/privacy", 404), ("/returns", 404)] {
        let seen = shop.client().send("GET", page, &[("Accept", "text/html")], b"").expect("a page");
        assert_eq!(seen.status, status, "{page}");
    }
    assert_eq!(shop.stop().code(), Some(0));
    with("terms = \"links.secret\"");
    assert!(verdict(&shop).starts_with("the shop does not open"), "{}", verdict(&shop));
    is_refused(&shop, &["serve", "--listen", "127.0.0.1:0"], &["shop.terms = links.secret", ".txt"]);
}

#[test]
fn a_catalogue_in_another_currency_than_the_settings_is_refused_with_its_first_product() {
    let shop = setup().speed(1).set("DOORSTEP_HTTP__LISTEN", "127.0.0.1:0").closed();
    assert!(shop.command(&[&MAKES_A_SHOP[..], &["--currency", "EUR"]].concat()).status.success());
    let file = shop.root().join("books.csv");
    fs::write(&file, "sku,title,price,stock\nBUCH-1,Faust,9.90,3\nBUCH-2,Effi Briest,8.50,2\n")
        .expect("write it");
    let imported = shop.command(&["import", "catalogue", file.to_str().expect("a path in UTF-8")]);
    assert!(imported.status.success(), "{}", printed(&imported));
    // as whoever copies another shop's settings and mark over them would leave it
    for name in ["shop.toml", "directory.toml"] {
        let path = shop.data().join(name);
        let text = fs::read_to_string(&path).expect("read it");
        assert!(text.contains("\"EUR\""), "{text}");
        fs::write(&path, text.replace("\"EUR\"", "\"GBP\"")).expect("write it");
    }
    for command in ["check", "serve"] {
        let refused = shop.command(&[command]);
        assert_eq!(refused.status.code(), Some(1), "{command}: {}", printed(&refused));
        let said = printed(&refused);
        for words in
            ["BUCH-1", "9.90 EUR", "shop.currency", "GBP", "directory.toml", "its own, which say EUR"]
        {
            assert!(said.contains(words), "{command} does not say {words}: {said}");
        }
    }
}

/// Started in an empty folder, without a word about where.
#[test]
fn a_demo_and_a_shop_begin_in_directories_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let doorstep = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
        command.args(arguments).current_dir(folder.path()).output().expect("run doorstep")
    };
    let neither = doorstep(&["keys", "list"]);
    assert!(printed(&neither).contains("neither doorstep-demo nor doorstep-shop"), "{}", printed(&neither));
    assert!(doorstep(&["init", "--demo"]).status.success());
    let is_there = |name: &str| Path::new(folder.path()).join(name).is_dir();
    assert!(is_there("doorstep-demo") && !is_there("doorstep-shop"));
    assert!(doorstep(&["keys", "list"]).status.success(), "the one that is there is meant");
    for listed in ["keys", "cases"] {
        let (bare, list) = (doorstep(&[listed]), doorstep(&[listed, "list"]));
        assert!(bare.status.success() && bare.stdout == list.stdout, "{listed}: {}", printed(&bare));
    }
    assert!(doorstep(&MAKES_A_SHOP).status.success());
    assert!(is_there("doorstep-shop"));
    let both = doorstep(&["keys", "list"]);
    assert_eq!(both.status.code(), Some(1));
    assert!(printed(&both).contains("both doorstep-demo and doorstep-shop"), "{}", printed(&both));
}
