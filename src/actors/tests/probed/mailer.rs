use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::time::Instant;

use super::{Probed, ms, order};
use crate::actors::mailer::{Mail, MailId, Message as ToMailer};
use crate::actors::{Address, Call, Rules};
use crate::domain::Timestamp;
use crate::partners::mail::{Letter, MailKind};
use crate::runtime::kit::{Answer, Scripted, run};

fn letter() -> Letter {
    Letter {
        kind: MailKind::Dispatched,
        about: order(1).into(),
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
        written_at: Timestamp(1_795_348_800_000),
    }
}

#[test]
fn a_post_that_cannot_be_reached_is_tried_with_growing_pauses_and_then_the_letter_is_parked() {
    run(async {
        let mut probed = Probed::new(Address::Mailer);
        let tried: Rc<RefCell<Vec<Instant>>> = Rc::default();
        let noted = tried.clone();
        probed.kit.outside = Scripted::new(move |call: &Call| {
            noted.borrow_mut().push(Instant::now());
            Answer::After(ms(0), call.unanswered("connection reset".into()))
        });
        probed.kit.start().await;
        probed.told(ToMailer::Send(Arc::new(letter())));
        tokio::time::sleep(ms(3_600_000)).await;
        let rules = Rules::default();
        let tried = tried.borrow();
        assert_eq!(tried.len(), rules.mail_attempts_max as usize);
        for (attempt, pair) in (1..).zip(tried.windows(2)) {
            assert!(pair[1] - pair[0] >= ms(rules.retry_ms(attempt)), "before attempt {attempt}");
        }
        let parked = probed.kit.look(|tables| tables.of::<Mail>().peek(&MailId::of(&letter())).cloned());
        assert!(parked.is_some_and(|row| row.parked.is_some()));
    });
}

#[test]
fn a_letter_that_was_given_to_the_post_before_a_crash_is_given_again_as_it_was() {
    run(async {
        let mut probed = Probed::new(Address::Mailer);
        let script: Rc<Scripted<_>> = Scripted::new(|_| Answer::Never);
        probed.kit.outside = script.clone();
        probed.kit.start().await;
        probed.told(ToMailer::Send(Arc::new(letter())));
        probed.kit.settle().await;
        probed.kit.restart().await;
        probed.kit.settle().await;
        let made: Vec<String> = script.made().iter().map(|call| format!("{call:?}")).collect();
        assert_eq!((made.len(), &made[0]), (2, &made[1]));
    });
}
