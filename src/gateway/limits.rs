use std::time::Duration;

use crate::http;

/// What one request and one listener may use.
#[derive(Clone, Debug)]
pub struct HttpLimits {
    pub body_bytes_max: usize,
    /// Up to this many are served; up to [`HttpLimits::HEADERS_PARSED_MAX`] get a problem, above it a bare 431.
    pub headers_max: usize,
    /// An actor's reply.
    pub ask_ms_max: u64,
    /// A whole request: the last resort, should anything else hang.
    pub request_ms_max: u64,
    pub connections: http::Limits,
}

impl HttpLimits {
    /// What actix parses at all.
    pub const HEADERS_PARSED_MAX: usize = 96;
    /// The `q` of a search.
    pub const QUERY_CHARS_MAX: usize = 200;
    pub const PAGE_PRODUCTS: usize = 20;
    /// The largest body of the API has three levels, and an object of it five fields.
    pub const JSON_FIELDS_MAX: usize = 32;
    pub const JSON_DEPTH_MAX: usize = 16;
    /// After this a client asks again about a request of its own that is still running.
    pub const IN_PROGRESS_RETRY_S: u32 = 1;
    /// After this a client asks again when the daemon is closing or not ready.
    pub const CLOSED_RETRY_S: u32 = 5;

    pub fn ask(&self) -> Duration {
        Duration::from_millis(self.ask_ms_max)
    }

    pub fn request(&self) -> Duration {
        Duration::from_millis(self.request_ms_max)
    }
}

impl HttpLimits {
    /// With what connections may use, which the settings say.
    pub fn of(connections: http::Limits) -> HttpLimits {
        const ASK_MS_MAX: u64 = 10_000;
        const ELSE_MS_MAX: u64 = 5_000;
        HttpLimits {
            body_bytes_max: 64 * 1024,
            headers_max: 64,
            ask_ms_max: ASK_MS_MAX,
            request_ms_max: connections.body_ms_max + ASK_MS_MAX + ELSE_MS_MAX,
            connections,
        }
    }
}

impl Default for HttpLimits {
    fn default() -> HttpLimits {
        HttpLimits::of(http::Limits::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_request_outlasts_its_parts() {
        let limits = HttpLimits::default();
        assert!(limits.request_ms_max > limits.connections.body_ms_max + limits.ask_ms_max);
        assert!(limits.headers_max < HttpLimits::HEADERS_PARSED_MAX);
    }
}
