//! Bugs that can be planted, to show that the simulator finds them: for each invariant one that breaks it.
//!
//! They are built in by the feature `planted-bugs` alone. Without it [`is`] is `false` at compile time, so nothing of them
//! is in the shipped binary. With it, one at a time is planted for a thread by `plant`.

/// Declares the bugs: each with its name, the invariant that it breaks, and what it does.
macro_rules! bugs {
    ($($variant:ident, $name:literal, $invariant:literal, $does:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($variant),*
        }

        impl Bug {
            pub const ALL: &[Bug] = &[$(Bug::$variant),*];

            pub fn name(self) -> &'static str {
                match self { $(Bug::$variant => $name),* }
            }

            /// The invariant whose checker must find it, with all others off.
            pub fn breaks(self) -> &'static str {
                match self { $(Bug::$variant => $invariant),* }
            }

            /// A sentence, without a full stop.
            pub fn does(self) -> &'static str {
                match self { $(Bug::$variant => $does),* }
            }
        }
    };
}

bugs! {
    EffectBeforeDurable, "effect-before-durable", "I1", "answers and calls leave before the journal is durable";
    PendingForgotten, "pending-forgotten", "I1", "an order that ended after she was told that it is pending is forgotten as a refused one is";
    StockKeptAfterLateDecline, "stock-kept-after-late-decline", "I2", "a decline that comes after she was answered gives no stock back";
    RefusalsKept, "refusals-kept", "I2", "a refused order is kept for good";
    CartSoldTwice, "cart-sold-twice", "I3", "a cart is bought by every checkout of it that comes before the first is answered";
    MismatchFreesCart, "mismatch-frees-cart", "I3", "another body under the key of a checkout that is on its way lets another key buy the cart";
    DigestNotCompared, "digest-not-compared", "I3", "another body under a known key gets the answer to the first";
    KeysOfAllPrograms, "keys-of-all-programs", "I3", "the idempotency keys of all programs are one space";
    KeyFreedByDecline, "key-freed-by-decline", "I3", "a declined card frees the key, so that the same request again makes another order";
    LateCancelTaken, "late-cancel-taken", "I4", "a cancellation of what has left the house is asked of the warehouse all the same";
    WatermarkTooFar, "watermark-too-far", "I5", "a checkpoint's watermark is read after its aggregates were written down";
    CapturedAgain, "captured-again", "I6", "the bank takes the money again when a capture is repeated";
    FeeRounded, "fee-rounded", "I7", "the ledger rounds fees to tens of minor units, and rounds nothing else";
    RefundsNotCounted, "refunds-not-counted", "I6", "what is being given back already counts as if it were still there to be given back";
    OverdueNotTold, "overdue-not-told", "I16", "nobody is told of what is captured and stands in no settlement";
    CaptureBookedAgain, "capture-booked-again", "I8", "a capture that is acknowledged twice is booked twice";
    SilenceIsDecline, "silence-is-decline", "I9", "no answer from the bank in time is taken for a decline";
    UnknownAskedAnew, "unknown-asked-anew", "I9", "an unknown outcome is tried again under a new key";
    RefusedCardAskedAgain, "refused-card-asked-again", "I9", "a card that was refused for good is asked again for the same order where she types it again";
    StoppedKeepsHold, "stopped-keeps-hold", "I10", "an order that the warehouse has stopped does not let go of its money";
    VerifiedIsPaid, "verified-is-paid", "I10", "a card that was only verified is taken for money that is held";
    CartPaidInsteadOfPage, "cart-paid-instead-of-page", "I11", "a return from the card page buys what is in the cart now";
    OldPriceCharged, "old-price-charged", "I11", "a cart whose prices have changed shows the new ones and is bought at those of before";
    TaxOnTop, "tax-on-top", "I11", "where prices include tax it is added to them once more";
    ShippingForgotten, "shipping-forgotten", "I11", "a second attempt to pay asks for the goods alone";
    Oversell, "oversell", "I12", "what is reserved for others counts as available";
    PackedPutAwayAsAllocated, "packed-put-away-as-allocated", "I12", "a parcel that is stopped after packing is put back as if it had not been packed";
    ShortIsSold, "short-is-sold", "I12", "what comes is for sale while units that are promised are missing";
    ShortCountedInFull, "short-counted-in-full", "I13", "a delivery that comes short is counted as it was acknowledged";
    CountIgnoresAllocated, "count-ignores-allocated", "I13", "what is counted on the shelf is held against the books without what is allocated to orders";
    NewKeyForEachTry, "new-key-for-each-try", "I14", "an order for supplies that was not answered is sent again under another key";
    LetterWithTheAnswer, "letter-with-the-answer", "I14", "the confirmation is mailed only to who still waits for the answer";
    ShipNoticeTwice, "ship-notice-twice", "I15", "a ship notice that comes twice is received twice";
    RetriesOnce, "retries-once", "I16", "a carrier that has not answered twice is not asked a third time";
    CaseToldNotKept, "case-told-not-kept", "I16", "a case is noted on its order's timeline and not given to the back office";
    OneLane, "one-lane", "I18", "the calls to all partners wait for one another";
    KeyInTheLog, "key-in-the-log", "I19", "the key of an order is logged with what was asked";
    CardNumberEchoed, "card-number-echoed", "I19", "the refusal of a card number repeats it";
    AnyKeyCancels, "any-key-cancels", "I20", "the key is not looked at when an order is cancelled";
    SameFieldTwice, "same-field-twice", "I21", "of a field that stands twice in a body the first counts";
    VerifiedForNothing, "verified-for-nothing", "I24", "a card is verified without asking whether it is good for the amount";
    CreditNotCounted, "credit-not-counted", "I24", "what is ordered in on verified cards is held against the limits order by order";
    CancelledCreditFreed, "cancelled-credit-freed", "I24", "what was ordered in for an order that is cancelled no longer counts against the limits";
    GivenBackNotCounted, "given-back-not-counted", "I24", "what was ordered in on money that is given back counts as if it were still held";
    RatesByNobody, "rates-by-nobody", "I26", "nobody is counted, so nobody is limited";
    CartsLeftLying, "carts-left-lying", "I26", "carts that are over are told so to whoever asks, and their rows stay";
    WallClock, "wall-clock", "I22", "quotes are dated by the system's clock when they are folded in";
    HashOrder, "hash-order", "I22", "wholesalers are asked in the order of a hash map";
}

#[cfg(feature = "planted-bugs")]
mod planting {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// From now on this thread has this bug and no other.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(feature = "planted-bugs")]
pub use planting::{is, plant};

/// Whether this bug is planted here.
#[cfg(not(feature = "planted-bugs"))]
#[inline(always)]
pub const fn is(_bug: Bug) -> bool {
    false
}
