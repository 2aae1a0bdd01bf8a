//! Who keeps the shelves: a running daemon, or a data directory that none has open.

use actix::SystemRunner;

use crate::actors::back_office::{CaseRecord, ShortageCase};
use crate::actors::order_manager::Order;
use crate::actors::stock_keeper::{Adjustments, Demand, Listed, StockItem};
use crate::runtime::DrainDeadlines;
use crate::settings::Settings;

use super::Failure;
use super::closed_directory;
use super::control::{Answered, Question, ask_if_open};
use super::data_directory::Opened;
use super::layout::Layout;
use super::shelves::{self, Asked, LiveShelves, Said, Told};

/// For many questions, one after the other.
pub enum ShelfRoom {
    OfDaemon(Layout),
    OfDirectory(Box<Started>),
}

/// Its shop runs in this process meanwhile.
pub struct Started {
    system: SystemRunner,
    opened: Opened,
    shelves: LiveShelves,
}

impl ShelfRoom {
    pub fn enter(settings: &Settings) -> Result<ShelfRoom, Failure> {
        let layout = Layout::of(settings);
        if let Answered::ByDaemon(_) = ask_if_open::<Said>(&layout, Question::Shelves(of_nothing()))? {
            return Ok(ShelfRoom::OfDaemon(layout));
        }
        let system = actix::System::new();
        let opened = system.block_on(closed_directory::start(settings))?;
        let shelves = LiveShelves {
            shop: opened.running.handle(),
            trees: opened.running.trees(),
            currency: settings.shop.currency,
            window: None,
        };
        Ok(ShelfRoom::OfDirectory(Box::new(Started { system, opened, shelves })))
    }

    pub fn ask(&self, asked: Asked) -> Result<Told, Failure> {
        match self {
            ShelfRoom::OfDaemon(layout) => ask_daemon(layout, asked),
            ShelfRoom::OfDirectory(started) => {
                started.system.block_on(started.shelves.ask(asked)).map_err(Failure)
            }
        }
    }

    /// All that was decided is durable.
    pub fn leave(self) {
        if let ShelfRoom::OfDirectory(started) = self {
            let Started { system, opened, shelves } = *started;
            drop(shelves);
            system.block_on(opened.running.drain(DrainDeadlines::default()));
        }
    }
}

/// One decision.
pub fn decide(settings: &Settings, asked: Asked) -> Result<Told, Failure> {
    let room = ShelfRoom::enter(settings)?;
    let told = room.ask(asked);
    room.leave();
    told
}

/// Only looks: of a closed directory nothing is started.
pub fn look(settings: &Settings, asked: Asked) -> Result<Told, Failure> {
    looking(settings, |ask| ask(asked))
}

/// Looks at many things, one after the other; a closed directory is opened once for all of them.
pub fn looking<T>(
    settings: &Settings,
    looks: impl FnOnce(&dyn Fn(Asked) -> Result<Told, Failure>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let layout = Layout::of(settings);
    if let Answered::ByDaemon(_) = ask_if_open::<Said>(&layout, Question::Shelves(of_nothing()))? {
        return looks(&|asked| ask_daemon(&layout, asked));
    }
    closed_directory::read(
        settings,
        |rows, recovered| {
            let rows = rows.brought_up_to::<Listed>(recovered).brought_up_to::<StockItem>(recovered);
            let rows = rows.brought_up_to::<Adjustments>(recovered).brought_up_to::<Order>(recovered);
            let rows = rows.brought_up_to::<Demand>(recovered).brought_up_to::<CaseRecord>(recovered);
            rows.brought_up_to::<ShortageCase>(recovered)
        },
        |rows, _| looks(&|asked| shelves::look(rows, &asked)),
    )
}

/// Of no product: only whether somebody answers.
fn of_nothing() -> Asked {
    Asked::Short(vec![])
}

fn ask_daemon(layout: &Layout, asked: Asked) -> Result<Told, Failure> {
    match ask_if_open::<Said>(layout, Question::Shelves(asked))? {
        Answered::ByDaemon(said) => said.map_err(Failure),
        Answered::NoDaemon(_) => {
            Err(Failure("the daemon has gone meanwhile, and this was not asked of it".to_owned()))
        }
    }
}
