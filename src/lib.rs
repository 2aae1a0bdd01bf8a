pub mod actors;
pub mod domain;
pub mod journal;
pub mod partners;
pub mod runtime;
pub mod settings;
pub mod storage;
pub mod telemetry;
