use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::actors::testing::{NOON, alone};
use crate::actors::{self, Address, Decided, Message, Shop, bank, merchant_proxy, order_manager};
use crate::domain::{CaptureId, Currency, Happening, Money, OrderId, PaymentId, RefundId, SLOTS, Timestamp};
use crate::partners::processor::port::{Answer, AuthoriseAnswer, Hold};
use crate::runtime::{Alone, Due, Owed, RequestId, TimerChange, TimerId};

use crate::actors::merchant_proxy::{
    Account, AuthorisationState, CaptureState, Ledger, Message as ToMerchant, Payment, RefundReply,
    RefundRequest, RefundState, audit, audit_against, audit_payment, ledgers,
};

/// The merchant proxy alone, but with the bank: what they tell one another arrives, timers ring when they are let, and after
/// every turn the books are checked. Who looks at one turn of the proxy has [`alone`] for it.
pub struct WithBank {
    pub alone: Alone<Shop>,
    /// What the order manager was told.
    pub told: Vec<order_manager::Message>,
    pub happenings: Vec<Happening>,
    /// How many cases the back office got to keep.
    kept_cases: usize,
    /// Captures that the order manager asked for, at hand-over.
    handed_over: BTreeSet<CaptureId>,
    /// What who wanted refunds was told.
    pub replies: Vec<RefundReply>,
    /// Everything that travelled between the two.
    pub letters: Vec<Message>,
    /// Whether what is sent to the bank is lost.
    pub line_is_cut: bool,
    timers: BTreeMap<(Address, TimerId), (Address, Due, Message)>,
    queue: VecDeque<(Address, Message)>,
}

/// All of one slot, as the payments, so that any payment can be of any order and take any other's place.
pub fn order(n: u128) -> OrderId {
    OrderId::new(NOON.0, n * u128::from(SLOTS))
}

pub fn payment(n: u128) -> PaymentId {
    PaymentId::new(NOON.0, n * u128::from(SLOTS))
}

pub fn capture_id(n: u128, no: u8) -> CaptureId {
    CaptureId { payment: payment(n), no }
}

pub fn refund_id(n: u128, no: u8) -> RefundId {
    RefundId { payment: payment(n), no }
}

pub fn pence(amount: i64) -> Money {
    Money::new(amount, Currency::GBP)
}

impl WithBank {
    pub fn new() -> WithBank {
        WithBank {
            alone: alone(),
            told: vec![],
            happenings: vec![],
            kept_cases: 0,
            handed_over: BTreeSet::new(),
            replies: vec![],
            letters: vec![],
            line_is_cut: false,
            timers: BTreeMap::new(),
            queue: VecDeque::new(),
        }
    }

    pub fn authorise(&mut self, n: u128, token: &str, amount: i64) {
        let (order, payment, token, amount) = (order(n), payment(n), token.to_owned(), pence(amount));
        self.merchant(ToMerchant::Authorise { order, payment, token, amount });
    }

    pub fn verify(&mut self, n: u128, token: &str, amount: i64) {
        let (order, payment, token, amount) = (order(n), payment(n), token.to_owned(), pence(amount));
        self.merchant(ToMerchant::Verify { order, payment, token, amount });
    }

    pub fn capture(&mut self, n: u128) {
        let amount = self.alone.get::<Payment>(&payment(n)).map_or(pence(100), |row| row.amount);
        self.capture_part(n, 1, amount.amount, true);
    }

    pub fn capture_part(&mut self, n: u128, no: u8, amount: i64, is_last: bool) {
        let (order, capture, amount) = (order(n), capture_id(n, no), pence(amount));
        self.merchant(ToMerchant::Capture { order, capture, amount, is_last });
    }

    /// Under a key of its own, for each amount and number.
    pub fn refund(&mut self, n: u128, key: &str, amount: Option<i64>) {
        let request = RefundRequest {
            order: order(n),
            payment: payment(n),
            amount: amount.map(pence),
            key: key.to_owned(),
            reason: "a page was torn".into(),
            by: "ada".into(),
            owed: Some(Owed::new(RequestId(1))),
        };
        self.merchant(ToMerchant::Refund(Box::new(request)));
    }

    pub fn void(&mut self, n: u128) {
        self.merchant(ToMerchant::Void { order: order(n), payment: payment(n) });
    }

    pub fn merchant(&mut self, message: ToMerchant) {
        self.deliver(Address::MerchantProxy, message);
    }

    /// Hands a message over, and all that follows from it.
    pub fn deliver(&mut self, to: Address, message: impl Into<Message>) {
        self.queue.push_back((to, message.into()));
        while let Some((to, message)) = self.queue.pop_front() {
            self.turn(to, message);
        }
    }

