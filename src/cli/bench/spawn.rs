//! A daemon of our own, over HTTP.

use std::path::Path as FilePath;

use crate::cli::Failure;
use crate::cli::control::ask_actors;
use crate::cli::layout::Layout;
use crate::domain::catalogue::Product;
use crate::settings::Settings;

use super::choices::Path;
use super::core;
use super::daemon::Daemon;
use super::http::HttpTarget;
use super::process::Process;
use super::trial::{Ran, Trial};

/// Fills the directory, opens the daemon, runs, and stops it.
pub fn run(
    settings: &Settings,
    config: Option<&FilePath>,
    shelf: &[Product],
    path: Path,
    trial: Trial,
) -> Result<Ran, Failure> {
    let key = core::fill(settings, shelf)?;
    let skus = shelf.iter().map(|product| product.sku.to_string()).collect();
    let layout = Layout::of(settings);
    on_one_thread(async {
        let daemon = Daemon::open(settings, config).await?;
        let target = HttpTarget::to(&daemon.url, path)?.selling(skus).with_key(key.reveal());
        let process = Process::of(daemon.process_id);
        // the customers are not to wait meanwhile
        let report = async || {
            let layout = layout.clone();
            tokio::task::spawn_blocking(move || ask_actors(&layout)).await?
        };
        let ran = trial.run(&target, process, report).await?;
        daemon.stop().await?;
        Ok(ran)
    })
}

/// Customers share one thread: they are to leave the processors to the shop.
pub fn on_one_thread<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
