//! A customer's way over the payment page, byte by byte: what is in its addresses, and what is left of her card.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;

use super::http::seen_on;
use super::order::IN_STOCK;
use super::shop::{TestShop, setup};

/// No test card's, so that no page shows it.
const WRITTEN: &str = "5105+1051+0510+5100";
const CVV: &str = "cvv=973&name=";

/// One request, and all of the answer.
fn ask(url: &str, method: &str, path: &str, cookie: &str, form: &str) -> String {
    let host = url.strip_prefix("http://").expect("an address of this machine");
    let mut stream = TcpStream::connect(host).expect("connect");
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookie}\r\n");
    let body = format!(
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("send");
    let mut answer = vec![];
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8(answer).expect("an answer in UTF-8")
}

#[track_caller]
fn header(answer: &str, name: &str) -> String {
    let line = answer.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
    let line = line.unwrap_or_else(|| panic!("no {name} in:\n{answer}"));
    line.split_once(": ").expect("a header").1.to_owned()
}

const ADDRESS: &str =
    "name=Ada+Lovelace&email=ada%40example.com&line1=12+Square&city=London&postcode=SW1Y+4JH&country=GB";

/// With a book in her basket, and her address typed: her cookie, and where she types her card.
fn checks_out(shop: &TestShop) -> (String, String) {
    let line = format!("sku={IN_STOCK}&quantity=1");
    let first = cookie_of(&ask(&shop.url, "POST", "/cart/lines", "", &line));
    let page = ask(&shop.url, "GET", "/checkout", &first, "");
    let form = format!("{ADDRESS}&seen={}", seen_on(&page));
    let begun = ask(&shop.url, "POST", "/checkout", &first, &form);
    // where she says who she is she gets another
    let cookie = cookie_of(&begun);
    assert_ne!(cookie, first);
    (cookie, header(&begun, "location"))
}

fn cookie_of(answer: &str) -> String {
    header(answer, "set-cookie").split(';').next().expect("a cookie").to_owned()
}

fn below(url: &str, address: &str) -> String {
    address.strip_prefix(url).unwrap_or_else(|| panic!("{address} is not below {url}")).to_owned()
}

/// What the card page is sent: all that was in its address, and a card.
fn typed(link: &str, expiry: &str) -> String {
    let asked = link.split_once('?').expect("a query").1;
    format!("{asked}&number={WRITTEN}&expiry={expiry}&{CVV}Ada")
}

#[test]
fn no_token_is_in_an_address_and_the_same_return_is_one_order() {
    let shop = setup().open();
    let (cookie, link) = checks_out(&shop);
    let paid = ask(&shop.cards_url, "POST", "/pay", "", &typed(&link, "09%2F99"));
    let back = header(&paid, "location");
    assert!(!back.contains("tok") && !back.contains("5105"), "{back}");
    let order = |cookie| ask(&shop.url, "GET", &below(&shop.url, &back), cookie, "");
    let first = header(&order(&cookie), "location");
    assert!(first.starts_with("/orders/ord_"), "{first}");
    assert_eq!(header(&order(&cookie), "location"), first);
    // the address is worth nothing to who has not begun the checkout
    assert!(order("").starts_with("HTTP/1.1 404"));
}

#[test]
fn an_amount_that_was_changed_in_the_address_is_refused() {
    let shop = setup().open();
    let (_, link) = checks_out(&shop);
    let path = below(&shop.cards_url, &link);
    assert!(ask(&shop.cards_url, "GET", &path, "", "").starts_with("HTTP/1.1 200"));
    let cheaper = path.replacen("amount=", "amount=0", 1).replacen("amount=0", "amount=1", 1);
    let seen = ask(&shop.cards_url, "GET", &cheaper, "", "");
    assert!(seen.starts_with("HTTP/1.1 400") && seen.contains("This is no payment"), "{seen}");
}

/// A restart between the card page and the return: she types her card again, and one order is paid once.
#[test]
fn a_restart_on_the_way_back_costs_her_nothing_but_her_patience() {
    let mut shop = setup().open();
    let (cookie, link) = checks_out(&shop);
    let path = below(
        &shop.url,
        &header(&ask(&shop.cards_url, "POST", "/pay", "", &typed(&link, "09%2F99")), "location"),
    );
    shop.stop();
    shop.start();
    let seen = ask(&shop.url, "GET", &path, &cookie, "");
    assert!(seen.starts_with("HTTP/1.1 422") && seen.contains("Nothing was charged"), "{seen}");
}

#[test]
fn nothing_of_a_card_is_in_memory_when_its_request_has_ended() {
    let shop = setup().open();
    let (cookie, link) = checks_out(&shop);
    // one is refused, so that the page is shown again, and one goes through
    let refused = ask(&shop.cards_url, "POST", "/pay", "", &typed(&link, "09%2F20"));
    assert!(refused.starts_with("HTTP/1.1 422"), "{refused}");
    let paid = ask(&shop.cards_url, "POST", "/pay", "", &typed(&link, "09%2F99"));
    let back = header(&paid, "location");
    ask(&shop.url, "GET", &below(&shop.url, &back), &cookie, "");
    let memory = File::open(format!("/proc/{}/mem", shop.pid()));
    let memory = memory.expect("only root may look at the memory of the shop: run this test as root");
    let (plain, spaced) = (WRITTEN.replace('+', ""), WRITTEN.replace('+', " "));
    let needles = ["Ada Lovelace", WRITTEN, &plain, &spaced, CVV];
    let found = found_in(&memory, shop.pid(), &needles);
    assert_eq!(found, ["Ada Lovelace"], "what the shop keeps is found, and nothing of the card");
}

const PAGE_BYTES: u64 = 4_096;
/// Of a page's word in `/proc/…/pagemap`: it is in memory.
const PRESENT: u64 = 1 << 63;

/// Which of these texts are in the memory of a process, in pages that it can write to and has.
fn found_in<'n>(memory: &File, process: u32, needles: &[&'n str]) -> Vec<&'n str> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("the process lives");
    let pagemap =
        File::open(format!("/proc/{process}/pagemap")).expect("who may read its memory may read this");
    let place = |hex| u64::from_str_radix(hex, 16).expect("an address");
    let mut held = vec![];
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let pages = place(from) / PAGE_BYTES..place(to) / PAGE_BYTES;
        let mut words = vec![0; 8 * (pages.end - pages.start) as usize];
        // what the kernel keeps for itself cannot be read
        if pagemap.read_exact_at(&mut words, pages.start * 8).is_err() {
            continue;
        }
        for (page, word) in pages.zip(words.chunks_exact(8)) {
            let is_here = u64::from_ne_bytes(word.try_into().expect("eight bytes")) & PRESENT != 0;
            let mut bytes = [0; PAGE_BYTES as usize];
            match is_here && memory.read_exact_at(&mut bytes, page * PAGE_BYTES).is_ok() {
                true => held.extend_from_slice(&bytes),
                // pages that are no neighbours make no text together
                false => held.push(0),
            }
        }
        held.push(0);
    }
    let is_held = |needle: &&str| memchr::memmem::find(&held, needle.as_bytes()).is_some();
    needles.iter().copied().filter(is_held).collect()
}
