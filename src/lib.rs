pub mod domain;
pub mod journal;
pub mod runtime;
pub mod storage;
