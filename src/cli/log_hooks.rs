//! The log tells the operator that an order came, shipped or failed, that a case was opened, and that the letter about one could not
//! be sent: from the facts of turns that stand in the journal, at no replay. No line has a name, an address or a key of a customer in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::actors::{Event, Message, Shop, back_office, mailer, order_manager, warehouse};
use crate::domain::{CancelReason, Money, OrderId, OrderNumber, money_words};
use crate::journal::Position;
use crate::partners::mail::Subject;
use crate::runtime::{Hooks, Record};

const SECOND: Duration = Duration::from_secs(1);

/// What all cells log of orders. Of more in a second than the operator wants to read, their number is logged.
#[derive(Clone)]
pub struct OrderLog(Arc<Mutex<Counted>>);

struct Counted {
    a_second_max: u32,
    since: Instant,
    logged: u32,
    more: More,
    newest: Newest,
}

/// The number and the total of the orders that came last: one that fails while its customer waits is told of in a turn that names
/// neither. Of thousands a second the older ones are forgotten.
#[derive(Default)]
struct Newest {
    young: HashMap<OrderId, (OrderNumber, Money)>,
    old: HashMap<OrderId, (OrderNumber, Money)>,
}

/// Of each of the two.
const NEWEST_MAX: usize = 1_024;

impl Newest {
    fn insert(&mut self, order: OrderId, terms: (OrderNumber, Money)) {
        if self.young.len() >= NEWEST_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(order, terms);
    }

    fn get(&self, order: &OrderId) -> Option<(OrderNumber, Money)> {
        self.young.get(order).or_else(|| self.old.get(order)).copied()
    }
}

/// What was not logged one by one.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
struct More {
    came: u64,
    shipped: u64,
    failed: u64,
}

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Came,
    Shipped,
    Failed(&'static str),
}

impl OrderLog {
    pub fn new(a_second_max: u32) -> OrderLog {
        let (more, newest) = (More::default(), Newest::default());
        let counted = Counted { a_second_max, since: Instant::now(), logged: 0, more, newest };
        OrderLog(Arc::new(Mutex::new(counted)))
    }

    /// What is left of a second is told when that is over; for as long as the process runs.
    pub fn tell_what_is_left(&self) {
        let log = Arc::downgrade(&self.0);
        actix::spawn(async move {
            loop {
                tokio::time::sleep(SECOND).await;
                let Some(log) = log.upgrade() else { return };
                OrderLog(log).admits(Instant::now(), None);
            }
        });
    }

    /// Whether a line is logged of it, or it is counted. What was counted in a second that is over is logged first.
    fn admits(&self, now: Instant, what: Option<What>) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(counted.since) >= SECOND {
            let More { came, shipped, failed } = counted.begin_anew(now);
            if came + shipped + failed > 0 {
                tracing::info!(came, shipped, failed, "and more orders");
            }
        }
        what.is_some_and(|what| counted.admit(what))
    }

    fn stated(&self, record: &Record<Shop>) {
        for event in &record.stated.events {
            if let Some((order, what)) = happened(event) {
                let terms = self.terms(order, what, record);
                if self.admits(Instant::now(), Some(what)) {
                    tell(order, what, terms);
                }
            }
            if let Event::BackOffice(back_office::Event::Opened { case, new, .. }) = event {
                let (kind, order) = (new.kind, new.order.map(tracing::field::display));
                tracing::warn!(%case, %kind, order, "a case was opened: `doorstep cases show {case}`");
            }
            tell_of_a_lost_alarm(event);
        }
    }
}

impl OrderLog {
    /// Its number and total, as the turn has them or an earlier one had.
    fn terms(&self, order: OrderId, what: What, record: &Record<Shop>) -> Option<(OrderNumber, Money)> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = named_in(record);
        if let (Some(terms), What::Came) = (named, what) {
            counted.newest.insert(order, terms);
        }
        named.or_else(|| counted.newest.get(&order))
    }
}

impl Counted {
    fn begin_anew(&mut self, now: Instant) -> More {
        (self.since, self.logged) = (now, 0);
        std::mem::take(&mut self.more)
    }

    fn admit(&mut self, what: What) -> bool {
        if self.logged < self.a_second_max {
            self.logged += 1;
            return true;
        }
        match what {
            What::Came => self.more.came += 1,
            What::Shipped => self.more.shipped += 1,
            What::Failed(_) => self.more.failed += 1,
        }
        false
    }
}

