use std::time::Duration;

use crate::domain::SessionId;
use crate::runtime::{Below, Group, Intensity, Strategy};

use super::Address;

/// The group of the actors that come and go.
pub const SESSIONS: &str = "sessions";
/// The group of the shop's HTTP server.
pub const GATEWAY: &str = "gateway";

/// The supervision tree, but for what restarts alone below the root (`BackOffice`): `storage` and `timers` are for the runtime's own services. A group that gives up is restarted as one by the root; when that
/// happens too often the root gives up: the daemon drains and exits with an error.
pub fn tree() -> Group<Address> {
    use Address::*;
    let actor = Below::Child;
    let group = |name, strategy, restarts_max, children| {
        let intensity = Intensity { restarts_max, ..INTENSITY };
        Below::Group(Group { name, strategy, intensity, children })
    };
    Group {
        name: "root",
        strategy: Strategy::OneForOne,
        intensity: Intensity { restarts_max: 3, within: Duration::from_secs(300), ..INTENSITY },
        children: vec![
            group("storage", Strategy::OneForOne, 3, vec![]),
            group("core", Strategy::OneForOne, 12, vec![actor(StockKeeper), actor(OrderManager)]),
            group(
                "edge",
                Strategy::OneForOne,
                12,
                vec![actor(MerchantProxy), actor(BankActor), actor(WarehouseActor), actor(Mailer)],
            ),
            group(SESSIONS, Strategy::OneForOne, 60, vec![actor(WebSession(SessionId::PROGRAMS))]),
            group("timers", Strategy::OneForOne, 6, vec![]),
            group(GATEWAY, Strategy::OneForOne, 6, vec![]),
        ],
    }
}

/// Three poison messages may cost three restarts each within a minute before a group gives up.
const INTENSITY: Intensity = Intensity {
    restarts_max: 12,
    within: Duration::from_secs(60),
    first_delay: Duration::from_millis(20),
    delay_max: Duration::from_secs(5),
};
