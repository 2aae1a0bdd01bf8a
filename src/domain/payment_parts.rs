//! The parts of a payment: each is counted within it, and its id is the key under which it has one effect.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PaymentId;

/// Declares a part's id: its payment and its number in it, from 1; shown as its payment is, with a prefix of its own.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name {
            pub payment: PaymentId,
            pub no: u8,
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let payment = self.payment.to_string();
                let body = payment.split_once('_').map_or(payment.as_str(), |(_, body)| body);
                write!(f, concat!($prefix, "{}_{}"), body, self.no)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

part!(
    /// What is taken of a payment for one shipment, which has the same number. Shown as `cap_…_1`.
    CaptureId, "cap_"
);
part!(
    /// What of a payment is given back, each time. Shown as `ref_…_1`.
    RefundId, "ref_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shown_by_its_payment_and_its_number() {
        let payment = PaymentId::new(1_795_305_600_000, 7);
        let body = payment.to_string().replace("pay_", "");
        assert_eq!(CaptureId { payment, no: 2 }.to_string(), format!("cap_{body}_2"));
        assert_eq!(format!("{:?}", RefundId { payment, no: 1 }), format!("ref_{body}_1"));
    }
}
