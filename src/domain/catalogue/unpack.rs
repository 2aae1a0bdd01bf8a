//! Bytes as they come from a disk, as text lines for the CSV parser.
//!
//! Guarantees: gzip is unpacked wherever its magic stands; a UTF-8 byte order mark is dropped; every line ends
//! with `\n`, the last too, so that line numbers are those of a text editor; a file cannot unpack without end.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Error, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

/// Above this, unpacked, a file is no catalogue but a mistake or a gzip bomb.
pub(super) const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const UTF8_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const UTF16_MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// The lines of a file, see [`text`].
pub(super) type Text<R> = Lines<Peeked<Source<R>>>;

/// The text of `reader`, unpacked where it is gzip.
pub(super) fn text<R: Read>(reader: R) -> io::Result<Text<R>> {
    let packed = peek(reader, GZIP_MAGIC.len())?;
    let is_gzip = packed.get_ref().0.get_ref() == &GZIP_MAGIC;
    let unpacked =
        if is_gzip { Source::Gzip(Box::new(MultiGzDecoder::new(packed))) } else { Source::Plain(packed) };
    let mut whole = peek(unpacked, UTF8_MARK.len())?;
    let mark = whole.get_mut().0;
    if UTF16_MARKS.iter().any(|utf16| mark.get_ref().starts_with(utf16)) {
        return Err(Error::new(ErrorKind::InvalidData, "its text is UTF-16, save the file as UTF-8"));
    }
    if mark.get_ref() == &UTF8_MARK {
        mark.set_position(UTF8_MARK.len() as u64);
    }
    Ok(Lines::new(whole, FILE_BYTES_MAX))
}

/// A reader whose first bytes have been looked at; it still gives all of them.
pub(super) type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

/// Looks at the first `length` bytes; there are fewer where the file ends before.
fn peek<R: Read>(mut reader: R, length: usize) -> io::Result<Peeked<R>> {
    let mut head = Vec::with_capacity(length);
    reader.by_ref().take(length as u64).read_to_end(&mut head)?;
    Ok(Cursor::new(head).chain(reader))
}

pub(super) enum Source<R> {
    Plain(Peeked<R>),
    Gzip(Box<MultiGzDecoder<Peeked<R>>>),
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(plain) => plain.read(buffer),
            Source::Gzip(gzip) => gzip.read(buffer),
        }
    }
}

/// Turns `\r\n` and `\r` into `\n`, ends the last line, and refuses a file of too many bytes.
pub(super) struct Lines<R> {
    inner: BufReader<R>,
    bytes_left: u64,
    after_return: bool,
    /// The last line given has not been ended yet.
    line_open: bool,
}

impl<R: Read> Lines<R> {
    fn new(inner: R, bytes_max: u64) -> Lines<R> {
        Lines { inner: BufReader::new(inner), bytes_left: bytes_max, after_return: false, line_open: false }
    }

    /// Moves bytes until one of the two buffers is at its end; how many were given.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.inner.fill_buf()?;
        let mut taken = 0;
        let mut given = 0;
        for &byte in available {
            if given == buffer.len() {
                break;
            }
            taken += 1;
            let second_half = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            if !second_half {
                buffer[given] = if byte == b'\r' { b'\n' } else { byte };
                self.line_open = buffer[given] != b'\n';
                given += 1;
            }
        }
        self.inner.consume(taken);
        self.bytes_left = self.bytes_left.checked_sub(taken as u64).ok_or_else(|| {
            let why = format!("it unpacks to more than {FILE_BYTES_MAX} bytes, split the file");
            Error::new(ErrorKind::InvalidData, why)
        })?;
        Ok(given)
    }

    fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.inner.fill_buf()?.is_empty())
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let given = self.fill(buffer)?;
            if given > 0 {
                return Ok(given);
            }
            if self.at_end()? {
                break;
            }
        }
        if self.line_open {
            self.line_open = false;
            buffer[0] = b'\n';
            return Ok(1);
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        text(bytes)?.read_to_end(&mut out)?;
        Ok(out)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn lines_end_alike_however_the_file_ends_them() {
        assert_eq!(unpacked(b"a\r\nb\rc\n\nd").unwrap(), b"a\nb\nc\n\nd\n");
        assert_eq!(unpacked(b"").unwrap(), b"");
    }

    #[test]
    fn a_gzip_file_of_several_members_is_unpacked_whole() {
        let packed = [gzip(b"\xef\xbb\xbfa,b\n"), gzip(b"1,2\n")].concat();
        assert_eq!(unpacked(&packed).unwrap(), b"a,b\n1,2\n");
    }

    #[test]
    fn a_gzip_file_that_was_cut_is_an_error() {
        let packed = gzip(b"sku,title\n");
        assert!(unpacked(&packed[..packed.len() - 5]).is_err());
    }

    #[test]
    fn utf16_is_named_rather_than_misread() {
        let error = unpacked(b"\xff\xfes\0k\0u\0").unwrap_err();
        assert_eq!(error.to_string(), "its text is UTF-16, save the file as UTF-8");
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let mut lines = Lines::new(&b"0123456789"[..], 9);
        assert!(lines.read_to_end(&mut Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn packed_and_plain_give_the_same_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assume!(!bytes.starts_with(&GZIP_MAGIC));
            prop_assert_eq!(unpacked(&gzip(&bytes)).ok(), unpacked(&bytes).ok());
        }
    }
}
