use std::time::Duration;

use ipnet::IpNet;

/// What connections may use. Times are real milliseconds.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For each worker. Beyond it, new connections wait in the backlog of the listener.
    pub connections_max: usize,
    /// From one address; an IPv6 address counts by its /64. 0: no bound of its own.
    pub address_connections_max: usize,
    /// The same for loopback, where a reverse proxy of this machine brings everybody.
    pub local_connections_max: usize,
    /// Trusted proxies, each of which brings everybody: no bound of their own.
    pub proxies: Vec<IpNet>,
    /// From an answer to the first byte of the next request.
    pub idle_ms_max: u64,
    /// From the first byte of a head to its last, and from a new connection to its first byte.
    pub head_ms_max: u64,
    /// From a head to the end of the body that follows it.
    pub body_ms_max: u64,
    /// For the reader to take an answer, with as much again as its bytes need at `write_bytes_per_s_min`.
    pub write_ms_max: u64,
    pub write_bytes_per_s_min: u64,
    /// Whether bodies are wiped from memory after they were read: on the card page they hold card numbers.
    pub wipes_bodies: bool,
}

impl Limits {
    /// Of a head: 64 headers of 256 bytes.
    pub const HEAD_BYTES: usize = 16 * 1024;
    /// Read at once.
    pub(super) const READ_BYTES: usize = 4 * 1024;
    /// Of an answer, before it is written on.
    pub const OUT_BYTES: usize = 64 * 1024;
    /// What the system may keep of an answer for a reader; it doubles this for its own needs.
    pub(super) const SEND_BUFFER_BYTES: usize = 64 * 1024;
    /// Of a body that no handler read: as much as this of what is here already is discarded, so that the connection can go on.
    pub(super) const PASSED_OVER_BYTES: usize = 64 * 1024;
    /// How long, and how much of, what still comes after a last answer is discarded: a reset would take the answer from its reader.
    pub(super) const LINGER: Duration = Duration::from_secs(2);
    pub(super) const LINGER_BYTES: usize = 1024 * 1024;
    /// How long a server that was told to stop waits for the answers in flight.
    pub(super) const DRAIN: Duration = Duration::from_secs(5);
    /// After the system could give no connection, as without a free file.
    pub(super) const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
    /// That there is no room for one more.
    pub(super) const FULL_TOLD_EVERY: Duration = Duration::from_secs(60);

    pub(super) fn idle(&self) -> Duration {
        Duration::from_millis(self.idle_ms_max)
    }

    pub(super) fn head(&self) -> Duration {
        Duration::from_millis(self.head_ms_max)
    }

    pub(super) fn body(&self) -> Duration {
        Duration::from_millis(self.body_ms_max)
    }

    /// For an answer of `bytes`.
    pub(super) fn write(&self, bytes: usize) -> Duration {
        let for_size = (bytes as u64).saturating_mul(1_000) / self.write_bytes_per_s_min.max(1);
        Duration::from_millis(self.write_ms_max.saturating_add(for_size))
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections_max: 25_000,
            address_connections_max: 256,
            local_connections_max: 0,
            proxies: vec![],
            idle_ms_max: 75_000,
            head_ms_max: 10_000,
            body_ms_max: 10_000,
            write_ms_max: 10_000,
            write_bytes_per_s_min: 4_096,
            wipes_bodies: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_for_an_answer_grows_with_its_size() {
        let limits = Limits { write_ms_max: 1_000, write_bytes_per_s_min: 4_096, ..Limits::default() };
        assert_eq!(limits.write(0), Duration::from_secs(1));
        assert_eq!(limits.write(8_192), Duration::from_secs(3));
    }
}
