pub mod domain;
pub mod journal;
