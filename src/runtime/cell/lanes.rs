//! How many outside calls are under way, for each counterparty.

use std::collections::{HashMap, VecDeque};

use crate::runtime::state::Statement;

/// Calls under way and waiting, by counterparty.
#[derive(Default)]
pub struct Lanes {
    lanes: HashMap<&'static str, Lane>,
}

#[derive(Default)]
struct Lane {
    under_way: usize,
    /// As many as turns have asked for: what stands in a turn is accepted, and admission does not look here. A counterparty that hangs makes
    /// it grow by what is asked of it, and each call here is one that its actor waits for.
    waiting: VecDeque<Statement>,
}

impl Lanes {
    /// `true` if the call may begin now; else it waits its turn.
    pub fn enter(&mut self, lane: &'static str, id: Statement, calls_max: usize) -> bool {
        let lane = self.lanes.entry(lane).or_default();
        if lane.under_way >= calls_max {
            lane.waiting.push_back(id);
            return false;
        }
        lane.under_way += 1;
        true
    }

    /// One call is over; the next that may begin.
    pub fn leave(&mut self, lane: &'static str) -> Option<Statement> {
        let lane = self.lanes.entry(lane).or_default();
        lane.under_way = lane.under_way.saturating_sub(1);
        lane.waiting.pop_front()
    }
}
