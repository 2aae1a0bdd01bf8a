//! Mail as files: each letter is written to an `.eml` file, which any mail program can show.
//!
//! - A repeat overwrites its own file, and nobody ever reads half a letter.
//! - The folder stands in for a mail server, so it is not synced: a power cut may lose the newest files. The
//!   journal keeps that they were sent.
//! - `DIR/2026-11-22/ord_…-dispatched-1795348800000.eml`: the day and the time, in milliseconds since 1970,
//!   are those of writing, so each letter about an order has its own file and `Message-ID`.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, SinglePart};
use tokio::sync::{mpsc, oneshot};

use super::{Letter, Post};
use crate::domain::{PassKeys, ShopIdentity, Timestamp};
use crate::partners::{Answered, PendingAnswer, wall_clock};

/// The last second that a letter's `Date` can name: the end of the year 9999.
const WRITTEN_AT_MAX: Timestamp = Timestamp(253_402_300_799_000);

/// RFC 5322, 2.1.1, without the line's end.
const LINE_LENGTH_MAX: usize = 998;

#[derive(Debug, thiserror::Error)]
pub enum EmlFolderError {
    #[error("`{0}` cannot be a sender: write it as `Doorstep <orders@shop.example>`, the domain in ASCII")]
    BadSender(String),
    #[error(
        "`{from}` cannot be a sender: a name with a comma or another such sign in it stands in double quotes: `{quoted}` (in shop.toml \
         between single quotes: from = '{quoted}')"
    )]
    BareName { from: String, quoted: String },
    #[error("cannot make the mail folder {path}: {source}")]
    Folder { path: PathBuf, source: io::Error },
}

/// Letters that wait for the writer. When it is full, senders wait.
const QUEUED_MAX: usize = 64;

/// Clones share one folder and its one writer thread: several would only wait for each other at the folder's lock.
#[derive(Clone)]
pub struct EmlFolder {
    writer: mpsc::Sender<QueuedLetter>,
}

struct QueuedLetter {
    letter: Arc<Letter>,
    written: oneshot::Sender<Answered<()>>,
}

impl EmlFolder {
    /// Makes `dir` where it is missing. `from`: `Doorstep <orders@shop.example>`, whose domain also
    /// ends every `Message-ID`; `base_url`: the shop's address, for links.
    /// `passes`: what signs those to orders; `shop`: in whose name it writes.
    pub fn new(
        dir: PathBuf,
        from: String,
        base_url: String,
        passes: PassKeys,
        shop: Arc<ShopIdentity>,
    ) -> Result<EmlFolder, EmlFolderError> {
        let from = sender(&from)?;
        fs::create_dir_all(&dir).map_err(|source| EmlFolderError::Folder { path: dir.clone(), source })?;
        let (writer, mut queue) = mpsc::channel::<QueuedLetter>(QUEUED_MAX);
        let letters = LetterWriter { dir: dir.clone(), from, base_url, passes, shop };
        let write_all = move || {
            while let Some(QueuedLetter { letter, written }) = queue.blocking_recv() {
                // one letter that makes it panic must not keep the others here
                let sent = catch_unwind(AssertUnwindSafe(|| letters.send(&letter)));
                let panicked = |_| Answered::Unknown("the letter's writer panicked".to_owned());
                let _ = written.send(sent.unwrap_or_else(panicked)); // whoever asked may have given up
            }
        };
        let begun = thread::Builder::new().name("mail-writer".into()).spawn(write_all);
        begun.map_err(|source| EmlFolderError::Folder { path: dir, source })?;
        Ok(EmlFolder { writer })
    }
}

/// Whether letters can be from there, as `Doorstep <orders@shop.example>`.
pub fn check_sender(from: &str) -> Result<(), EmlFolderError> {
    sender(from).map(drop)
}

fn sender(from: &str) -> Result<Mailbox, EmlFolderError> {
    read_sender(from).ok_or_else(|| {
        let from = from.to_owned();
        match quoted(&from).filter(|quoted| read_sender(quoted).is_some()) {
            Some(quoted) => EmlFolderError::BareName { from, quoted },
            None => EmlFolderError::BadSender(from),
        }
    })
}

fn read_sender(from: &str) -> Option<Mailbox> {
    let sender: Option<Mailbox> = if has_control(from) { None } else { from.parse().ok() };
    sender.filter(|sender| sender.email.domain().is_ascii())
}

