//! What the process says on standard output and standard error, while a shop is open. Nobody who says something waits until it is
//! read, and nobody is told that it could not be written: a line goes to a queue, and a thread writes it. Where nobody reads, or
//! the disk is full, lines are dropped and counted, and how many is said when one can be written again. A shop sells without a log.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Of lines that are said and not yet written, some thousand; one more is dropped.
const QUEUE_BYTES_MAX: usize = 1 << 20;
/// How long the end of the process waits for whoever reads.
const FLUSH_WITHIN: Duration = Duration::from_secs(1);

static OUT: LazyLock<Lines> = LazyLock::new(|| Lines::begin("stdout", StandardOutput, |_| {}));
static ERR: LazyLock<Lines> = LazyLock::new(|| {
    Lines::begin("log", StandardError, |dropped| {
        tracing::warn!(
            "{dropped} lines of the log were dropped since the start: nobody read them, or they could not be written"
        );
    })
});

/// One line on standard output, after what was logged before.
pub fn say(line: &str) {
    ERR.flush(FLUSH_WITHIN);
    OUT.add(format!("{line}\n").as_bytes());
}

/// What a command was asked for, on standard output. Whoever reads it may stop before its end.
pub fn print(words: fmt::Arguments<'_>) {
    let printed = io::stdout().write_fmt(words);
    if let Err(error) = printed
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        complain(&format!("cannot print: {error}"));
    }
}

/// One line on standard error that is no log line: why the process ends.
pub fn complain(line: &str) {
    ERR.add(format!("doorstep: {line}\n").as_bytes());
}

/// Where log lines go, each in one `write`.
pub fn log() -> impl Write {
    &*ERR
}

/// What was said until now is written, or the patience is at its end.
pub fn flush(patience: Duration) {
    OUT.flush(patience);
    ERR.flush(patience);
}

/// Ends the process at once, but for its last words.
pub fn abort() -> ! {
    flush(FLUSH_WITHIN);
    std::process::abort()
}

/// Dropped at the end of `main`, so that what was said is not lost with the threads that write it.
pub struct LastWords;

impl Drop for LastWords {
    fn drop(&mut self) {
        flush(FLUSH_WITHIN);
    }
}

/// A bounded queue of lines, and the thread that writes them.
struct Lines {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// There is something to write.
    added: Condvar,
    /// There is nothing to write any more.
    written: Condvar,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    is_writing: bool,
    dropped: u64,
    /// Of those dropped, how many somebody was told of.
    told: u64,
}

impl Lines {
    /// `tell` is called from the thread, after a line could be written, with how many could not be since the start.
    fn begin(name: &str, to: impl Write + Send + 'static, tell: fn(u64)) -> Lines {
        let shared = Arc::new(Shared::default());
        let of_thread = shared.clone();
        let mut writer = Writer { to, is_torn: false };
        let write = move || {
            let mut taken = vec![];
            loop {
                of_thread.take(&mut taken);
                let lines = taken.split_inclusive(|byte| *byte == b'\n');
                let whole: Vec<bool> = lines.map(|line| writer.write(line)).collect();
                of_thread.count(&whole).into_iter().for_each(tell);
                of_thread.rest();
            }
        };
        // without the thread nothing is said: a system that has none for it has none for a shop
        let _ = thread::Builder::new().name(name.to_owned()).spawn(write);
        Lines { shared }
    }

    fn add(&self, line: &[u8]) {
        let mut queue = self.shared.lock();
        if queue.bytes.len() + line.len() > QUEUE_BYTES_MAX {
            queue.dropped += 1;
            return;
        }
        queue.bytes.extend_from_slice(line);
        self.shared.added.notify_one();
    }

    fn flush(&self, patience: Duration) {
        let queue = self.shared.lock();
        let is_busy = |queue: &mut Queue| queue.is_writing || !queue.bytes.is_empty();
        // whoever has waited long enough goes on without
        let _ = self.shared.written.wait_timeout_while(queue, patience, is_busy);
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.add(line);
        Ok(line.len())
    }

