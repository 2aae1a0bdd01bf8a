use std::sync::Arc;

use super::*;
use crate::actors::testing::{NOON, alone};
use crate::actors::{self, Address, Call, Decided, Shop};
use crate::domain::{CaseId, Date, Happening, OrderId};
use crate::partners::Answered;
use crate::partners::mail::{Letter, MailKind, Subject};
use crate::runtime::{Alone, Due, TableKey, TimerChange};

pub fn mail(kind: MailKind) -> MailId {
    MailId { about: OrderId::new(NOON.0, 1).into(), kind, written_at: NOON }
}

pub fn letter(kind: MailKind) -> Letter {
    Letter {
        kind,
        about: mail(kind).about,
        number: None,
        to_address: "ada@example.org".into(),
        to_name: "Ada".into(),
        link: None,
        lines: vec![],
        totals: None,
        ship_to: None,
        arrives_on: None,
        tracking: None,
        reason: None,
        aftermath: None,
        written_at: NOON,
    }
}

fn send(alone: &mut Alone<Shop>, kind: MailKind) -> Decided {
    alone.when(Address::Mailer, Message::Send(Arc::new(letter(kind))))
}

fn posted(alone: &mut Alone<Shop>, kind: MailKind, result: Answered<()>) -> Decided {
    alone.when(Address::Mailer, Message::Posted { mail: mail(kind), result })
}

fn unknown() -> Answered<()> {
    Answered::Unknown("connection reset".into())
}

/// The letters that a turn gives to the post.
fn letters(turn: &Decided) -> Vec<Letter> {
    let posts = turn.calls().iter().filter_map(|call| match call {
        Call::SendLetter(call) => Some(call.letter.as_ref().clone()),
        _ => None,
    });
    posts.collect()
}

fn happenings(turn: &Decided) -> Vec<Happening> {
    turn.events().iter().flat_map(actors::Event::happenings).map(|(_, _, what)| what).collect()
}

#[test]
fn a_letter_is_on_record_in_the_turn_that_posts_it() {
    let mut alone = alone();
    let turn = send(&mut alone, MailKind::Dispatched);
    assert_eq!(letters(&turn), [letter(MailKind::Dispatched)]);
    assert!(alone.get::<Mail>(&mail(MailKind::Dispatched)).is_some());
}

#[test]
fn a_posted_letter_leaves_the_outbox_and_is_on_the_timeline() {
    let mut alone = alone();
    send(&mut alone, MailKind::Dispatched);
    let turn = posted(&mut alone, MailKind::Dispatched, Answered::Known(()));
    assert_eq!(happenings(&turn), [Happening::Mailed { what: "dispatched".into() }]);
    assert_eq!(alone.get::<Mail>(&mail(MailKind::Dispatched)), None);
    // a second answer, as after a crash between call and answer
    assert!(posted(&mut alone, MailKind::Dispatched, Answered::Known(())).events().is_empty());
}

#[test]
fn the_same_letter_twice_while_unsent_is_posted_once_and_another_kind_is_another_letter() {
    let mut alone = alone();
    send(&mut alone, MailKind::Dispatched);
    assert!(letters(&send(&mut alone, MailKind::Dispatched)).is_empty());
    assert_eq!(letters(&send(&mut alone, MailKind::Delivered)).len(), 1);
}

#[test]
fn each_of_two_changes_of_a_promise_has_its_own_letter_also_in_one_millisecond() {
    let mut alone = alone();
    let change = |alone: &mut Alone<Shop>, day| {
        let letter = Letter { arrives_on: Some(Date(day)), ..letter(MailKind::PromiseChanged) };
        alone.when(Address::Mailer, Message::Send(Arc::new(letter)))
    };
    let (first, second) = (change(&mut alone, 20_780), change(&mut alone, 20_781));
    let written = [letters(&first), letters(&second)].concat();
    assert_eq!(
        written.iter().map(|letter| letter.arrives_on).collect::<Vec<_>>(),
        [Some(Date(20_780)), Some(Date(20_781))]
    );
    assert_ne!(MailId::of(&written[0]), MailId::of(&written[1]));
    assert!(letters(&change(&mut alone, 20_781)).is_empty(), "a repeat is still one letter");
}

