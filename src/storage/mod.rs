//! Placeholder until the storage branch lands.
use crate::journal::Position;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TreeName(pub &'static str);
pub struct Stored<V = Vec<u8>> {
    pub version: u8,
    pub position: Position,
    pub value: Option<V>,
}
pub struct Write {
    pub tree: TreeName,
    pub key: Vec<u8>,
    pub stored: Stored,
}
