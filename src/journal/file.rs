use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::batch::Batch;
use super::directory;
use super::disk::{Disk, RealDisk};
use super::read::read_until;
use super::recovery::{Recovery, recover};
use super::segment::{BATCH_BYTES_MAX, SEGMENT_BYTES_DEFAULT, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};
use super::writer::{self, Order, Progress, Request, Writer};
use super::{Error, Journal, JournalId, Pending, Position, Visit};

/// How a journal in a directory is opened: 32 MiB segments and batches of up to 64 MiB where nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct FileOptions {
    /// The size of a segment file; brought between `SEGMENT_BYTES_MIN` and `SEGMENT_BYTES_MAX`.
    pub segment_bytes: u64,
    /// A batch whose framed records are larger is refused; at most `BATCH_BYTES_MAX`.
    pub batch_bytes_max: u64,
    /// What has been made from the journal reflects it up to here: one that ends before has lost its end, and is refused before
    /// anything is written.
    pub at_least: Position,
}

impl Default for FileOptions {
    fn default() -> FileOptions {
        FileOptions {
            segment_bytes: SEGMENT_BYTES_DEFAULT,
            batch_bytes_max: BATCH_BYTES_MAX,
            at_least: Position::START,
        }
    }
}

/// The journal in a directory of segment files, written by a thread of its own.
/// Dropping it waits for the write in flight and gives the directory free; it does not seal.
pub struct FileJournal {
    dir: PathBuf,
    id: JournalId,
    batch_bytes_max: u64,
    progress: Arc<Progress>,
    epoch: u64,
    /// An order was refused or failed: nothing more is accepted.
    refused: bool,
    requests: Option<Sender<Request>>,
    /// Held for an order at a time, by its thread or, of an append that is made here, by the caller's.
    writer: Arc<Mutex<Writer>>,
    thread: Option<JoinHandle<()>>,
    /// Keeps the directory locked; the last to be dropped.
    _lock: File,
}

impl FileJournal {
    /// Opens the directory for writing, or makes it, and recovers what it holds.
    ///
    /// `Error::InUse` if another process (or handle) has it open; `Error::Missing`, `Error::Foreign`, `Error::Behind` or `Error::Damaged` if a
    /// segment is not there, not this journal's, not of its length, does not continue the one before, or the last
    /// does not check. Earlier segments are checked whole when they are read, and by [`super::examine`].
    pub fn open(dir: &Path, options: FileOptions) -> Result<(FileJournal, Recovery), Error> {
        FileJournal::open_on(dir, options, Arc::new(RealDisk))
    }

    pub(super) fn open_on(
        dir: &Path,
        options: FileOptions,
        disk: Arc<dyn Disk>,
    ) -> Result<(FileJournal, Recovery), Error> {
        directory::make(dir, &*disk)?;
        let lock = directory::lock(dir)?;
        let segment_bytes = options.segment_bytes.clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        let (segment, head, recovery) = recover(dir, segment_bytes, options.at_least, &*disk)?;
        let id = head.head.journal;
        let progress = Arc::new(Progress::default());
        progress.last.store(recovery.last.0, Ordering::Release);
        let writer = Arc::new(Mutex::new(Writer {
            dir: dir.to_path_buf(),
            segment_bytes,
            disk,
            progress: Arc::clone(&progress),
            segment,
            head,
            last: recovery.last,
            epoch: recovery.epoch,
            sealed: true,
            next: None,
        }));
        let (requests, received) = mpsc::channel();
        let theirs = Arc::clone(&writer);
        let thread = thread::Builder::new()
            .name("journal-writer".into())
            .spawn(move || writer::run(&theirs, received))
            .map_err(Error::io("start the writer of", dir))?;
        let journal = FileJournal {
            dir: dir.to_path_buf(),
            id,
            batch_bytes_max: options.batch_bytes_max.min(BATCH_BYTES_MAX),
            progress,
            epoch: recovery.epoch,
            refused: false,
            requests: Some(requests),
            writer,
            thread: Some(thread),
            _lock: lock,
        };
        Ok((journal, recovery))
    }

    /// Which journal it is.
    pub fn id(&self) -> JournalId {
        self.id
    }

