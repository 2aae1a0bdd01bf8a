//! What happened to an order, in words for its customer: on its page and in the timeline of the API. No word of the shop's own (a state,
//! a reason's code), and nothing that is for the operator alone. What the operator reads is the happening's own `Display`.

use jiff::tz::TimeZone;

use crate::domain::{CancelReason, Happening, OrderState, money_words::said};
use crate::partners::mail::MailKind;

use super::pages::format::{day, moment};

/// `zone`: in which moments are told.
pub fn told(what: &Happening, zone: &TimeZone) -> String {
    use Happening::*;
    match what {
        OrderReceived { from_browser: true } => "the order came in from the customer's browser".to_owned(),
        OrderReceived { from_browser: false } => "the order came in from a program".to_owned(),
        OrderSent { lines: 1, total } => format!("sent to the order manager: 1 line, {}", said(*total)),
        OrderSent { lines, total } => format!("sent to the order manager: {lines} lines, {}", said(*total)),
        StockAsked => "asked whether it is in stock".to_owned(),
        UnitsReserved { sku, quantity } => format!("{quantity} of {sku} put aside"),
        // the day that she is promised is the order's: when goods are due here is the shop's own affair
        UnitsPegged { sku, quantity, .. } => format!("{quantity} of {sku} wait for supplies"),
        SuppliesOrdered { sku, quantity, .. } => format!("{quantity} of {sku} ordered from a wholesaler"),
        SuppliesArrived { sku, quantity } => format!("{quantity} of {sku} arrived and were put aside"),
        InStock => "everything is in stock".to_owned(),
        Promised { date } => format!("promised for {}", day(*date)),
        OutOfStock { earliest } => CancelReason::OutOfStock { earliest: *earliest }.said().into_owned(),
        PaymentAsked { amount } if amount.amount == 0 => {
            "the payment company was asked whether the card is good".to_owned()
        }
        PaymentAsked { amount } => format!("payment of {} asked of the payment company", said(*amount)),
        BankAsked { amount } if amount.amount == 0 => {
            "the payment company asked the bank whether the card is good".to_owned()
        }
        BankAsked { amount } => format!("the payment company asked the bank for {}", said(*amount)),
        CardVerified => "your card was checked, and nothing is reserved on it yet".to_owned(),
        FundsHeld { amount } => format!("the bank reserved {} on the card", said(*amount)),
        BankDeclined { reason } => format!("the bank declined: {}", reason.said()),
        Authorised { amount } => format!("the payment is authorised: {}", said(*amount)),
        PaymentUnknown => {
            "no answer from the bank in time: it is asked again, for the same payment".to_owned()
        }
        PaymentReversed => "the payment was taken back".to_owned(),
        PaymentDeclined { reason } => format!("the payment did not go through: {}", reason.said()),
        PaymentVoided => "what was reserved on the card was let go of".to_owned(),
        StockAllocated => "the books are put aside for this order alone".to_owned(),
        Confirmed => "the order is confirmed".to_owned(),
        Declined { reason } => format!("the order could not be paid: {}", reason.said()),
        CustomerTold { state } => format!("the customer was told: {}", standing(*state)),
        DispatchAsked => "the warehouse was asked to dispatch".to_owned(),
        Packed => "picked and packed".to_owned(),
        TruckBooked { tracking, collection } => {
            format!("truck booked for {}, tracking {tracking}", moment(*collection, zone))
        }
        HandedOver { tracking } => format!("the truck collected it, tracking {tracking}"),
        Captured { amount } => format!("{} taken from the card", said(*amount)),
        Settled { amount } => format!("settled between the banks: {}", said(*amount)),
        Mailed { what } => format!("e-mail sent: {}", letter(what)),
        MailParked { what, .. } => format!("e-mail that could not be sent: {}", letter(what)),
        Delivered => "delivered to the doorstep".to_owned(),
        CancelAsked => "the customer asked to cancel".to_owned(),
        TooLateToCancel => "too late to cancel: it is on its way".to_owned(),
        Cancelled { reason } => format!("the order is cancelled: {}", reason.said()),
        Closed => "closed: delivered, and the money has moved".to_owned(),
        CaseOpened { .. } => "one of us is looking into the order".to_owned(),
        HoldLapsing { capture_before } => {
            format!(
                "the money is reserved until {}, so the bank is asked anew",
                moment(*capture_before, zone)
            )
        }
        HoldLapsed { amount } => format!("{} are no longer reserved on the card", said(*amount)),
        HoldReplaced => {
            "the money is reserved anew, and the bank let go of what it reserved before".to_owned()
        }
        StopAsked => "the warehouse was asked to stop: the money is reserved no longer".to_owned(),
        SentAgain { .. } | Discarded { .. } | CaseClosed { .. } => {
            "one of us has looked into the order".to_owned()
        }
        AnotherCardAwaited => "the order waits for another card".to_owned(),
        AnotherCardTyped => "another card was typed".to_owned(),
        BasketGivenBack => "what had been ordered is in the basket again".to_owned(),
        RefundAsked { amount, .. } => format!("{} is being sent back to the card", said(*amount)),
        Refunded { amount } => format!("{} was refunded", said(*amount)),
    }
}

