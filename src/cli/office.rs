//! What the operator's lists ask of a shop, and what it says: a running daemon, or a closed directory in which no actor is started.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::actors::Shop;
use crate::actors::back_office::{CaseRecord, CloseCase, ShortageCase};
use crate::actors::order_manager::{Order, Refund, RefundWanted};
use crate::actors::stock_keeper::Demand;
use crate::domain::{CaseId, OrderId};
use crate::runtime::{Clock, DrainDeadlines, Handle};
use crate::settings::Settings;
use crate::storage::Trees;

use super::refund_row::{RefundAsked, RefundRow};
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
    Refund(RefundAsked),
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
    Refund(RefundRow),
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
        if let Asked::Refund(refund) = asked {
            return self.refund(refund).await;
        }
        let Asked::Close { case, by, why } = asked.clone() else { return self.look(asked).await };
        let reply = self.shop.ask(CloseCase { case, by, why }, CLOSED_WITHIN).await;
        reply.map_err(|refused| refused.to_string())?.map_err(|why| why.to_string())?;
        self.look(asked).await.map_err(|why| closed_and_not_shown(case, &why))
    }

    /// Answered once it is on record; the processor is asked in the same turn.
    async fn refund(&self, asked: RefundAsked) -> Said {
        let order = OrderId::parse(&asked.order).map_err(|bad| bad.to_string())?;
        let RefundAsked { amount, reason, by, key, .. } = asked;
        let wanted = Box::new(RefundWanted { amount, reason, by, key });
        let reply = self.shop.ask(Refund { order, wanted }, CLOSED_WITHIN).await;
        let view = reply.map_err(|refused| refused.to_string())?.map_err(|why| why.to_string())?;
        Ok(Told::Refund(view.into()))
    }

    async fn look(&self, asked: Asked) -> Said {
        let clock = self.clock;
        rows::read(&self.shop, &self.trees, move |rows| look(rows, &asked, clock)).await
    }
}

/// That it was closed is decided: it is not to be closed again.
fn closed_and_not_shown(case: CaseId, why: &str) -> String {
    format!("{case} is closed, and that is on record; it could not be shown: {why}")
}

/// Of a directory that no daemon has open.
pub fn ask_closed(settings: &Settings, asked: Asked) -> Result<Told, Failure> {
    if let Asked::Close { .. } | Asked::Refund(_) = asked {
        let said = actix::System::new().block_on(decide_and_drain(settings, asked))?;
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
        Asked::Refund(_) => Err(Failure::another_answer()),
    }
}

/// To close a case, or to give money back, is a decision: the shop is started for it, and stopped in order.
async fn decide_and_drain(settings: &Settings, asked: Asked) -> Result<Said, Failure> {
    let opened = closed_directory::start(settings).await?;
    let running = &opened.running;
    let office = LiveOffice { shop: running.handle(), trees: running.trees(), clock: running.clock() };
    let said = office.ask(asked).await;
    opened.running.drain(DrainDeadlines::default()).await;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::back_office::{self, NewCase};
    use crate::actors::tests::world::opened;
    use crate::actors::{Address, Message};
    use crate::domain::CaseKind;
    use crate::runtime::kit::run;
    use crate::runtime::tree_names;
    use crate::storage::MemoryTrees;

    /// As where the disk takes nothing more once it is decided.
    #[test]
    fn of_a_case_that_is_closed_and_cannot_be_shown_both_are_said() {
        run(async {
            let world = opened().await;
            let text = "2 of 3: count the shelf".to_owned();
            let new = NewCase { kind: CaseKind::Stock, order: None, text, dead_letter: None };
            let open = Message::BackOffice(back_office::Message::Open(new));
            drop(world.kit.tell_any(Address::BackOffice, open, CLOSED_WITHIN));
            world.kit.settle().await;
            let (running, case) = (world.kit.running(), CaseId::nth_of(None, 1));
            let trees = Arc::new(MemoryTrees::new(&tree_names::<Shop>()));
            let office = LiveOffice { shop: running.handle(), trees, clock: running.clock() };
            let close = || Asked::Close { case, by: "ada".to_owned(), why: "counted".to_owned() };
            let said = office.ask(close()).await.err().expect("its row is not in these trees");
            assert!(
                said.starts_with("case_33 is closed, and that is on record; it could not be shown: "),
                "{said}"
            );
            let again = office.ask(close()).await.err().expect("it is closed");
            assert!(again.contains("is closed already") && again.contains("by ada: counted"), "{again}");
        });
    }
}
