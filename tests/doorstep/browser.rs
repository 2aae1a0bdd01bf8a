//! A customer in a real browser: from the shelf to the doorstep, and the card typed on the other origin.
//!
//! Needs `chromedriver` and `chromium`; without them these tests fail and say so.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::log::logged_nothing_of;
use super::order::letter;
use super::shop::{TestShop, setup};
use super::wait::PATIENCE;

const INSTALL: &str = "install it (Debian: apt-get install chromium chromium-driver) or run tests/run";
/// As the browser's settings say it.
const ALLOWED: u8 = 1;
const BLOCKED: u8 = 2;
const LOOK_AGAIN_AFTER: std::time::Duration = std::time::Duration::from_millis(50);

/// The driver on a free port; killed with its browser when it is dropped.
struct Driver {
    process: Child,
    url: String,
    /// The browser's profile.
    profile: TempDir,
}

impl Driver {
    fn start() -> Driver {
        let spawned =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stdin(Stdio::null()).spawn();
        let mut process =
            spawned.unwrap_or_else(|error| panic!("cannot start chromedriver ({error}): {INSTALL}"));
        let mut said = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let port = said.by_ref().find_map(|line| {
            let line = line.ok()?;
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says on which port it listens");
        // whatever else it says must not block it
        std::thread::spawn(move || said.for_each(drop));
        let profile = tempfile::Builder::new().prefix("doorstep-browser-").tempdir().expect("a directory");
        Driver { process, url: format!("http://127.0.0.1:{port}"), profile }
    }

    /// `scripts`: whether pages may run any; `width`: of its window, in pixels.
    async fn browser(&self, scripts: bool, width: Option<u32>) -> Browser {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &profile,
        ];
        let mut capabilities = Capabilities::new();
        let scripts = if scripts { ALLOWED } else { BLOCKED };
        let prefs = json!({"profile.managed_default_content_settings.javascript": scripts});
        let mut options = json!({"args": flags, "prefs": prefs});
        if let Some(width) = width {
            let metrics =
                json!({"width": width, "height": 640, "pixelRatio": 1.0, "mobile": false, "touch": false});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connected = builder.capabilities(capabilities).connect(&self.url).await;
        Browser(connected.unwrap_or_else(|error| panic!("cannot start chromium ({error}): {INSTALL}")))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub struct Browser(Client);

/// What a customer does. Each panics with what she sees where it cannot be done.
impl Browser {
    pub async fn opens(&self, url: &str) {
        self.0.goto(url).await.expect("open a page");
    }

    pub async fn types(&self, field: &str, text: &str) {
        let field = self.0.find(Locator::Css(&format!("[name={field}]"))).await.expect("a field");
        field.clear().await.expect("empty the field");
        field.send_keys(text).await.expect("type");
    }

    /// Clicks what has these words on it, and waits until another page is there.
    pub async fn clicks(&self, words: &str) {
        let path = format!("//main//*[self::a or self::button][contains(normalize-space(.), '{words}')]");
        self.clicks_at(Locator::XPath(&path), words).await;
    }

    async fn clicks_at(&self, place: Locator<'_>, words: &str) {
        let body = self.0.find(Locator::Css("body")).await.expect("a page");
        match self.0.find(place).await {
            Ok(found) => found.click().await.expect("click"),
            Err(error) => panic!("nothing says `{words}` ({error}) on:\n{}", self.reads().await),
        }
        // the old page's body is stale as soon as the next page is there
        self.waits(&format!("another page comes after `{words}`"), async || {
            body.text().await.is_err().then_some(())
        })
        .await;
    }

    /// What a function of this body returns on the page.
    pub async fn finds(&self, body: &str) -> serde_json::Value {
        self.0.execute(body, vec![]).await.expect("it runs")
    }

    async fn reads(&self) -> String {
        let body = self.0.find(Locator::Css("body")).await;
        match body {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub async fn waits_to_read(&self, words: &str) -> String {
        let seen = async || {
            let page = self.reads().await;
            page.contains(words).then_some(page)
        };
        self.waits(&format!("the page says `{words}`"), seen).await
    }

    async fn waits<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            if Instant::now() >= until {
                let at = self.0.current_url().await.map(|url| url.to_string()).unwrap_or_default();
                panic!("waited {PATIENCE:?} in vain: {what}; at {at} stands:\n{}", self.reads().await);
            }
            sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    async fn address(&self) -> String {
        self.0.current_url().await.expect("an address").to_string()
    }

    pub async fn fills_in_where_to_send_it(&self) {
        for (field, text) in [
            ("name", "Ada Lovelace"),
            ("email", "ada@example.com"),
            ("line1", "12 St James's Square"),
            ("city", "London"),
            ("postcode", "SW1Y 4JH"),
        ] {
            self.types(field, text).await;
        }
    }

    /// One book goes into the basket, and on to where the card is typed.
    async fn goes_to_pay_for_one_book(&self, shop: &TestShop) {
        self.opens(&format!("{}/books/PD-0001", shop.url)).await;
        self.clicks("Add to basket").await;
        self.opens(&format!("{}/checkout", shop.url)).await;
        self.fills_in_where_to_send_it().await;
        self.clicks("Go on to payment").await;
    }

    pub async fn pays_with(&self, number: &str) {
        for (field, text) in
            [("number", number), ("expiry", "12/39"), ("cvv", "123"), ("name", "Ada Lovelace")]
        {
            self.types(field, text).await;
        }
        self.clicks("Pay ").await;
    }
}

/// Runs a customer's visit in a browser of its own.
fn visit(shop: &TestShop, visit: impl AsyncFnOnce(&Browser, &TestShop)) {
    visit_with(shop, true, None, visit);
}

/// The same in a window of so many pixels.
pub fn visit_at_width(shop: &TestShop, width: u32, visit: impl AsyncFnOnce(&Browser, &TestShop)) {
    visit_with(shop, true, Some(width), visit);
}

/// The same with JavaScript off.
fn visit_without_scripts(shop: &TestShop, visit: impl AsyncFnOnce(&Browser, &TestShop)) {
    visit_with(shop, false, None, visit);
}

fn visit_with(
    shop: &TestShop,
    scripts: bool,
    width: Option<u32>,
    visit: impl AsyncFnOnce(&Browser, &TestShop),
) {
    let driver = Driver::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let browser = driver.browser(scripts, width).await;
        visit(&browser, shop).await;
        browser.0.close().await.expect("close the browser");
    });
}

#[test]
fn a_customer_finds_a_book_buys_it_and_sees_it_come_to_her_doorstep() {
    let shop = setup().open();
    visit(&shop, async |browser, shop| {
        browser.opens(&shop.url).await;
        browser.waits_to_read("348 titles").await;
        browser.types("q", "austen emma").await;
        browser.clicks_at(Locator::Css("form[role=search] button"), "Search").await;
        browser.clicks("Emma").await;
        browser.waits_to_read("Jane Austen").await;
        browser.types("quantity", "2").await;
        browser.clicks("Add to basket").await;
        browser.opens(&format!("{}/cart", shop.url)).await;
        browser.waits_to_read("Emma").await;
        browser.clicks("Check out").await;
        browser.fills_in_where_to_send_it().await;
        browser.clicks("Go on to payment").await;

        let at = browser.address().await;
        assert!(at.starts_with(&shop.cards_url), "the card is typed at {at}, not on its own origin");
        browser.waits_to_read("18.97").await;
        browser.pays_with("4242 4242 4242 4242").await;

        browser.waits_to_read("At your doorstep").await;
        let confirmation = browser.address().await;
        assert!(confirmation.starts_with(&format!("{}/orders/ord_", shop.url)), "{confirmation}");
        let page = browser.waits_to_read("Everything about this order is done").await;
        for words in ["Your books have come", "18.97 paid", "Delivered", "ada@example.com", "Emma"] {
            assert!(page.contains(words), "`{words}` is not on the page:\n{page}");
        }
        assert!(!page.contains("4242"), "a card number is on the page:\n{page}");
        assert_eq!(browser.address().await, confirmation, "the page renews itself where it is");
        browser.opens(&format!("{}/cart", shop.url)).await;
        browser.waits_to_read("There is nothing in it yet").await;
    });
    shop.never_panicked();
    logged_nothing_of(&shop, "4242");
}

#[test]
fn a_declined_card_can_be_followed_by_another() {
    let shop = setup().open();
    visit(&shop, async |browser, shop| {
        browser.goes_to_pay_for_one_book(shop).await;
        browser.pays_with("4000 0000 0000 0002").await;
        let page = browser.waits_to_read("Pay with another card").await;
        for words in ["The card was declined", "Nothing was charged", "We keep your order until"] {
            assert!(page.contains(words), "`{words}` is not on the page:\n{page}");
        }
        let order = browser.address().await;
        // from the letter, as in another browser
        let (_, id) = order.split_once("/orders/").expect("an order's page");
        let id = id.split('?').next().unwrap_or_default();
        let letter =
            letter(shop, id, "payment-declined").replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
        let words = letter.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("you can pay with another card within 30 minutes"), "{letter}");
        let link = letter.lines().find(|line| line.contains("/orders/ord_")).expect("a link to its page");
        browser.opens(link.trim()).await;
        browser.clicks("Pay with another card").await;
        let at = browser.address().await;
        assert!(at.starts_with(&shop.cards_url), "the card is typed at {at}, not on its own origin");
        browser.waits_to_read("10.48").await;
        // declined for good, and typed once more
        for _ in 0..2 {
            browser.pays_with("4000 0000 0000 0069").await;
            browser.waits_to_read("has expired").await;
            browser.clicks("Pay with another card").await;
        }
        browser.pays_with("5555 5555 5555 4444").await;
        let page = browser.waits_to_read("Everything about this order is done").await;
        assert!(page.contains("10.48 paid") && !page.contains("Pay with"), "{page}");
        assert!(browser.address().await.contains(id), "one order");
    });
    shop.never_panicked();
}

#[test]
fn an_order_that_waits_for_another_card_can_be_cancelled() {
    let shop = setup().speed(AS_ON_THE_WALL).open();
    visit(&shop, async |browser, shop| {
        browser.goes_to_pay_for_one_book(shop).await;
        browser.pays_with("4000 0000 0000 9995").await;
        browser.waits_to_read("Pay with another card").await;
        browser.clicks("Cancel this order").await;
        browser.clicks("Yes, cancel it").await;
        let page = browser.waits_to_read("The order is cancelled").await;
        assert!(!page.contains("Pay with another card"), "{page}");
    });
    shop.never_panicked();
}

#[test]
fn the_order_page_is_brought_up_to_date_where_she_reads_it() {
    let shop = setup().open();
    visit(&shop, async |browser, shop| {
        browser.goes_to_pay_for_one_book(shop).await;
        browser.pays_with("4242 4242 4242 4242").await;
        browser.waits_to_read("At your doorstep").await;
        let reads_on = "document.getElementById('all').open = true; document.getElementById('q').focus(); \
                        window.scrollTo(0, 120); window.sameOne = true;";
        browser.0.execute(reads_on, vec![]).await.expect("it runs");
        browser.waits_to_read("Everything about this order is done").await;
        let stands = "return [document.getElementById('all').open, document.activeElement.id, window.scrollY, \
                      window.sameOne, document.querySelectorAll('#all-steps .done').length]";
        let stands = browser.0.execute(stands, vec![]).await.expect("it runs");
        // all but the supplies, which it did not need
        assert_eq!(stands, json!([true, "q", 120, true, 14]), "fold, focus, scroll, page, steps");
    });
    shop.never_panicked();
}

/// Slow enough that an order can be cancelled.
const AS_ON_THE_WALL: u32 = 1;

#[test]
fn an_order_is_cancelled_only_where_she_says_so_a_second_time() {
    let shop = setup().speed(AS_ON_THE_WALL).open();
    visit(&shop, async |browser, shop| {
        browser.goes_to_pay_for_one_book(shop).await;
        browser.pays_with("4242 4242 4242 4242").await;
        browser.waits_to_read("Thank you").await;
        let order = browser.address().await;
        browser.clicks("Cancel this order").await;
        browser.waits_to_read("Cancel this order?").await;
        browser.clicks("No, keep it").await;
        assert_eq!(browser.address().await, order);
        browser.waits_to_read("Thank you").await;
        browser.clicks("Cancel this order").await;
        browser.clicks("Yes, cancel it").await;
        let page = browser.waits_to_read("The order is cancelled").await;
        for words in ["Thank you", "carrier", "too late", "Cancel this order"] {
            assert!(!page.contains(words), "two things are said, also `{words}`:\n{page}");
        }
    });
    shop.never_panicked();
}

#[test]
fn a_decline_that_comes_late_gives_the_basket_back_and_the_letter_says_so() {
    // a shop that waits for no other card
    let shop = setup().set("DOORSTEP_PAYMENT__ANOTHER_CARD_MINUTES", "0").open();
    visit(&shop, async |browser, shop| {
        browser.goes_to_pay_for_one_book(shop).await;
        // the bank declines, and its answer is lost
        browser.pays_with("4000 0000 0000 5993").await;
        browser.waits_to_read("What you had chosen is in your basket again").await;
        let order = browser.address().await;
        browser.opens(&format!("{}/cart", shop.url)).await;
        let basket = browser.waits_to_read("Check out").await;
        assert!(!basket.contains("There is nothing in it yet"), "{basket}");
        let (_, id) = order.split_once("/orders/").expect("an order's page");
        let letter = letter(shop, id.split('?').next().unwrap_or_default(), "payment-declined");
        assert!(letter.contains("Your basket is as it was"), "{letter}");
    });
    shop.never_panicked();
}

#[test]
fn an_american_address_has_a_state_and_a_telephone_number() {
    let shop = setup().open();
    visit(&shop, async |browser, shop| {
        browser.opens(&format!("{}/books/PD-0001", shop.url)).await;
        browser.clicks("Add to basket").await;
        browser.opens(&format!("{}/checkout", shop.url)).await;
        for (field, text) in [
            ("name", "Emily Dickinson"),
            ("email", "emily@example.com"),
            ("line1", "280 Main Street"),
            ("line2", "Flat 3"),
            ("city", "Amherst"),
            ("postcode", "01002"),
            ("phone", "+1 413 555 0100"),
        ] {
            browser.types(field, text).await;
        }
        let country = browser.0.find(Locator::Css("[name=country]")).await.expect("countries");
        country.select_by_value("US").await.expect("choose one");
        browser.clicks("Go on to payment").await;
        browser.waits_to_read("United States: a state is expected").await;
        browser.types("region", "massachusetts").await;
        browser.clicks("Go on to payment").await;
        browser.pays_with("4242 4242 4242 4242").await;
        let page = browser.waits_to_read("Amherst, MA 01002").await;
        for words in ["280 Main Street", "Flat 3", "United States"] {
            assert!(page.contains(words), "`{words}` is not on the page:\n{page}");
        }
    });
    shop.never_panicked();
}

#[test]
fn all_of_it_works_without_javascript() {
    let shop = setup().speed(AS_ON_THE_WALL).open();
    visit_without_scripts(&shop, async |browser, shop| {
        browser.opens(&shop.url).await;
        browser.types("q", "austen emma").await;
        browser.clicks_at(Locator::Css("form[role=search] button"), "Search").await;
        browser.clicks("Emma").await;
        browser.clicks("Add to basket").await;
        browser.types("quantity-1", "2").await;
        browser.clicks("Check out").await;
        browser.fills_in_where_to_send_it().await;
        browser.types("postcode", "ZZZZ").await;
        browser.clicks("Go on to payment").await;
        browser.waits_to_read("a postcode such as EC1Y 8SY is expected").await;
        browser.types("postcode", "SW1Y 4JH").await;
        browser.clicks("Go on to payment").await;
        browser.waits_to_read("18.97").await;
        browser.pays_with("4000 0000 0000 0002").await;
        browser.waits_to_read("The card was declined").await;
        browser.clicks("Pay with another card").await;
        browser.pays_with("4242 4242 4242 4242").await;
        let page = browser.waits_to_read("Thank you").await;
        // only a browser that runs no script shows it
        assert!(page.contains("See what is new"), "{page}");
        browser.clicks("See what is new").await;
        browser.waits_to_read("Thank you").await;
        browser.clicks("Cancel this order").await;
        browser.clicks("Yes, cancel it").await;
        browser.waits_to_read("The order is cancelled").await;
    });
    shop.never_panicked();
}

/// Brings the price of Emma up to date while the shop is open.
fn reprices(shop: &TestShop, price: &str) {
    let file = shop.root().join("prices.csv");
    let row = format!("sku,title,authors,price,stock,weight_grams\nPD-0003,Emma,Jane Austen,{price},9,340\n");
    std::fs::write(&file, row).expect("write a catalogue");
    shop.does(&["import", "catalogue", file.to_str().expect("a path in UTF-8")]);
}

#[test]
fn a_price_that_changes_in_the_basket_is_shown_before_it_is_paid_with_scripts_and_without() {
    for scripts in [true, false] {
        let shop = setup().open();
        reprices(&shop, "8.00");
        visit_with(&shop, scripts, None, async |browser, shop| {
            browser.opens(&format!("{}/books/PD-0003", shop.url)).await;
            browser.clicks("Add to basket").await;
            browser.waits_to_read("£8.00 each").await;
            browser.opens(&format!("{}/checkout", shop.url)).await;
            browser.fills_in_where_to_send_it().await;
            reprices(shop, "9.00");
            browser.clicks("Go on to payment").await;
            let page = browser.waits_to_read("now £9.00, was £8.00").await;
            assert!(page.contains("Nothing was begun or charged") && page.contains("£11.99"), "{page}");
            browser.opens(&format!("{}/cart", shop.url)).await;
            browser.waits_to_read("now £9.00, was £8.00").await;
            browser.clicks("Check out").await;
            browser.fills_in_where_to_send_it().await;
            browser.clicks("Go on to payment").await;
            // a checkout that was begun costs what it showed
            reprices(shop, "7.00");
            browser.waits_to_read("£11.99").await;
            browser.pays_with("4242 4242 4242 4242").await;
            let page = browser.waits_to_read("Thank you").await;
            assert!(page.contains("£9.00") && page.contains("£11.99"), "{page}");
        });
        shop.never_panicked();
    }
}
