//! Batches of more lines than one row has.
use super::*;

const LINES: u128 = 40;

fn lines(bank: &Alone<Shop>, batch: BatchId, chunk: u32) -> usize {
    bank.get::<SettlementLines>(&ChunkId { batch, chunk }).map_or(0, |lines| lines.0.len())
}

#[test]
fn the_lines_of_a_batch_stand_in_rows_that_do_not_grow_and_all_are_paid_in_their_order() {
    let mut bank = alone();
    for n in 1..=LINES {
        // all of one slot
        let n = n * u128::from(SLOTS);
        approve(&mut bank, n, "tok_visa", 1_000);
        capture(&mut bank, n, 1_000);
    }
    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    assert_eq!([0, 1, 2, 3].map(|chunk| lines(&bank, batch, chunk)), [16, 16, 8, 0]);
    assert_eq!(bank.get::<SettlementBatch>(&batch).map(|batch| batch.lines), Some(40));

    let [file] = &files(&bank.when(Address::BankActor, Message::SettlementDue { batch }))[..] else {
        panic!("one file, of one slot");
    };
    let payments: Vec<_> = file.lines.iter().map(|line| line.payment()).collect();
    assert_eq!(payments, (1..=LINES).map(|n| payment(n * u128::from(SLOTS))).collect::<Vec<_>>());
    assert_eq!(file.payout, pence(40 * 985));
    check_books(&bank);
}

#[test]
fn the_key_of_a_row_of_lines_reads_back_and_sorts_behind_its_batch() {
    use crate::runtime::TableKey;
    let batch = BatchId { captured_on: NOON.date(), part: 3 };
    let key = ChunkId { batch, chunk: 258 };
    assert_eq!(ChunkId::from_bytes(&key.to_bytes()), Some(key));
    assert!(key.to_bytes().starts_with(&batch.to_bytes()));
    for bad in [&[][..], &[0; 4], &[0; 11], &[0; 13]] {
        assert_eq!(ChunkId::from_bytes(bad), None);
    }
}
