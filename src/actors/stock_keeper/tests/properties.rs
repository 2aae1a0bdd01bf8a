//! Whatever is said in whatever order: the books hold, and everybody who waits is served or told.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::actors::stock_keeper::{DemandId, Supply};
use crate::runtime::{TimerChange, TimerId};

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
    prop_oneof![
        3 => (lines, any::<bool>()).prop_map(|(lines, accept)| Step::Reserve { lines, accept }),
        1 => (0..SKUS.len(), 1..9u32).prop_map(|(of, quantity)| Step::Ask { of, quantity }),
        5 => nth.clone().prop_map(|nth| Step::GoOn { nth }),
        2 => nth.clone().prop_map(|nth| Step::Cancel { nth }),
        8 => (nth.clone(), how).prop_map(|(nth, how)| Step::Answer { nth, how }),
        2 => nth.prop_map(|nth| Step::Fire { nth }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    Asked,
    Promised,
    Called,
    GivenUp,
    Reserved,
    Allocated,
    Packed,
    Shipped,
    Gone,
}

/// The order manager, the partners and the clock, played at random.
struct World {
    house: House,
    orders: BTreeMap<u64, (Vec<Units>, Stands)>,
    calls: Vec<What>,
    timers: BTreeMap<TimerId, Message>,
}

impl World {
    fn new() -> World {
        let house = House::with(&[("A", 6), ("B", 3), ("C", 0)]);
        World { house, orders: BTreeMap::new(), calls: vec![], timers: BTreeMap::new() }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Reserve { lines, accept } => self.reserve(&lines, accept),
            Step::Ask { of, quantity } => {
                let heard = self.house.asked(Message::Earliest { wanted: units(&[(SKUS[of], quantity)]) });
                self.hear(heard);
            }
            Step::GoOn { nth } => self.go_on(nth),
            Step::Cancel { nth } => self.cancel(nth),
            Step::Answer { nth, how } => {
                if !self.calls.is_empty() {
                    let call = self.calls.remove(nth % self.calls.len());
                    self.tell(answer(call, how));
                }
            }
            Step::Fire { nth } => {
                if let Some(&id) = self.timers.keys().nth(nth % self.timers.len().max(1)) {
                    let message = self.timers.remove(&id).unwrap();
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
        self.orders.insert(n, (units(&lines), Stands::Asked));
        let backorder = if accept { Backorder::Accept } else { Backorder::Refuse };
        let heard = self.house.reserve(n, &lines, backorder);
        self.hear(heard);
    }

    fn go_on(&mut self, nth: usize) {
        let Some((n, lines, stands)) = self.pick(nth) else { return };
        let order = order(n);
        let (next, message) = match stands {
            Stands::Promised => (Stands::Called, Message::OrderSupplies { order, lines }),
            Stands::Reserved => (Stands::Allocated, Message::Allocate { order, lines }),
            Stands::Allocated => (Stands::Packed, Message::Packed { order, lines }),
            Stands::Packed => (Stands::Shipped, Message::HandedOver { order, lines }),
            _ => return,
        };
        self.orders.get_mut(&n).unwrap().1 = next;
        self.tell(message);
    }

    fn cancel(&mut self, nth: usize) {
        let Some((n, lines, stands)) = self.pick(nth) else { return };
        let order = order(n);
        let message = match stands {
            Stands::Shipped | Stands::Gone => return,
            Stands::Allocated => Message::PutAway { order, lines, packed: false },
            Stands::Packed => Message::PutAway { order, lines, packed: true },
            _ => Message::Release { order, lines },
        };
        self.orders.get_mut(&n).unwrap().1 = Stands::Gone;
        self.tell(message);
    }

    fn pick(&self, nth: usize) -> Option<(u64, Vec<Units>, Stands)> {
        let (&n, (lines, stands)) = self.orders.iter().nth(nth % self.orders.len().max(1))?;
        Some((n, lines.clone(), *stands))
    }

    fn tell(&mut self, message: Message) {
        let heard = self.house.when(message);
        self.hear(heard);
    }

    fn hear(&mut self, heard: Heard) {
        use order_manager::Message as Said;
        for said in heard.orders {
            let (order, from, to) = match said {
                Said::Reserved { order } => (order, Stands::Asked, Stands::Reserved),
                Said::Promised { order, .. } => (order, Stands::Asked, Stands::Promised),
                Said::OutOfStock { order, .. } => (order, Stands::Asked, Stands::Gone),
                Said::SuppliesArrived { order } => (order, Stands::Called, Stands::Reserved),
                Said::NoSupplies { order } => (order, Stands::Called, Stands::GivenUp),
                Said::PromiseChanged { order, .. } => (order, Stands::Called, Stands::Called),
                Said::Allocated { order } => (order, Stands::Allocated, Stands::Allocated),
                other => panic!("the stock keeper never says {other:?}"),
            };
            let n = (u128::from_be_bytes(order.to_bytes()) >> 80) as u64;
            let stands = &mut self.orders.get_mut(&n).unwrap().1;
            assert_eq!(*stands, from, "{order} hears of {to:?}");
            *stands = to;
        }
        self.calls.extend(heard.calls);
        for change in heard.timers {
            match change {
                TimerChange::Set { id, message: actors::Message::Stock(message), .. } => {
                    self.timers.insert(id, message);
                }
                TimerChange::Set { .. } => panic!("its timers bring its own messages"),
                TimerChange::Cancel { id } => {
                    self.timers.remove(&id);
                }
            }
        }
    }

    fn check(&self) {
        let stock = &self.house.scene.state.stock;
        for name in SKUS {
            let item = self.house.item(name);
            let held_by = |wanted: Stands| -> u64 {
                let orders = self.orders.values().filter(|(_, stands)| *stands == wanted);
                let lines = orders.flat_map(|(lines, _)| lines).filter(|line| line.sku == sku(name));
                lines.map(|line| u64::from(line.quantity)).sum()
            };
            let demands = || stock.demands.resident().filter(|(_, demand)| demand.holds());
            let line_of = |demand: &crate::actors::stock_keeper::Demand| demand.line(&sku(name)).cloned();
            let waiting: u64 =
                demands().filter_map(|(_, demand)| line_of(demand)).map(|line| u64::from(line.held)).sum();
            assert_eq!(item.reserved, held_by(Stands::Reserved) + waiting, "reserved {name}");
            assert_eq!(item.allocated, held_by(Stands::Allocated));
            assert_eq!(item.packed, held_by(Stands::Packed));
            assert_eq!(item.shipped, held_by(Stands::Shipped));

            for peg in &item.pegs {
                let demand = stock.demands.get(&DemandId::of(peg.order)).expect("a peg has a demand");
                assert_eq!(line_of(demand).map(|line| line.short), Some(peg.units));
            }
            let short: u64 =
                demands().filter_map(|(_, demand)| line_of(demand)).map(|line| u64::from(line.short)).sum();
            assert_eq!(item.wanted(), short, "what is pegged is what the demands say");

            let sent = stock.purchase_orders.resident().filter(|(_, sent)| sent.sku == sku(name));
            assert_eq!(item.incoming, sent.map(|(_, sent)| u64::from(sent.outstanding())).sum::<u64>());
            let called =
                item.pegs.iter().filter(|peg| peg.called).map(|peg| u64::from(peg.units)).sum::<u64>();
            assert!(called <= item.incoming, "whatever was paid for is on its way");
        }
    }

    /// From now on everybody keeps their word, until nothing is under way.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            if let Some(call) = self.calls.pop() {
                self.tell(answer(call, How::Yes { part: u32::MAX }));
            } else if let Some((_, message)) = self.timers.pop_first() {
                self.tell(message);
            } else {
                return;
            }
            self.check();
        }
        panic!("it goes on for ever");
    }
}