#[test]
fn what_is_unknown_is_posted_again_after_a_growing_pause() {
    let mut alone = alone();
    send(&mut alone, MailKind::Cancelled);
    for attempt in 1..=3 {
        let turn = posted(&mut alone, MailKind::Cancelled, unknown());
        let [TimerChange::Set { due, .. }] = turn.timers() else { panic!("one timer is set") };
        assert_eq!(*due, Due::Real(alone.real_now.plus_ms(alone.rules.retry_ms(attempt))));
        let again = alone.when(Address::Mailer, Message::Retry { mail: mail(MailKind::Cancelled) });
        assert_eq!(letters(&again), [letter(MailKind::Cancelled)]);
    }
}

#[test]
fn a_letter_that_the_post_never_takes_is_parked_with_a_case_after_the_last_attempt() {
    let mut alone = alone();
    send(&mut alone, MailKind::Cancelled);
    let mut attempts = 1;
    let parked = loop {
        let turn = posted(&mut alone, MailKind::Cancelled, unknown());
        if turn.timers().is_empty() {
            break turn;
        }
        alone.when(Address::Mailer, Message::Retry { mail: mail(MailKind::Cancelled) });
        attempts += 1;
    };
    assert_eq!(attempts, alone.rules.mail_attempts_max);
    assert!(matches!(&happenings(&parked)[..], [Happening::MailParked { .. }, Happening::CaseOpened { .. }]));
}

#[test]
fn a_refused_letter_is_parked_at_once_and_a_late_timer_does_not_wake_it() {
    let mut alone = alone();
    send(&mut alone, MailKind::Delivered);
    let turn = posted(&mut alone, MailKind::Delivered, Answered::Refused("no such mailbox".into()));
    let [Happening::MailParked { what, why }, Happening::CaseOpened { why: case }] = &happenings(&turn)[..]
    else {
        panic!("parked, with a case");
    };
    let her_address = format!("`doorstep orders --search {}` shows her address", OrderId::new(NOON.0, 1));
    assert!(case.contains("tell the customer yourself") && case.contains(&her_address), "{case}");
    assert_eq!((what.as_str(), why.as_str()), ("delivered", "no such mailbox"));
    let row = alone.get::<Mail>(&mail(MailKind::Delivered)).expect("it is kept for the operator");
    assert_eq!(row.parked, Some(Parked { why: "no such mailbox".into(), at: Some(alone.now) }));
    let late = alone.when(Address::Mailer, Message::Retry { mail: mail(MailKind::Delivered) });
    assert!(late.calls().is_empty());
    assert!(posted(&mut alone, MailKind::Delivered, Answered::Known(())).events().is_empty());
}

/// The letter about that case would be refused too, and so on.
#[test]
fn a_parked_letter_opens_a_case_and_one_about_a_case_opens_none() {
    let cases = |turn: &Decided| turn.sends().iter().filter(|(to, _)| *to == Address::BackOffice).count();
    let refused = Answered::Refused("no such mailbox".into());
    let mut alone = alone();
    send(&mut alone, MailKind::NewOrder);
    assert_eq!(cases(&posted(&mut alone, MailKind::NewOrder, refused.clone())), 1);
    let about_case = Letter { about: Subject::Case(CaseId::nth_of(None, 1)), ..letter(MailKind::NewCase) };
    let mail = MailId::of(&about_case);
    alone.when(Address::Mailer, Message::Send(Arc::new(about_case)));
    let turn = alone.when(Address::Mailer, Message::Posted { mail: mail.clone(), result: refused });
    assert_eq!((cases(&turn), happenings(&turn)), (0, vec![]));
    assert!(alone.get::<Mail>(&mail).is_some_and(|row| row.parked.is_some()), "it is kept");
}

#[test]
fn a_mail_id_reads_back_from_its_key() {
    for kind in MailKind::ALL {
        let bytes = TableKey::to_bytes(&mail(kind));
        assert_eq!(MailId::from_bytes(&bytes), Some(mail(kind)));
    }
    assert_eq!(MailId::from_bytes(&[0; 16]), None);
    assert_eq!(MailId::from_bytes(&[255; 25]), None);
}
