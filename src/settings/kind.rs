use std::fmt;

use serde::{Deserialize, Serialize};

/// What a data directory is for, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShopKind {
    /// Real customers: nothing in it is pretended.
    Shop,
    /// All of it is made up: partners, processor, cards, and the time.
    Demo,
}

impl ShopKind {
    pub fn is_demo(self) -> bool {
        self == ShopKind::Demo
    }
}

impl fmt::Display for ShopKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_demo() { "demo" } else { "shop" })
    }
}

/// Whose data directory a command opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    Demo,
    Shop,
    Either,
    /// It has a directory of its own, or none.
    Nothing,
}

impl Opens {
    pub fn takes(self, kind: ShopKind) -> bool {
        match self {
            Opens::Demo => kind == ShopKind::Demo,
            Opens::Shop => kind == ShopKind::Shop,
            Opens::Either | Opens::Nothing => true,
        }
    }
}
