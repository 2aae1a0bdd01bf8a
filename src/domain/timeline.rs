use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CancelReason, Date, DeclineReason, Money, OrderState, Party, Sku, Timestamp};

/// One of the fifteen steps from the click to the doorstep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step(pub u8);

impl Step {
    /// Beside the way: somebody has to look at the order.
    pub const CASE: Step = Step(0);
    pub const TALKS: Step = Step(1);
    pub const SENT: Step = Step(2);
    pub const ASKS_STOCK: Step = Step(3);
    pub const ORDERS_SUPPLIES: Step = Step(4);
    pub const STOCK_OR_DATE: Step = Step(5);
    pub const TAKES_PAYMENT: Step = Step(6);
    pub const ASKS_BANK: Step = Step(7);
    pub const BANK_ANSWERS: Step = Step(8);
    pub const MONEY: Step = Step(9);
    pub const TELLS_SERVER: Step = Step(10);
    pub const CUSTOMER_SEES: Step = Step(11);
    pub const DISPATCH_ASKED: Step = Step(12);
    pub const TRUCK_COLLECTS: Step = Step(13);
    pub const MAIL: Step = Step(14);
    pub const DELIVERED: Step = Step(15);

    /// A short name, as the timeline shows it.
    pub fn name(self) -> &'static str {
        match self.0 {
            1 => "browse",
            2 => "order_sent",
            3 => "stock_asked",
            4 => "supplies",
            5 => "stock_answered",
            6 => "payment",
            7 => "bank_asked",
            8 => "bank_answered",
            9 => "money",
            10 => "server_told",
            11 => "customer_told",
            12 => "dispatch_asked",
            13 => "truck",
            14 => "mail",
            15 => "delivered",
            _ => "case",
        }
    }
}

/// What happened, as little as it takes to say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::EnumCount))]
pub enum Happening {
    OrderReceived {
        from_browser: bool,
    },
    OrderSent {
        lines: u16,
        total: Money,
    },
    StockAsked,
    UnitsReserved {
        sku: Sku,
        quantity: u32,
    },
    UnitsPegged {
        sku: Sku,
        quantity: u32,
        promised: Date,
    },
    SuppliesOrdered {
        sku: Sku,
        quantity: u32,
        arrives: Date,
    },
    SuppliesArrived {
        sku: Sku,
        quantity: u32,
    },
    InStock,
    Promised {
        date: Date,
    },
    OutOfStock {
        earliest: Option<Date>,
    },
    /// Of nothing: only whether the card is good is asked, as the bank is then.
    PaymentAsked {
        amount: Money,
    },
    BankAsked {
        amount: Money,
    },
    CardVerified,
    FundsHeld {
        amount: Money,
    },
    BankDeclined {
        reason: DeclineReason,
    },
    Authorised {
        amount: Money,
    },
    PaymentUnknown,
    PaymentReversed,
    PaymentDeclined {
        reason: DeclineReason,
    },
    PaymentVoided,
    StockAllocated,
    Confirmed,
    Declined {
        reason: DeclineReason,
    },
    CustomerTold {
        state: OrderState,
    },
    DispatchAsked,
    Packed,
    TruckBooked {
        tracking: String,
        collection: Timestamp,
    },
    HandedOver {
        tracking: String,
    },
    Captured {
        amount: Money,
    },
    Settled {
        amount: Money,
    },
    Mailed {
        what: String,
    },
    MailParked {
        what: String,
        why: String,
    },
    Delivered,
    CancelAsked,
    TooLateToCancel,
    Cancelled {
        reason: CancelReason,
    },
    Closed,
    CaseOpened {
        why: String,
    },
    HoldLapsing {
        capture_before: Timestamp,
    },
    HoldLapsed {
        amount: Money,
    },
    HoldReplaced,
    StopAsked,
    SentAgain {
        message: String,
    },
    Discarded {
        message: String,
    },
    CaseClosed {
        why: String,
    },
    BasketGivenBack,
    RefundAsked {
        amount: Money,
        by: String,
        why: String,
    },
    Refunded {
        amount: Money,
    },
    AnotherCardAwaited,
    AnotherCardTyped,
}

