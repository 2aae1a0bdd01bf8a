//! Bytes as they come from a disk, as text lines for the CSV parser.
//!
//! Guarantees: gzip is unpacked wherever its magic stands; every line ends with `\n`, the last too, so that line
//! numbers are those of a text editor; a file cannot unpack without end.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use super::encoding::{Utf8, utf8};
use super::peek::{Peeked, head, peek};

/// Above this, unpacked, a file is no catalogue but a mistake or a gzip bomb.
pub(super) const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Spreadsheets are kept in zip archives, and older ones in Microsoft's compound files.
const ARCHIVE_MAGIC: [[u8; MAGIC_BYTES]; 2] = [*b"PK\x03\x04", [0xd0, 0xcf, 0x11, 0xe0]];
const MAGIC_BYTES: usize = 4;

/// The lines of a file, see [`text`].
pub(super) type Text<R> = Lines<Utf8<Peeked<Source<R>>>>;

/// The text of `reader`, unpacked where it is gzip, in UTF-8; and the name of the encoding that it had.
pub(super) fn text<R: Read>(reader: R, encoding: Option<&str>) -> io::Result<(Text<R>, &'static str)> {
    let packed = peek(reader, MAGIC_BYTES)?;
    if ARCHIVE_MAGIC.iter().any(|magic| head(&packed) == magic) {
        let why = "it is a spreadsheet's own file (.xlsx, .ods, .xls) or another archive: save the sheet as CSV in UTF-8, and give that";
        return Err(Error::new(ErrorKind::InvalidData, why));
    }
    let is_gzip = head(&packed).starts_with(&GZIP_MAGIC);
    let unpacked =
        if is_gzip { Source::Gzip(Box::new(MultiGzDecoder::new(packed))) } else { Source::Plain(packed) };
    let (text, encoding) = utf8(unpacked, encoding)?;
    Ok((Lines::new(text, FILE_BYTES_MAX), encoding))
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
        text(bytes, None)?.0.read_to_end(&mut out)?;
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
