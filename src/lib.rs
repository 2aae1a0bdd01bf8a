pub mod domain;
pub mod journal;
pub mod partners;
