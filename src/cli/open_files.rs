//! How many files the process may open, and how many of them connections may hold: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::partners::processor;

use super::Failure;

/// What a shop opens itself: the journal, the trees, letters that are written, its sockets.
const OWN_FILES_MAX: usize = 256;
/// With fewer a shop is of no use.
const CONNECTIONS_MIN: usize = 64;
/// One in so many is the card page's.
const CARDS_SHARE: usize = 8;

/// How many connections may be open at once.
#[derive(Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// For each worker of the shop.
    pub shop_worker: usize,
    pub cards: usize,
}

/// Raises the limit of open files as far as it may be and helps, and shares out what the shop itself does not need.
/// `worker_max`: the most that one worker can use.
pub fn connection_limits(worker_max: usize, workers: usize) -> Result<ConnectionLimits, Failure> {
    let useful = OWN_FILES_MAX + worker_max.saturating_mul(workers) + processor::CONNECTIONS_MAX;
    let limits = shared_out(raised_to(useful), worker_max, workers)?;
    if limits.shop_worker < worker_max {
        let at_once = limits.shop_worker * workers;
        tracing::debug!(
            at_once,
            "fewer connections than could be served: the limit of open files (ulimit -n) is low"
        );
    }
    Ok(limits)
}

/// The limit that holds from now on. Where it cannot be raised, the shop makes do with what it has.
fn raised_to(useful: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(useful as u64, |maximum| maximum.min(useful as u64));
    match current {
        Some(current) if current < wanted => {
            let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
            if raised.is_ok() { wanted as usize } else { current as usize }
        }
        // no limit at all is as good as enough
        current => current.map_or(useful, |current| current as usize),
    }
}

fn shared_out(files: usize, worker_max: usize, workers: usize) -> Result<ConnectionLimits, Failure> {
    let connections = files.saturating_sub(OWN_FILES_MAX);
    let cards = (connections / CARDS_SHARE).min(processor::CONNECTIONS_MAX);
    let shop_worker = ((connections - cards) / workers.max(1)).min(worker_max);
    if connections < CONNECTIONS_MIN || shop_worker == 0 {
        let least = OWN_FILES_MAX + CONNECTIONS_MIN.max(2 * workers);
        return Err(Failure(format!(
            "only {files} files may be open at once: raise the limit (ulimit -n) to {least} or more"
        )));
    }
    Ok(ConnectionLimits { shop_worker, cards })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_share_what_the_shop_itself_does_not_need() {
        assert_eq!(shared_out(1024, 25_000, 1).unwrap(), ConnectionLimits { shop_worker: 672, cards: 96 });
        assert_eq!(shared_out(1024, 25_000, 4).unwrap(), ConnectionLimits { shop_worker: 168, cards: 96 });
        assert_eq!(
            shared_out(1 << 20, 25_000, 2).unwrap(),
            ConnectionLimits { shop_worker: 25_000, cards: 1_000 }
        );
    }

    #[test]
    fn too_few_files_are_refused_with_what_would_do() {
        for (files, workers) in [(0, 1), (OWN_FILES_MAX + CONNECTIONS_MIN - 1, 1), (320, 100)] {
            let Failure(why) = shared_out(files, 25_000, workers).unwrap_err();
            let (_, least) = why.split_once("to ").unwrap();
            let least = least.split(' ').next().unwrap().parse().unwrap();
            shared_out(least, 25_000, workers).unwrap();
        }
    }
}
