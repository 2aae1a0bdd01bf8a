//! `doorstep keys`: the API keys of programs. While a daemon runs it is asked; otherwise the directory is opened.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use crate::actors::web_session::Program;
use crate::domain::{ApiKey, KeyRole, ProgramId};
use crate::runtime::DrainDeadlines;
use crate::settings::{Opens, Settings};

use super::api_keys::{self, Asked, Said, Told};
use super::clocks::{ON_THE_WALL, on_the_wall};
use super::control::{self, Answered};
use super::data_directory::DataDirectory;
use super::layout::Layout;
use super::secrets::fresh_secret;
use super::{Failure, directory, opening};

#[derive(Subcommand)]
pub enum What {
    /// Make a key for the program NAME and print it: once, for the shop keeps its hash alone. One that has a key is given
    /// another after `keys revoke NAME`
    Add {
        /// What you call the program: till, website
        name: String,
        /// It may also give money back, of whichever order, by the API
        #[arg(long)]
        clerk: bool,
    },
    /// List the programs, when each was given its key, and whose are revoked
    List,
    /// Revoke the key of NAME: from then on it is refused with 401. After `keys add NAME` the program has its orders and its
    /// idempotency keys as before
    Revoke {
        /// As `keys list` shows it
        name: String,
    },
}

/// Without a word more they are listed.
pub fn run(settings: &Settings, what: Option<&What>, json: bool) -> Result<ExitCode, Failure> {
    let layout = Layout::of(settings);
    directory::find(&layout, Opens::Either)?;
    let secret = fresh_secret()?;
    let what = what.unwrap_or(&What::List);
    let asked = match what {
        What::Add { name, clerk } => {
            let role = if *clerk { KeyRole::Clerk } else { KeyRole::Buyer };
            // the number is the shop's to give, and stands in no hash
            let key = ApiKey::new(ProgramId::OPEN, secret).hash();
            Asked::Add { name: name.clone(), key, role }
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
        (Told::Added(program), What::Add { name, .. }) => {
            eprintln!("the key of {name}; it is not shown again:");
            let key = ApiKey::new(program, secret).reveal();
            println!("{}", if json { json!({ "name": name, "key": key }).to_string() } else { key });
        }
        (Told::Revoked(_), What::Revoke { name }) if json => println!("{}", json!({ "revoked": name })),
        (Told::Revoked(_), What::Revoke { name }) => println!("the key of {name} is revoked"),
        (Told::List(programs), _) => list(&programs, json, &settings.time_zone())?,
        _ => return Err(Failure::another_answer()),
    }
    Ok(ExitCode::SUCCESS)
}

fn in_closed_directory(settings: &Settings, asked: Asked) -> Result<Said, Failure> {
    actix::System::new().block_on(async {
        let directory = match &asked {
            // who only looks changes nobody's permissions
            Asked::List => DataDirectory::open_as_it_is(settings, Opens::Either),
            Asked::Add { .. } | Asked::Revoke { .. } => DataDirectory::open(settings, Opens::Either),
        };
        let directory = directory.map_err(|failure| opening::or(&Layout::of(settings), failure))?;
        let opened = directory.start(settings, "http://localhost").await?;
        let said = api_keys::ask(&opened.running.handle(), asked).await;
        opened.running.drain(DrainDeadlines::default()).await;
        Ok(said)
    })
}

fn list(programs: &[Program], json: bool, zone: &TimeZone) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(&programs.iter().map(row).collect::<Vec<_>>())?);
        return Ok(());
    }
    if programs.is_empty() {
        println!("no program has a key: `doorstep keys add NAME` makes one");
        return Ok(());
    }
    println!("{:<40} {:<10} {:<6} {:<ON_THE_WALL$} revoked", "program", "key", "role", "made at");
    for program in programs {
        let Row { name, key, role, made_at, revoked_at } = row(program);
        let made_at = on_the_wall(&made_at, zone);
        let revoked_at = revoked_at.map_or("-".to_owned(), |at| on_the_wall(&at, zone));
        println!("{name:<40} {key:<10} {role:<6} {made_at:<ON_THE_WALL$} {revoked_at}");
    }
    Ok(())
}

/// What is shown of a program: nothing of the key's hash.
#[derive(Serialize)]
struct Row {
    name: String,
    /// How its key begins.
    key: String,
    role: &'static str,
    made_at: String,
    revoked_at: Option<String>,
}

fn row(program: &Program) -> Row {
    Row {
        name: program.name.clone(),
        key: format!("dsk_{}_…", program.id),
        role: match program.role {
            KeyRole::Buyer => "buyer",
            KeyRole::Clerk => "clerk",
        },
        made_at: program.made_at.to_string(),
        revoked_at: program.revoked_at.map(|at| at.to_string()),
    }
}