fn happened(event: &Event) -> Option<(OrderId, What)> {
    use order_manager::Event as Order;
    match event {
        Event::OrderManager(Order::Placed(placed)) => Some((placed.place.order, What::Came)),
        Event::OrderManager(Order::Declined { order, reason }) => Some((*order, What::Failed(reason.code()))),
        Event::OrderManager(Order::Cancelled { order, reason }) => {
            Some((*order, What::Failed(reason.code())))
        }
        Event::OrderManager(Order::Stopped { order }) => {
            Some((*order, What::Failed(CancelReason::ByCustomer.code())))
        }
        Event::OrderManager(Order::StoppedUnpaid { order }) => {
            Some((*order, What::Failed(CancelReason::PaymentLapsed.code())))
        }
        Event::WarehouseActor(warehouse::Event::HandedOver { order, .. }) => Some((*order, What::Shipped)),
        _ => None,
    }
}

/// The letter by which the shop tells of a case was not sent, and nothing else says so: of it there is no case.
fn tell_of_a_lost_alarm(event: &Event) {
    let Event::Mailer(mailer::Event::Parked { mail, parked }) = event else { return };
    if let Subject::Case(case) = mail.about {
        let why = &parked.why;
        tracing::warn!(%case, why, "the letter about a case could not be sent: see that shop.email takes letters");
    }
}

fn tell(order: OrderId, what: What, terms: Option<(OrderNumber, Money)>) {
    let (number, total) = terms.unzip();
    let (number, total) = (number.map(tracing::field::display), total.map(money_words::said));
    match what {
        What::Came => tracing::info!(number, total, %order, "an order came"),
        What::Shipped => tracing::info!(number, total, %order, "an order was shipped"),
        What::Failed(why) => tracing::info!(number, total, %order, why, "an order failed"),
    }
}

/// The number and the total, where the turn names them: one that ships it, or ends it later, writes to its customer too.
fn named_in(record: &Record<Shop>) -> Option<(OrderNumber, Money)> {
    let placed = record.stated.events.iter().find_map(|event| match event {
        Event::OrderManager(order_manager::Event::Placed(placed)) => {
            Some((placed.number, placed.place.quote.totals.total))
        }
        _ => None,
    });
    let letter = || {
        record.stated.sends.iter().find_map(|(_, message)| match message {
            Message::Mailer(mailer::Message::Send(letter)) => Some((letter.number?, letter.totals?.total)),
            _ => None,
        })
    };
    placed.or_else(letter)
}

impl Hooks<Shop> for OrderLog {
    fn stated(&self, _position: Position, record: &Record<Shop>) {
        self.stated(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::Address;
    use crate::actors::testing::NOON;
    use crate::domain::CaseId;
    use crate::partners::mail::MailKind;
    use crate::runtime::{Cause, Moment, Stated};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_letter_about_a_case_that_could_not_be_sent_is_a_warning_and_one_about_an_order_a_case() {
        let parked = |about: Subject| {
            let mail = mailer::MailId { about, kind: MailKind::NewCase, written_at: NOON };
            let parked = mailer::Parked { why: "no such mailbox".to_owned(), at: None };
            Event::Mailer(mailer::Event::Parked { mail, parked })
        };
        let written = Written::default();
        let writer = written.clone();
        let subscriber =
            tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        let events =
            vec![parked(Subject::Case(CaseId::nth_of(None, 2))), parked(OrderId::new(NOON.0, 1).into())];
        let stated = Stated { events, ..Stated::default() };
        let moment = Moment { at: NOON, real: NOON };
        let record = Record { by: Address::Mailer, cause: Cause::Outside, stated, dead: None, moment };
        tracing::subscriber::with_default(subscriber, || OrderLog::new(1).stated(&record));
        let said = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        for word in ["WARN", "case_50", "no such mailbox", "shop.email"] {
            assert!(said.contains(word), "{word} is not in {said}");
        }
    }

    #[test]
    fn of_more_than_is_wanted_in_a_second_the_number_is_told_when_it_is_over() {
        let log = OrderLog::new(2);
        let begun = log.0.lock().unwrap().since;
        let admits = |after_ms, what| log.admits(begun + Duration::from_millis(after_ms), Some(what));
        let failed = What::Failed("expired_card");
        let within = [What::Came, What::Shipped, What::Came, failed, What::Came].map(|what| admits(10, what));
        assert_eq!(within, [true, true, false, false, false]);
        assert_eq!(log.0.lock().unwrap().more, More { came: 2, shipped: 0, failed: 1 });
        assert!(admits(1_000, failed), "another second");
        assert_eq!(log.0.lock().unwrap().more, More::default());
        let nothing = OrderLog::new(0);
        assert!(!nothing.admits(begun, Some(What::Came)), "counted alone");
    }
}
