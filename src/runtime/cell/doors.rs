//! The ways into the cells, from any thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::LocalBoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::runtime::actor::Application;
use crate::runtime::state::{CELLS_MAX, Plan};

use super::arrival::{Arrival, Work};

/// The ways into all cells. `C`: a cell, as whoever works in it has it.
pub struct Doors<A: Application, C> {
    pub plan: Plan,
    pub each: Vec<Door<A, C>>,
}

/// The way into one cell.
pub struct Door<A: Application, C> {
    pub intake: mpsc::UnboundedSender<Arrival<A, C>>,
    /// It has more work than it takes: nothing more need come to be refused. Its backlog keeps it.
    pub behind: Arc<AtomicBool>,
}

impl<A: Application, C: 'static> Door<A, C> {
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// Has something done in the cell, in line with what has been sent there: what `work` does before it returns its future
    /// is done before anything that comes later. No answer comes when the cell is gone.
    pub fn run_on_cell<T, F>(&self, work: impl FnOnce(C) -> F + Send + 'static) -> oneshot::Receiver<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work<C> = Box::new(move |cell| -> LocalBoxFuture<'static, ()> {
            let done = work(cell);
            // whoever wanted it done may have gone
            Box::pin(async move { _ = reply.send(done.await) })
        });
        let _gone = self.intake.send(Arrival::Work(work));
        answer
    }
}

/// What comes in at a door.
pub type Arrivals<A, C> = mpsc::UnboundedReceiver<Arrival<A, C>>;

impl<A: Application, C> Doors<A, C> {
    pub fn among(cells: usize) -> (Doors<A, C>, Vec<Arrivals<A, C>>) {
        let cells = cells.clamp(1, CELLS_MAX);
        let (each, arrivals) = (0..cells)
            .map(|_| {
                let (intake, arrivals) = mpsc::unbounded_channel();
                (Door { intake, behind: Arc::default() }, arrivals)
            })
            .unzip();
        (Doors { plan: Plan::among(cells, A::COMMON_WORK), each }, arrivals)
    }
}
