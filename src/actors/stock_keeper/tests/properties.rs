//! Whatever is said in whatever order: the books hold, and everybody who waits is served or told.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::actors::PartnerCall;
use crate::actors::stock_keeper::{Count, Counted, DemandId, PurchaseOrder, Supply};
use crate::runtime::TimerId;

const SKUS: [&str; 3] = ["A", "B", "C"];

#[derive(Clone, Debug)]
enum Step {
    Reserve {
        lines: Vec<(usize, u32)>,
        accept: bool,
    },
    Ask {
        of: usize,
        quantity: u32,
    },
    /// The order manager takes the next step with one of its orders: pays, allocates, packs, hands over.
    GoOn {
        nth: usize,
    },
    /// The customer cancels, or the card is declined, or the parcel is stopped.
    Cancel {
        nth: usize,
    },
    /// A call that is out comes back, with more or less of what was asked.
    Answer {
        nth: usize,
        how: How,
    },
    Fire {
        nth: usize,
    },
    /// Somebody counts the shelf, or more units have come.
    Count {
        of: usize,
        counted: Counted,
    },
    /// What the next step tells the stock keeper of an order makes it panic until it is given up.
    GiveUp,
    /// The operator sends again what was given up.
    SendAgain {
        nth: usize,
    },
}

#[derive(Clone, Copy, Debug)]
enum How {
    Yes { part: u32 },
    Refused,
    Unknown,
}

