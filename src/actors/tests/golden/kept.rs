//! Values of the trees, decoded and encoded.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::forms::{shown, written};
use crate::actors::back_office::{CaseCount, CaseRecord, OpenCase, ShortageCase};
use crate::actors::bank::{Account, Card, Hold, SettlementBatch, SettlementLines};
use crate::actors::mailer::Mail;
use crate::actors::merchant_proxy::{Ledger, Payment};
use crate::actors::order_manager::{KeyBinding, Order, OrderNumbers};
use crate::actors::stock_keeper::{Adjustments, Credit, CreditSum, Demand, Listed, PurchaseOrder, StockItem};
use crate::actors::warehouse::Shipment;
use crate::actors::web_session::{Programs, Session};
use crate::actors::{Address, Call, CommonTimeline, Message, OwnTimeline};
use crate::journal::Position;
use crate::runtime::{
    Aggregate, DeadLetter, Due, Journaled, Statement, TableKey as _, TimerId, decode, versioned,
};
use crate::storage::{Stored, TreeName};

/// One stored value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub tree: String,
    pub key: Vec<u8>,
    pub version: u8,
    pub position: u64,
    pub value: Vec<u8>,
}

pub fn written_again(one: &Kept) -> Result<Kept, String> {
    let again = |key, value| Kept { key, value, ..one.clone() };
    match one.tree.as_str() {
        "messages" => Ok(again(same::<Statement>(&one.key)?, with::<Message, Address>(&one.value)?)),
        "calls" => Ok(again(same::<Statement>(&one.key)?, with::<Call, Address>(&one.value)?)),
        "timers" => Ok(again(
            same::<(Address, TimerId)>(&one.key)?,
            with::<Message, (Address, Due, Statement)>(&one.value)?,
        )),
        "dead_letters" => Ok(again(one.key.clone(), same::<(Address, DeadLetter)>(&one.value)?)),
        _ => aggregate_again(one),
    }
}

/// Decoded and encoded.
fn same<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let value: T = postcard::from_bytes(bytes).map_err(|error| error.to_string())?;
    postcard::to_stdvec(&value).map_err(|error| error.to_string())
}

/// The same of a message or a call and what stands before it. One of an older version stays as it is.
fn with<J: Journaled, T: Serialize + DeserializeOwned>(stored: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = stored;
    let before: T = versioned::take(&mut bytes).map_err(|error| error.to_string())?;
    let version = bytes.get(1).copied();
    let said = J::read(&mut bytes).map_err(|unread| unread.to_string())?;
    let again = written(&said);
    if again.get(1).copied() != version {
        return Ok(stored.to_vec());
    }
    let before = postcard::to_stdvec(&before).map_err(|error| error.to_string())?;
    Ok([before, again].concat())
}

/// The same of an aggregate of the shop; what is of an older version is then of the present one.
fn aggregate_again(one: &Kept) -> Result<Kept, String> {
    Ok(aggregate(one)?.0)
}

/// As this build writes it, and shows it.
pub fn aggregate(one: &Kept) -> Result<(Kept, String), String> {
    type Again = fn(&Kept) -> Result<(Kept, String), String>;
    const fn of<V: Aggregate>() -> (TreeName, Again) {
        (V::TREE, again::<V>)
    }
    let all = [
        of::<Account>(),
        of::<Adjustments>(),
        of::<Card>(),
        of::<CaseCount>(),
        of::<CaseRecord>(),
        of::<CommonTimeline>(),
        of::<Credit>(),
        of::<CreditSum>(),
        of::<Demand>(),
        of::<Hold>(),
        of::<KeyBinding>(),
        of::<Ledger>(),
        of::<Listed>(),
        of::<Mail>(),
        of::<OpenCase>(),
        of::<Order>(),
        of::<OrderNumbers>(),
        of::<OwnTimeline>(),
        of::<Payment>(),
        of::<Programs>(),
        of::<PurchaseOrder>(),
        of::<Session>(),
        of::<SettlementBatch>(),
        of::<SettlementLines>(),
        of::<Shipment>(),
        of::<ShortageCase>(),
        of::<StockItem>(),
    ];
    let again = all.into_iter().find(|(tree, _)| tree.0 == one.tree).ok_or("there is no such tree")?.1;
    again(one)
}

fn again<V: Aggregate + Serialize>(one: &Kept) -> Result<(Kept, String), String> {
    let (version, position) = (one.version, Position(one.position));
    let value = decode::<V>(&Stored { version, position, value: Some(one.value.clone()) });
    let value = value.map_err(|error| error.to_string())?.ok_or("it is gone")?;
    let key = V::Key::from_bytes(&one.key).ok_or("its key does not read")?;
    let kept = Kept {
        tree: V::TREE.0.to_owned(),
        key: key.to_bytes(),
        version: V::VERSION,
        position: one.position,
        value: postcard::to_stdvec(&value).map_err(|error| error.to_string())?,
    };
    Ok((kept, shown(&value)))
}
