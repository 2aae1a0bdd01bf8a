use std::sync::Arc;

use super::*;
use crate::actors::Answered;
use crate::actors::testing::Scene;
use crate::actors::{self, Address, Turn, What};
use crate::domain::{Currency, Date, Happening, Money, OrderId};
use crate::partners::mail::{Letter, MailKind};
use crate::runtime::{Due, TableKey, TimerChange};

fn mail(kind: MailKind) -> MailId {
    MailId { order: OrderId::new(Scene::NOON.0, 1), kind, written_at: Scene::NOON }
}

fn letter(kind: MailKind) -> Letter {
    Letter {
        kind,
        order: mail(kind).order,
        to_address: "ada@example.org".into(),
        to_name: "Ada".into(),
        link: None,
        lines: vec![],
        total: Money::zero(Currency::GBP),
        promised_on: None,
        tracking: None,
        reason: None,
        written_at: Scene::NOON,
    }
}

fn send(scene: &mut Scene, kind: MailKind) -> Turn {
    scene.when(Address::Mailer, Message::Send(Arc::new(letter(kind))))
}

fn posted(scene: &mut Scene, kind: MailKind, result: Answered<()>) -> Turn {
    scene.when(Address::Mailer, Message::Posted { mail: mail(kind), result })
}

fn unknown() -> Answered<()> {
    Answered::Unknown("connection reset".into())
}

/// The letters that a turn gives to the post.
fn letters(turn: &Turn) -> Vec<Letter> {
    let posts = turn.calls().iter().filter_map(|call| match &call.what {
        What::Post { letter, .. } => Some(letter.as_ref().clone()),
        _ => None,
    });
    posts.collect()
}

fn happenings(turn: &Turn) -> Vec<Happening> {
    turn.events().iter().flat_map(actors::Event::happenings).map(|(_, _, what)| what).collect()
}

#[test]
fn a_letter_is_on_record_in_the_turn_that_posts_it() {
    let mut scene = Scene::new();
    let turn = send(&mut scene, MailKind::Dispatched);
    assert_eq!(letters(&turn), [letter(MailKind::Dispatched)]);
    assert!(scene.state.mail.mail.get(&mail(MailKind::Dispatched)).is_some());
}

#[test]
fn a_posted_letter_leaves_the_outbox_and_is_on_the_timeline() {
    let mut scene = Scene::new();
    send(&mut scene, MailKind::Dispatched);
    let turn = posted(&mut scene, MailKind::Dispatched, Answered::Yes(()));
    assert_eq!(happenings(&turn), [Happening::Mailed { what: "dispatched".into() }]);
    assert_eq!(scene.state.mail.mail.get(&mail(MailKind::Dispatched)), None);
    // a second answer, as after a crash between call and answer
    assert!(posted(&mut scene, MailKind::Dispatched, Answered::Yes(())).events().is_empty());
}

#[test]
fn the_same_letter_twice_while_unsent_is_posted_once_and_another_kind_is_another_letter() {
    let mut scene = Scene::new();
    send(&mut scene, MailKind::Dispatched);
    assert!(letters(&send(&mut scene, MailKind::Dispatched)).is_empty());
    assert_eq!(letters(&send(&mut scene, MailKind::Delivered)).len(), 1);
}

#[test]
fn each_of_two_changes_of_a_promise_has_its_own_letter_also_in_one_millisecond() {
    let mut scene = Scene::new();
    let change = |scene: &mut Scene, day| {
        let letter = Letter { promised_on: Some(Date(day)), ..letter(MailKind::PromiseChanged) };
        scene.when(Address::Mailer, Message::Send(Arc::new(letter)))
    };
    let (first, second) = (change(&mut scene, 20_780), change(&mut scene, 20_781));
    let written = [letters(&first), letters(&second)].concat();
    assert_eq!(
        written.iter().map(|letter| letter.promised_on).collect::<Vec<_>>(),
        [Some(Date(20_780)), Some(Date(20_781))]
    );
    assert_ne!(MailId::of(&written[0]), MailId::of(&written[1]));
    assert!(letters(&change(&mut scene, 20_781)).is_empty(), "a repeat is still one letter");
}

#[test]
fn what_is_unknown_is_posted_again_after_a_growing_pause() {
    let mut scene = Scene::new();
    send(&mut scene, MailKind::Cancelled);
    for attempt in 1..=3 {
        let turn = posted(&mut scene, MailKind::Cancelled, unknown());
        let [TimerChange::Set { due, .. }] = turn.timers() else { panic!("one timer is set") };
        assert_eq!(*due, Due::Real(scene.real_now.plus_ms(scene.rules.retry_ms(attempt))));
        let again = scene.when(Address::Mailer, Message::Retry { mail: mail(MailKind::Cancelled) });
        assert_eq!(letters(&again), [letter(MailKind::Cancelled)]);
    }
}

#[test]
fn a_letter_that_the_post_never_takes_is_parked_with_a_case_after_the_last_attempt() {
    let mut scene = Scene::new();
    send(&mut scene, MailKind::Cancelled);
    let mut attempts = 1;
    let parked = loop {
        let turn = posted(&mut scene, MailKind::Cancelled, unknown());
        if turn.timers().is_empty() {
            break turn;
        }
        scene.when(Address::Mailer, Message::Retry { mail: mail(MailKind::Cancelled) });
        attempts += 1;
    };
    assert_eq!(attempts, scene.rules.mail_attempts_max);
    assert!(matches!(&happenings(&parked)[..], [Happening::MailParked { .. }, Happening::CaseOpened { .. }]));
}

#[test]
fn a_refused_letter_is_parked_at_once_and_a_late_timer_does_not_wake_it() {
    let mut scene = Scene::new();
    send(&mut scene, MailKind::Delivered);
    let turn = posted(&mut scene, MailKind::Delivered, Answered::Refused("no such mailbox".into()));
    let [Happening::MailParked { what, why }, Happening::CaseOpened { .. }] = &happenings(&turn)[..] else {
        panic!("parked, with a case");
    };
    assert_eq!((what.as_str(), why.as_str()), ("delivered", "no such mailbox"));
    let row = scene.state.mail.mail.get(&mail(MailKind::Delivered)).expect("it is kept for the operator");
    assert_eq!(row.parked.as_deref(), Some("no such mailbox"));
    let late = scene.when(Address::Mailer, Message::Retry { mail: mail(MailKind::Delivered) });
    assert!(late.calls().is_empty());
    assert!(posted(&mut scene, MailKind::Delivered, Answered::Yes(())).events().is_empty());
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
