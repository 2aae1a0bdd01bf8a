//! Group commit: while one write is under way the next turns gather; one sync covers them all.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use crate::journal::{self, Batch, Journal, Position};

use crate::runtime::actor::Application;
use crate::runtime::state::limits::{BATCH_BYTES_EAGER, COMPANY_MAX, GATHER_MAX, GATHER_YIELDS_MAX};

use super::cell::Cell;

/// The journal, as the committer and the drain share it.
pub struct Writing {
    journal: RefCell<Box<dyn Journal>>,
    /// The append under way. It is kept here and not in the committer, which its supervisor may restart:
    /// a journal takes one append at a time.
    append: RefCell<Option<journal::Pending<Position>>>,
}

pub type SharedJournal = Rc<Writing>;

impl Writing {
    pub fn new(journal: Box<dyn Journal>) -> SharedJournal {
        Rc::new(Writing { journal: RefCell::new(journal), append: RefCell::new(None) })
    }

    fn is_busy(&self) -> bool {
        self.append.borrow().is_some()
    }

    /// `here`: on this thread.
    fn begin(&self, batch: Batch, expected: Position, here: bool) {
        let mut journal = self.journal.borrow_mut();
        let append =
            if here { journal.append_here(batch, expected) } else { journal.append(batch, expected) };
        *self.append.borrow_mut() = Some(append);
    }

    /// The end of the append under way. Dropping this future drops nothing else.
    async fn appended(&self) -> Result<Position, journal::Error> {
        let ended = poll_fn(|cx| match self.append.borrow_mut().as_mut() {
            Some(append) => append.as_mut().poll(cx),
            None => Poll::Pending,
        });
        let result = ended.await;
        *self.append.borrow_mut() = None;
        result
    }
}

/// With nothing to write for this long, the durable position is sealed.
const SEAL_AFTER_IDLE: Duration = Duration::from_millis(200);

impl<A: Application> Cell<A> {
    /// Runs for as long as the cell does. A failed write or sync ends the process at once:
    /// nobody knows what is on the disk, and only a new start finds out.
    pub async fn run_committer(self, journal: SharedJournal) -> Result<(), String> {
        loop {
            self.commit_ready(&journal).await;
            let idle = tokio::time::timeout(SEAL_AFTER_IDLE, self.0.common.to_commit.notified()).await;
            if idle.is_err() {
                self.seal(&journal).await;
                self.0.common.to_commit.notified().await;
            }
        }
    }

    async fn commit_ready(&self, journal: &SharedJournal) {
        let mut since = None;
        loop {
            if !journal.is_busy() {
                self.gather().await;
                let released = self.0.core.borrow_mut().released();
                self.let_out(released);
                if self.may_wait_for_company(&mut since).await {
                    continue;
                }
                let Some((expected, batch)) = self.0.common.take_batch() else { return };
                journal.begin(batch, expected, self.is_nothing_else_to_do());
            }
            match journal.appended().await {
                Ok(durable) => self.durable(durable),
                Err(error) => self.journal_failed(&error).await,
            }
        }
    }

    /// One customer waits, for this write, and no actor has anything to do: two wakings of threads would take longer than the
    /// write itself. But not beside a checkpoint: its syncs may hold a write up for many milliseconds, and whoever came
    /// meanwhile would not even be listened to.
    fn is_nothing_else_to_do(&self) -> bool {
        let alone = self.0.waiting.get() == 0 && self.0.common.pending_requests.len() == 1;
        alone && self.0.checkpointing.try_lock().is_ok()
    }

    fn durable(&self, position: Position) {
        self.0.batches.set(self.0.batches.get() + 1);
        self.0.common.durable_up_to(position);
        self.became_durable();
    }

    /// Lets busy actors finish what they are at, for a moment: a whole checkout then shares one sync.
    async fn gather(&self) {
        let until = Instant::now() + GATHER_MAX;
        for _ in 0..GATHER_YIELDS_MAX {
            let full = self.0.common.batch_bytes() >= BATCH_BYTES_EAGER;
            if self.0.waiting.get() == 0 || full || Instant::now() >= until {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Turns that nothing leaves the daemon by need not be written at once: a write of their own would be what the next
    /// customer's answer has to wait for. `since` is when they began to wait; `true`: look again.
    async fn may_wait_for_company(&self, since: &mut Option<Instant>) -> bool {
        let now = Instant::now();
        let until = *since.get_or_insert(now) + COMPANY_MAX;
        if now >= until || !self.0.common.may_wait() {
            *since = None;
            return false;
        }
        let _late = tokio::time::timeout_at(until, self.0.common.to_commit.notified()).await;
        true
    }

    pub async fn seal(&self, journal: &SharedJournal) {
        let sealed = journal.journal.borrow_mut().seal();
        if let Err(error) = sealed.await {
            self.journal_failed(&error).await;
        }
    }

    /// Never returns: whoever waits for the journal waits until the process is gone.
    async fn journal_failed(&self, error: &journal::Error) {
        tracing::error!(%error, "the journal cannot be written: ending the process at once, without a drain; what was acknowledged before is in its files");
        self.hooks().die();
        std::future::pending().await
    }
}
