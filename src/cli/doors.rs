//! Where the daemon listens: for customers, and in a demo for who types a card.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::access::{Listen, Origins};
use crate::settings::{Settings, ShopKind};
use crate::storage::DirectoryLock;

use super::{Failure, front};

/// For so long a start waits for the ports of a daemon that has just been killed.
const WAITED_FOR: Duration = Duration::from_secs(1);
const LOOKED_AGAIN: Duration = Duration::from_millis(20);

/// Its listeners, one or two, and the names that they are asked by.
pub struct Door {
    listeners: Vec<TcpListener>,
    /// The first one's.
    pub at: SocketAddr,
    pub names: Arc<Origins>,
}

pub struct Doors {
    pub shop: Door,
    /// Of the embedded processor's card page; none where there is no processor.
    pub cards: Option<Door>,
}

impl Doors {
    pub fn open(settings: &Settings, kind: ShopKind) -> Result<Doors, Failure> {
        let shop = Door::open("http", settings.http.listen, &settings.http.public_url)?;
        let cards = settings.takes_payment(kind).then(|| card_door(settings)).transpose()?;
        front::check(settings, &shop.names, shop.at, cards.is_some())?;
        Ok(Doors { shop, cards })
    }

    /// The same, where another daemon may be ending: one that was killed gives its directory's lock back a moment before its ports. Who
    /// does not get the lock has another daemon beside it, and waits for nothing.
    pub async fn open_after_another(
        settings: &Settings,
        kind: ShopKind,
        dir: &Path,
    ) -> Result<Doors, Failure> {
        let (shop, cards) = (settings.http.listen, settings.processor.listen);
        if is_taken(shop)
            && let Ok(_lock) = DirectoryLock::hold(dir)
        {
            let has_cards = settings.takes_payment(kind);
            wait_until(|| !(is_taken(shop) || has_cards && is_taken(cards))).await;
        }
        Doors::open(settings, kind)
    }
}

fn is_taken(wanted: Listen) -> bool {
    let is_in_use = |error: io::Error| error.kind() == ErrorKind::AddrInUse;
    TcpListener::bind(wanted.address()).is_err_and(is_in_use)
}

/// What is not so after [`WAITED_FOR`] is found out by whoever needs it.
async fn wait_until(is_so: impl Fn() -> bool) {
    let looks = async {
        while !is_so() {
            sleep(LOOKED_AGAIN).await;
        }
    };
    let _ = timeout(WAITED_FOR, looks).await;
}

/// Of the demo's card page. Where its port is taken, as by another demo, another will do, unless somebody else leads browsers there.
fn card_door(settings: &Settings) -> Result<Door, Failure> {
    let (wanted, public_url) = (settings.processor.listen, &settings.processor.public_url);
    if public_url.is_empty() && is_taken(wanted) {
        let door = Door::open("processor", wanted.at_any_port(), public_url)?;
        tracing::warn!(%wanted, at = %door.at, "the port of the card page is taken: it listens at another");
        return Ok(door);
    }
    Door::open("processor", wanted, public_url)
}

impl Door {
    /// `table`: of the settings, where they say this.
    fn open(table: &'static str, listen: Listen, public_url: &str) -> Result<Door, Failure> {
        let listener = TcpListener::bind(listen.address()).map_err(|error| {
            Failure(format!("cannot listen on {listen} ({error}): choose another {table}.listen, or port 0"))
        })?;
        let at = listener.local_addr()?;
        let names = Arc::new(Origins::of(table, public_url, at)?);
        // a machine without IPv6, or where its port is taken, is reached by the first
        let also = listen.also(at.port()).and_then(|also| TcpListener::bind(also).ok());
        Ok(Door { listeners: [listener].into_iter().chain(also).collect(), at, names })
    }

    /// For a service that listens here; the sockets are the same.
    pub fn cloned(&self) -> io::Result<Vec<TcpListener>> {
        cloned(&self.listeners)
    }

    /// For whoever is told outside of a request.
    pub fn url(&self) -> &str {
        self.names.canonical()
    }
}

/// The same sockets again.
pub fn cloned(listeners: &[TcpListener]) -> io::Result<Vec<TcpListener>> {
    listeners.iter().map(TcpListener::try_clone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn the_port_of_a_daemon_that_was_killed_is_waited_for_and_anybody_elses_for_a_second() {
        let (began, looks) = (Instant::now(), Cell::new(0));
        wait_until(|| looks.replace(looks.get() + 1) == 5).await;
        assert_eq!(began.elapsed(), 5 * LOOKED_AGAIN);
        let began = Instant::now();
        wait_until(|| false).await;
        assert_eq!(began.elapsed(), WAITED_FOR);
    }
}
