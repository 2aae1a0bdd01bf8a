use super::*;
use crate::actors::testing::{NOON, alone};
use crate::actors::{self, Address, Decided, Shop, mailer};
use crate::domain::{CaseId, CaseKind, EmailAddress, Happening, OrderId, Sku, Slot};
use crate::partners::mail::{MailKind, Subject};
use crate::runtime::{Alone, Application, Partition, RequestId, Resolution, TableKey};

fn order() -> OrderId {
    OrderId::in_slot(Slot::of(3), NOON.0, 1)
}

fn new(order: Option<OrderId>, text: &str) -> NewCase {
    NewCase { kind: CaseKind::Capture, order, text: text.into(), dead_letter: None }
}

fn dead(text: &str) -> NewCase {
    let dead_letter = Some("Mailer Send".to_owned());
    NewCase { kind: CaseKind::DeadLetter, dead_letter, ..new(Some(order()), text) }
}

fn open(alone: &mut Alone<Shop>, new: NewCase) -> Decided {
    alone.when(Address::BackOffice, Message::Open(new))
}

fn close(alone: &mut Alone<Shop>, case: CaseId, why: &str) -> Result<CaseRecord, NotClosed> {
    let question = CloseCase { case, by: "ada".into(), why: why.into() };
    let turn = alone.asked(Address::BackOffice, RequestId(1), Message::from(question));
    turn.reply::<Result<CaseRecord, NotClosed>>().expect("it is answered").clone()
}

fn dealt_with(alone: &mut Alone<Shop>, how: Resolution) -> Decided {
    let dead_letter = "Mailer Send".to_owned();
    alone.when(Address::BackOffice, Message::DealtWith { order: Some(order()), dead_letter, how })
}

fn happenings(turn: &Decided) -> Vec<Happening> {
    turn.events().iter().flat_map(actors::Event::happenings).map(|(_, _, what)| what).collect()
}

fn first() -> CaseId {
    CaseId::nth_of(Some(order().slot()), 1)
}

fn open_now(alone: &Alone<Shop>) -> usize {
    alone.tables.of::<OpenCase>().resident().count()
}

fn row(alone: &Alone<Shop>, case: CaseId) -> &CaseRecord {
    alone.get::<CaseRecord>(&case).expect("the case is kept")
}

#[test]
fn a_case_is_kept_with_its_order_and_one_about_none_in_common() {
    let mut alone = alone();
    open(&mut alone, new(Some(order()), "nothing is held"));
    open(&mut alone, new(None, "the acquirer pays too little"));
    let about_order = row(&alone, first());
    assert_eq!(
        (about_order.kind, about_order.order, about_order.text.as_str(), about_order.opened_at),
        (CaseKind::Capture, Some(order()), "nothing is held", NOON)
    );
    assert_eq!((about_order.times, &about_order.closed), (1, &None));
    assert_eq!(row(&alone, CaseId::nth_of(None, 1)).order, None);
    let decided_in = |order| Shop::partition(Address::BackOffice, &Message::Open(new(order, "")).into());
    assert_eq!(decided_in(Some(order())), Partition::Slot(3));
    assert_eq!(decided_in(None), Partition::Common);
}

#[test]
fn the_same_case_again_is_counted_while_it_is_open_and_is_a_new_one_afterwards() {
    let mut alone = alone();
    for _ in 0..3 {
        open(&mut alone, new(Some(order()), "nothing is held"));
    }
    open(&mut alone, new(Some(order()), "another text"));
    assert_eq!((row(&alone, first()).times, alone.tables.of::<CaseRecord>().resident().count()), (3, 2));
    close(&mut alone, first(), "paid by cheque").unwrap();
    open(&mut alone, new(Some(order()), "nothing is held"));
    let third = CaseId::nth_of(Some(order().slot()), 3);
    assert_eq!((row(&alone, third).times, row(&alone, third).closed.clone()), (1, None));
}

