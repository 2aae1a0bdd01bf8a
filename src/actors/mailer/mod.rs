mod decide;
mod messages;
mod state;

pub use decide::{decide, touches};
pub use messages::*;
pub use state::{Event, State};
mod mail_id;
pub use mail_id::MailId;
