//! The running daemon's ear for the operator on the same machine: a socket in the data directory, one
//! line of JSON in, one out. Whoever can open the directory may ask.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

use crate::actors::{GATEWAY, Shop, bank};
use crate::gateway::App;
use crate::journal::Position;
use crate::partners::processor::{Registered, RegistersCards};
use crate::runtime::{BuriedLetter, Handle, Report, Resolution, Running, ServiceRun};
use crate::settings::Settings;

use super::Failure;
use super::api_keys::{self, LiveKeys};
use super::layout::Layout;
use super::office::{self, LiveOffice};
use super::opening;
use super::rows::LOOKED_FOR_MAX;
use super::shelves::{self, LiveShelves, Window};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    Actors,
    DeadLetters,
    Resolve { id: u64, resolution: Resolution },
    Keys(api_keys::Asked),
    Office(office::Asked),
    Shelves(shelves::Asked),
}

/// Whether there was a daemon to ask.
pub enum Answered<A> {
    ByDaemon(A),
    /// None has the directory open.
    NoDaemon(Question),
}

/// Some hundred products of an import; the socket is the operator's alone.
const QUESTION_BYTES_MAX: u64 = 1 << 20;
const WITHIN: Duration = Duration::from_secs(5);

impl Question {
    /// How long its answer may take.
    fn within(&self) -> Duration {
        match self {
            Question::Office(_) | Question::Shelves(_) => LOOKED_FOR_MAX + WITHIN,
            _ => WITHIN,
        }
    }
}

/// What answers: everything that a question can be about.
#[derive(Clone)]
struct Desk {
    shop: Handle<Shop>,
    keys: Arc<LiveKeys>,
    office: LiveOffice,
    shelves: LiveShelves,
}

/// Listens for as long as the daemon runs. Without the socket the shop works all the same.
pub fn listen(running: &Running<Shop>, app: &App, layout: &Layout) {
    let path = layout.control();
    // left by a process that was killed: this one holds the directory's lock
    let _ = std::fs::remove_file(&path);
    let listener = match std::os::unix::net::UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "no control socket: `doorstep actors`, `dead-letters`, `keys`, `orders`, `refund`, `cases`, `products`, `stock` and `import` will not work");
            return;
        }
    };
    let keys = Arc::new(LiveKeys::new(running.handle(), app.programs.clone()));
    let office = LiveOffice { shop: running.handle(), trees: running.trees(), clock: running.clock() };
    let shelves = LiveShelves {
        shop: running.handle(),
        trees: running.trees(),
        currency: app.rules.currency,
        window: Some(Window::new(app.catalogue.clone())),
    };
    let desk = Desk { shop: running.handle(), keys, office, shelves };
    running.add_service(GATEWAY, "control", move || -> ServiceRun {
        let (listener, desk) = (listener.try_clone(), desk.clone());
        Box::pin(async move {
            let listener = listener.and_then(|listener| {
                listener.set_nonblocking(true)?;
                tokio::net::UnixListener::from_std(listener)
            });
            let listener = listener.map_err(|error| error.to_string())?;
            loop {
                let (stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
                actix::spawn(answer(stream, desk.clone()));
            }
        })
    });
}

async fn answer(stream: tokio::net::UnixStream, desk: Desk) {
    if let Err(error) = desk.answer(stream).await {
        tracing::debug!(%error, "a question on the control socket was not answered");
    }
}

impl Desk {
    async fn answer(&self, stream: tokio::net::UnixStream) -> Result<(), std::io::Error> {
        let (read, mut write) = stream.into_split();
        let mut line = String::new();
        let mut read = tokio::io::BufReader::new(read.take(QUESTION_BYTES_MAX));
        tokio::time::timeout(WITHIN, read.read_line(&mut line)).await??;
        let answer = match serde_json::from_str::<Question>(&line) {
            Ok(question) => tokio::time::timeout(question.within(), self.said(question)).await??,
            Err(error) => serde_json::to_string(&format!("not a question: {error}"))?,
        };
        tokio::time::timeout(WITHIN, write.write_all(format!("{answer}\n").as_bytes())).await?
    }