    fn turn(&mut self, to: Address, message: Message) {
        let before = self.states();
        if let Message::MerchantProxy(ToMerchant::Capture { capture, .. }) = &message {
            self.handed_over.insert(*capture);
        }
        let mut decided = self.alone.when(to, message);
        for (_, reply) in decided.replies.drain(..) {
            let reply = reply.expect("it is answered");
            self.replies.push(*reply.downcast::<RefundReply>().expect("only refunds are asked for"));
        }
        self.check(&before);
        self.check_requests(decided.sends());
        self.happenings
            .extend(decided.events().iter().flat_map(actors::Event::happenings).map(|(_, _, what)| what));
        self.follow(to, decided);
    }

    fn follow(&mut self, from: Address, decided: Decided) {
        for change in decided.stated.timers {
            match change {
                TimerChange::Set { id, due, message } => {
                    self.timers.insert((from, id), (from, due, message));
                }
                TimerChange::Cancel { id } => {
                    self.timers.remove(&(from, id));
                }
            }
        }
        for (to, message) in decided.stated.sends {
            match (to, message) {
                (_, Message::OrderManager(message)) => self.told.push(message),
                (Address::BackOffice, _) => self.kept_cases += 1,
                (Address::BankActor, _) if self.line_is_cut => {}
                (to, message) => {
                    self.letters.push(copy(&message));
                    self.queue.push_back((to, message));
                }
            }
        }
    }

    /// Rings the timer that is due next, at its time; whether there was one.
    pub fn ring(&mut self) -> bool {
        // both clocks go at the same pace here
        let at = |due: &Due| match due {
            Due::Trade(at) | Due::Real(at) => *at,
        };
        let next = self.timers.iter().min_by_key(|(_, (_, due, _))| at(due)).map(|(id, _)| *id);
        let Some((to, due, message)) = next.and_then(|id| self.timers.remove(&id)) else { return false };
        self.alone.now = self.alone.now.max(at(&due));
        self.alone.real_now = self.alone.now;
        self.deliver(to, message);
        true
    }

    /// Whether the bank's answer is waited for: not only the end of a hold's window.
    pub fn waits_for_the_bank(&self) -> bool {
        self.timers.values().any(|(_, due, _)| matches!(due, Due::Real(_)))
    }

    /// So many days pass in which nobody looks; then what is due rings.
    pub fn days(&mut self, days: u64) {
        let now = self.alone.now.plus_ms(days * Timestamp::DAY_MS);
        self.alone.now = now;
        self.alone.real_now = now;
        let is_due = |due: &Due| matches!(due, Due::Trade(at) | Due::Real(at) if *at <= now);
        while self.timers.values().any(|(_, due, _)| is_due(due)) {
            self.ring();
        }
    }

    pub fn renew(&mut self, n: u128, replaces: u128, token: &str, amount: i64) {
        let (order, payment, replaces) = (order(replaces), payment(n), payment(replaces));
        let (token, amount) = (token.to_owned(), pence(amount));
        self.merchant(ToMerchant::Renew { order, payment, replaces, token, amount });
    }

    /// Rings until nothing waits any more.
    pub fn ring_out(&mut self) {
        let rings = (0..10_000).take_while(|_| self.ring()).count();
        assert!(rings < 10_000, "it never comes to rest");
    }

    pub fn row(&self, n: u128) -> &Payment {
        self.alone.get::<Payment>(&payment(n)).expect("the payment is on record")
    }

    pub fn state(&self, n: u128) -> AuthorisationState {
        self.row(n).state()
    }

    /// Debits less credits, in pence.
    pub fn net(&self, account: Account) -> i128 {
        let books = ledgers(self.alone.tables.of::<Ledger>().resident());
        books.get(&Currency::GBP).map_or(0, |ledger| ledger.balance(account).net())
    }

    pub fn cases(&self) -> usize {
        let told = self.happenings.iter().filter(|what| matches!(what, Happening::CaseOpened { .. })).count();
        // one about no order stands on no timeline
        assert!(self.kept_cases >= told, "{told} cases are told, {} are kept", self.kept_cases);
        told
    }

    pub fn capture_state(&self, n: u128, no: u8) -> CaptureState {
        self.row(n).capture(capture_id(n, no)).expect("it was asked for").state
    }

    fn states(&self) -> BTreeMap<PaymentId, Payment> {
        self.alone.tables.of::<Payment>().resident().map(|(id, row)| (*id, row.clone())).collect()
    }