    /// Does not wait: [`Lines::flush`] does.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there are lines, and takes them all.
    fn take(&self, taken: &mut Vec<u8>) {
        taken.clear();
        let queue = self.lock();
        let waited = self.added.wait_while(queue, |queue| queue.bytes.is_empty());
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut queue.bytes, taken);
        queue.is_writing = true;
    }

    /// How many lines were dropped until now, where that is news and somebody seems to read again.
    fn count(&self, whole: &[bool]) -> Option<u64> {
        let mut queue = self.lock();
        queue.dropped += whole.iter().filter(|whole| !**whole).count() as u64;
        let is_news = queue.dropped > queue.told && whole.last() == Some(&true);
        is_news.then(|| {
            queue.told = queue.dropped;
            queue.dropped
        })
    }

    fn rest(&self) {
        self.lock().is_writing = false;
        self.written.notify_all();
    }
}

/// Writes whole lines where it can.
struct Writer<W> {
    to: W,
    /// The last line broke off: the next begins on a line of its own.
    is_torn: bool,
}

impl<W: Write> Writer<W> {
    /// Whether all of it could be written.
    fn write(&mut self, line: &[u8]) -> bool {
        if self.is_torn {
            self.is_torn = self.written_of(b"\n") == 0;
        }
        let written = if self.is_torn { 0 } else { self.written_of(line) };
        self.is_torn |= (1..line.len()).contains(&written);
        written == line.len()
    }

    fn written_of(&mut self, bytes: &[u8]) -> usize {
        let mut written = 0;
        while written < bytes.len() {
            match self.to.write(&bytes[written..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) | Ok(0) => break,
                Ok(more) => written += more,
            }
        }
        written
    }
}

/// The standard streams without the locks and the buffer that the library has around them: a thread that waits in one of
/// them for a reader would hold everybody else up, and the end of the process too.
struct StandardOutput;
struct StandardError;

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stderr(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// Takes of each write as many bytes as it is let; `Err`: it fails.
    struct Slow {
        may: Receiver<io::Result<usize>>,
        got: Sender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.may.recv().map_err(io::Error::other)??.min(bytes.len());
            self.got.send(bytes[..taken].to_vec()).map_err(io::Error::other)?;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow(tell: fn(u64)) -> (Lines, Sender<io::Result<usize>>, Receiver<Vec<u8>>) {
        let ((let_it, may), (got, written)) = (channel(), channel());
        (Lines::begin("slow", Slow { may, got }, tell), let_it, written)
    }

    #[test]
    fn nobody_waits_for_a_reader_and_what_was_dropped_is_told_when_one_reads() {
        static TOLD: AtomicU64 = AtomicU64::new(0);
        let (lines, let_it, written) = slow(|dropped| TOLD.store(dropped, Ordering::SeqCst));
        let line = [vec![b'x'; 999], vec![b'\n']].concat();
        // the thread may have taken some of them, and holds them while nobody reads
        for _ in 0..3 * QUEUE_BYTES_MAX / line.len() {
            lines.add(&line);
        }
        lines.flush(Duration::from_millis(10));
        let dropped = lines.shared.lock().dropped;
        assert!(dropped as usize >= QUEUE_BYTES_MAX / line.len(), "{dropped}");
        assert_eq!(TOLD.load(Ordering::SeqCst), 0);
        drop(let_it.send(Ok(line.len())));
        assert_eq!(written.recv_timeout(PATIENCE).unwrap(), line);
        (0..2 * QUEUE_BYTES_MAX / line.len()).for_each(|_| drop(let_it.send(Ok(line.len()))));
        lines.flush(PATIENCE);
        assert_eq!(TOLD.load(Ordering::SeqCst), dropped);
    }

    #[test]
    fn a_line_that_breaks_off_is_counted_and_the_next_stands_on_its_own() {
        static TOLD: AtomicU64 = AtomicU64::new(0);
        let (lines, let_it, written) = slow(|dropped| TOLD.store(dropped, Ordering::SeqCst));
        let no_room = || Err(io::ErrorKind::StorageFull.into());
        for may in [Ok(2), no_room(), no_room(), Ok(9), Ok(9)] {
            drop(let_it.send(may));
        }
        // the second finds no room for a line's end before it, the third does
        for line in ["first\n", "second\n", "third\n"] {
            lines.add(line.as_bytes());
        }
        lines.flush(PATIENCE);
        assert_eq!(written.try_iter().collect::<Vec<_>>().concat(), b"fi\nthird\n");
        assert_eq!(TOLD.load(Ordering::SeqCst), 2);
    }
}
