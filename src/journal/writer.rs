use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::batch::{self, Batch};
use super::block::{Kind, Label, MARK_BYTES};
use super::body::Body;
use super::directory;
use super::disk::Disk;
use super::head::HeadFile;
use super::header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use super::random::random;
use super::segment::{Prepared, Segment};
use super::{Error, Position};

pub(super) enum Order {
    Append(Batch),
    Claim(u64),
    Seal,
}

pub(super) struct Request {
    pub order: Order,
    /// Gets the last durable position.
    pub reply: oneshot::Sender<Result<Position, Error>>,
}

/// What the writer's thread tells its handle.
#[derive(Default)]
pub(super) struct Progress {
    pub last: AtomicU64,
    pub appending: AtomicBool,
    pub broken: AtomicBool,
}

/// Carries out one order after the other on its own thread: one write in flight, then its sync.
pub(super) struct Writer {
    pub dir: PathBuf,
    pub segment_bytes: u64,
    pub disk: Arc<dyn Disk>,
    pub progress: Arc<Progress>,
    pub segment: Segment,
    pub head: HeadFile,
    pub last: Position,
    pub epoch: u64,
    /// Nothing was written since the last seal, or at all.
    pub sealed: bool,
    /// The next segment, made while this one fills up.
    pub next: Option<JoinHandle<Result<Prepared, Error>>>,
}

/// The writer's thread. It ends where an append on another thread has panicked: whoever asks it is then told that the journal
/// is broken.
pub(super) fn run(writer: &Mutex<Writer>, requests: Receiver<Request>) {
    for request in requests {
        let Ok(mut writer) = writer.lock() else { return };
        let result = writer.serve(request.order);
        // Whoever asked may have gone; the write stands in any case.
        let _ = request.reply.send(result);
        writer.prepare_next();
    }
    if let Ok(mut writer) = writer.lock() {
        writer.discard_next();
    }
}

impl Writer {
    /// One order, and what came of it for whoever looks.
    pub fn serve(&mut self, order: Order) -> Result<Position, Error> {
        let is_append = matches!(order, Order::Append(_));
        let result = self.carry_out(order);
        if result.is_err() {
            self.progress.broken.store(true, Ordering::Release);
        }
        self.progress.last.store(self.last.0, Ordering::Release);
        if is_append {
            self.progress.appending.store(false, Ordering::Release);
        }
        result
    }

    fn carry_out(&mut self, order: Order) -> Result<Position, Error> {
        // After a failed sync nobody knows what the disk holds: nothing is written after it.
        if self.progress.broken.load(Ordering::Acquire) {
            return Err(Error::Broken);
        }
        match order {
            Order::Append(batch) => {
                assert_eq!(
                    batch.first(),
                    self.last.next(),
                    "the handle refuses a batch that does not follow"
                );
                let (records, last) = (batch.records(), batch.last());
                self.write(Body::of(batch), records)?;
                self.last = last;
            }
            Order::Claim(epoch) => {
                self.epoch = epoch;
                self.write(Body::mark(Kind::Claim), 0)?;
            }
            Order::Seal if self.sealed => {}
            Order::Seal => self.write(Body::mark(Kind::Seal), 0)?,
        }
        Ok(self.last)
    }

    fn write(&mut self, body: Body, records: u32) -> Result<(), Error> {
        let label = body.label(self.last.next(), records, self.epoch);
        let mut buffer = body.buffer;
        // Room is left for a seal, so that a clean stop never waits for a new segment.
        let reserve = if label.kind == Kind::Seal { 0 } else { MARK_BYTES };
        let needed = (buffer.len() + reserve) as u64;
        if self.segment.fits(needed) {
            self.segment.write(&mut buffer, &label, &*self.disk)?;
            self.segment.sync(&*self.disk)?;
            // a microsecond, beside the sync's hundreds
            self.segment.check_is_named()?;
        } else {
            self.roll_over(&mut buffer, &label, needed + SEGMENT_HEADER_BYTES as u64)?;
        }
        self.sealed = label.kind == Kind::Seal;
        batch::reuse(buffer);
        Ok(())
    }

    /// Begins the next segment with this block; both are durable before the segment gets its name, and it has its name before
    /// the head says so.
    fn roll_over(&mut self, buffer: &mut [u8], label: &Label, needed: u64) -> Result<(), Error> {
        self.segment.check_is_named()?;
        self.head.check_is_ours()?;
        let prepared = self.take_next(needed)?;
        let header = SegmentHeader {
            journal: self.segment.header.journal,
            serial: self.segment.header.serial.saturating_add(1),
            incarnation: self.segment.header.incarnation,
            epoch: self.epoch,
            salt: random()?,
            first: label.first,
            capacity: prepared.capacity,
            link: self.segment.link_for(label.first),
        };
        let mut segment = prepared.begin(header, &*self.disk)?;
        segment.write(buffer, label, &*self.disk)?;
        segment.publish(&self.dir, &*self.disk)?;
        self.head.names(&segment.header, &*self.disk)?;
        self.segment = segment;
        Ok(())
    }

    /// Removes the segments that lie wholly before `to`.
    pub fn trim(&mut self, to: Position) -> Result<(), Error> {
        let files = directory::segments(&self.dir)?;
        let Some(kept) = files.iter().rev().find(|file| file.first <= to) else { return Ok(()) };
        self.head.begins_at(kept.first, &*self.disk)?;
        // The oldest first: what stays has no gap, whenever it is interrupted.
        for file in files.iter().filter(|file| file.first < kept.first) {
            self.disk.remove(&file.path).map_err(Error::io("remove", &file.path))?;
        }
        self.disk.sync_directory(&self.dir).map_err(Error::io("sync the directory", &self.dir))
    }

    fn take_next(&mut self, needed: u64) -> Result<Prepared, Error> {
        if needed > self.segment_bytes {
            return Prepared::make(&self.dir, "large", needed, &*self.disk);
        }
        match self.next.take() {
            Some(preparing) => preparing.join().unwrap_or(Err(Error::Broken)),
            None => Prepared::make(&self.dir, "next", self.segment_bytes, &*self.disk),
        }
    }

    pub fn prepare_next(&mut self) {
        let broken = self.progress.broken.load(Ordering::Acquire);
        if broken || self.next.is_some() || !self.segment.is_half_full() {
            return;
        }
        let (dir, bytes, disk) = (self.dir.clone(), self.segment_bytes, Arc::clone(&self.disk));
        // Without the thread the next segment is made when it is needed.
        self.next = thread::Builder::new()
            .name("journal-prepare".into())
            .spawn(move || Prepared::make(&dir, "next", bytes, &*disk))
            .ok();
    }

    /// What stays of it is removed at the next opening.
    fn discard_next(&mut self) {
        if let Some(preparing) = self.next.take() {
            let _ = preparing.join();
        }
    }
}
