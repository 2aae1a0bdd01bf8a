//! The API keys of programs: what is asked of the shop about them, and what it says.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::actors::web_session::{AddKey, ListKeys, Program, RevokeKey, WebSession};
use crate::actors::{Shop, web_session};
use crate::domain::{ApiKey, ApiKeyHash, KeyRole, ProgramId, SessionId};
use crate::gateway::Programs;
use crate::runtime::{Handle, Question};

use super::Failure;
use super::secrets::fresh_secret;

const WITHIN: Duration = Duration::from_secs(5);

/// What is asked of the shop.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The key itself stays with whoever asks.
    Add {
        name: String,
        key: ApiKeyHash,
        role: KeyRole,
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

/// Asks the shop; what it says is durable.
pub async fn ask(shop: &Handle<Shop>, asked: Asked) -> Said {
    match asked {
        Asked::Add { name, key, role } => {
            let added = of_programs(shop, AddKey { name, key, role }).await?;
            let program = added.map_err(|why| why.to_string())?;
            tracing::info!(%program, "an API key was added");
            Ok(Told::Added(program))
        }
        Asked::Revoke { name } => {
            let program = of_programs(shop, RevokeKey { name }).await?.map_err(|why| why.to_string())?;
            tracing::info!(%program, "an API key was revoked");
            Ok(Told::Revoked(program))
        }
        Asked::List => Ok(Told::List(of_programs(shop, ListKeys).await?.list)),
    }
}

async fn of_programs<Q>(shop: &Handle<Shop>, question: Q) -> Result<Q::Reply, String>
where
    Q: Question<Actor = WebSession>,
{
    let reply = shop.ask_of(SessionId::PROGRAMS, question, WITHIN).await;
    reply.map_err(|refused| refused.to_string())
}

/// A new key for the program of this name, in the place of any that it has.
pub async fn renew(shop: &Handle<Shop>, name: &str) -> Result<ApiKey, Failure> {
    let secret = fresh_secret()?;
    // none to revoke is as well
    let _ = ask(shop, Asked::Revoke { name: name.to_owned() }).await;
    let key = ApiKey::new(ProgramId::OPEN, secret).hash();
    let added = Asked::Add { name: name.to_owned(), key, role: KeyRole::Buyer };
    match ask(shop, added).await.map_err(Failure)? {
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
            self.programs.replace_keys(web_session::Programs { list }.good());
        }
        said
    }
}
