pub mod actors;
pub mod domain;
pub mod gateway;
pub mod journal;
pub mod partners;
pub mod runtime;
pub mod storage;
