use std::fs::File;

use indicatif::{ProgressBar, ProgressBarIter};

use super::told::Told;
use crate::domain::catalogue::{Import, ImportError, Record, Row};

/// Rows that are read before they are listed, and about how much text they have: of a long file never more are in memory, and they
/// travel in one question.
pub(super) const ROWS_AT_ONCE: usize = 250;
const BYTES_AT_ONCE: usize = 256 * 1024;

/// The good rows of a file, some at a time; of the others it is told.
pub(super) struct Rows<'a> {
    import: Import<'a, ProgressBarIter<File>>,
    pub told: &'a mut Told,
    progress: ProgressBar,
}

impl<'a> Rows<'a> {
    pub fn new(
        import: Import<'a, ProgressBarIter<File>>,
        told: &'a mut Told,
        progress: ProgressBar,
    ) -> Rows<'a> {
        Rows { import, told, progress }
    }

    /// None are left where it gives none.
    pub fn next(&mut self) -> Result<Vec<Row>, ImportError> {
        let (mut rows, mut bytes) = (Vec::with_capacity(ROWS_AT_ONCE), 0);
        while rows.len() < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE {
            match self.import.next().transpose()? {
                Some(Record::Row(row)) => {
                    self.told.takes(&row);
                    bytes += row.product.text_bytes();
                    rows.push(row);
                }
                Some(Record::Rejected(rejected)) => self.told.rejects(rejected),
                Some(Record::LeftOut(left_out)) => self.told.leaves_out(&left_out),
                None => break,
            }
        }
        Ok(rows)
    }

    /// What has been done so far, to whoever looks on.
    pub fn shows(&self, so_far: String) {
        self.progress.set_message(so_far);
    }
}
