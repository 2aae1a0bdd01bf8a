use serde::{Deserialize, Serialize};

/// What an order's end leaves her with, as far as it is known when the letter about it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aftermath {
    /// Cancelled: nothing was taken, and no bank holds anything.
    NothingHeld,
    /// Cancelled: nothing was taken; what the bank holds it was asked to let go of.
    LetGo,
    /// Cancelled: nothing was taken; the bank has not said yet whether it holds anything.
    NotAnswered,
    /// Declined: what she had chosen is in her basket again.
    BasketGivenBack,
}

impl Aftermath {
    pub const ALL: [Aftermath; 4] =
        [Aftermath::NothingHeld, Aftermath::LetGo, Aftermath::NotAnswered, Aftermath::BasketGivenBack];

    pub fn sentence(self) -> &'static str {
        match self {
            Aftermath::NothingHeld => {
                "Nothing was taken from your card, and nothing is reserved on it for this order."
            }
            Aftermath::LetGo => {
                "Nothing was taken from your card. The money for this order is reserved on it, and we have asked your bank to \
                 let go of it; how soon you see that is up to your bank."
            }
            Aftermath::NotAnswered => {
                "Nothing was taken from your card. Your bank has not told us yet whether it has reserved the money for this \
                 order; if it has, we have it let go."
            }
            Aftermath::BasketGivenBack => {
                "Your basket is as it was: what you had chosen is in it again, in the browser that you ordered with, unless you \
                 have had us forget it since."
            }
        }
    }
}