impl Happening {
    /// Takes out what is for the operator alone.
    fn hide_from_customer(&mut self) {
        use Happening::*;
        match self {
            BankDeclined { reason } | PaymentDeclined { reason } | Declined { reason } => {
                *reason = reason.as_told();
            }
            CaseOpened { why: text }
            | CaseClosed { why: text }
            | MailParked { why: text, .. }
            | SentAgain { message: text }
            | Discarded { message: text } => text.clear(),
            RefundAsked { by, why, .. } => {
                by.clear();
                why.clear();
            }
            OrderReceived { .. }
            | OrderSent { .. }
            | StockAsked
            | UnitsReserved { .. }
            | UnitsPegged { .. }
            | SuppliesOrdered { .. }
            | SuppliesArrived { .. }
            | InStock
            | Promised { .. }
            | OutOfStock { .. }
            | PaymentAsked { .. }
            | BankAsked { .. }
            | CardVerified
            | FundsHeld { .. }
            | Authorised { .. }
            | PaymentUnknown
            | PaymentReversed
            | PaymentVoided
            | StockAllocated
            | Confirmed
            | CustomerTold { .. }
            | DispatchAsked
            | Packed
            | TruckBooked { .. }
            | HandedOver { .. }
            | Captured { .. }
            | Settled { .. }
            | Mailed { .. }
            | Delivered
            | CancelAsked
            | TooLateToCancel
            | Cancelled { .. }
            | Closed
            | HoldLapsing { .. }
            | HoldLapsed { .. }
            | HoldReplaced
            | StopAsked
            | BasketGivenBack
            | Refunded { .. }
            | AnotherCardAwaited
            | AnotherCardTyped => {}
        }
    }
}

/// A sentence for people.
impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Happening::*;
        match self {
            OrderReceived { from_browser: true } => {
                write!(f, "the order came in from the customer's browser")
            }
            OrderReceived { from_browser: false } => write!(f, "the order came in from a program"),
            OrderSent { lines: 1, total } => write!(f, "sent to the order manager: 1 line, {total}"),
            OrderSent { lines, total } => write!(f, "sent to the order manager: {lines} lines, {total}"),
            StockAsked => write!(f, "asked whether it is in stock"),
            UnitsReserved { sku, quantity } => write!(f, "{quantity} of {sku} reserved"),
            UnitsPegged { sku, quantity, promised } => {
                write!(f, "{quantity} of {sku} wait for supplies, promised for {promised}")
            }
            SuppliesOrdered { sku, quantity, arrives } => {
                write!(f, "{quantity} of {sku} ordered from a wholesaler, due {arrives}")
            }
            SuppliesArrived { sku, quantity } => write!(f, "{quantity} of {sku} arrived and were reserved"),
            InStock => write!(f, "everything is in stock"),
            Promised { date } => write!(f, "promised for {date}"),
            OutOfStock { earliest: Some(date) } => {
                write!(f, "out of stock, at the doorstep by {date} at the earliest")
            }
            OutOfStock { earliest: None } => write!(f, "out of stock, and no wholesaler offers it"),
            PaymentAsked { amount } if amount.amount == 0 => {
                write!(f, "the merchant system was asked whether the card is good")
            }
            PaymentAsked { amount } => write!(f, "payment of {amount} asked of the merchant system"),
            BankAsked { amount } if amount.amount == 0 => {
                write!(f, "the merchant system asked the bank whether the card is good")
            }
            BankAsked { amount } => write!(f, "the merchant system asked the bank for {amount}"),
            CardVerified => write!(f, "the card is verified; the money is asked for when the goods are here"),
            FundsHeld { amount } => write!(f, "the bank holds {amount}"),
            BankDeclined { reason } => write!(f, "the bank declined: {}", reason.code()),
            Authorised { amount } => write!(f, "authorised: {amount}"),
            PaymentUnknown => write!(f, "no answer from the bank in time: being asked again by the same key"),
            PaymentReversed => write!(f, "the payment was reversed"),
            PaymentDeclined { reason } => write!(f, "payment declined: {}", reason.code()),
            PaymentVoided => write!(f, "the hold on the card was released"),
            StockAllocated => write!(f, "the stock is allocated to the order"),
            Confirmed => write!(f, "the order is confirmed"),
            Declined { reason } => write!(f, "the order is declined: {}", reason.code()),
            CustomerTold { state } => write!(f, "the customer was told: {state}"),
            DispatchAsked => write!(f, "the warehouse was asked to dispatch"),
            Packed => write!(f, "picked and packed"),
            TruckBooked { tracking, collection } => {
                write!(f, "truck booked for {collection}, tracking {tracking}")
            }
            HandedOver { tracking } => write!(f, "the truck collected it, tracking {tracking}"),
            Captured { amount } => write!(f, "captured: {amount}"),
            Settled { amount } => write!(f, "settled: {amount} less fees are in the shop's account"),
            Mailed { what } => write!(f, "e-mail sent: {what}"),
            MailParked { what, why } => write!(f, "e-mail {what} could not be sent ({why})"),
            Delivered => write!(f, "delivered to the doorstep"),
            CancelAsked => write!(f, "the customer asked to cancel"),
            TooLateToCancel => write!(f, "too late to cancel: it is on its way"),
            Cancelled { reason } => write!(f, "the order is cancelled: {}", reason.code()),
            Closed => write!(f, "closed: delivered, and the money has moved"),
            CaseOpened { why } => write!(f, "a case was opened for the operator: {why}"),
            HoldLapsing { capture_before } => {
                write!(f, "not captured yet, and the bank holds the money only until {capture_before}")
            }
            HoldLapsed { amount } => write!(f, "the hold lapsed: the bank let go of {amount}"),
            HoldReplaced => write!(f, "the new hold took the place of the old one"),
            SentAgain { message } => write!(f, "the operator sent {message} again, which had been given up"),
            Discarded { message } => write!(f, "the operator discarded {message}, which had been given up"),
            CaseClosed { why } => write!(f, "the case was closed: {why}"),
            AnotherCardAwaited => write!(f, "the order waits for another card"),
            AnotherCardTyped => write!(f, "the customer typed another card"),
            BasketGivenBack => write!(f, "what had been ordered is in the basket again"),
            RefundAsked { amount, by, why } => write!(f, "{by} has {amount} given back: {why}"),
            Refunded { amount } => write!(f, "refunded: {amount}"),
            StopAsked => write!(f, "the warehouse was asked to stop: the money is held no longer"),
        }
    }
}

