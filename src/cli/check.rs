//! `doorstep check`: looks at a configuration and a data directory, and says line by line what is ready, what is not set up, and what
//! would keep the shop from opening. It asks the very functions that a start asks, and takes no turn.

use std::path::Path;
use std::process::ExitCode;

use crate::actors::Shop;
use crate::actors::stock_keeper::Listed;
use crate::domain::catalogue::Product;
use crate::domain::{Money, ShopIdentity};
use crate::gateway::Frame;
use crate::runtime::{JournalDir, recover, tree_names};
use crate::settings::{BadSettings, Opens, Settings, ShopKind};
use crate::storage::{self, DirectoryLock, MemoryTrees};

use super::data_directory::must_be_in;
use super::directory::{self, Mark};
use super::doors::Doors;
use super::finding::{Finding, Level, verdict};
use super::known_forms::promised;
use super::layout::Layout;
use super::open_files::connection_limits;
use super::product_list::Wanted;
use super::read_trees::ReadTrees;
use super::shelves::{Asked, Told};
use super::{Failure, control, known_forms, opening, price_lines, private, readiness, shelf_room};

/// Nobody can set it up.
const NONE_YET: &str = "this version has none for a shop";

/// Exits 0 where the shop would open, or is open, and 1 where not. `settings`: as they were read, or why they cannot be.
pub fn run(
    settings: Result<Settings, BadSettings>,
    config: Option<&Path>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let findings = match &settings {
        Ok(settings) => look(settings, config),
        Err(bad) => vec![Finding::wrong("settings", Failure(bad.to_string()))],
    };
    let would_open = findings.iter().all(|finding| finding.level != Level::Wrong);
    if json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        findings.iter().for_each(|finding| println!("{finding}"));
        println!("{}", verdict(&findings));
    }
    Ok(if would_open { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn look(settings: &Settings, config: Option<&Path>) -> Vec<Finding> {
    let layout = Layout::of(settings);
    let mark =
        match directory::find(&layout, Opens::Either).and_then(|mark| Ok((mark, private::look(&layout)?))) {
            Ok((Some(mark), ())) => mark,
            Ok((None, ())) => unreachable!("only who opens a demo finds none"),
            Err(Failure(why)) => {
                let is_none = matches!(Mark::read(&layout), Ok(None));
                let remedy = if is_none { "; `doorstep init` makes a shop's" } else { "" };
                return vec![Finding::wrong("directory", Failure(format!("{why}{remedy}")))];
            }
        };
    let is_open = control::ask_actors(&layout).is_ok();
    let mut findings =
        vec![directory_line(&layout, mark, is_open), settings_line(settings, config, &layout, mark)];
    findings.push(match is_open {
        true => open_catalogue_line(settings, mark.kind),
        false => catalogue_line(settings, &layout, mark),
    });
    findings.extend(money_lines(settings, mark.kind));
    findings.extend(identity_lines(settings, mark.kind));
    findings.push(address_line(settings));
    if !is_open {
        findings.push(doors_line(settings, mark.kind));
        findings.extend(readiness::lines(settings, &layout, mark.kind));
    }
    findings.extend(partner_lines(settings, mark.kind));
    if is_open {
        findings.push(readiness::of_daemon(settings, &layout));
    }
    findings.push(match connection_limits(settings.http.connections_max, settings.http.workers) {
        Ok(limits) => {
            let at_once = limits.shop_worker * settings.http.workers;
            Finding::ready("open files", format!("enough for {at_once} connections at once"))
        }
        Err(failure) => Finding::wrong("open files", failure),
    });
    findings
}

fn directory_line(layout: &Layout, mark: Mark, is_open: bool) -> Finding {
    let open = if is_open { "; a daemon has it open" } else { "" };
    Finding::ready(
        "directory",
        format!("{} is a {}'s, with prices in {}{open}", layout.dir.display(), mark.kind, mark.currency),
    )
}

fn settings_line(settings: &Settings, config: Option<&Path>, layout: &Layout, mark: Mark) -> Finding {
    let own = layout.settings();
    match (mark.must_fit(settings), config) {
        (Err(failure), _) => Finding::wrong("settings", failure),
        (Ok(()), Some(config)) => {
            Finding::ready("settings", format!("{}, in the place of the directory's own", config.display()))
        }
        (Ok(()), None) if own.is_file() => Finding::ready("settings", own.display().to_string()),
        (Ok(()), None) => Finding::ready("settings", "as they ship, with what flags and the environment say"),
    }
}

fn catalogue_line(settings: &Settings, layout: &Layout, mark: Mark) -> Finding {
    let sold = || -> Result<usize, Failure> {
        let products = products(settings, layout)?;
        // the directory's: settings that name another one have their own line
        must_be_in(&products, mark.currency)?;
        Ok(products.len())
    };
    match sold() {
        Err(failure) => Finding::wrong("catalogue", failure),
        Ok(products) => sold_line(products, mark.kind),
    }
}

/// As its daemon says.
fn open_catalogue_line(settings: &Settings, kind: ShopKind) -> Finding {
    let one = Wanted { search: None, all: false, limit: 1 };
    match shelf_room::look(settings, Asked::Products(one)) {
        Ok(Told::Products(found)) => sold_line(found.products.len() + found.more, kind),
        _ => Finding::ready("catalogue", "the daemon has it open, and does not say what is in it"),
    }
}

fn sold_line(products: usize, kind: ShopKind) -> Finding {
    let line = match products {
        0 if kind.is_demo() => {
            Finding::ready("catalogue", "nothing is sold yet: the first start lists the demo's books")
        }
        0 => Finding::not_set_up("catalogue", "nothing is sold yet", "`doorstep import catalogue FILE`"),
        products => Finding::ready("catalogue", format!("{products} products")),
    };
    line.needed_to_sell()
}

/// What a closed directory sells, without a turn taken in it.
fn products(settings: &Settings, layout: &Layout) -> Result<Vec<Product>, Failure> {
    known_forms::check(layout)?;
    let _lock = DirectoryLock::hold(&layout.dir).map_err(|held| opening::or(layout, held.into()))?;
    let at_least = promised(layout)?;
    let journal_dir = layout.journal();
    if !journal_dir.is_dir() {
        return Ok(vec![]);
    }
    let journal = JournalDir::check(&journal_dir)?;
    journal.must_reach(at_least)?;
    // without trees all of it is in the journal
    let listed: Vec<Listed> = if storage::has_trees(&layout.dir)? {
        let read = ReadTrees::open(settings, layout, journal.id()?)?;
        recover::<Shop>(&journal, &read.trees)?.every(&read.trees)?
    } else {
        let none = MemoryTrees::new(&tree_names::<Shop>());
        recover::<Shop>(&journal, &none)?.every(&none)?
    };
    let sold = listed.into_iter().filter(|listed| listed.delisted_at.is_none());
    Ok(sold.map(|listed| listed.product).collect())
}

/// What decides what an order costs, and what the shop is paid of it.
fn money_lines(settings: &Settings, kind: ShopKind) -> Vec<Finding> {
    let rules = settings.rules(kind);
    let up_to = |limits: [i64; 3]| {
        let [card, customer, all] = limits.map(|minor| Money::new(minor, rules.currency));
        match limits.contains(&0) {
            true => "nothing".to_owned(),
            false => format!("up to {card} by card, {customer} by customer, {all} in all"),
        }
    };
    let credit = format!(
        "ordered in on verified cards: {}; on money that is held: {}",
        up_to([rules.credit_card_max, rules.credit_customer_max, rules.credit_all_max]),
        up_to([rules.credit_held_card_max, rules.credit_held_customer_max, rules.credit_held_all_max])
    );
    let (whole, hundredths) = (rules.fee_basis_points / 100, rules.fee_basis_points % 100);
    let payment = format!(
        "held for {} days, paid out {} days after the capture, less a fee of {whole}.{hundredths:02} %",
        rules.hold_days, rules.settlement_days
    );
    vec![
        price_lines::delivery(settings, kind, &rules),
        price_lines::tax(settings, kind, &rules),
        Finding::ready("credit", credit),
        Finding::ready("payment", payment),
    ]
}

fn identity_lines(settings: &Settings, kind: ShopKind) -> Vec<Finding> {
    let identity = match settings.identity(kind) {
        Ok(identity) => identity,
        Err(bad) => return vec![Finding::wrong("identity", Failure(bad.to_string()))],
    };
    let frame = Frame::of(&identity);
    let ShopIdentity { name, address, tax_number, email, time_zone, countries, logo, .. } = identity;
    let address = (!address.is_empty()).then(|| address.join(", "));
    let countries: Vec<&str> = countries.iter().map(|country| country.as_str()).collect();
    let everywhere = || "everywhere".to_owned();
    vec![
        Finding::of("name", (!name.is_empty()).then_some(name.as_str()), "it has none", "set shop.name"),
        Finding::of("address", address.as_deref(), "not shown", "set shop.address"),
        Finding::of("tax number", tax_number.as_deref(), "not shown", "set shop.tax_number"),
        Finding::of("e-mail", email.as_deref(), "customers are told no address", "set shop.email"),
        Finding::ready("time zone", time_zone),
        Finding::ready("sends to", if countries.is_empty() { everywhere() } else { countries.join(", ") }),
        Finding::of(
            "logo",
            logo.as_ref().map(|_| "is shown"),
            "the name alone is shown",
            "set shop.logo to the name of an SVG or PNG file",
        ),
        page_line(&frame, "contact", &settings.shop.contact),
        page_line(&frame, "terms", &settings.shop.terms),
        page_line(&frame, "returns", &settings.shop.returns),
        page_line(&frame, "privacy", &settings.shop.privacy),
    ]
}

/// As the gateway serves it, of the setting that is called like it.
fn page_line(frame: &Frame, what: &'static str, file: &Path) -> Finding {
    let page = frame.text(&format!("/{what}"));
    let has_text = page.is_some_and(|page| !page.paragraphs.is_empty());
    let file = file.display().to_string();
    match (page.is_some(), file.as_str()) {
        (true, "") => Finding::ready(
            what,
            format!("/{what} shows who keeps the shop; a text file named in shop.{what} adds to it"),
        ),
        (true, file) if has_text => Finding::ready(what, format!("/{what} shows {file}")),
        (true, file) => {
            let why = format!("{file} is empty, so /{what} shows nothing but who keeps the shop");
            Finding::not_set_up(what, why, "write it, or set shop.contact = \"\"")
        }
        (false, "") => Finding::not_set_up(
            what,
            "no such page",
            format!("set shop.{what} to the name of a text file, as {what}.txt"),
        ),
        (false, file) => {
            let why = format!("{file} is empty, so there is no such page");
            Finding::not_set_up(what, why, format!("write it, or set shop.{what} = \"\""))
        }
    }
}

fn address_line(settings: &Settings) -> Finding {
    match settings.http.public_url.as_str() {
        "" => Finding::not_set_up(
            "public url",
            "this machine alone reaches it",
            "set http.public_url, as https://shop.example",
        ),
        url if url.starts_with("http://") => Finding::not_set_up(
            "public url",
            format!("{url} is not encrypted: whoever carries what customers type can read it"),
            "put a proxy with a certificate in front, and set http.public_url to its https:// address",
        ),
        url if settings.http.trusted_proxies.ranges().is_empty() => {
            let proxies = "no proxy is trusted: if one stands in front, all customers are limited as one: http.trusted_proxies";
            Finding::ready("public url", format!("{url}; {proxies}"))
        }
        url => Finding::ready("public url", url),
    }
}

fn doors_line(settings: &Settings, kind: ShopKind) -> Finding {
    match Doors::open(settings, kind) {
        Err(failure) => Finding::wrong("listens at", failure),
        Ok(Doors { shop, cards: None }) => Finding::ready("listens at", shop.at.to_string()),
        Ok(Doors { shop, cards: Some(cards) }) => {
            Finding::ready("listens at", format!("{}, its card page at {}", shop.at, cards.at))
        }
    }
}

fn partner_lines(settings: &Settings, kind: ShopKind) -> [Finding; 4] {
    let made_up = |what| Finding::ready(what, "the demo's, made up");
    let processor = if settings.takes_payment(kind) {
        Finding::ready("processor", "the demo's, which believes every card")
    } else {
        Finding::not_set_up("processor", "no order is taken, the shop is open for looking", NONE_YET)
    }
    .needed_to_sell();
    if kind.is_demo() {
        return [processor, made_up("mail"), made_up("carrier"), made_up("wholesalers")];
    }
    [
        processor,
        Finding::not_set_up("mail", "no letter is sent", NONE_YET),
        Finding::not_set_up("carrier", "no parcel is collected", NONE_YET),
        Finding::not_set_up("wholesalers", "nothing is ordered in", NONE_YET),
    ]
}
