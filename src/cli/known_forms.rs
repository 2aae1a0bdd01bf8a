//! A directory of a build whose forms this one does not read is refused by name, before anything in it is changed.

use crate::actors::Shop;
use crate::journal::{self, Position};
use crate::runtime::must_know;
use crate::storage;

use super::Failure;
use super::directory::made_by;
use super::layout::Layout;

/// For who goes on from where the trees stand.
pub fn check(layout: &Layout) -> Result<(), Failure> {
    // what else is wrong is told by whoever opens it
    promised(layout).map_or(Ok(()), |at_least| known_from(layout, at_least))
}

/// For who reads the journal from its first record on.
pub fn check_all(layout: &Layout) -> Result<(), Failure> {
    known_from(layout, Position::START)?;
    check(layout)
}

fn known_from(layout: &Layout, at_least: Position) -> Result<(), Failure> {
    must_know::<Shop>(&layout.journal(), at_least).map_err(|unknown| {
        let (dir, ours) = (layout.dir.display(), env!("CARGO_PKG_VERSION"));
        let made = made_by(layout).map_or(String::new(), |build| format!(" was made by {build}"));
        Failure(format!("{dir}{made}, and this is doorstep {ours}: {unknown}"))
    })
}

/// How far the journal of a data directory must go, by its trees. A journal that is not there while its trees are, or is not
/// theirs, is refused before anything is written.
pub fn promised(layout: &Layout) -> Result<Position, Failure> {
    let found = journal::identity(&layout.journal())?;
    let promised = storage::promised(&layout.dir)?;
    match (found, promised) {
        (Some(expected), Some((found, _))) if found != expected => {
            let dir = layout.trees();
            Err(storage::Error::Foreign { dir, found, expected }.into())
        }
        (Some(_), promised) => Ok(promised.map_or(Position::START, |(_, watermark)| watermark)),
        (None, _) if !journal::is_begun(&layout.journal())? && storage::has_trees(&layout.dir)? => {
            let dir = layout.journal();
            Err(Failure(format!(
                "{} holds no journal, and the trees beside it were made from one: restore it from a backup",
                dir.display()
            )))
        }
        // what there is of it says itself what is missing
        (None, _) => Ok(Position::START),
    }
}
