//! A refund, as the operator's command asks for it and is told of it.

use serde::{Deserialize, Serialize};

use crate::actors::merchant_proxy::RefundView;
use crate::domain::Money;

/// What is asked of the shop.
#[derive(Clone, Serialize, Deserialize)]
pub struct RefundAsked {
    /// The order's id.
    pub order: String,
    pub amount: Option<Money>,
    pub reason: String,
    pub by: String,
    pub key: String,
}

/// What became of it so far.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefundRow {
    pub refund: String,
    pub amount: Money,
    pub state: String,
    /// It was asked for before, under the same key.
    pub repeated: bool,
}

impl From<RefundView> for RefundRow {
    fn from(view: RefundView) -> RefundRow {
        let RefundView { id, amount, state, is_repeated } = view;
        let (refund, state) = (id.to_string(), state.name().to_owned());
        RefundRow { refund, amount, state, repeated: is_repeated }
    }
}
