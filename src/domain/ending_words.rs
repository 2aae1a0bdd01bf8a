//! Why a payment or an order came to nothing, in words for whom it was. Pages, letters, timelines and the API's texts take them from here, so that
//! they give one reason for one order: `gateway::pages::tests::endings` renders all four.

use std::borrow::Cow;

#[cfg(test)]
use super::Date;
use super::{CancelReason, DeclineReason};

impl DeclineReason {
    /// Whether a bank has said no: one that could not be reached has said nothing.
    pub fn is_of_a_bank(self) -> bool {
        self != DeclineReason::IssuerUnavailable
    }

    /// As part of a sentence, without a full stop.
    pub fn said(self) -> &'static str {
        match self.as_told() {
            DeclineReason::DoNotHonour
            | DeclineReason::StolenCard
            | DeclineReason::LostCard
            | DeclineReason::PickUpCard
            | DeclineReason::SuspectedFraud => {
                "your bank said no and did not say why; it alone can tell you more"
            }
            DeclineReason::InsufficientFunds => {
                "your bank says that there is not enough money behind this card"
            }
            DeclineReason::ExpiredCard => "your bank says that this card has expired",
            DeclineReason::UnknownCard => "no bank knows this card",
            DeclineReason::IssuerUnavailable => {
                "your bank could not be reached in time, so we have let go of the payment"
            }
        }
    }

    /// The same as a sentence.
    pub fn sentence(self) -> String {
        sentence(self.said())
    }

    pub fn headline(self) -> &'static str {
        if self.is_of_a_bank() { "The card was declined" } else { "Your bank could not be reached" }
    }

    /// What she may do now.
    pub fn way_on(self) -> &'static str {
        if self.is_of_a_bank() { "with another card" } else { "with this card or another" }
    }

    /// The same as a sentence.
    pub fn invitation(self) -> String {
        format!("You are welcome to order again {}.", self.way_on())
    }
}

impl CancelReason {
    /// As part of a sentence, without a full stop.
    pub fn said(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            CancelReason::ByCustomer => "you wished it",
            CancelReason::OutOfStock { earliest: Some(date) } => {
                return format!(
                    "not everything was in stock; all of it could be at your doorstep by {}",
                    date.said()
                )
                .into();
            }
            CancelReason::OutOfStock { earliest: None } => {
                "not everything was in stock, and nobody can say when the rest comes"
            }
            CancelReason::NoSupplies => "no wholesaler could supply it in the end",
            CancelReason::BackorderLimit => {
                "your card is good, but some of this would have to be ordered in, and for this card, or at present for anybody, we can \
                 order in no more; what is on our shelves you can have at once, and the rest you may try again in some days"
            }
            CancelReason::PaymentLapsed => {
                "the money was no longer reserved on your card when your books were to leave, and your bank had not reserved it anew by then"
            }
        })
    }

    /// The same as a sentence. We are sorry for all that she has not done herself.
    pub fn sentence(self) -> String {
        let said = self.said();
        if self == CancelReason::ByCustomer { sentence(&said) } else { format!("We are sorry: {said}.") }
    }
}

/// Its first letter is an ASCII one.
fn sentence(said: &str) -> String {
    let (first, rest) = said.split_at(1);
    format!("{}{rest}.", first.to_uppercase())
}

#[cfg(test)]
impl DeclineReason {
    pub const ALL: [DeclineReason; 9] = [
        DeclineReason::DoNotHonour,
        DeclineReason::InsufficientFunds,
        DeclineReason::ExpiredCard,
        DeclineReason::StolenCard,
        DeclineReason::UnknownCard,
        DeclineReason::IssuerUnavailable,
        DeclineReason::LostCard,
        DeclineReason::PickUpCard,
        DeclineReason::SuspectedFraud,
    ];

    /// What a bank says of a card to the shop alone.
    pub const IN_CONFIDENCE: [DeclineReason; 4] = [
        DeclineReason::StolenCard,
        DeclineReason::LostCard,
        DeclineReason::PickUpCard,
        DeclineReason::SuspectedFraud,
    ];
}

#[cfg(test)]
impl CancelReason {
    pub const ALL: [CancelReason; 6] = [
        CancelReason::ByCustomer,
        CancelReason::OutOfStock { earliest: Some(Date(20_780)) },
        CancelReason::OutOfStock { earliest: None },
        CancelReason::NoSupplies,
        CancelReason::BackorderLimit,
        CancelReason::PaymentLapsed,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_that_a_bank_has_declined_which_has_said_nothing() {
        let reason = DeclineReason::IssuerUnavailable;
        let all = [reason.said(), &reason.sentence(), reason.headline(), reason.way_on()].join(" ");
        assert!(!all.contains("declined") && !all.contains("said no"), "{all}");
        assert_eq!(
            reason.sentence(),
            "Your bank could not be reached in time, so we have let go of the payment."
        );
    }

    #[test]
    fn what_a_bank_says_in_confidence_is_said_as_any_decline() {
        let any = DeclineReason::DoNotHonour;
        for secret in DeclineReason::IN_CONFIDENCE {
            assert_eq!((secret.said(), secret.sentence()), (any.said(), any.sentence()));
            assert_eq!((secret.headline(), secret.way_on()), (any.headline(), any.way_on()));
            assert_eq!(secret.as_told().code(), any.code());
        }
    }
}
