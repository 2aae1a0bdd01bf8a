//! Every call that the shop makes to a partner. What there is to say of each stands with its request.

use std::pin::Pin;

use crate::domain::OrderId;
use crate::partners::{Answered, Partners};
use crate::planted::{self, Bug};
use crate::runtime::{Journaled, OutsideCall, Redrive, Unread, versioned};

use super::{PartnerCall, Rules, mailer, stock_keeper, warehouse};

/// Makes the enum of all calls; the number of each names it in the journal for ever.
macro_rules! calls {
    ($($tag:literal => $name:ident: $call:ty),+ $(,)?) => {
        /// A call to a partner.
        #[derive(Clone, Debug)]
        #[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
        pub enum Call {
            $($name($call)),+
        }

        $(
            impl From<$call> for Call {
                fn from(call: $call) -> Call {
                    Call::$name(call)
                }
            }
        )+

        impl Journaled for Call {
            fn write(&self, buffer: &mut Vec<u8>) {
                match self {
                    $(Call::$name(call) => {
                        buffer.push($tag);
                        versioned::write(call, buffer);
                    })+
                }
            }

            fn read(bytes: &mut &[u8]) -> Result<Call, Unread> {
                match versioned::take_byte(bytes)? {
                    $($tag => versioned::read(bytes)
                        .map(Call::$name)
                        .map_err(|unread| unread.of(concat!("the call ", stringify!($name)))),)+
                    unknown => Err(Unread::Call(unknown)),
                }
            }
        }

        impl OutsideCall for Call {
            type Rules = Rules;

            fn lane(&self) -> &'static str {
                match self {
                    _ if planted::is(Bug::OneLane) => "partners",
                    $(Call::$name(_) => <$call as PartnerCall>::LANE),+
                }
            }

            fn deadline_ms(&self, rules: &Rules) -> u64 {
                match self {
                    $(Call::$name(_) => <$call as PartnerCall>::deadline_ms(rules)),+
                }
            }

            fn redrive(&self) -> Redrive {
                match self {
                    $(Call::$name(_) => <$call as PartnerCall>::REDRIVE),+
                }
            }
        }

        /// `M`: the messages of the shop, which know those of the actors.
        impl Call {
            /// Its kind, for logs and `explain`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Call::$name(_) => <$call as PartnerCall>::NAME),+
                }
            }

            /// The order that it is about, where it is about one alone.
            pub fn order(&self) -> Option<OrderId> {
                match self {
                    $(Call::$name(call) => call.order()),+
                }
            }

            /// Asks the port. What comes of it is what takes the answer to the actor that made the call.
            pub fn make<M>(self, partners: &Partners) -> Pin<Box<dyn Future<Output = M>>>
            where
                M: 'static,
                $(M: From<<$call as PartnerCall>::Message>),+
            {
                match self {
                    $(Call::$name(call) => {
                        let answer = call.make(partners);
                        Box::pin(async move { M::from(call.answered(answer.await)) })
                    })+
                }
            }

            /// What that actor is told where nobody has answered.
            pub fn unanswered<M>(&self, why: String) -> M
            where
                $(M: From<<$call as PartnerCall>::Message>),+
            {
                match self {
                    $(Call::$name(call) => M::from(call.answered(Answered::Unknown(why)))),+
                }
            }
        }
    };
}

calls! {
    1 => RequestQuote: stock_keeper::RequestQuote,
    2 => PlacePurchaseOrder: stock_keeper::PlacePurchaseOrder,
    3 => RequestShipNotice: stock_keeper::RequestShipNotice,
    4 => BookTruck: warehouse::BookTruck,
    5 => TrackParcel: warehouse::TrackParcel,
    6 => CancelBooking: warehouse::CancelBooking,
    7 => SendLetter: mailer::SendLetter,
}
