//! Whether customers notice that a checkpoint is being written.

use hdrhistogram::Histogram;

use super::latencies::latencies;

/// Latencies of orders that were answered beside a checkpoint, and of those without one. The shop is asked now and then;
/// what was answered between two looks counts where both saw the same.
pub struct Beside {
    seen: Option<bool>,
    /// Microseconds; answered since the last look.
    answered: Vec<u64>,
    pub with: Histogram<u64>,
    pub without: Histogram<u64>,
}

impl Default for Beside {
    fn default() -> Beside {
        Beside { seen: None, answered: vec![], with: latencies(), without: latencies() }
    }
}

impl Beside {
    /// One was answered.
    pub fn note(&mut self, took_us: u64) {
        // nobody looks in a closed loop
        if self.seen.is_some() {
            self.answered.push(took_us);
        }
    }

    /// Whether a checkpoint is being written now.
    pub fn look(&mut self, checkpointing: bool) {
        let before = self.seen.replace(checkpointing);
        let answered = self.answered.drain(..).filter(|_| before == Some(checkpointing));
        let latencies = if checkpointing { &mut self.with } else { &mut self.without };
        answered.for_each(|took_us| latencies.saturating_record(took_us));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_where_the_looks_before_and_after_it_saw_the_same() {
        let mut beside = Beside::default();
        let mut took = 0;
        for checkpointing in [false, false, true, true, true, false, false] {
            took += 1;
            beside.note(took);
            beside.look(checkpointing);
        }
        let all = |latencies: &Histogram<u64>| {
            latencies.iter_recorded().map(|us| us.value_iterated_to()).collect::<Vec<_>>()
        };
        assert_eq!((all(&beside.with), all(&beside.without)), (vec![4, 5], vec![2, 7]));
    }
}
