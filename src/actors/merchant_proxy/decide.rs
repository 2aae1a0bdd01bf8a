use crate::actors::{Context, Turn};
use crate::runtime::Keys;

use super::{Message, State};

pub fn touches(_state: &State, _message: &Message, _keys: &mut Keys) {}

pub fn decide(_state: &State, _message: &Message, _context: &mut Context<'_>) -> Turn {
    Turn::nothing()
}
