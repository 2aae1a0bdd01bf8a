//! Text in the encodings that spreadsheets and tills write, as UTF-8.
//!
//! Guarantees: a byte order mark decides; without one, text that is not UTF-8 and was not damaged UTF-8 is taken for
//! Windows-1252, and which encoding was taken can be told. What cannot be decoded becomes U+FFFD, never another letter;
//! of UTF-8 bad bytes stay as they are, for they are refused with their row.

use std::io::{self, Error, ErrorKind, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, WINDOWS_1252};

use super::peek::{Peeked, head, peek, skip};
use super::shown::shown;

/// So much of a file is looked at to tell its encoding.
const LOOKED_AT_BYTES: usize = 1024 * 1024;
const INPUT_BYTES: usize = 16 * 1024;
/// Room for what the input becomes: three bytes of UTF-8 for one.
const OUTPUT_BYTES: usize = 4 * INPUT_BYTES;

/// The text of `reader` in UTF-8, and the name of the encoding that it had.
pub(super) fn utf8<R: Read>(reader: R, wished: Option<&str>) -> io::Result<(Utf8<Peeked<R>>, &'static str)> {
    let mut file = peek(reader, LOOKED_AT_BYTES)?;
    let (encoding, mark) = match Encoding::for_bom(head(&file)) {
        Some(marked) => marked,
        None => (wished.map_or_else(|| guessed(head(&file)), named)?, 0),
    };
    skip(&mut file, mark);
    let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
    Ok((Utf8 { reader: file, decoder, output: Vec::new(), given: 0, ended: false }, encoding.name()))
}

fn named(label: &str) -> io::Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
        wrong(format!(
            "`{}` is no encoding, write utf-8, utf-16le, utf-16be, windows-1252, iso-8859-2 or another",
            shown(label)
        ))
    })
}

/// Of text without a mark.
fn guessed(head: &[u8]) -> io::Result<&'static Encoding> {
    if head.contains(&0) {
        let why =
            "it has bytes of zero: it is no text, or UTF-16 without a mark, then say --encoding utf-16le";
        return Err(wrong(why.to_owned()));
    }
    let mut is_utf8 = true;
    let mut letters_beyond_ascii = 0;
    for chunk in head.utf8_chunks() {
        letters_beyond_ascii += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        is_utf8 &= chunk.invalid().is_empty() || is_cut_off(head, chunk.invalid());
    }
    // Windows-1252 has hardly two letters in a row that are one of UTF-8: who mixes them has damaged UTF-8
    Ok(if is_utf8 || letters_beyond_ascii > 0 { UTF_8 } else { WINDOWS_1252 })
}

/// The letter at the end of a head that is not the whole file.
fn is_cut_off(head: &[u8], bytes: &[u8]) -> bool {
    let is_end = bytes.as_ptr_range().end == head.as_ptr_range().end;
    is_end && head.len() == LOOKED_AT_BYTES
}

fn wrong(why: String) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

pub(super) struct Utf8<R> {
    reader: R,
    /// `None`: it is UTF-8 already.
    decoder: Option<Decoder>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf8<R> {
    fn decode(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let mut input = [0; INPUT_BYTES];
        let length = self.reader.read(&mut input)?;
        self.ended = length == 0;
        self.output.resize(OUTPUT_BYTES, 0);
        let (result, _, written, _) = decoder.decode_to_utf8(&input[..length], &mut self.output, self.ended);
        assert_eq!(result, CoderResult::InputEmpty, "there is room for all that the input becomes");
        self.output.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            return self.reader.read(buffer);
        }
        while self.given == self.output.len() && !self.ended {
            self.decode()?;
        }
        let given = (&self.output[self.given..]).read(buffer)?;
        self.given += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], wished: Option<&str>) -> io::Result<(String, &'static str)> {
        let (mut text, name) = utf8(bytes, wished)?;
        let mut whole = Vec::new();
        text.read_to_end(&mut whole)?;
        Ok((String::from_utf8_lossy(&whole).into_owned(), name))
    }

    fn utf16(text: &str, is_big: bool) -> Vec<u8> {
        let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_mark_or_the_bytes_themselves_tell_the_encoding() {
        let text = "sku,title\nA,Žlutý kůň 小説\n";
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8"),
            (utf16(&format!("\u{feff}{text}"), false), "UTF-16LE"),
            (utf16(&format!("\u{feff}{text}"), true), "UTF-16BE"),
        ] {
            assert_eq!(read(&bytes, None).unwrap(), (text.to_owned(), name));
        }
        assert_eq!(
            read(b"Caf\xe9 \x93quoted\x94", None).unwrap(),
            ("Café “quoted”".to_owned(), "windows-1252")
        );
    }

    #[test]
    fn an_encoding_can_be_said_and_a_mark_knows_better() {
        assert_eq!(read(&utf16("é", false), Some("utf-16le")).unwrap().0, "é");
        assert_eq!(read(b"\xb1", Some("iso-8859-2")).unwrap().0, "ą");
        assert_eq!(read(b"\xef\xbb\xbf\xc3\xa9", Some("windows-1252")).unwrap().0, "é");
        let error = read(b"a", Some("latin-9000")).unwrap_err().to_string();
        assert!(error.starts_with("`latin-9000` is no encoding, write utf-8, "), "{error}");
    }

    #[test]
    fn bytes_of_zero_are_refused_by_name() {
        let error = read(&utf16("sku", false), None).unwrap_err().to_string();
        assert!(error.contains("UTF-16 without a mark, then say --encoding utf-16le"), "{error}");
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_windows_1252() {
        assert_eq!(read(b"Caf\xe9 Caf\xc3\xa9", None).unwrap(), ("Caf\u{fffd} Café".to_owned(), "UTF-8"));
    }

    #[test]
    fn a_letter_that_the_first_look_cuts_is_no_damage() {
        let mut text = "a".repeat(LOOKED_AT_BYTES - 1);
        text.push('é');
        assert_eq!(read(text.as_bytes(), None).unwrap(), (text, "UTF-8"));
    }

    #[test]
    fn half_a_unit_of_utf16_is_said_and_not_dropped() {
        let mut bytes = utf16("\u{feff}ab", false);
        bytes.pop();
        assert_eq!(read(&bytes, None).unwrap().0, "a\u{fffd}");
    }

    proptest! {
        #[test]
        fn text_in_utf16_is_read_back(text in ".{0,300}", is_big in any::<bool>()) {
            let bytes = utf16(&format!("\u{feff}{text}"), is_big);
            prop_assert_eq!(read(&bytes, None).unwrap().0, text);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), label in "utf-16be|big5|shift_jis|gb18030|iso-2022-jp") {
            let _ = read(&bytes, None);
            let _ = read(&bytes, Some(&label));
        }
    }
}
