//! What is typed on a terminal, and what comes back.

use std::net::TcpListener;
use std::process::{Command, Output};

use serde_json::Value;

use super::buyer::wish;
use super::order::{IN_STOCK, OUT_OF_STOCK};
use super::shop::setup;

fn doorstep(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep")).args(arguments).output().expect("run doorstep")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_names_every_command_and_flag() {
    let help = doorstep(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for word in [
        "init",
        "serve",
        "import",
        "verify",
        "rebuild",
        "explain",
        "bench",
        "actors",
        "dead-letters",
        "--data",
        "--listen",
        "--speed",
        "--config",
    ] {
        assert!(out(&help).contains(word), "{word} is not in {}", out(&help));
    }
}

#[test]
fn a_wrong_flag_or_command_is_wrong_usage() {
    for arguments in
        [&["--nonsense"][..], &["sell"], &["explain"], &["--listen", "nowhere"], &["--speed", "-1"]]
    {
        let refused = doorstep(arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {refused:?}");
        assert!(
            complaint(&refused).contains("Usage") || complaint(&refused).contains("--help"),
            "{refused:?}"
        );
    }
}

#[test]
fn a_wrong_setting_names_itself() {
    for (name, value, named) in [
        ("DOORSTEP_CREDIT__ALL_MAX", "fast", "all_max"),
        ("DOORSTEP_TRADE__SPED", "7", "sped"),
        ("DOORSTEP_SHOP__CURRENCY", "pound", "pound"),
        ("DOORSTEP_PAYMENT__HOLD_DAYS", "0", "payment.hold_days"),
        ("DOORSTEP_LOG__FORMAT", "prose", "prose"),
    ] {
        let shop = setup().set(name, value).closed();
        let refused = shop.command(&["--listen", "127.0.0.1:0"]);
        assert_eq!(refused.status.code(), Some(1), "{name}: {refused:?}");
        assert!(complaint(&refused).contains(named), "{name}: {}", complaint(&refused));
        assert!(!shop.data().exists(), "nothing is made for a shop that cannot open");
    }
}

#[test]
fn a_port_in_use_says_which_setting_to_change() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let shop = setup().closed();
    let refused = shop.command(&["--listen", &address, "--processor-listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complaint(&refused).contains(&address) && complaint(&refused).contains("http.listen"),
        "{refused:?}"
    );
    // where a proxy leads browsers to that port no other will do
    let proxied = setup().set("DOORSTEP_PROCESSOR__PUBLIC_URL", "http://pay.example").closed();
    let refused = proxied.command(&["--listen", "127.0.0.1:0", "--processor-listen", &address]);
    assert!(complaint(&refused).contains("processor.listen"), "{refused:?}");
}

#[test]
fn a_demo_whose_port_of_the_card_page_is_taken_takes_another_and_says_which() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let held = TcpListener::bind(taken).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let shop = setup().set("DOORSTEP_PROCESSOR__LISTEN", &taken.to_string()).listening(&free).open();
    let log = shop.log();
    let line = log.lines().find(|line| line.contains("the port of the card page is taken")).expect("a line");
    let port = shop.cards_url.rsplit(':').next().expect("a port");
    assert!(line.contains(&taken.to_string()) && line.contains(&format!(":{port}")), "{line}");
    let page = super::http::Client::new(&shop.cards_url).send("GET", "/pay", &[], b"").expect("a page");
    assert_eq!(page.status, 400, "it answers there");
    drop(held);
}

#[test]
fn a_listener_is_named_as_people_do_and_localhost_is_both_of_this_machines_addresses() {
    for spelling in ["0", ":0", "localhost:0"] {
        let shop = setup().listening(spelling).open();
        let port = shop.url.rsplit(':').next().expect("a port").to_owned();
        let answers = |ip: &str| std::net::TcpStream::connect(format!("{ip}:{port}")).is_ok();
        assert!(answers("127.0.0.1"), "{spelling}");
        let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
        assert_eq!(answers("[::1]"), has_ipv6 && spelling.starts_with("localhost"), "{spelling}");
        shop.client().get("/products").expect(200);
    }
    let refused = doorstep(&["--listen", "nowhere"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(complaint(&refused).contains("localhost:8080, or a port alone"), "{refused:?}");
}

#[test]
fn explain_prints_cause_and_effect_in_order_beside_the_daemon_and_without_it() {
    let mut shop = setup().open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    shop.waits_to_read(&order, "e-mail sent: it has come");
    let beside = shop.command(&["explain", &order.id]);
    assert_eq!(beside.status.code(), Some(0), "{beside:?}");
    let story = out(&beside);
    let told = [
        "a request from outside",
        "OrderManager: Place",
        "OrderManager on Place from WebSession",
        "asked whether it is in stock",
        "the bank holds",
        "the order is confirmed",
        "the truck collected it",
        "delivered to the doorstep",
    ];
    // the money moves while the parcel does
    for told in [&told[..], &["the truck collected it", "captured", "settled"]] {
        let places: Vec<Option<usize>> = told.iter().map(|words| story.find(words)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {story}");
    }
    let positions: Vec<u64> =
        story.lines().filter_map(|line| line.strip_prefix('#')?.split(' ').next()?.parse().ok()).collect();
    assert!(positions.len() >= 15 && positions.is_sorted(), "{positions:?}");

    assert_eq!(shop.stop().code(), Some(0));
    let alone = out(&shop.command(&["explain", &order.id]));
    assert!(alone.starts_with(&story), "the history has changed");
}

#[test]
fn explain_says_where_an_order_is_not_known() {
    let shop = setup().open();
    let unknown = shop.command(&["explain", "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(complaint(&unknown).contains("knows no ord_01ARZ3NDEKTSV4RRFFQ69G5FAV"), "{unknown:?}");
    let nonsense = shop.command(&["explain", "nonsense"]);
    assert_eq!(nonsense.status.code(), Some(1));
    assert!(complaint(&nonsense).contains("ord_"), "{nonsense:?}");
    let nowhere = setup().closed();
    for command in [
        &["verify"][..],
        &["rebuild"],
        &["explain", "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        &["actors"],
        &["dead-letters"],
        &["orders"],
        &["cases", "list"],
    ] {
        let refused = nowhere.command(command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        assert!(complaint(&refused).contains("--data"), "{command:?}: {refused:?}");
        assert!(!nowhere.data().exists(), "{command:?} made a directory");
    }
}

#[test]
fn actors_lists_all_of_them() {
    let shop = setup().open();
    shop.orders(&wish(OUT_OF_STOCK).waiting()).expect(201);
    let report = shop.actors();
    let names: Vec<&str> =
        report["actors"].as_array().unwrap().iter().map(|actor| actor["name"].as_str().unwrap()).collect();
    for actor in [
        "StockKeeper",
        "OrderManager",
        "MerchantProxy",
        "BankActor",
        "WarehouseActor",
        "Mailer",
        "BackOffice",
        "WebSession",
    ] {
        assert!(names.iter().any(|name| name.starts_with(actor)), "{actor} is not in {names:?}");
    }
    let readable = out(&shop.command(&["actors"]));
    assert!(readable.contains("OrderManager") && readable.contains("running"), "{readable}");
}

#[test]
fn logs_as_json_are_one_document_a_line() {
    let mut shop = setup().set("DOORSTEP_LOG__FORMAT", "json").set("DOORSTEP_LOG__LEVEL", "debug").open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    assert_eq!(shop.stop().code(), Some(0));
    let log = shop.log();
    assert!(log.lines().count() > 0);
    for line in log.lines() {
        let said: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        assert!(said["level"].is_string() && said["timestamp"].is_string(), "{line}");
    }
    assert!(!log.contains(&order.key), "an order's key is in the log");
}

#[test]
fn the_daemon_says_in_one_line_that_it_is_open_and_where() {
    let shop = setup().open();
    assert_eq!(shop.said().lines().count(), 1, "{}", shop.said());
    assert!(shop.said().contains("348 products"), "{}", shop.said());
    for path in ["/healthz", "/readyz"] {
        shop.client().send("GET", path, &[], &[]).unwrap().expect(200);
    }
}

#[test]
fn a_shop_that_crashes_leaves_no_core_dump() {
    let shop = setup().open();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", shop.pid())).expect("a daemon's limits");
    let cores =
        limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit of core files");
    let words: Vec<&str> = cores.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{cores}");
}

#[test]
fn the_environment_names_a_listener_as_the_flag_does() {
    for spelling in ["0", ":0", "localhost:0", "127.0.0.1:0"] {
        let shop =
            setup().set("DOORSTEP_HTTP__LISTEN", spelling).set("DOORSTEP_PROCESSOR__LISTEN", "0").closed();
        let told = out(&shop.command(&["init", "--demo"])) + &out(&shop.command(&["check"]));
        let line =
            told.lines().find(|line| line.starts_with("ok  listens at")).unwrap_or_else(|| panic!("{told}"));
        assert!(line.contains("127.0.0.1:"), "{spelling}: {line}");
    }
}

#[test]
fn explain_takes_an_order_as_people_name_it_and_a_case() {
    let shop = setup().set("DOORSTEP_SHOP__TIME_ZONE", "Pacific/Auckland").open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    let listed = shop.command(&["orders", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let digits = listed[0]["number"].as_str().expect("a number").to_owned();
    let number = format!("{} {}", &digits[..3], &digits[3..]);
    let whole = out(&shop.command(&["explain", &order.id]));
    assert!(
        whole.lines().nth(1).is_some_and(|line| line.contains(" +13:00 ")),
        "in the shop's time: {whole}"
    );
    assert!(whole.starts_with(&format!("{}, number {number}\n#", order.id)), "{whole}");
    for words in
        [vec![digits.as_str()], vec![&number], number.split(' ').collect(), vec![&format!("#{digits}")]]
    {
        let told = shop.command(&[&["explain"], &words[..]].concat());
        assert_eq!(out(&told), whole, "{words:?}: {told:?}");
    }
    // no line names a turn that is not shown
    let shown = |turn: &str| whole.contains(&format!("\n{turn} ")) || whole.contains(&format!("{turn} was "));
    let named = whole.split(['(', ')', ' ', '\n']).filter(|word| word.starts_with('#'));
    named.for_each(|turn| assert!(shown(turn), "{turn} in {whole}"));
    let misheard = format!("{}{}", &digits[..6], (digits.as_bytes()[6] - b'0' + 1) % 10);
    for (words, why) in [
        (misheard.as_str(), "a digit of this number is wrong"),
        ("case_17", "knows no case_17"),
        ("Ada", "doorstep orders"),
    ] {
        let refused = shop.command(&["explain", words]);
        assert_eq!(refused.status.code(), Some(1), "{words}");
        assert!(complaint(&refused).contains(why), "{words}: {refused:?}");
    }
}

#[test]
fn an_order_that_fails_while_its_customer_waits_is_logged_with_its_number_and_total() {
    let shop = setup().open();
    shop.orders(&wish(IN_STOCK).by("tok_declined")).expect_problem(402, "payment_declined");
    let log = super::wait::until("the log tells of it", || {
        let log = shop.log();
        log.contains("an order failed").then_some(log)
    });
    let line = log.lines().find(|line| line.contains("an order failed")).expect("a line");
    for words in ["number=100 ", "total=", "£", "order=ord_", "do_not_honour"] {
        assert!(line.contains(words), "{words} is not in {line}");
    }
}

#[test]
fn whoever_reads_the_beginning_of_a_list_alone_is_told_nothing_else() {
    let shop = setup().open();
    (0..3).for_each(|_| drop(shop.buys(IN_STOCK)));
    let said = Command::new("sh")
        .args(["-c", "{ \"$0\" orders --data \"$1\"; } | head -0"])
        .args([std::ffi::OsStr::new(env!("CARGO_BIN_EXE_doorstep")), shop.data().as_os_str()])
        // a variable of the tests' own is no setting, which is said
        .env_remove("DOORSTEP_SHARED_DATA")
        .output()
        .expect("run a shell");
    assert_eq!(complaint(&said), "");
}