    async fn said(&self, question: Question) -> Result<String, serde_json::Error> {
        match question {
            Question::Actors => serde_json::to_string(&self.shop.inspect().await),
            Question::DeadLetters => serde_json::to_string(&self.shop.dead_letters().await),
            Question::Resolve { id, resolution } => {
                let resolved = self.shop.resolve(Position(id), resolution).await;
                serde_json::to_string(&resolved.map_err(|unresolved| unresolved.to_string()))
            }
            Question::Keys(asked) => serde_json::to_string(&self.keys.ask(asked).await),
            Question::Office(asked) => serde_json::to_string(&self.office.ask(asked).await),
            Question::Shelves(asked) => serde_json::to_string(&self.shelves.ask(asked).await),
        }
    }
}

/// Asks the running daemon what each actor is doing.
pub fn ask_actors(layout: &Layout) -> Result<Report, Failure> {
    ask::<Option<Report>>(layout, &Question::Actors)?.ok_or_else(is_stopping)
}

/// Asks the running daemon for the messages that were given up.
pub fn ask_dead_letters(layout: &Layout) -> Result<Vec<BuriedLetter>, Failure> {
    ask::<Option<Vec<BuriedLetter>>>(layout, &Question::DeadLetters)?.ok_or_else(is_stopping)
}

/// Lets the running daemon send one of them again, or forget it; it is durable when this returns.
pub fn resolve_dead_letter(layout: &Layout, id: u64, resolution: Resolution) -> Result<(), Failure> {
    ask::<Result<(), String>>(layout, &Question::Resolve { id, resolution })?.map_err(Failure)
}

/// Asks the running daemon for the operator's lists, or the directory that none has open.
pub fn ask_office(settings: &Settings, asked: office::Asked) -> Result<office::Told, Failure> {
    let question = Question::Office(asked.clone());
    match ask_if_open::<office::Said>(&Layout::of(settings), question)? {
        Answered::ByDaemon(said) => said.map_err(Failure),
        Answered::NoDaemon(_) => office::ask_closed(settings, asked),
    }
}

fn is_stopping() -> Failure {
    Failure("the daemon is stopping".to_owned())
}

/// Asks the running daemon, if one runs.
pub fn ask_if_open<A: DeserializeOwned>(layout: &Layout, question: Question) -> Result<Answered<A>, Failure> {
    // a socket that nobody listens at was left by a daemon that was killed
    match UnixStream::connect(layout.control()) {
        Ok(_) => ask(layout, &question).map(Answered::ByDaemon),
        Err(_) => Ok(Answered::NoDaemon(question)),
    }
}

fn ask<A: DeserializeOwned>(layout: &Layout, question: &Question) -> Result<A, Failure> {
    let path = layout.control();
    let no_daemon = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::PermissionDenied {
            let path = path.display();
            return Failure(format!(
                "permission denied: {path} answers only the user whose daemon it is; ask as that user"
            ));
        }
        let path = path.display();
        let nobody = format!(
            "no daemon answers at {path} ({error}): start it, or name the directory of the one that runs with --data DIR"
        );
        opening::or(layout, Failure(nobody))
    };
    let mut stream = UnixStream::connect(&path).map_err(no_daemon)?;
    stream.set_read_timeout(Some(question.within())).map_err(no_daemon)?;
    let question = serde_json::to_string(question)?;
    stream.write_all(format!("{question}\n").as_bytes()).map_err(no_daemon)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).map_err(no_daemon)?;
    if line.is_empty() {
        return Err(Failure(
            "the daemon did not answer in time: what was asked of it may be done or not".to_owned(),
        ));
    }
    Ok(serde_json::from_str(&line)?)
}

/// The card page's way to the bank.
pub struct AsksBank(pub Handle<Shop>);

impl RegistersCards for AsksBank {
    fn register(
        &self,
        token: String,
        brand: String,
        last4: String,
        test_card: Option<&'static str>,
    ) -> Registered {
        let shop = self.0.clone();
        let known = test_card.and_then(bank::test_cards::find);
        let behaviour = known.map_or(bank::Behaviour::Approves, |card| card.behaviour);
        let card = bank::Card { brand, last4, behaviour };
        let card = bank::RegisterCard { token, card };
        Box::pin(async move { shop.ask(card, WITHIN).await.map_err(|refused| refused.to_string()) })
    }
}
