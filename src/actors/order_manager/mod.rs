mod decide;
mod messages;
mod state;

pub use decide::{decide, touches};
pub use messages::*;
pub use state::{Event, State};
