//! The runtime.
mod application;
mod context;
mod table;
mod turn;

pub use application::{
    Aggregate, Application, CallResult, Outside, OutsideCall, Redrive, State, TableKey, UnknownVersion,
};
pub use context::Context;
pub use table::{AnyTable, Keys, LoadError, Stamp, Table, decode};
pub use turn::{Due, RequestId, TimerChange, TimerId, Turn};
