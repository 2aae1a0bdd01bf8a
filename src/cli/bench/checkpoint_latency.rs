//! Whether customers notice that a checkpoint is being written.

use hdrhistogram::Histogram;

use super::latencies::latencies;

/// Latencies of orders that were answered while a checkpoint was written, and of those while none was. The shop is polled;
/// what was answered between two polls counts where both saw the same.
pub struct CheckpointLatency {
    seen: Option<bool>,
    /// Microseconds; answered since the last poll.
    answered: Vec<u64>,
    pub during: Histogram<u64>,
    pub between: Histogram<u64>,
}

impl Default for CheckpointLatency {
    fn default() -> CheckpointLatency {
        CheckpointLatency { seen: None, answered: vec![], during: latencies(), between: latencies() }
    }
}

impl CheckpointLatency {
    /// One was answered.
    pub fn note(&mut self, took_us: u64) {
        // nobody polls in a closed loop
        if self.seen.is_some() {
            self.answered.push(took_us);
        }
    }

    /// Whether a checkpoint is being written now.
    pub fn observe(&mut self, checkpointing: bool) {
        let before = self.seen.replace(checkpointing);
        let answered = self.answered.drain(..).filter(|_| before == Some(checkpointing));
        let latencies = if checkpointing { &mut self.during } else { &mut self.between };
        answered.for_each(|took_us| latencies.saturating_record(took_us));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_where_the_polls_before_and_after_it_saw_the_same() {
        let mut latency = CheckpointLatency::default();
        let mut took = 0;
        for checkpointing in [false, false, true, true, true, false, false] {
            took += 1;
            latency.note(took);
            latency.observe(checkpointing);
        }
        let all = |latencies: &Histogram<u64>| {
            latencies.iter_recorded().map(|us| us.value_iterated_to()).collect::<Vec<_>>()
        };
        assert_eq!((all(&latency.during), all(&latency.between)), (vec![4, 5], vec![2, 7]));
    }
}
