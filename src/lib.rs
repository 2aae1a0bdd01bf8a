//! Doorstep: a shop in one daemon. Supervised actors carry an order from the click to the doorstep.
//!
//! # The fifteen steps, and the folder of each
//!
//! | # | What happens | Where |
//! |---|---|---|
//! | 1 | the customer's browser, or a program, talks with the shop | [`gateway`] (`pages/`, `api/`), [`actors::web_session`] |
//! | 2 | her order goes to the order manager | [`actors::web_session`] → [`actors::order_manager`] |
//! | 3 | is it in stock? | [`actors::order_manager`] → [`actors::stock_keeper`] |
//! | 4 | if not: wholesalers are asked for a date, supplies are ordered | [`actors::stock_keeper`] → [`partners::wholesaler`] |
//! | 5 | reserved, or promised for a day | [`actors::stock_keeper`] |
//! | 3–15 | what the order does next | [`actors::order_manager`] (`process`; drawn in `docs/order-process.md`) |
//! | 6 | payment through the merchant system | [`actors::merchant_proxy`], [`partners::processor`] |
//! | 7 | the merchant system asks the bank | [`actors::merchant_proxy`] → [`actors::bank`] |
//! | 8 | the bank holds the money, or declines | [`actors::bank`] |
//! | 9 | authorised; captured at hand-over, settled days later | decided in [`actors::order_manager`] (`process`), done in [`actors::merchant_proxy`] (`capture`, `settlement`) |
//! | 10 | the order manager confirms | [`actors::order_manager`] (`process`, `steps`) |
//! | 11 | the customer sees it | [`gateway`] |
//! | 12 | the warehouse is asked to dispatch | [`actors::warehouse`] |
//! | 13 | the truck collects | [`actors::warehouse`] → [`partners::carrier`] |
//! | 14 | she is e-mailed | letters by [`actors::order_manager`] (`letters`) and, "dispatched", [`actors::warehouse`] (`road`); sent by [`actors::mailer`] → [`partners::mail`] |
//! | 15 | it is delivered | [`actors::warehouse`] |
//!
//! # The one idea
//!
//! An actor *decides*: it takes a message, reads its aggregates, and says on a turn what follows; it does nothing. The runtime
//! appends the turn to the journal, makes its facts the state, hands its messages over inside, and lets out what leaves the
//! daemon (an HTTP answer, a call, a mail) only once the turn is durable. So nobody outside ever sees what a crash
//! could take back, and after a crash everything goes on where the journal stops. Where there are cores for it the actors run
//! on several threads over the one journal: orders are divided among them, stock and bank are where all orders meet.
//! `docs/architecture.md` walks through it, from an application of 60 lines to how an actor, a fact or a partner is added.
//!
//! # Where each guarantee lives
//!
//! | Guarantee | Where |
//! |---|---|
//! | an acknowledged order is never lost | [`journal`] (`fdatasync`, recovery to a prefix), [`runtime`] (`state/core`, `cell/committer`: output commit) |
//! | the same request twice is one order | [`actors::order_manager`] (`key_binding`, `place`) |
//! | no card is charged twice; a time-out is unknown, and is resolved | [`actors::merchant_proxy`] (`transitions`, `process`; drawn in `docs/processes.md`), [`actors::bank`] (`approve`: the bank is an actor, so its decision and its answer are one record of the journal, under the payment's number), [`runtime`] (`state/pending`) |
//! | nothing is sold that is not there or promised | [`actors::stock_keeper`] (`stock_item`, `moves`) |
//! | no hold is captured after its window; what is in the house is paid for anew first | [`actors::order_manager`] (`process`), [`actors::bank`] (`lapse`) |
//! | what is ordered in on a card's word alone has limits | [`actors::stock_keeper`] (`credit_check`) |
//! | who asks too often is refused | [`access`] (`rates`), [`gateway`] (`rates`) |
//! | money and books balance | [`actors::merchant_proxy`] (`ledger`), [`actors::audit`], `doorstep verify` |
//! | a crash anywhere resumes where it stopped | [`runtime`] (`state/recovery`, `state/pending`) |
//! | a panic, a hang or a spin costs one message at most | [`runtime`] (`cell/guard`, `cell/supervisor`, `cell/watchdog`), [`actors::tree()`] |
//! | damage is named, never skipped | [`journal`] (`survey`, `recovery`, `read`; `examine` beside an open shop), [`storage`] (`open`, `manifest`) |
//! | what comes from outside is refused where a queue is at its bound; what stands in a turn is always accepted, and follows from what was let in; every wait has a deadline | [`runtime`] (`state/limits`, `process/handle`), [`gateway`] (`limits`, `request_guard`) |
//! | who sends and does not read, or drips, costs a bounded place for a bounded time | [`http`] |
//! | bad input changes nothing | [`gateway`] (`api/parse`, `problem`), the types of [`domain`] |
//!
//! # Layers
//!
//! `domain` ← `actors` ← `gateway` ← `simulation`, `cli`. [`access`] (names of the listeners, where a request comes from) is pure too,
//! but for `over_http`, which reads them from a request. [`domain`] is pure: no actix, tokio, sled or clock. [`runtime`] and
//! [`journal`] know no order. Only [`storage`] knows sled, only [`gateway`] serves the shop over HTTP, only [`partners`]
//! talks to the outside (and serves the embedded processor's card page); both do it by [`http`], which knows no shop. A test holds the
//! source to this.
//!
//! # The other folders
//!
//! [`simulation`]: the whole world under one seed, and a checker for each invariant. [`planted`]: the bugs that show that
//! the checkers see; built in for their test alone. [`settings`]: typed configuration. [`telemetry`]: logs. [`output`]: the standard streams, for which
//! nobody waits. [`encoding`]: how ids
//! and words are stored. [`time`]: the moment, which the runtime and the trade count alike. [`sweeper`]: a service that removes the carts that are over. [`cli`]: one file a command.

#![forbid(unsafe_code)]

pub mod access;
pub mod actors;
pub mod cli;
pub mod domain;
pub mod encoding;
pub mod gateway;
pub mod http;
pub mod journal;
pub mod output;
pub mod partners;
pub mod planted;
pub mod runtime;
pub mod settings;
pub mod simulation;
pub mod storage;
pub mod sweeper;
pub mod telemetry;
pub mod time;
