//! The operator's word on a message that was given up: to send it again, or to forget it.

use crate::journal::Position;
use crate::runtime::actor::{Application, Resolution};
use crate::runtime::state::Unresolved;

use super::cell::Cell;

impl<A: Application> Cell<A> {
    /// Answers once the turn is durable.
    pub async fn resolve(&self, letter: Position, resolution: Resolution) -> Result<(), Unresolved> {
        let resolved = self.0.core.borrow_mut().resolve(letter, resolution);
        self.pass_on();
        if let Err(Unresolved::Failed(why)) = &resolved {
            self.fatal(format!("a dead letter could not be resolved: {why}"));
        }
        self.0.common.durable_beyond(resolved?).await;
        Ok(())
    }
}
