//! What stands between the fields of a file, told from its first line.

/// As many bytes of a file hold its first line, or it is no header.
pub(super) const LOOKED_AT_BYTES: usize = 64 * 1024;

/// The likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Separator {
    pub byte: u8,
    /// The first line says so, as Excel writes it (`sep=;`), and the header comes behind it.
    pub is_said: bool,
}

/// Of the beginning of a file, whose lines end with `\n`.
pub(super) fn of(head: &[u8]) -> Separator {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if let Some(byte) = said(line) {
        return Separator { byte, is_said: true };
    }
    let mut best = (SEPARATORS[0], 0);
    for byte in SEPARATORS {
        let count = outside_quotes(head, byte);
        if count > best.1 {
            best = (byte, count);
        }
    }
    Separator { byte: best.0, is_said: false }
}

fn said(line: &[u8]) -> Option<u8> {
    let bare = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(line);
    match bare {
        [s, e, p, b'=', byte] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && byte.is_ascii() => Some(*byte),
        _ => None,
    }
}

/// How often a separator stands in the header, which may be of several lines where they stand in quotes.
fn outside_quotes(head: &[u8], separator: u8) -> usize {
    let mut is_quoted = false;
    let mut count = 0;
    for &byte in head {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            byte if byte == separator && !is_quoted => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_what_parts_its_fields() {
        for (head, byte) in [
            ("sku,title,price\n1;2;3;4;5;6\n", b','),
            ("sku;title;price, incl. tax\n", b';'),
            ("id\ttitle\tprice\n", b'\t'),
            ("sku|title\n", b'|'),
            ("\"a;b;c;d\",\"e\nf;g\",h\n", b','),
            ("title\n", b','),
            ("", b','),
        ] {
            assert_eq!(of(head.as_bytes()), Separator { byte, is_said: false }, "{head}");
        }
    }

    #[test]
    fn a_file_that_says_what_it_is_is_believed() {
        for head in ["sep=;\nsku,title\n", "SEP=;\n", "\"sep=;\"\n"] {
            assert_eq!(of(head.as_bytes()), Separator { byte: b';', is_said: true }, "{head}");
        }
        assert_eq!(of(b"sep=\t\nsku\ttitle\n").byte, b'\t');
        assert!(!of(b"sep=;;\n").is_said && !of("sep=é\n".as_bytes()).is_said);
    }
}
