//! Where the daemon listens: for customers, and in a demo for who types a card.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use crate::access::Origins;
use crate::settings::{Settings, ShopKind};

use super::{Failure, front};

/// A listener, and the names that it is asked by.
pub struct Door {
    pub listener: TcpListener,
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
        let open_cards =
            || Door::open("processor", settings.processor.listen, &settings.processor.public_url);
        let cards = settings.takes_payment(kind).then(open_cards).transpose()?;
        front::check(settings, &shop.names, shop.at, cards.is_some())?;
        Ok(Doors { shop, cards })
    }
}

impl Door {
    /// `table`: of the settings, where they say this.
    fn open(table: &'static str, address: SocketAddr, public_url: &str) -> Result<Door, Failure> {
        let listener = TcpListener::bind(address).map_err(|error| {
            Failure(format!("cannot listen on {address} ({error}): choose another {table}.listen, or port 0"))
        })?;
        let at = listener.local_addr()?;
        let names = Arc::new(Origins::of(table, public_url, at)?);
        Ok(Door { listener, at, names })
    }

    /// For whoever is told outside of a request.
    pub fn url(&self) -> &str {
        self.names.canonical()
    }
}
