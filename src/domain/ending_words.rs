//! Why a payment or an order came to nothing, in words for whom it was. Pages, letters and the API's texts take them from here, so that they never
//! say different things of one order.

use super::{CancelReason, DeclineReason};

impl DeclineReason {
    /// Whether a bank has said no: one that could not be reached has said nothing.
    pub fn is_of_a_bank(self) -> bool {
        self != DeclineReason::IssuerUnavailable
    }

    /// As part of a sentence, without a full stop.
    pub fn said(self) -> &'static str {
        match self.as_told() {
            DeclineReason::DoNotHonour | DeclineReason::StolenCard => {
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
        let said = self.said();
        let (first, rest) = said.split_at(1);
        format!("{}{rest}.", first.to_uppercase())
    }

    pub fn headline(self) -> &'static str {
        if self.is_of_a_bank() { "The card was declined" } else { "Your bank could not be reached" }
    }

    /// What she may do now.
    pub fn way_on(self) -> &'static str {
        if self.is_of_a_bank() { "with another card" } else { "with this card or another" }
    }
}

impl CancelReason {
    /// As part of a sentence, without a full stop.
    pub fn said(self) -> &'static str {
        match self {
            CancelReason::ByCustomer => "you wished it",
            CancelReason::OutOfStock { .. } => "not everything was in stock",
            CancelReason::NoSupplies => "no wholesaler could supply it in the end",
            CancelReason::BackorderLimit => {
                "more is waiting for wholesalers than we order in before it is paid for"
            }
            CancelReason::PaymentLapsed => {
                "the money was no longer reserved on your card when your books were to leave, and your bank did not reserve it anew"
            }
        }
    }
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
    fn a_stolen_card_is_said_as_any_decline() {
        let (stolen, any) = (DeclineReason::StolenCard, DeclineReason::DoNotHonour);
        assert_eq!((stolen.said(), stolen.sentence()), (any.said(), any.sentence()));
    }
}
