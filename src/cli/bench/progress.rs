//! What a person sees meanwhile, on standard error; nothing where that is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const DRAWN_EVERY: Duration = Duration::from_millis(200);

/// For so many orders.
pub fn of(orders: u64) -> ProgressBar {
    shown(ProgressBar::new(orders), "{bar:40} {pos} of {len} orders, {per_sec}, {eta} left")
}

/// For what has no known end.
pub fn waiting() -> ProgressBar {
    shown(ProgressBar::new_spinner(), "{spinner} {elapsed} {msg}")
}

fn shown(bar: ProgressBar, template: &str) -> ProgressBar {
    bar.set_style(ProgressStyle::with_template(template).expect("the template is right"));
    bar.enable_steady_tick(DRAWN_EVERY);
    bar
}