/// One entry of an order's timeline. `by` is the actor that stated it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// Where its turn stands among all turns of the shop.
    pub turn: u64,
    pub at: Timestamp,
    pub step: Step,
    pub what: Happening,
    pub by: Party,
}

/// What happened to an order, in the order of the journal: all of it, or what some of the actors stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    pub entries: Vec<TimelineEntry>,
}

impl Timeline {
    /// As the customer reads it: without what is for the operator alone.
    pub fn as_told(mut self) -> Timeline {
        for entry in &mut self.entries {
            entry.what.hide_from_customer();
        }
        self
    }

    /// Without what the bank has decided and the merchant system has not heard: while she is told that the bank has not answered, or could
    /// not be reached, nothing says what it would have answered.
    pub fn as_known(mut self) -> Timeline {
        let heard: Vec<(u64, BankWord)> =
            self.entries.iter().filter_map(|entry| Some((entry.turn, heard(entry)?))).collect();
        let is_known = |entry: &TimelineEntry| match said(entry) {
            Some(word) => heard.iter().any(|(turn, heard)| *turn >= entry.turn && *heard == word),
            None => true,
        };
        self.entries.retain(is_known);
        self
    }

    /// Whether an operator's case is, or was, open.
    pub fn has_case(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.what, Happening::CaseOpened { .. }))
    }

    /// Two parts of one timeline, each in the order of the journal, as one. A turn stands in one part alone.
    pub fn merged(mut self, other: Timeline) -> Timeline {
        self.entries.extend(other.entries);
        self.entries.sort_by_key(|entry| entry.turn);
        self
    }
}

/// What a bank can answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BankWord {
    Held,
    Verified,
    Declined,
}

fn said(entry: &TimelineEntry) -> Option<BankWord> {
    match entry.what {
        _ if entry.by != Party::BankActor => None,
        Happening::FundsHeld { .. } => Some(BankWord::Held),
        Happening::CardVerified => Some(BankWord::Verified),
        Happening::BankDeclined { .. } => Some(BankWord::Declined),
        _ => None,
    }
}

