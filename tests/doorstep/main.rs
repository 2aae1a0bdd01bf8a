//! Doorstep as its users meet it: the real binary, over HTTP, on the command line and in a browser.
//!
//! - Every test has a shop of its own, on a free port and in a directory of its own; see [`shop`].
//! - Nothing waits by sleeping: [`wait::until`] waits for the thing itself, up to a deadline.
//! - The shop's trade runs fast (a hundred hours in a second), so that an order lives its whole life in a test.
//!
//! `DOORSTEP_SHARED_DATA` names the folder with the ten thousand real books (`goodbooks-10k.csv.gz`), by default
//! `../shared/data` beside the repository. `DOORSTEP_KILL_ROUNDS` sets how often [`crash`] kills the shop, others how often
//! it meets each of the [`faults`], and `DOORSTEP_SEED` which moments and orders they draw.

mod addresses;
mod attacks;
mod bench;
mod browser;
mod buyer;
mod card_page;
mod carts;
mod catalogue_import;
mod circles;
mod command_line;
mod crash;
mod dead_letters;
mod deadlines;
mod directories;
mod dispatcher;
mod docs;
mod documents;
mod environment;
mod errors;
mod faults;
mod floods;
mod fuzz;
mod generated;
mod golden;
mod help;
mod history;
mod http;
mod import;
mod imports;
mod keys;
mod load;
mod log;
mod narrow;
mod notices;
mod office;
mod open_loop;
mod order;
mod other_builds;
mod overload;
mod private;
mod promises;
mod rates;
mod readiness;
mod shop;
mod signals;
mod slow;
mod stock_room;
mod stored;
mod stripe_client;
mod stripe_server;
mod stripe_shop;
mod tidy;
mod verify;
mod wait;
