//! What a user of the journal could see, on files in a temporary directory.

mod compression;
mod crash;
mod damage;
mod format;
mod memory;
mod missing;
mod ownership;
mod power;
mod round_trip;

use std::fs::{self, OpenOptions};
use std::future::Future;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use super::block::Kind;
use super::cursor::{Cursor, Loaded};
use super::disk::RealDisk;
use super::head::HeadFile;
use super::header::{Link, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::*;

const SMALL: FileOptions =
    FileOptions { segment_bytes: 1024, batch_bytes_max: BATCH_BYTES_MAX, at_least: Position::START };
const MEDIUM: FileOptions = FileOptions { segment_bytes: 8192, ..SMALL };

fn directory() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

fn open(dir: &Path, options: FileOptions) -> (FileJournal, Recovery) {
    FileJournal::open(dir, options).expect("the journal opens")
}

/// The header of a journal's first segment.
fn first_header() -> SegmentHeader {
    SegmentHeader {
        journal: JournalId::from_bytes([7; JournalId::BYTES]),
        serial: 1,
        incarnation: 1,
        epoch: 0,
        salt: 42,
        first: Position(1),
        capacity: 0,
        link: Link::default(),
    }
}

/// A segment of its own length with this header.
fn segment_of(header: SegmentHeader, blocks: &[u8]) -> Vec<u8> {
    let capacity = (SEGMENT_HEADER_BYTES + blocks.len()) as u64;
    [&SegmentHeader { capacity, ..header }.encode()[..], blocks].concat()
}

/// A journal of this one file.
fn directory_of(segment: &[u8]) -> TempDir {
    let header = SegmentHeader::decode(segment, Path::new("the test's")).unwrap_or(first_header());
    let dir = directory();
    HeadFile::create(dir.path(), header.journal, &RealDisk).expect("the head is made");
    fs::write(super::directory::segment_path(dir.path(), header.first), segment).expect("written");
    dir
}

/// The payload that every test writes at a position: its length differs from record to record.
fn payload(position: Position) -> Vec<u8> {
    let length = 8 + position.0 as usize % 23;
    position.0.to_le_bytes().into_iter().cycle().take(length).collect()
}

fn batch(after: Position, records: u64) -> Batch {
    let mut batch = Batch::new(after.next());
    for position in (after.0 + 1..=after.0 + records).map(Position) {
        assert_eq!(batch.push(|buffer| buffer.extend(payload(position))), position);
    }
    batch
}

fn append(journal: &mut impl Journal, records: u64) -> Result<Position, Error> {
    let last = journal.last();
    wait(journal.append(batch(last, records), last))
}

fn append_payload(journal: &mut impl Journal, payload: &[u8]) -> Result<Position, Error> {
    let last = journal.last();
    let mut batch = Batch::new(last.next());
    batch.push(|buffer| buffer.extend(payload));
    wait(journal.append(batch, last))
}

/// What no compression makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    StdRng::seed_from_u64(bytes as u64).fill_bytes(&mut noise);
    noise
}

/// Reads the directory, asserts that each record is the one written at its position, and returns the end.
fn read_checked(dir: &Path) -> Result<ReadEnd, Error> {
    let mut due = Position::START;
    let end = read(dir, Position::START, &mut |position, bytes| {
        due = due.next();
        assert_eq!((position, bytes), (due, payload(due).as_slice()));
        Ok(())
    })?;
    assert_eq!(end.last, due);
    Ok(end)
}

fn replayed(journal: &impl Journal, from: Position) -> Vec<(Position, Vec<u8>)> {
    let mut records = Vec::new();
    journal
        .replay(from, &mut |position, bytes| {
            records.push((position, bytes.to_vec()));
            Ok(())
        })
        .expect("the journal replays");
    records
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .expect("the directory is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    paths.sort();
    paths
}

fn last_segment(dir: &Path) -> PathBuf {
    segments(dir).pop().expect("there is a segment")
}

fn flip(path: &Path, offset: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).expect("the file opens");
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).expect("the byte is there");
    file.write_all_at(&[byte[0] ^ 0x10], offset).expect("the byte is written");
}

fn copy(from: &Path) -> TempDir {
    let to = directory();
    for entry in fs::read_dir(from).expect("the directory is there") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, to.path().join(path.file_name().expect("a name"))).expect("the file is copied");
    }
    to
}

/// The offset and length of each block of a segment.
fn blocks(path: &Path) -> Vec<(u64, u64)> {
    blocks_with_kinds(path).into_iter().map(|(_, start, length)| (start, length)).collect()
}

fn kinds(path: &Path) -> Vec<Kind> {
    blocks_with_kinds(path).into_iter().map(|(kind, ..)| kind).collect()
}

fn blocks_with_kinds(path: &Path) -> Vec<(Kind, u64, u64)> {
    let segment = Loaded::read(path).expect("the segment loads");
    let mut cursor = Cursor::begin(&segment.header);
    let mut found = Vec::new();
    let mut start = cursor.offset;
    while let Some(block) = cursor.next(&segment).expect("the segment checks") {
        found.push((block.kind, start as u64, (cursor.offset - start) as u64));
        start = cursor.offset;
    }
    found
}

/// So many cases of a property, each of which costs some files; PROPTEST_CASES asks for others.
fn cases(default: u32) -> proptest::test_runner::Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = proptest::test_runner::Config::default();
    if asked { config } else { proptest::test_runner::Config { cases: default, ..config } }
}
