//! The table of what was tried: rows are the durable steps of an order, columns are faults.

use std::fmt::Write as _;

use crate::simulation::coverage::STEPS;
use crate::simulation::fault::Fault::{self, *};

use super::tally::{Cell, Tally};

/// Faults of a kind share a column, so that the table fits on a page.
const COLUMNS: [(&str, &[Fault]); 12] = [
    ("crash, nothing of the write on disk", &[CrashLost]),
    ("crash, write torn or flipped", &[CrashTorn, CrashFlipped]),
    ("crash, write on disk, nobody told", &[CrashWritten]),
    ("sync fails", &[SyncFails]),
    ("trees lost or ahead", &[TreesLost, TreesAhead]),
    ("clock jumps", &[ClockAhead, ClockBack]),
    ("panic before / after the turn", &[PanicBefore, PanicAfter]),
    ("poison", &[Poison]),
    ("hang", &[Hang]),
    ("request or answer lost or late", &[LostRequest, LostAnswer, LateAnswer, Outage]),
    ("answer doubled, overtaking or a lie", &[DoubledAnswer, SlowAnswer, Lie]),
    ("truck, parcel or mail fails", &[ParcelRefused, TruckLate, TruckKeeps, MailRefused]),
];

/// Each cell: how often it was tried / violations of the orders concerned.
pub fn markdown(tally: &Tally) -> String {
    let mut text = String::from("\n| after the durable step |");
    COLUMNS.iter().for_each(|(name, _)| text.push_str(&format!(" {name} |")));
    text.push_str("\n|---|");
    COLUMNS.iter().for_each(|_| text.push_str("---:|"));
    text.push('\n');
    for step in STEPS {
        text.push_str(&format!("| {} |", step.0));
        for (_, faults) in COLUMNS {
            let cells = faults.iter().filter_map(|fault| tally.steps.get(&(*fault, step)));
            let sum = cells.fold(Cell::default(), |sum, cell| Cell {
                times: sum.times + cell.times,
                violations: sum.violations + cell.violations,
            });
            let shown =
                if sum.times == 0 { "–".to_owned() } else { format!("{} / {}", sum.times, sum.violations) };
            write!(text, " {shown} |").expect("a string takes all that is written to it");
        }
        text.push('\n');
    }
    text
}