    fn admit(&self, batch: &Batch, expected: Position) -> Result<(), Error> {
        self.check_sound()?;
        if self.progress.appending.load(Ordering::Acquire) {
            return Err(Error::Busy);
        }
        check_follows(batch, expected, self.last())?;
        let (bytes, bytes_max) = (batch.len_bytes() as u64, self.batch_bytes_max);
        if bytes > bytes_max { Err(Error::TooLarge { bytes, bytes_max }) } else { Ok(()) }
    }

    /// Admits an append; `false`: there is nothing to write.
    fn begin(&mut self, batch: &Batch, expected: Position) -> Result<bool, Error> {
        if let Err(error) = self.admit(batch, expected) {
            self.refused = true;
            return Err(error);
        }
        self.progress.appending.store(!batch.is_empty(), Ordering::Release);
        Ok(!batch.is_empty())
    }

    fn check_sound(&self) -> Result<(), Error> {
        let broken = self.refused || self.progress.broken.load(Ordering::Acquire);
        if broken { Err(Error::Broken) } else { Ok(()) }
    }

    fn send(&self, order: Order) -> Pending<Position> {
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.as_ref().map(|requests| requests.send(Request { order, reply }));
        Box::pin(async move {
            match sent {
                Some(Ok(())) => answer.await.unwrap_or(Err(Error::Broken)),
                _ => Err(Error::Broken),
            }
        })
    }
}

/// Both the caller's idea of the end and the batch's own must be the truth.
pub(super) fn check_follows(batch: &Batch, expected: Position, actual: Position) -> Result<(), Error> {
    if expected != actual {
        return Err(Error::Unexpected { expected, actual });
    }
    if batch.first() != actual.next() {
        return Err(Error::Unexpected { expected: Position(batch.first().0.saturating_sub(1)), actual });
    }
    Ok(())
}

impl Journal for FileJournal {
    fn claim(&mut self, epoch: u64) -> Pending<Position> {
        if let Err(error) = self.check_sound() {
            return ready(Err(error));
        }
        if epoch < self.epoch {
            return ready(Err(Error::StaleEpoch { epoch, current: self.epoch }));
        }
        self.epoch = epoch;
        self.send(Order::Claim(epoch))
    }

    fn append(&mut self, batch: Batch, expected: Position) -> Pending<Position> {
        match self.begin(&batch, expected) {
            Ok(true) => self.send(Order::Append(batch)),
            Ok(false) => ready(Ok(expected)),
            Err(error) => ready(Err(error)),
        }
    }

    fn append_here(&mut self, batch: Batch, expected: Position) -> Pending<Position> {
        match self.begin(&batch, expected) {
            Ok(true) => {}
            Ok(false) => return ready(Ok(expected)),
            Err(error) => return ready(Err(error)),
        }
        // a seal under way is waited for, as the thread would; after a panic nobody knows what is on the disk
        let Ok(mut writer) = self.writer.lock() else { return ready(Err(Error::Broken)) };
        let result = writer.serve(Order::Append(batch));
        writer.prepare_next();
        ready(result)
    }

    fn replay(&self, from: Position, visit: Visit<'_>) -> Result<(), Error> {
        let last = self.last();
        if from >= last {
            return Ok(());
        }
        let end = read_until(&self.dir, from, last, visit)?;
        if end.last < last {
            let (expected, actual) = (last, end.last);
            return Err(Error::Unexpected { expected, actual });
        }
        Ok(())
    }

    fn trim(&mut self, to: Position) -> Result<(), Error> {
        self.check_sound()?;
        let mut writer = self.writer.lock().map_err(|_| Error::Broken)?;
        writer.trim(to)
    }

    fn seal(&mut self) -> Pending<()> {
        if let Err(error) = self.check_sound() {
            return ready(Err(error));
        }
        let sealed = self.send(Order::Seal);
        Box::pin(async move { sealed.await.map(|_| ()) })
    }

    fn last(&self) -> Position {
        Position(self.progress.last.load(Ordering::Acquire))
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has answered its caller with `Broken`.
            let _ = thread.join();
        }
    }
}

pub(super) fn ready<T: 'static>(result: Result<T, Error>) -> Pending<T> {
    Box::pin(std::future::ready(result))
}
