#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Turns are made of many small pieces that come and go: the system's allocator took about a third of the actors' time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    doorstep::cli::run()
}
