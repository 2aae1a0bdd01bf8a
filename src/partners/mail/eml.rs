//! A post office that writes each letter to a file, which the console and any mail program can show.
//!
//! - A repeat overwrites its own file, and nobody ever reads half a letter.
//! - The folder stands in for a real post, so it is not synced: a power cut may lose the newest files. The
//!   journal keeps that they were sent.
//! - `DIR/2026-11-22/ord_…-dispatched-1795348800000.eml`: the day and the time, in milliseconds since 1970,
//!   are those of writing, so each letter about an order has its own file and `Message-ID`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, SinglePart};

use super::{Letter, Post};
use crate::domain::Timestamp;
use crate::partners::{Answer, Trouble};

/// The last second that a letter's `Date` can name: the end of the year 9999.
const WRITTEN_AT_MAX: Timestamp = Timestamp(253_402_300_799_000);

/// RFC 5322, 2.1.1, without the line's end.
const LINE_LENGTH_MAX: usize = 998;

#[derive(Debug, thiserror::Error)]
pub enum EmlFolderError {
    #[error("`{0}` cannot be a sender: write it as `Doorstep <orders@shop.example>`, the domain in ASCII")]
    BadSender(String),
    #[error("cannot make the mail folder {path}: {source}")]
    Folder { path: PathBuf, source: io::Error },
}

/// Clones share one folder.
#[derive(Clone)]
pub struct EmlFolder {
    office: Arc<Office>,
}

impl EmlFolder {
    /// Makes `dir` where it is missing. `from`: `Doorstep <orders@shop.example>`, whose domain also
    /// ends every `Message-ID`; `base_url`: the shop's address, for links.
    pub fn new(dir: PathBuf, from: String, base_url: String) -> Result<EmlFolder, EmlFolderError> {
        let sender: Option<Mailbox> = if has_control(&from) { None } else { from.parse().ok() };
        let sender = sender.filter(|sender| sender.email.domain().is_ascii());
        let from = sender.ok_or(EmlFolderError::BadSender(from))?;
        fs::create_dir_all(&dir).map_err(|source| EmlFolderError::Folder { path: dir.clone(), source })?;
        Ok(EmlFolder { office: Arc::new(Office { dir, from, base_url }) })
    }
}

impl Post for EmlFolder {
    /// Must be driven on a tokio runtime; the disk is waited for on its blocking threads.
    fn send(&self, letter: Letter) -> Answer<()> {
        let office = self.office.clone();
        Box::pin(async move {
            let sent = tokio::task::spawn_blocking(move || office.send(&letter)).await;
            sent.unwrap_or_else(|lost| {
                Err(Trouble::Unavailable(format!("the letter's writer ended early: {lost}")))
            })
        })
    }
}

struct Office {
    dir: PathBuf,
    from: Mailbox,
    base_url: String,
}

impl Office {
    fn send(&self, letter: &Letter) -> Result<(), Trouble> {
        let message = self.compose(letter)?;
        let day = self.dir.join(letter.written_at.date().to_string());
        let name = format!("{}-{}-{}.eml", letter.order, letter.kind, letter.written_at.0);
        self.put(&day, &name, &message.formatted()).map_err(|error| {
            let path = day.join(&name);
            Trouble::Unavailable(format!("cannot write {}: {error}", path.display()))
        })
    }

    fn compose(&self, letter: &Letter) -> Result<Message, Trouble> {
        let refused =
            |why: &str| Trouble::Refused(format!("the {} letter of {}: {why}", letter.kind, letter.order));
        let to = recipient(letter).map_err(refused)?;
        if letter.written_at > WRITTEN_AT_MAX {
            return Err(refused("written after the year 9999: check the shop's clock"));
        }
        let text = letter.render(&self.base_url).map_err(|error| refused(&error.to_string()))?;
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
        format!("<{}.{}.{}@{}>", letter.order, letter.kind, letter.written_at.0, self.from.email.domain())
    }

    /// Under a temporary name first, so that a reader never finds half a letter.
    fn put(&self, day: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(day)?;
        let temporary = day.join(format!(".{name}.{}.tmp", next_number()));
        let put = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, day.join(name)));
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

/// As it is where the standard allows it, so that whoever opens the file can read it.
fn encoded(text: &str) -> Body {
    let text = text.replace('\n', "\r\n");
    let plain = text.is_ascii() && text.lines().all(|line| line.len() <= LINE_LENGTH_MAX);
    if plain {
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .expect("any bytes can be written as quoted-printable")
}

/// RFC 3834: keeps holiday answers away.
fn written_by_a_program() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

/// Two writers of one letter, an overdue one and its repeat, must not share a temporary file.
fn next_number() -> u64 {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    WRITTEN.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests;
