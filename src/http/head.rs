use memchr::memchr;

/// Looks for the end of a request's head as its bytes come, each once.
#[derive(Debug, Default)]
pub struct HeadScan {
    /// Up to here nothing need be looked at again.
    seen: usize,
    /// Where the line begins that is looked at.
    line: usize,
    /// The request line has come; empty lines before it are passed over (RFC 9112, 2.2).
    begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    Partial,
    /// With its length in bytes.
    Whole(usize),
    /// A line ends in LF alone, which parsers read differently; or it begins like no method, as TLS does. Refused at once.
    Malformed,
}

impl HeadScan {
    /// `bytes`: all that has come since the head began.
    pub fn look(&mut self, bytes: &[u8]) -> Scanned {
        while let Some(offset) = memchr(b'\n', &bytes[self.seen..]) {
            let lf = self.seen + offset;
            if lf == self.line || bytes[lf - 1] != b'\r' {
                return Scanned::Malformed;
            }
            let is_empty = lf - self.line == 1;
            self.seen = lf + 1;
            self.line = lf + 1;
            if is_empty && self.begun {
                return Scanned::Whole(self.seen);
            }
            self.begun |= !is_empty;
        }
        self.seen = bytes.len();
        match bytes.get(self.line) {
            Some(first) if !self.begun && !is_of_a_method(*first) && *first != b'\r' => Scanned::Malformed,
            _ => Scanned::Partial,
        }
    }
}

/// A token's character (RFC 9110, 5.6.2).
fn is_of_a_method(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(head: &[u8]) -> Scanned {
        HeadScan::default().look(head)
    }

    #[test]
    fn a_head_ends_with_its_first_empty_line() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        assert_eq!(scanned(head), Scanned::Whole(head.len()));
        assert_eq!(scanned(&[head, &b"body\n"[..]].concat()), Scanned::Whole(head.len()));
        assert_eq!(scanned(b"\r\n\r\nGET / HTTP/1.1\r\n\r\n"), Scanned::Whole(22));
        assert_eq!(scanned(&head[..head.len() - 1]), Scanned::Partial);
        assert_eq!(scanned(b""), Scanned::Partial);
    }

    #[test]
    fn a_bare_lf_is_seen_wherever_it_stands() {
        for head in [
            &b"GET / HTTP/1.1\nHost: a\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nHost: a\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\n\n",
            b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: \n\n",
        ] {
            assert_eq!(scanned(head), Scanned::Malformed, "{head:?}");
        }
    }

    #[test]
    fn what_is_no_http_is_not_waited_for() {
        assert_eq!(scanned(b"\x16\x03\x01\x02"), Scanned::Malformed);
        assert_eq!(scanned(b"\r\n\0"), Scanned::Malformed);
        assert_eq!(scanned(b"BREW"), Scanned::Partial);
        assert_eq!(scanned(b"\r"), Scanned::Partial);
    }

    #[test]
    fn a_head_that_comes_byte_by_byte_is_found_as_well() {
        for head in [&b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], b"GET / HTTP/1.1\r\nHost: a\r\n\n"] {
            let mut scan = HeadScan::default();
            let bit_by_bit = (1..=head.len()).map(|end| scan.look(&head[..end]));
            let ended: Vec<Scanned> = bit_by_bit.filter(|scanned| *scanned != Scanned::Partial).collect();
            assert_eq!(ended, [scanned(head)]);
        }
    }
}
