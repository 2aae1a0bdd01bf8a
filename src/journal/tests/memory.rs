use std::time::Duration;

use super::*;

#[tokio::test(start_paused = true)]
async fn an_append_completes_after_the_latency() {
    let mut journal = MemoryJournal::with_latency(Duration::from_millis(7));
    let before = tokio::time::Instant::now();
    let appended = journal.append(batch(Position::START, 3), Position::START);
    assert_eq!(journal.last(), Position::START);
    assert_eq!(appended.await.expect("appended"), Position(3));
    assert_eq!(before.elapsed(), Duration::from_millis(7));
    assert_eq!(replayed(&journal, Position(1)).len(), 2);
}

#[tokio::test]
async fn a_crash_drops_what_is_not_durable_and_ends_its_handles() {
    let world = MemoryJournal::new();
    let mut first_life = world.clone();
    first_life.append(batch(Position::START, 3), Position::START).await.expect("appended");
    let in_flight = first_life.append(batch(Position(3), 2), Position(3));
    world.crash();
    assert!(matches!(in_flight.await, Err(Error::Broken)));
    assert!(matches!(first_life.append(batch(Position(3), 1), Position(3)).await, Err(Error::Broken)));
    assert!(matches!(first_life.claim(9).await, Err(Error::Broken)));

    let mut second_life = world.clone();
    assert_eq!(second_life.claim(1).await.expect("claimed"), Position(3));
    assert_eq!(second_life.append(batch(Position(3), 2), Position(3)).await.expect("appended"), Position(5));
    assert_eq!(replayed(&world, Position::START).len(), 5);
}

#[tokio::test]
async fn a_crash_after_the_write_keeps_what_nobody_was_told() {
    let world = MemoryJournal::new();
    let mut first_life = world.clone();
    let in_flight = first_life.append(batch(Position::START, 2), Position::START);
    world.crash_after_write();
    assert!(matches!(in_flight.await, Err(Error::Broken)));
    assert_eq!(world.clone().claim(1).await.expect("claimed"), Position(2));
}

#[tokio::test]
async fn a_later_claim_refuses_the_earlier_owner() {
    let mut old = MemoryJournal::new();
    let mut new = old.clone();
    old.claim(1).await.expect("claimed");
    let in_flight = old.append(batch(Position::START, 1), Position::START);
    assert_eq!(new.claim(2).await.expect("claimed"), Position::START);
    assert!(matches!(in_flight.await, Err(Error::StaleEpoch { epoch: 1, current: 2 })));
    assert!(matches!(old.claim(1).await, Err(Error::StaleEpoch { epoch: 1, current: 2 })));
    let refused = old.append(batch(Position::START, 1), Position::START).await;
    assert!(matches!(refused, Err(Error::StaleEpoch { epoch: 1, current: 2 })));
    new.append(batch(Position::START, 1), Position::START).await.expect("appended");
}

#[tokio::test]
async fn a_second_append_while_one_is_in_flight_is_refused() {
    let mut journal = MemoryJournal::new();
    let first = journal.append(batch(Position::START, 1), Position::START);
    assert!(matches!(journal.append(batch(Position(1), 1), Position(1)).await, Err(Error::Busy)));
    assert_eq!(first.await.expect("appended"), Position(1));
    assert!(matches!(journal.append(batch(Position(1), 1), Position(1)).await, Err(Error::Broken)));
}

#[tokio::test]
async fn a_failed_append_is_never_durable_and_the_next_life_goes_on() {
    let world = MemoryJournal::new();
    let mut journal = world.clone();
    world.fail_next_append();
    assert!(matches!(
        journal.append(batch(Position::START, 1), Position::START).await,
        Err(Error::Io { .. })
    ));
    assert!(journal.append(batch(Position::START, 1), Position::START).await.is_err());
    world.crash();
    let mut next_life = world.clone();
    assert_eq!(
        next_life.append(batch(Position::START, 2), Position::START).await.expect("appended"),
        Position(2)
    );
}

#[tokio::test]
async fn trimming_forgets_the_beginning() {
    let mut journal = MemoryJournal::new();
    for _ in 0..4 {
        let last = journal.last();
        journal.append(batch(last, 5), last).await.expect("appended");
    }
    journal.trim(Position(11)).expect("trimmed");
    assert_eq!(replayed(&journal, Position(10)).len(), 10);
    assert!(matches!(journal.replay(Position(9), &mut |_, _| Ok(())), Err(Error::MissingSegment { .. })));
}

#[tokio::test]
async fn of_a_write_in_flight_a_crash_leaves_all_or_nothing() {
    use crate::journal::Tail;
    let tails = [Tail::Lost, Tail::Whole]
        .into_iter()
        .chain((0..64).map(|bit| Tail::Torn { sectors: 1 << bit }))
        .chain((0..20_000).step_by(7).map(|bit| Tail::Flipped { bit }));
    // Written as it is, and compressed: several sectors each.
    let payloads = [noise(2_000), noise(2_000).repeat(2)];
    let cases = tails.flat_map(|tail| payloads.iter().map(move |payload| (tail, payload)));
    for (n, (tail, payload)) in cases.enumerate() {
        let journal = MemoryJournal::new();
        let mut first = journal.clone();
        first.claim(1).await.expect("claimed");
        let mut batch = Batch::new(Position(1));
        batch.push(|buffer| buffer.extend([7; 900]));
        first.append(batch, Position(0)).await.expect("appended");
        let mut batch = Batch::new(Position(2));
        batch.push(|buffer| buffer.extend(payload));
        let _in_flight = first.append(batch, Position(1));
        let found = journal.crash_leaving(tail, n as u64).expect("a torn tail is no damage");
        assert_eq!(found, tail == Tail::Whole, "{tail:?}");
        assert_eq!(journal.clone().last(), Position(if found { 2 } else { 1 }), "{tail:?}");
    }
}

#[tokio::test]
async fn rot_before_the_last_batch_is_refused_at_every_bit() {
    refuses_rot_at_every_bit(&noise(100), 160).await;
    refuses_rot_at_every_bit(&noise(300).repeat(2), 376).await;
}

/// `bytes` are those of the block that holds the payload.
async fn refuses_rot_at_every_bit(payload: &[u8], bytes: u64) {
    let journal = MemoryJournal::new();
    let mut handle = journal.clone();
    handle.claim(1).await.expect("claimed");
    assert_eq!(journal.refuses_rot(0, 1), None);
    for n in 1..=2 {
        let mut batch = Batch::new(Position(n));
        batch.push(|buffer| buffer.extend(payload));
        handle.append(batch, Position(n - 1)).await.expect("appended");
    }
    for bit in 0..8 * bytes {
        assert_eq!(journal.refuses_rot(bit, 1), Some(true), "bit {bit}");
    }
}