    /// Every payment moved along the table, and every book is right.
    fn check(&self, before: &BTreeMap<PaymentId, Payment>) {
        for (id, now) in self.states() {
            moves_along_its_tables(id, before.get(&id), &now);
        }
        let payments = self.alone.tables.of::<Payment>();
        for (_, row) in payments.resident() {
            audit_payment(row).expect("a payment agrees with itself");
        }
        for (currency, ledger) in ledgers(self.alone.tables.of::<Ledger>().resident()) {
            audit(&ledger).expect("the trial balance is zero");
            let rows = payments.resident().map(|(_, row)| row);
            audit_against(&ledger, currency, rows).expect("the ledger says what the payments say");
        }
        let holds = self.alone.tables.of::<bank::Hold>().resident().map(|(_, hold)| hold);
        bank::audit(self.alone.tables.of::<bank::Account>().resident(), holds)
            .expect("the bank's books balance");
    }
}

impl WithBank {
    /// Whatever the bank is asked stands on record first, with its key and its amount (P4); nothing is taken before hand-over (P6); what
    /// was declined is never asked for again (P11); a hold and the one that replaces it never both live at the bank (P3).
    fn check_requests(&self, sends: &[(Address, Message)]) {
        use bank::Message as ToBank;
        for (_, message) in sends {
            let Message::BankActor(message) = message else { continue };
            match message {
                ToBank::ApproveHold { payment, amount, .. }
                | ToBank::RenewHold { payment, amount, .. }
                | ToBank::VerifyCard { payment, amount, .. } => {
                    let row = self.alone.get::<Payment>(payment).expect("P4: it is on record");
                    assert_eq!(row.amount, *amount, "P4: as it is on record");
                    assert_ne!(row.state(), AuthorisationState::Declined, "P11: {payment}");
                }
                ToBank::CaptureHold { capture, amount, .. } => {
                    let row = self.alone.get::<Payment>(&capture.payment).expect("P4: it is on record");
                    assert_eq!(row.capture(*capture).map(|known| known.amount), Some(*amount), "P4");
                    assert!(self.handed_over.contains(capture), "P6: {capture}");
                }
                ToBank::RefundCaptured { refund, amount, .. } => {
                    let row = self.alone.get::<Payment>(&refund.payment).expect("P4: it is on record");
                    assert_eq!(row.refund(*refund).map(|known| known.amount), Some(*amount), "P4");
                }
                _ => {}
            }
        }
        let lives = |payment: &PaymentId| {
            let hold = self.alone.get::<bank::Hold>(payment);
            hold.is_some_and(|hold| matches!(hold.state, bank::HoldState::Held { .. }))
        };
        for (id, row) in self.alone.tables.of::<Payment>().resident() {
            let both = row.authorisation.replaces.is_some_and(|old| lives(&old) && lives(id));
            assert!(!both, "P3: {id} and what it replaces are both held");
        }
    }
}

/// Each of its parts stays, or takes one step of its table. A new one can be a step further than its first state: what is on record is
/// sent in the same turn.
pub fn moves_along_its_tables(id: PaymentId, then: Option<&Payment>, now: &Payment) {
    let state = then.map_or(AuthorisationState::Intended, Payment::state);
    assert!(state == now.state() || state.may_become(now.state()), "{id}: {state:?} to {:?}", now.state());
    for capture in &now.captures {
        let known = then.and_then(|then| then.captures.iter().find(|known| known.no == capture.no));
        let (state, now) = (known.map_or(CaptureState::Sent, |known| known.state), capture.state);
        assert!(state == now || state.may_become(now), "{id}, capture {}: {state:?} to {now:?}", capture.no);
    }
    for refund in &now.refunds {
        let known = then.and_then(|then| then.refunds.iter().find(|known| known.no == refund.no));
        let (state, now) = (known.map_or(RefundState::Requested, |known| known.state), refund.state);
        assert!(state == now || state.may_become(now), "{id}, refund {}: {state:?} to {now:?}", refund.no);
    }
}

/// Of a message between the merchant proxy and the bank.
fn copy(message: &Message) -> Message {
    match message {
        Message::BankActor(message) => message.clone().into(),
        Message::MerchantProxy(message) => message.clone().into(),
        other => panic!("neither of them is sent {other:?}"),
    }
}

/// The message of a repeat, for its receiver.
pub fn receiver(message: &Message) -> Address {
    match message {
        Message::BankActor(_) => Address::BankActor,
        _ => Address::MerchantProxy,
    }
}

pub fn repeat(proxy: &mut WithBank, at: usize) {
    let Some(message) = proxy.letters.get(at).map(copy) else { return };
    proxy.deliver(receiver(&message), message);
}

pub fn hold(amount: Money) -> Hold {
    let capture_before = NOON.plus_ms(1);
    Hold { approval: "000001".into(), amount, capture_before, card: "tok_visa".into() }
}

pub fn held(amount: Money) -> AuthoriseAnswer {
    Answer::Known(Box::new(hold(amount)))
}

pub fn hold_answered(n: u128, answer: AuthoriseAnswer) -> merchant_proxy::Message {
    merchant_proxy::Message::AuthoriseAnswered { order: order(n), payment: payment(n), answer }
}
