//! The order manager by its decisions: these tests play every other actor.
mod any_sequence;
mod desk;
mod flows;
mod keys;
mod renewal;
mod stored;
mod table;