fn answer(call: What, how: How) -> Message {
    fn told<T>(how: How, yes: impl FnOnce(u32) -> T) -> Answered<T> {
        match how {
            How::Yes { part } => Answered::Yes(yes(part)),
            How::Refused => Answered::Refused("no".into()),
            How::Unknown => Answered::Unknown("time-out".into()),
        }
    }
    match call {
        What::Quote { wholesaler, round, request } => {
            let result = told(how, |part| match part.min(request.quantity) {
                0 => QuoteAnswer::Nothing,
                quantity => QuoteAnswer::Offer(Quote {
                    wholesaler,
                    sku: request.sku.clone(),
                    quantity,
                    unit_cost: Money::new(500, Currency::GBP),
                    ships_on: day(2 + u32::from(wholesaler.0)),
                }),
            });
            Message::QuoteAnswered { sku: request.sku, round, from: wholesaler, result }
        }
        What::Supply { purchase_order, order, .. } => {
            let accepted =
                |part: u32| Acknowledgement { accepted: part.min(order.quantity), arrives_on: day(4) };
            Message::SupplyAnswered { purchase_order, result: told(how, accepted) }
        }
        What::ShipNotice { purchase_order, request, .. } => {
            // now and then more comes than was ordered
            let arrived = |part: u32| ShipNotice::Arrived { quantity: part.min(request.order.quantity + 2) };
            Message::ShipNoticeAnswered { purchase_order, result: told(how, arrived) }
        }
        other => panic!("the stock keeper never calls {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_hold_and_everybody_who_waits_is_served_or_told(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            world.check();
        }
        world.settle();
        for (n, (_, stands)) in &world.orders {
            prop_assert!(!matches!(stands, Stands::Asked | Stands::Called), "order {n} still waits: {stands:?}");
        }
        let sent = world.house.scene.state.stock.purchase_orders.resident();
        let open = sent.filter(|(_, sent)| !matches!(sent.state, Supply::Refused | Supply::Received { .. }));
        prop_assert_eq!(open.count(), 0);
    }
}