fn step() -> impl Strategy<Value = Step> {
    let nth = 0..1_000usize;
    let lines = prop::collection::vec((0..SKUS.len(), 1..8u32), 1..4);
    let how = prop_oneof![
        4 => (0..12u32).prop_map(|part| How::Yes { part }),
        1 => Just(How::Refused),
        1 => Just(How::Unknown),
    ];
    let counted = prop_oneof![
        (0..14u32).prop_map(Counted::Are),
        (0..5u32).prop_map(Counted::Came),
        Just(Counted::Are(0))
    ];
    prop_oneof![
        3 => (lines, any::<bool>()).prop_map(|(lines, accept)| Step::Reserve { lines, accept }),
        1 => (0..SKUS.len(), 1..9u32).prop_map(|(of, quantity)| Step::Ask { of, quantity }),
        5 => nth.clone().prop_map(|nth| Step::GoOn { nth }),
        2 => nth.clone().prop_map(|nth| Step::Cancel { nth }),
        8 => (nth.clone(), how).prop_map(|(nth, how)| Step::Answer { nth, how }),
        2 => nth.clone().prop_map(|nth| Step::Fire { nth }),
        1 => (0..SKUS.len(), counted).prop_map(|(of, counted)| Step::Count { of, counted }),
        1 => Just(Step::GiveUp),
        1 => nth.prop_map(|nth| Step::SendAgain { nth }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    Asked,
    /// Cancelled before it was answered: what the answer says that it has is released then.
    Ended,
    Promised,
    Ordered,
    GivenUp,
    Reserved,
    Allocated,
    Packed,
    Shipped,
    Gone,
}

/// The order manager, the partners and the clock, played at random.
struct Others {
    keeper: Alone<Shop>,
    orders: BTreeMap<u64, Known>,
    calls: Vec<Call>,
    timers: BTreeMap<TimerId, Message>,
    gives_up: bool,
    dead_letters: Vec<Message>,
}

struct Known {
    lines: Vec<Units>,
    stands: Stands,
    /// Where its units are, while a move of them is overdue.
    behind: Option<Stands>,
}

impl Others {
    fn new() -> Others {
        let keeper = with_stock(&[("A", 6), ("B", 3), ("C", 0)]);
        let (orders, timers) = (BTreeMap::new(), BTreeMap::new());
        Others { keeper, orders, calls: vec![], timers, gives_up: false, dead_letters: vec![] }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Reserve { lines, accept } => self.reserve(&lines, accept),
            Step::Ask { of, quantity } => {
                let heard = self.keeper.is_asked(Earliest { wanted: units(&[(SKUS[of], quantity)]) });
                self.hear(heard);
            }
            Step::GoOn { nth } => self.go_on(nth),
            Step::Cancel { nth } => self.cancel(nth),
            Step::Answer { nth, how } => {
                if !self.calls.is_empty() {
                    let call = self.calls.remove(nth % self.calls.len());
                    self.tell(answer(&call, how));
                }
            }
            Step::Fire { nth } => {
                if let Some(&id) = self.timers.keys().nth(nth % self.timers.len().max(1)) {
                    let message = self.timers.remove(&id).unwrap();
                    self.tell(message);
                }
            }
            Step::Count { of, counted } => {
                let (reason, who) = ("stocktake".to_owned(), "Ada".to_owned());
                let heard = self.keeper.is_asked(Count { sku: sku(SKUS[of]), counted, reason, who });
                self.hear(heard);
            }
            Step::GiveUp => self.gives_up = true,
            Step::SendAgain { nth } => {
                if !self.dead_letters.is_empty() {
                    let message = self.dead_letters.remove(nth % self.dead_letters.len());
                    self.tell(message);
                }
            }
        }
    }

    fn reserve(&mut self, lines: &[(usize, u32)], accept: bool) {
        let n = self.orders.len() as u64 + 1;
        let mut sums: BTreeMap<usize, u32> = BTreeMap::new();
        lines.iter().for_each(|&(of, quantity)| *sums.entry(of).or_default() += quantity);
        let lines: Vec<(&str, u32)> = sums.into_iter().map(|(of, sum)| (SKUS[of], sum)).collect();
        self.orders.insert(n, Known { lines: units(&lines), stands: Stands::Asked, behind: None });
        let backorder = if accept { Backorder::Accept } else { Backorder::Refuse };
        let heard = self.keeper.reserve(n, &lines, backorder);
        self.hear(heard);
    }

    fn go_on(&mut self, nth: usize) {
        let Some((n, lines, stands)) = self.pick(nth) else { return };
        let order = order(n);
        let (next, message) = match stands {
            Stands::Promised => (Stands::Ordered, Message::OrderSupplies { order }),
            Stands::Reserved => (Stands::Allocated, Message::Allocate { order, lines }),
            Stands::Allocated => (Stands::Packed, Message::Packed { order, lines }),
            Stands::Packed => (Stands::Shipped, Message::HandedOver { order, lines }),
            _ => return,
        };
        self.tell_to_move(n, next, message);
    }

    fn cancel(&mut self, nth: usize) {
        let Some((n, lines, stands)) = self.pick(nth) else { return };
        let order = order(n);
        let message = match stands {
            Stands::Shipped | Stands::Gone | Stands::Ended => return,
            Stands::Asked => {
                self.orders.get_mut(&n).unwrap().stands = Stands::Ended;
                return;
            }
            Stands::Allocated => Message::PutAway { order, lines, packed: false },
            Stands::Packed => Message::PutAway { order, lines, packed: true },
            _ => Message::Release { order, lines },
        };
        self.tell_to_move(n, Stands::Gone, message);
    }

    /// What is no move is never given up here: it has a timer or a wholesaler who is asked again, or is the operator's.
    fn tell_to_move(&mut self, n: u64, next: Stands, message: Message) {
        let is_given_up = self.gives_up && message.as_move().is_some();
        let known = self.orders.get_mut(&n).unwrap();
        if is_given_up {
            known.behind.get_or_insert(known.stands);
        }
        known.stands = next;
        if is_given_up {
            self.gives_up = false;
            self.dead_letters.push(message.clone());
            let heard = self.keeper.gives_up(message);
            self.hear(heard);
        } else {
            self.tell(message);
        }
    }

    fn pick(&self, nth: usize) -> Option<(u64, Vec<Units>, Stands)> {
        let (&n, known) = self.orders.iter().nth(nth % self.orders.len().max(1))?;
        Some((n, known.lines.clone(), known.stands))
    }

    fn tell(&mut self, message: Message) {
        let heard = self.keeper.hears(message);
        self.hear(heard);
    }

    fn hear(&mut self, heard: Heard) {
        use order_manager::Message as Said;
        let mut ended = vec![];
        for said in heard.orders {
            let (order, from, to) = match said {
                Said::Reserved { order } => (order, Stands::Asked, Stands::Reserved),
                Said::Promised { order, .. } => (order, Stands::Asked, Stands::Promised),
                Said::OutOfStock { order, .. } => (order, Stands::Asked, Stands::Gone),
                Said::SuppliesArrived { order } => (order, Stands::Ordered, Stands::Reserved),
                Said::NoSupplies { order } => (order, Stands::Ordered, Stands::GivenUp),
                Said::PromiseChanged { order, .. } => (order, Stands::Ordered, Stands::Ordered),
                Said::Allocated { order } => (order, Stands::Allocated, Stands::Allocated),
                other => panic!("the stock keeper never says {other:?}"),
            };
            let n = (order.number() >> 80) as u64;
            let Known { stands, behind, lines } = self.orders.get_mut(&n).unwrap();
            match behind {
                None if *stands == Stands::Ended => {
                    assert_eq!(from, Stands::Asked, "{order} hears of {to:?}");
                    *stands = to;
                    if to != Stands::Gone {
                        ended.push((n, Message::Release { order, lines: lines.clone() }));
                    }
                }
                Some(behind) if to == Stands::Allocated => *behind = to,
                Some(behind) => {
                    assert_eq!(*behind, from, "{order} hears of {to:?}");
                    *behind = to;
                }
                None => {
                    assert_eq!(*stands, from, "{order} hears of {to:?}");
                    *stands = to;
                }
            }
        }
        self.calls.extend(heard.calls);
        for change in heard.timers {
            match change {
                TimerChange::Set { id, message: actors::Message::StockKeeper(message), .. } => {
                    self.timers.insert(id, message);
                }
                TimerChange::Set { .. } => panic!("its timers bring its own messages"),
                TimerChange::Cancel { id } => {
                    self.timers.remove(&id);
                }
            }
        }
        for (n, release) in ended {
            self.tell_to_move(n, Stands::Gone, release);
        }
    }

    fn check(&mut self) {
        let tables = &self.keeper.tables;
        let items = || tables.of::<StockItem>().resident().flat_map(|(_, item)| &item.overdue);
        for (&n, known) in &mut self.orders {
            let is_behind = items().any(|overdue| overdue.order == order(n) && !overdue.is_made);
            known.behind = known.behind.filter(|_| is_behind);
        }
        for name in SKUS {
            let item = self.keeper.item(name);
            let held_by = |wanted: Stands| -> u64 {
                let is_there = |known: &&Known| known.behind.unwrap_or(known.stands) == wanted;
                let lines = self.orders.values().filter(is_there).flat_map(|known| &known.lines);
                let lines = lines.filter(|line| line.sku == sku(name));
                lines.map(|line| u64::from(line.quantity)).sum()
            };
            let demands = || tables.of::<Demand>().resident().filter(|(_, demand)| demand.holds());
            let line_of = |demand: &Demand| demand.line(&sku(name)).cloned();
            let waiting: u64 =
                demands().filter_map(|(_, demand)| line_of(demand)).map(|line| u64::from(line.held)).sum();
            assert_eq!(item.reserved, held_by(Stands::Reserved) + waiting, "reserved {name}");
            assert_eq!(item.allocated, held_by(Stands::Allocated));
            assert_eq!(item.packed, held_by(Stands::Packed));
            assert_eq!(item.shipped, held_by(Stands::Shipped));
            assert!(item.missing == 0 || item.available == 0, "nothing is for sale of what is short");

            for peg in &item.pegs {
                let demand =
                    tables.of::<Demand>().peek(&DemandId::of(peg.order)).expect("a peg has a demand");
                assert_eq!(line_of(demand).map(|line| line.short), Some(peg.units));
            }
            let short: u64 =
                demands().filter_map(|(_, demand)| line_of(demand)).map(|line| u64::from(line.short)).sum();
            assert_eq!(item.wanted(), short, "what is pegged is what the demands say");

            let sent = tables.of::<PurchaseOrder>().resident().filter(|(_, sent)| sent.sku == sku(name));
            assert_eq!(item.incoming, sent.map(|(_, sent)| u64::from(sent.outstanding())).sum::<u64>());
            let ordered =
                item.pegs.iter().filter(|peg| peg.ordered).map(|peg| u64::from(peg.units)).sum::<u64>();
            assert!(ordered <= item.incoming, "whatever was paid for is on its way");
        }
    }

    /// From now on everybody keeps their word, until nothing is under way.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            if let Some(call) = self.calls.pop() {
                self.tell(answer(&call, How::Yes { part: u32::MAX }));
            } else if let Some((_, message)) = self.timers.pop_first() {
                self.tell(message);
            } else if let Some(message) = self.dead_letters.pop() {
                self.tell(message);
            } else {
                return;
            }
            self.check();
        }
        panic!("it goes on for ever");
    }
}

