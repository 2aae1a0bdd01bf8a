use std::process::ExitCode;

/// Turns are made of many small pieces that come and go: it takes them for half of what the system's allocator does,
/// and gives back more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    doorstep::cli::run()
}