/// What is short of a SKU has one case, however often it changes.
#[test]
fn a_shortage_has_one_case_that_says_how_it_stands_until_it_is_made_good() {
    let mut alone = alone();
    let sku = Sku::parse("A").unwrap();
    let hears = |alone: &mut Alone<Shop>, message: Message| alone.when(Address::BackOffice, message);
    let short = |text: &str| Message::Short { sku: sku.clone(), text: text.to_owned() };
    let open_case = |alone: &mut Alone<Shop>| {
        let question = ShowShortage { sku: sku.clone() };
        let turn = alone.asked(Address::BackOffice, RequestId(1), Message::from(question));
        *turn.reply::<Option<CaseId>>().unwrap()
    };
    let case = CaseId::nth_of(None, 1);
    hears(&mut alone, short("2 short"));
    assert!(hears(&mut alone, short("2 short")).events().is_empty(), "it says so already");
    hears(&mut alone, short("1 short"));
    assert_eq!(open_case(&mut alone), Some(case));
    assert_eq!(row(&alone, case).text, "1 short");
    hears(&mut alone, Message::MadeGood { sku: sku.clone() });
    let closed = row(&alone, case).closed.clone().expect("it is closed");
    assert!(closed.why.contains("made good"), "{closed:?}");
    assert_eq!((open_case(&mut alone), alone.get::<ShortageCase>(&sku)), (None, None));
    assert_eq!(open_now(&alone), 0, "by whatever text it was open");
    assert!(hears(&mut alone, Message::MadeGood { sku: sku.clone() }).events().is_empty());
}

#[test]
fn a_shortage_whose_case_a_person_has_closed_has_another_one_when_it_comes_up_again() {
    let mut alone = alone();
    let (sku, text) = (Sku::parse("A").unwrap(), "2 short".to_owned());
    let short = Message::Short { sku, text };
    alone.when(Address::BackOffice, short.clone());
    close(&mut alone, CaseId::nth_of(None, 1), "they are in the cellar").unwrap();
    alone.when(Address::BackOffice, short);
    assert!(row(&alone, CaseId::nth_of(None, 2)).closed.is_none());
}

#[test]
fn a_case_is_closed_once_with_who_and_why() {
    let mut alone = alone();
    open(&mut alone, new(Some(order()), "nothing is held"));
    let question = CloseCase { case: first(), by: "ada".into(), why: "paid by cheque".into() };
    let turn = alone.asked(Address::BackOffice, RequestId(1), Message::from(question));
    let closed = Closed { by: "ada".into(), why: "paid by cheque".into(), at: NOON };
    let told = turn.reply::<Result<CaseRecord, NotClosed>>().unwrap().as_ref().unwrap();
    assert_eq!((told, told.closed.as_ref()), (row(&alone, first()), Some(&closed)));
    assert_eq!(happenings(&turn), [Happening::CaseClosed { why: "paid by cheque (ada)".into() }]);
    assert_eq!(open_now(&alone), 0);

    let again = close(&mut alone, first(), "again").unwrap_err();
    assert_eq!(again, NotClosed::ClosedBefore(first(), closed));
    let said = "case_20 is closed already, since 2026-11-22T12:00:00.000Z by ada: paid by cheque";
    assert_eq!(again.to_string(), said);
    let unknown = CaseId::nth_of(None, 9);
    assert_eq!(close(&mut alone, unknown, "?"), Err(NotClosed::NoSuchCase(unknown)));
}

#[test]
fn a_dead_letter_that_is_dealt_with_closes_its_case_and_of_several_the_last_does() {
    let mut alone = alone();
    open(&mut alone, dead("it panicked"));
    open(&mut alone, dead("it panicked"));
    dealt_with(&mut alone, Resolution::Discard);
    assert_eq!((row(&alone, first()).times, row(&alone, first()).closed.clone()), (1, None));
    let turn = dealt_with(&mut alone, Resolution::Retry);
    let closed = row(&alone, first()).closed.clone().unwrap();
    assert_eq!(
        (closed.by.as_str(), closed.why.as_str()),
        ("operator", "the message that was given up was sent again")
    );
    assert!(matches!(&happenings(&turn)[..], [Happening::CaseClosed { .. }]));
    assert!(dealt_with(&mut alone, Resolution::Discard).stated.is_empty(), "there is none any more");
}

/// Who deals with a message knows its name, and not which panic gave it up.
#[test]
fn a_message_that_was_given_up_for_two_panics_is_one_case_until_both_are_dealt_with() {
    let mut alone = alone();
    open(&mut alone, dead("it panicked: on the left"));
    open(&mut alone, dead("it panicked: on the right"));
    assert_eq!((open_now(&alone), row(&alone, first()).times), (1, 2));
    dealt_with(&mut alone, Resolution::Retry);
    assert!(row(&alone, first()).closed.is_none(), "the other one is still to be dealt with");
    dealt_with(&mut alone, Resolution::Discard);
    assert!(row(&alone, first()).closed.is_some());
}