fn answer(call: &Call, how: How) -> Message {
    fn told<T>(how: How, yes: impl FnOnce(u32) -> T) -> Answered<T> {
        match how {
            How::Yes { part } => Answered::Known(yes(part)),
            How::Refused => Answered::Refused("no".into()),
            How::Unknown => Answered::Unknown("time-out".into()),
        }
    }
    match call {
        Call::RequestQuote(call) => {
            let (wholesaler, request) = (call.wholesaler, &call.request);
            let quoted = |part: u32| match part.min(request.quantity) {
                0 => QuoteAnswer::Nothing,
                quantity => QuoteAnswer::Offer(Quote {
                    wholesaler,
                    sku: request.sku.clone(),
                    quantity,
                    unit_cost: Money::new(500, Currency::GBP),
                    ships_on: day(2 + u32::from(wholesaler.0)),
                }),
            };
            call.answered(told(how, quoted))
        }
        Call::PlacePurchaseOrder(call) => {
            let accepted =
                |part: u32| Acknowledgement { accepted: part.min(call.order.quantity), arrives_on: day(4) };
            call.answered(told(how, accepted))
        }
        Call::RequestShipNotice(call) => {
            // now and then more comes than was ordered
            let most = call.request.order.quantity + 2;
            call.answered(told(how, |part| ShipNotice::Arrived { quantity: part.min(most) }))
        }
        other => panic!("the stock keeper never calls {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_hold_and_everybody_who_waits_is_served_or_told(steps in prop::collection::vec(step(), 1..80)) {
        let mut others = Others::new();
        for step in steps {
            others.take(step);
            others.check();
        }
        others.settle();
        for (n, Known { stands, .. }) in &others.orders {
            let waits = matches!(stands, Stands::Asked | Stands::Ended | Stands::Ordered);
            prop_assert!(!waits, "order {n} still waits: {stands:?}");
        }
        let sent = others.keeper.tables.of::<PurchaseOrder>().resident();
        let open = sent.filter(|(_, sent)| !matches!(sent.state, Supply::Refused | Supply::Received { .. }));
        prop_assert_eq!(open.count(), 0);
        for name in SKUS {
            prop_assert!(others.keeper.item(name).overdue.is_empty(), "what was made and cannot come again is forgotten");
        }
    }
}
