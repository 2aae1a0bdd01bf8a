use serde::{Deserialize, Serialize};

use crate::actors::Stamp;
use crate::domain::{Happening, OrderId, Step};
use crate::runtime::{AnyTable, Keys};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {}

#[derive(Default)]
pub struct State {}

impl Event {
    pub fn changes(&self, _keys: &mut Keys) {
        match *self {}
    }

    pub fn happenings(&self) -> Vec<(OrderId, Step, Happening)> {
        match *self {}
    }
}

impl State {
    pub fn apply(&mut self, event: &Event, _stamp: &Stamp) {
        match *event {}
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![]
    }
}
