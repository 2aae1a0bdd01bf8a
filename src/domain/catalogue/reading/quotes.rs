//! Quotes that stand where no quote may: `"10" Pipe"`, and `"a \"quoted\" title"` as other programs escape them. The parser reads on
//! as well as it can, and what comes of it is not what was written.
//!
//! Guarantee: the bytes pass as they are.

use std::collections::VecDeque;
use std::io::{self, Read};

pub(super) struct Quotes<R> {
    inner: R,
    separator: u8,
    state: State,
    line: u64,
    column: usize,
    /// Line and column of each field with such a quote that nobody has asked for yet.
    bad: VecDeque<(u64, usize)>,
}

#[derive(Clone, Copy)]
enum State {
    Begins,
    Bare,
    Quoted,
    /// After a quote in a quoted field: it ends it, or a second one follows.
    AfterQuote,
}

impl<R> Quotes<R> {
    pub fn new(inner: R, separator: u8) -> Quotes<R> {
        Quotes { inner, separator, state: State::Begins, line: 1, column: 0, bad: VecDeque::new() }
    }

    /// The columns of such fields, of the records up to this line.
    pub fn seen_until(&mut self, last_line: u64) -> Vec<usize> {
        let count = self.bad.iter().take_while(|(line, _)| *line <= last_line).count();
        self.bad.drain(..count).map(|(_, column)| column).collect()
    }

    fn see(&mut self, byte: u8) {
        let is_within = matches!(self.state, State::Quoted);
        self.state = match (self.state, byte) {
            (State::Begins, b'"') | (State::AfterQuote, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::AfterQuote,
            (State::Quoted, _) => State::Quoted,
            (_, b'\n') => State::Begins,
            (_, byte) if byte == self.separator => State::Begins,
            (State::AfterQuote, _) => {
                self.bad.push_back((self.line, self.column));
                State::Bare
            }
            _ => State::Bare,
        };
        if byte == b'\n' {
            self.line += 1;
            self.column = if is_within { self.column } else { 0 };
        } else if byte == self.separator && !is_within {
            self.column += 1;
        }
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let given = self.inner.read(buffer)?;
        buffer[..given].iter().for_each(|&byte| self.see(byte));
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(text: &str) -> Vec<(u64, usize)> {
        let mut quotes = Quotes::new(text.as_bytes(), b',');
        io::copy(&mut quotes, &mut io::sink()).unwrap();
        quotes.bad.into()
    }

    #[test]
    fn a_quote_within_a_quoted_field_is_seen_and_others_are_right() {
        assert_eq!(
            bad("a,b,c\nQ1,\"10\" Pipe\",3\nQ2,\"two\nlines\",\"a \\\"quoted\\\" title\"\n"),
            [(2, 1), (4, 2)]
        );
        assert_eq!(bad("Q1,10\" Pipe,\"10\"\" Pipe\",\"\",\"a,\nb\"\n\"x\"\n"), []);
    }

    #[test]
    fn they_are_taken_by_the_records_that_were_read() {
        let mut quotes = Quotes::new(&b"\"a\"b\"\n\"c\"d\"\n"[..], b',');
        io::copy(&mut quotes, &mut io::sink()).unwrap();
        assert_eq!(
            (quotes.seen_until(1), quotes.seen_until(1), quotes.seen_until(2)),
            (vec![0], vec![], vec![0])
        );
    }
}
