use std::io::{self, Chain, Cursor, Read};

/// A reader whose first bytes have been looked at; it still gives all of them.
pub(super) type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

/// Looks at the first `length` bytes; there are fewer where the file ends before.
pub(super) fn peek<R: Read>(mut reader: R, length: usize) -> io::Result<Peeked<R>> {
    let mut head = Vec::new();
    reader.by_ref().take(length as u64).read_to_end(&mut head)?;
    Ok(Cursor::new(head).chain(reader))
}

/// What was looked at.
pub(super) fn head<R>(peeked: &Peeked<R>) -> &[u8] {
    peeked.get_ref().0.get_ref()
}

/// The first `length` bytes will not be given.
pub(super) fn skip<R>(peeked: &mut Peeked<R>, length: usize) {
    peeked.get_mut().0.set_position(length as u64);
}