/// As part of a sentence.
fn standing(state: OrderState) -> &'static str {
    match state {
        OrderState::Placed => "it is there",
        OrderState::AwaitingStock => "the books are being ordered in",
        OrderState::Reserved => "the books are put aside",
        OrderState::AwaitingPayment => "it is not paid yet",
        OrderState::Confirmed => "it is confirmed",
        OrderState::Fulfilling => "the books are being packed",
        OrderState::PartlyDispatched => "part of it is on its way",
        OrderState::Dispatched => "it is on its way",
        OrderState::Delivered => "it is delivered",
        OrderState::Closed => "all is done",
        OrderState::Declined => "the payment did not go through",
        OrderState::Cancelled => "it is cancelled",
        OrderState::Returned => "it came back",
    }
}

/// A letter by its name in records.
fn letter(slug: &str) -> &'static str {
    match MailKind::of_slug(slug) {
        Some(MailKind::OrderConfirmation) => "the confirmation",
        Some(MailKind::BackorderPromise) => "the books are being ordered in",
        Some(MailKind::PromiseChanged) => "another day",
        Some(MailKind::PaymentActionNeeded) => "the payment needs something",
        Some(MailKind::PaymentDeclined) => "the payment did not go through",
        Some(MailKind::Dispatched) => "it is on its way",
        Some(MailKind::Delivered) => "it has come",
        Some(MailKind::Cancelled) => "it is cancelled",
        Some(MailKind::RefundDone) => "the money went back",
        Some(MailKind::ReturnReceived) => "what was sent back has come",
        Some(MailKind::NewOrder | MailKind::NewCase) => "the shop was told",
        None => "about the order",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use strum::EnumCount as _;

    use super::*;
    use crate::domain::{Currency, DeclineReason, Money, Sku, Timestamp};

    /// One of each kind, with every reason, state and letter there is, and texts that are for the operator.
    fn every_happening() -> Vec<Happening> {
        use Happening::*;
        let (amount, at) = (Money::new(1098, Currency::GBP), Timestamp(1_795_348_800_000));
        let (sku, date) = (Sku::parse("PD-1").unwrap(), at.date());
        let sku = || sku.clone();
        let secret = || "panicked_at 0xdead".to_owned();
        let mut all = vec![
            OrderReceived { from_browser: true },
            OrderReceived { from_browser: false },
            OrderSent { lines: 1, total: amount },
            OrderSent { lines: 2, total: amount },
            StockAsked,
            UnitsReserved { sku: sku(), quantity: 1 },
            UnitsPegged { sku: sku(), quantity: 1, promised: date },
            SuppliesOrdered { sku: sku(), quantity: 1, arrives: date },
            SuppliesArrived { sku: sku(), quantity: 1 },
            InStock,
            Promised { date },
            OutOfStock { earliest: Some(date) },
            OutOfStock { earliest: None },
            PaymentAsked { amount },
            BankAsked { amount },
            CardVerified,
            FundsHeld { amount },
            Authorised { amount },
            PaymentUnknown,
            PaymentReversed,
            PaymentVoided,
            StockAllocated,
            Confirmed,
            DispatchAsked,
            Packed,
            TruckBooked { tracking: "T1".to_owned(), collection: at },
            HandedOver { tracking: "T1".to_owned() },
            Captured { amount },
            Settled { amount },
            Mailed { what: "a-new-one".to_owned() },
            Delivered,
            CancelAsked,
            TooLateToCancel,
            Closed,
            CaseOpened { why: secret() },
            HoldLapsing { capture_before: at },
            HoldLapsed { amount },
            HoldReplaced,
            StopAsked,
            SentAgain { message: secret() },
            Discarded { message: secret() },
            CaseClosed { why: secret() },
            BasketGivenBack,
            RefundAsked { amount, by: secret(), why: secret() },
            Refunded { amount },
            AnotherCardAwaited,
            AnotherCardTyped,
        ];
        for reason in DeclineReason::ALL {
            all.extend([BankDeclined { reason }, PaymentDeclined { reason }, Declined { reason }]);
        }
        all.extend(CancelReason::ALL.map(|reason| Cancelled { reason }));
        all.extend(OrderState::ALL.map(|state| CustomerTold { state }));
        for kind in MailKind::ALL {
            let what = || kind.slug().to_owned();
            all.extend([Mailed { what: what() }, MailParked { what: what(), why: secret() }]);
        }
        all
    }

    #[test]
    fn one_of_each_kind_is_looked_at() {
        let kinds: HashSet<_> = every_happening().iter().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), Happening::COUNT, "what is new belongs into `every_happening`");
    }

    #[test]
    fn a_customer_reads_no_word_of_the_shops_own() {
        for what in every_happening() {
            let text = told(&what, &TimeZone::UTC);
            assert!(!text.contains('_') && !text.contains("GBP") && !text.contains("0xdead"), "{text}");
            for code in ["order-", "do_not_honour", "by customer", "by_customer", "promise-"] {
                assert!(!text.contains(code), "{text}");
            }
        }
    }

    #[test]
    fn amounts_days_and_moments_are_said_as_on_the_pages() {
        let amount = Money::new(1098, Currency::GBP);
        assert_eq!(
            told(&Happening::FundsHeld { amount }, &TimeZone::UTC),
            "the bank reserved £10.98 on the card"
        );
        let date = Timestamp(1_795_392_000_123).date();
        assert_eq!(
            told(&Happening::Promised { date }, &TimeZone::UTC),
            "promised for Monday 23 November 2026"
        );
        let reason = DeclineReason::StolenCard;
        assert_eq!(
            told(&Happening::Declined { reason }, &TimeZone::UTC),
            "the order could not be paid: your bank said no and did not say why; it alone can tell you more"
        );
    }
}
