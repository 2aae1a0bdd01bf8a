//! `doorstep keys`: the API keys of programs. While a daemon runs it is asked; otherwise the directory is opened.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use crate::actors::web_session::{Message, Program, Reply};
use crate::actors::{self, Address, Shop, web_session};
use crate::domain::{ApiKey, ApiKeyHash, ProgramId, SessionId};
use crate::gateway::Programs;
use crate::runtime::{DrainDeadlines, Handle};
use crate::settings::Settings;

use super::Failure;
use super::control::{self, Answered};
use super::secrets::fresh_secret;
use super::world::{Layout, World};

const WITHIN: Duration = Duration::from_secs(5);

#[derive(Subcommand)]
pub enum What {
    /// Make a key for the program NAME and print it: once, for the shop keeps its hash alone. One that has a key is given
    /// another after `keys revoke NAME`
    Add { name: String },
    /// List the programs, when each was given its key, and whose are revoked
    List,
    /// Revoke the key of NAME: from then on it is refused with 401. After `keys add NAME` the program has its orders and its
    /// idempotency keys as before
    Revoke { name: String },
}

/// What is asked of the shop.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The key itself stays with whoever asks.
    Add {
        name: String,
        key: ApiKeyHash,
    },
    List,
    Revoke {
        name: String,
    },
}

/// What the shop says; the error is for the operator.
pub type Said = Result<Told, String>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Added(ProgramId),
    Revoked(ProgramId),
    List(Vec<Program>),
}

pub fn run(settings: &Settings, what: What, json: bool) -> Result<ExitCode, Failure> {
    let layout = Layout::of(settings);
    layout.must_exist()?;
    let secret = fresh_secret()?;
    let asked = match &what {
        What::Add { name } => {
            // the number is the shop's to give, and stands in no hash
            let key = ApiKey::new(ProgramId::OPEN, secret).hash();
            Asked::Add { name: name.clone(), key }
        }
        What::List => Asked::List,
        What::Revoke { name } => Asked::Revoke { name: name.clone() },
    };
    let said = match control::ask_if_open(&layout, control::Question::Keys(asked))? {
        Answered::ByDaemon(said) => said,
        Answered::NoDaemon(control::Question::Keys(asked)) => in_closed_directory(settings, asked)?,
        Answered::NoDaemon(_) => return Err(Failure("no daemon answers".to_owned())),
    };
    let told = said.map_err(Failure)?;
    match (told, what) {
        (Told::Added(program), What::Add { name }) => {
            eprintln!("the key of {name}; it is not shown again:");
            println!("{}", ApiKey::new(program, secret).reveal());
        }
        (Told::Revoked(_), What::Revoke { name }) => println!("the key of {name} is revoked"),
        (Told::List(programs), _) => list(&programs, json)?,
        _ => return Err(Failure("the daemon answered another question".to_owned())),
    }
    Ok(ExitCode::SUCCESS)
}

fn in_closed_directory(settings: &Settings, asked: Asked) -> Result<Said, Failure> {
    actix::System::new().block_on(async {
        let world = match &asked {
            // who only looks changes nobody's permissions
            Asked::List => World::open_as_it_is(settings)?,
            Asked::Add { .. } | Asked::Revoke { .. } => World::open(settings)?,
        };
        let opened = world.start(settings, "http://localhost").await?;
        let said = ask(&opened.running.handle(), asked).await;
        opened.running.drain(DrainDeadlines::default()).await;
        Ok(said)
    })
}

/// Asks the shop; what it says is durable.
pub async fn ask(shop: &Handle<Shop>, asked: Asked) -> Said {
    let message = match asked {
        Asked::Add { name, key } => Message::AddKey { name, key },
        Asked::Revoke { name } => Message::RevokeKey { name },
        Asked::List => Message::ListKeys,
    };
    let reply = shop.ask(Address::WebSession(SessionId::PROGRAMS), message.into(), WITHIN).await;
    match reply.map_err(|refused| refused.to_string())? {
        actors::Reply::Session(Reply::KeyAdded(program)) => {
            tracing::info!(%program, "an API key was added");
            Ok(Told::Added(program))
        }
        actors::Reply::Session(Reply::KeyRevoked(program)) => {
            tracing::info!(%program, "an API key was revoked");
            Ok(Told::Revoked(program))
        }
        actors::Reply::Session(Reply::NoKey(why)) => Err(why.to_string()),
        actors::Reply::Session(Reply::Programs(programs)) => Ok(Told::List(programs.list)),
        other => Err(format!("the shop answered another question: {other:?}")),
    }
}

/// A new key for the program of this name, in the place of any that it has.
pub async fn renew(shop: &Handle<Shop>, name: &str) -> Result<ApiKey, Failure> {
    let secret = fresh_secret()?;
    // none to revoke is as well
    let _ = ask(shop, Asked::Revoke { name: name.to_owned() }).await;
    let key = ApiKey::new(ProgramId::OPEN, secret).hash();
    match ask(shop, Asked::Add { name: name.to_owned(), key }).await.map_err(Failure)? {
        Told::Added(program) => Ok(ApiKey::new(program, secret)),
        _ => Err(Failure("the shop answered another question".to_owned())),
    }
}

/// The keys of a daemon, which its gateway must know too.
pub struct LiveKeys {
    shop: Handle<Shop>,
    programs: Arc<Programs>,
    /// One change after the other, or an older list would be known after a newer one.
    changing: tokio::sync::Mutex<()>,
}

impl LiveKeys {
    pub fn new(shop: Handle<Shop>, programs: Arc<Programs>) -> LiveKeys {
        LiveKeys { shop, programs, changing: tokio::sync::Mutex::new(()) }
    }

    /// As [`ask`]; the gateway knows of a change before the operator does.
    pub async fn ask(&self, asked: Asked) -> Said {
        let _changing = self.changing.lock().await;
        let said = ask(&self.shop, asked).await;
        // also where it failed: a change whose answer came too late stands all the same
        if let Told::List(list) = ask(&self.shop, Asked::List).await? {
            self.programs.know(web_session::Programs { list }.good());
        }
        said
    }
}

fn list(programs: &[Program], json: bool) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(&programs.iter().map(row).collect::<Vec<_>>())?);
        return Ok(());
    }
    if programs.is_empty() {
        println!("no program has a key: `doorstep keys add NAME` makes one");
        return Ok(());
    }
    println!("{:<40} {:<10} {:<24} revoked", "program", "key", "made at");
    for program in programs {
        let Row { name, key, made_at, revoked_at } = row(program);
        println!("{name:<40} {key:<10} {made_at:<24} {}", revoked_at.as_deref().unwrap_or("-"));
    }
    Ok(())
}

/// What is shown of a program: nothing of the key's hash.
#[derive(Serialize)]
struct Row {
    name: String,
    /// How its key begins.
    key: String,
    made_at: String,
    revoked_at: Option<String>,
}

fn row(program: &Program) -> Row {
    Row {
        name: program.name.clone(),
        key: format!("dsk_{}_…", program.id),
        made_at: program.made_at.to_string(),
        revoked_at: program.revoked_at.map(|at| at.to_string()),
    }
}
