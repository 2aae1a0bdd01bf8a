//! The documented test cards: tokens that work without being registered, and what happens to them.

use crate::domain::DeclineReason;

use super::Behaviour;

/// Credit limit of a card that was typed on the card page, in minor units: 5,000.00.
pub const REGISTERED_LIMIT_MINOR: i64 = 500_000;

/// Credit limit of the test cards, in minor units: more than any load test draws, and little enough that
/// no sum over all cards leaves 64 bits.
pub const TEST_LIMIT_MINOR: i64 = 1_000_000_000_000_000;

#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    pub token: &'static str,
    pub brand: &'static str,
    pub last4: &'static str,
    pub behaviour: Behaviour,
    /// In minor units.
    pub limit: i64,
}

const fn card(
    token: &'static str,
    brand: &'static str,
    last4: &'static str,
    behaviour: Behaviour,
) -> TestCard {
    TestCard { token, brand, last4, behaviour, limit: TEST_LIMIT_MINOR }
}

pub const TEST_CARDS: [TestCard; 19] = [
    card("tok_visa", "visa", "4242", Behaviour::Approves),
    card("tok_mastercard", "mastercard", "4444", Behaviour::Approves),
    card("tok_amex", "amex", "0005", Behaviour::Approves),
    card("tok_declined", "visa", "0002", Behaviour::Declines(DeclineReason::DoNotHonour)),
    card("tok_insufficient_funds", "visa", "9995", Behaviour::Declines(DeclineReason::InsufficientFunds)),
    card("tok_expired_card", "visa", "0069", Behaviour::Declines(DeclineReason::ExpiredCard)),
    card("tok_stolen_card", "visa", "9979", Behaviour::Declines(DeclineReason::StolenCard)),
    card("tok_lost_card", "visa", "9987", Behaviour::Declines(DeclineReason::LostCard)),
    card("tok_pick_up_card", "visa", "4103", Behaviour::Declines(DeclineReason::PickUpCard)),
    card("tok_suspected_fraud", "visa", "5902", Behaviour::Declines(DeclineReason::SuspectedFraud)),
    card("tok_timeout", "visa", "4087", Behaviour::AnswerLost),
    card("tok_timeout_declined", "visa", "5993", Behaviour::DeclineLost(DeclineReason::DoNotHonour)),
    card("tok_unreachable", "visa", "5043", Behaviour::Unreachable),
    card("tok_never_renewed", "visa", "0341", Behaviour::NeverRenewed),
    card("tok_approves_part", "visa", "2685", Behaviour::ApprovesPart),
    card("tok_capture_lost", "visa", "6173", Behaviour::CaptureLost),
    card("tok_refund_lost", "visa", "7726", Behaviour::RefundLost),
    card("tok_refund_rejected", "visa", "5126", Behaviour::RefundRejected),
    card("tok_never_settled", "visa", "3089", Behaviour::NeverSettled),
];

pub fn find(token: &str) -> Option<&'static TestCard> {
    TEST_CARDS.iter().find(|card| card.token == token)
}

/// Every test token: what the token mint knows besides its own.
pub fn tokens() -> [&'static str; TEST_CARDS.len()] {
    TEST_CARDS.map(|card| card.token)
}