/// As after an import with many wrong counts.
#[test]
fn however_many_others_are_open_a_case_is_found_again_and_a_dead_letter_closes_its_own() {
    let mut alone = alone();
    let about_none = |new: NewCase| NewCase { order: None, ..new };
    open(&mut alone, about_none(dead("it panicked")));
    open(&mut alone, new(None, "the acquirer pays too little"));
    for n in 0..300 {
        let sku = Sku::parse(&format!("A{n}")).unwrap();
        alone.when(Address::BackOffice, Message::Short { sku, text: format!("A{n}: 2 short") });
    }
    open(&mut alone, new(None, "the acquirer pays too little"));
    assert_eq!((open_now(&alone), row(&alone, CaseId::nth_of(None, 2)).times), (302, 2));
    let dead_letter = "Mailer Send".to_owned();
    let dealt = Message::DealtWith { order: None, dead_letter, how: Resolution::Discard };
    alone.when(Address::BackOffice, dealt);
    assert!(row(&alone, CaseId::nth_of(None, 1)).closed.is_some());
    assert_eq!(open_now(&alone), 301);
}

#[test]
fn what_the_operator_has_closed_is_left_alone_when_its_dead_letter_is_dealt_with() {
    let mut alone = alone();
    open(&mut alone, dead("it panicked"));
    open(&mut alone, new(Some(order()), "another case"));
    close(&mut alone, first(), "known").unwrap();
    assert!(dealt_with(&mut alone, Resolution::Retry).stated.is_empty());
}

#[test]
fn the_shops_own_mailbox_gets_a_letter_for_a_new_case_and_none_for_a_repeat() {
    let mut alone = alone();
    let written = |turn: &Decided| {
        let letters = turn.sends().iter().map(|(_, message)| match message {
            actors::Message::Mailer(mailer::Message::Send(letter)) => letter.clone(),
            other => panic!("{other:?}"),
        });
        letters.collect::<Vec<_>>()
    };
    assert_eq!(written(&open(&mut alone, new(None, "without a mailbox"))), []);
    alone.rules.mailbox = Some(EmailAddress::parse("till@shop.example").unwrap());
    let [letter] = &written(&open(&mut alone, new(Some(order()), "nothing is held")))[..] else {
        panic!("one letter")
    };
    assert_eq!((letter.kind, letter.about), (MailKind::NewCase, Subject::Case(first())));
    assert_eq!((letter.to_address.as_str(), letter.link.as_ref()), ("till@shop.example", None));
    assert_eq!(letter.reason.as_deref(), Some("capture: nothing is held"));
    assert_eq!(written(&open(&mut alone, new(Some(order()), "nothing is held"))), []);
}

/// Else what it cannot do would be given to it for ever.
#[test]
fn what_the_back_office_itself_gives_up_is_noted_and_opens_no_case() {
    let mut alone = alone();
    let about_order = alone.given_up(Address::BackOffice, Message::Open(new(Some(order()), "x")));
    assert!(matches!(&happenings(&about_order)[..], [Happening::CaseOpened { .. }]));
    let about_none = alone.given_up(Address::BackOffice, Message::Open(new(None, "x")));
    assert!(about_none.events().is_empty());
    let resolved = alone.resolved(Address::BackOffice, Message::Open(new(None, "x")), Resolution::Discard);
    for turn in [about_order, about_none, resolved] {
        assert!(turn.sends().is_empty());
    }
}

#[test]
fn keys_read_back() {
    for place in Slot::all().map(Some).chain([None]).map(CasePlace) {
        assert_eq!(CasePlace::from_bytes(&place.to_bytes()), Some(place));
    }
    for order in [None, Some(order())] {
        let alike = Alike::of(&new(order, "nothing is held"));
        assert_eq!(Alike::from_bytes(&alike.to_bytes()), Some(alike));
    }
    assert_eq!((CasePlace::from_bytes(&[16]), CasePlace::from_bytes(&[])), (None, None));
    assert_eq!((Alike::from_bytes(&[]), Alike::from_bytes(&[0; 16])), (None, None));
}