/// `Acme, Inc. <…>` as `"Acme, Inc." <…>`.
fn quoted(from: &str) -> Option<String> {
    let (name, address) = from.rsplit_once('<')?;
    Some(format!("\"{}\" <{address}", name.trim().replace(['"', '\\'], "")))
}

impl Post for EmlFolder {
    /// The disk is waited for on the writer's thread.
    fn send(&self, letter: Arc<Letter>) -> PendingAnswer<()> {
        let writer = self.writer.clone();
        Box::pin(async move {
            let gone = |_| Answered::Unknown("the letters' writer has ended".to_owned());
            let (written, answer) = oneshot::channel();
            // where it cannot be queued, `answer` ends without one
            let _ = writer.send(QueuedLetter { letter, written }).await;
            answer.await.unwrap_or_else(gone)
        })
    }
}

struct LetterWriter {
    dir: PathBuf,
    from: Mailbox,
    base_url: String,
    passes: PassKeys,
    shop: Arc<ShopIdentity>,
}

impl LetterWriter {
    fn send(&self, letter: &Letter) -> Answered<()> {
        let message = match self.compose(letter) {
            Ok(message) => message,
            Err(why) => return Answered::Refused(why),
        };
        let day = self.dir.join(letter.written_at.date().to_string());
        let name = format!("{}-{}-{}.eml", letter.about, letter.kind, letter.written_at.0);
        match self.put(&day, &name, &message.formatted()) {
            Ok(()) => Answered::Known(()),
            Err(error) => Answered::Unknown(format!("cannot write {}: {error}", day.join(&name).display())),
        }
    }

    /// With a signed link to her order, which expires: an old mailbox opens no orders. The order's own key is for programs.
    fn signed(&self, letter: &Letter) -> Letter {
        let today = wall_clock().date();
        let path = |order| format!("/orders/{order}?key={}", self.passes.pass(order, today));
        Letter { link: letter.about.order().filter(|_| letter.link.is_some()).map(path), ..letter.clone() }
    }

    /// Refused, with the reason, where it can never be sent as it is.
    fn compose(&self, letter: &Letter) -> Result<Message, String> {
        let refused = |why: &str| format!("the {} letter of {}: {why}", letter.kind, letter.about);
        let to = recipient(letter).map_err(refused)?;
        if letter.written_at > WRITTEN_AT_MAX {
            return Err(refused("written after the year 9999: check the shop's clock"));
        }
        let text = self.signed(letter).render(&self.shop, &self.base_url);
        let text = text.map_err(|error| refused(&error.to_string()))?;
        Message::builder()
            .message_id(Some(self.message_id(letter)))
            .date(UNIX_EPOCH + Duration::from_millis(letter.written_at.0))
            .from(self.from.clone())
            .to(to)
            .subject(text.subject)
            .raw_header(written_by_a_program())
            .singlepart(SinglePart::plain(encoded(&text.body)))
            .map_err(|error| refused(&error.to_string()))
    }

    fn message_id(&self, letter: &Letter) -> String {
        format!("<{}.{}.{}@{}>", letter.about, letter.kind, letter.written_at.0, self.from.email.domain())
    }

    /// Under a temporary name first, so that a reader never finds half a letter.
    fn put(&self, day: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = day.join(format!(".{name}.tmp"));
        let written = fs::write(&temporary, bytes).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => fs::create_dir_all(day).and_then(|()| fs::write(&temporary, bytes)),
            _ => Err(error),
        });
        let put = written.and_then(|()| fs::rename(&temporary, day.join(name)));
        if put.is_err() {
            let _ = fs::remove_file(&temporary); // best effort: the first error is the one to tell
        }
        put
    }
}

fn recipient(letter: &Letter) -> Result<Mailbox, &'static str> {
    if has_control(&letter.to_address) || has_control(&letter.to_name) {
        return Err("the name or the address holds a line break or another control character: correct it");
    }
    let address = letter.to_address.parse();
    let address =
        address.map_err(|_| "the address is not an e-mail address: ask the customer for another")?;
    let name = letter.to_name.trim();
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Unencoded where the standard allows it, so that the file can be read as it is.
fn encoded(text: &str) -> Body {
    let text = text.replace('\n', "\r\n");
    let plain = text.is_ascii() && text.lines().all(|line| line.len() <= LINE_LENGTH_MAX);
    if plain {
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .expect("any bytes can be written as quoted-printable")
}

/// RFC 3834: mail programs send no automatic replies to it.
fn written_by_a_program() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

#[cfg(test)]
mod tests;
