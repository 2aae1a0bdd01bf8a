//! What the operator's lists ask of a shop, and what it says: a running daemon, or a closed directory in which no actor is started.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::actors::Shop;
use crate::actors::back_office::{CaseRecord, CloseCase, ShortageCase};
use crate::actors::order_manager::Order;
use crate::actors::stock_keeper::Demand;
use crate::domain::CaseId;
use crate::runtime::{Clock, DrainDeadlines, Handle};
use crate::settings::Settings;
use crate::storage::Trees;

use super::rows::{self, Rows};
use super::{Failure, case_list, closed_directory, order_list};

const CLOSED_WITHIN: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Orders(order_list::Wanted),
    Cases(case_list::Wanted),
    Case(CaseId),
    Close { case: CaseId, by: String, why: String },
}

/// What the shop says; the error is for the operator.
pub type Said = Result<Told, String>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Orders(order_list::Found),
    Cases(case_list::Found),
    /// Shown, or closed.
    Case(case_list::CaseRow),
}

/// Of a running daemon.
#[derive(Clone)]
pub struct LiveOffice {
    pub shop: Handle<Shop>,
    pub trees: Arc<dyn Trees>,
    pub clock: Clock,
}

impl LiveOffice {
    pub async fn ask(&self, asked: Asked) -> Said {
        if let Asked::Close { case, by, why } = asked.clone() {
            let reply = self.shop.ask(CloseCase { case, by, why }, CLOSED_WITHIN).await;
            reply.map_err(|refused| refused.to_string())?.map_err(|why| why.to_string())?;
        }
        let clock = self.clock;
        rows::read(&self.shop, &self.trees, move |rows| look(rows, &asked, clock)).await
    }
}

/// Of a directory that no daemon has open.
pub fn ask_closed(settings: &Settings, asked: Asked) -> Result<Told, Failure> {
    if let Asked::Close { .. } = asked {
        let said = actix::System::new().block_on(close_and_drain(settings, asked))?;
        return said.map_err(Failure);
    }
    closed_directory::read(
        settings,
        |rows, recovered| {
            let rows = rows.brought_up_to::<Order>(recovered).brought_up_to::<CaseRecord>(recovered);
            rows.brought_up_to::<ShortageCase>(recovered).brought_up_to::<Demand>(recovered)
        },
        |rows, clock| look(rows, &asked, clock),
    )
}

fn look(rows: &Rows, asked: &Asked, clock: Clock) -> Result<Told, Failure> {
    match asked {
        Asked::Orders(wanted) => order_list::find(rows, wanted, clock.real()).map(Told::Orders),
        Asked::Cases(wanted) => case_list::find(rows, wanted, clock.trade()).map(Told::Cases),
        Asked::Case(case) | Asked::Close { case, .. } => {
            case_list::show(rows, *case, clock.trade()).map(Told::Case)
        }
    }
}

/// To close a case is a decision: the shop is started for it, and stopped in order.
async fn close_and_drain(settings: &Settings, asked: Asked) -> Result<Said, Failure> {
    let opened = closed_directory::start(settings).await?;
    let running = &opened.running;
    let office = LiveOffice { shop: running.handle(), trees: running.trees(), clock: running.clock() };
    let said = office.ask(asked).await;
    opened.running.drain(DrainDeadlines::default()).await;
    Ok(said)
}