/// Which answer of the bank the merchant system has by this.
fn heard(entry: &TimelineEntry) -> Option<BankWord> {
    match entry.what {
        _ if entry.by != Party::MerchantProxy => None,
        Happening::Authorised { .. } => Some(BankWord::Held),
        Happening::CardVerified => Some(BankWord::Verified),
        Happening::PaymentDeclined { reason } if reason.is_of_a_bank() => Some(BankWord::Declined),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(entries: &[(u64, Step)]) -> Timeline {
        let entry = |(turn, step): &(u64, Step)| {
            let (at, what, by) = (Timestamp(0), Happening::InStock, Party::OrderManager);
            TimelineEntry { turn: *turn, at, step: *step, what, by }
        };
        Timeline { entries: entries.iter().map(entry).collect() }
    }

    #[test]
    fn what_a_bank_says_in_confidence_is_told_as_any_decline() {
        let entry =
            |what| TimelineEntry { turn: 1, at: Timestamp(0), step: Step::MONEY, what, by: Party::BankActor };
        for reason in DeclineReason::IN_CONFIDENCE {
            let declines = [
                Happening::BankDeclined { reason },
                Happening::PaymentDeclined { reason },
                Happening::Declined { reason },
            ];
            let told = Timeline { entries: declines.map(entry).into() }.as_told();
            for entry in told.entries {
                assert!(entry.what.to_string().ends_with("do_not_honour"), "{}", entry.what);
            }
        }
    }

    #[test]
    fn what_is_for_the_operator_is_told_to_nobody_else() {
        let text = || "panicked at 0xdead".to_owned();
        let entry =
            |what| TimelineEntry { turn: 1, at: Timestamp(0), step: Step(0), what, by: Party::OrderManager };
        let cases = [
            Happening::CaseOpened { why: text() },
            Happening::CaseClosed { why: text() },
            Happening::MailParked { what: "delivered".to_owned(), why: text() },
            Happening::SentAgain { message: text() },
            Happening::Discarded { message: text() },
            Happening::RefundAsked {
                amount: Money::new(1, crate::domain::Currency::GBP),
                by: text(),
                why: text(),
            },
        ];
        let told = Timeline { entries: cases.map(entry).into() }.as_told();
        assert!(told.has_case() && !format!("{told:?}").contains("panicked"), "{told:?}");
    }

    #[test]
    fn what_the_bank_has_decided_is_known_once_the_merchant_system_has_heard_it() {
        let amount = Money::new(1098, crate::domain::Currency::GBP);
        let told = |after: &[Happening]| {
            let entry =
                |turn, what, by| TimelineEntry { turn, at: Timestamp(0), step: Step::MONEY, what, by };
            let mut entries = vec![entry(1, Happening::FundsHeld { amount }, Party::BankActor)];
            let after = after.iter().zip(2..);
            entries.extend(after.map(|(what, turn)| entry(turn, what.clone(), Party::MerchantProxy)));
            Timeline { entries }.as_known().entries.iter().any(|entry| entry.by == Party::BankActor)
        };
        let unreachable = Happening::PaymentDeclined { reason: DeclineReason::IssuerUnavailable };
        let reversed = [Happening::PaymentUnknown, Happening::PaymentReversed, unreachable];
        assert!(!told(&[]) && !told(&reversed) && !told(&[Happening::PaymentVoided]));
        assert!(told(&[Happening::PaymentUnknown, Happening::Authorised { amount }]));
        assert!(told(&[Happening::Authorised { amount }, Happening::PaymentVoided]));
    }

    #[test]
    fn two_parts_are_merged_in_the_order_of_their_turns_and_a_turn_stays_as_it_was() {
        let own = part(&[(1, Step(2)), (1, Step(1)), (7, Step(3))]);
        let other = part(&[(3, Step(5)), (3, Step(4)), (9, Step(6))]);
        let whole =
            part(&[(1, Step(2)), (1, Step(1)), (3, Step(5)), (3, Step(4)), (7, Step(3)), (9, Step(6))]);
        assert_eq!(own.clone().merged(other.clone()), whole);
        assert_eq!(other.merged(own), whole);
    }
}
