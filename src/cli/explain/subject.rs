//! What is to be explained: as it is typed, and as the journal knows it.

use std::fmt;
use std::path::Path;

use crate::actors::back_office::{self, Alike, NewCase};
use crate::actors::order_manager::{self, Placed};
use crate::actors::{Event, Message};
use crate::cli::Failure;
use crate::domain::{CaseId, OrderId, OrderNumber};
use crate::journal::Position;

use super::turns::{Stopped, each_turn};

/// As an operator has it: from a log, a letter or a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Named {
    Order(OrderId),
    Number(OrderNumber),
    Case(CaseId),
}

pub enum Subject {
    Order {
        order: OrderId,
        number: OrderNumber,
    },
    /// Of a case that is about no order.
    Case {
        case: CaseId,
        new: NewCase,
    },
}

impl Named {
    pub fn parse(typed: &str) -> Result<Named, Failure> {
        let typed = typed.trim();
        if typed.starts_with("case_") {
            return Ok(Named::Case(CaseId::parse(typed)?));
        }
        if typed.starts_with("ord_") {
            return Ok(Named::Order(OrderId::parse(typed)?));
        }
        OrderNumber::in_words(typed).map(Named::Number).map_err(|bad| {
            let typed: String = typed.chars().take(64).collect();
            Failure(format!(
                "`{typed}`: {bad}; an order is named by its number or its id (ord_…), a case by its id (case_…): `doorstep orders` and \
                 `doorstep cases list` show them"
            ))
        })
    }

    /// Which order or case that is. `None`: the journal knows none.
    pub fn find(self, journal: &Path) -> Result<Option<Subject>, Failure> {
        let mut found = None;
        each_turn(journal, Position::START, &mut |_, record| {
            found = record.stated.events.iter().find_map(|event| self.is_in(event));
            if found.is_some() { Err(Stopped::Enough) } else { Ok(()) }
        })?;
        match found {
            Some(Subject::Case { case, new: NewCase { order: Some(order), .. } }) => {
                println!("{case} is about {order}:");
                Named::Order(order).find(journal)
            }
            found => Ok(found),
        }
    }

    /// Where the event begins it.
    fn is_in(self, event: &Event) -> Option<Subject> {
        match (self, event) {
            (Named::Case(wanted), Event::BackOffice(back_office::Event::Opened { case, new, .. })) => {
                (*case == wanted).then(|| Subject::Case { case: wanted, new: new.clone() })
            }
            (_, Event::OrderManager(order_manager::Event::Placed(placed))) => {
                let Placed { place, number, .. } = &**placed;
                let is_meant = self == Named::Order(place.order) || self == Named::Number(*number);
                is_meant.then_some(Subject::Order { order: place.order, number: *number })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Named::Order(order) => order.fmt(f),
            Named::Number(number) => write!(f, "order with the number {number}"),
            Named::Case(case) => case.fmt(f),
        }
    }
}

impl Subject {
    pub fn is_of(&self, message: &Message) -> bool {
        match (self, message) {
            (Subject::Order { order, .. }, message) => message.order() == Some(*order),
            (Subject::Case { new, .. }, Message::BackOffice(back_office::Message::Open(other))) => {
                Alike::of(new) == Alike::of(other)
            }
            (Subject::Case { new, .. }, Message::BackOffice(back_office::Message::Short { text, .. })) => {
                new.text == *text
            }
            (
                Subject::Case { new, .. },
                Message::BackOffice(back_office::Message::DealtWith { dead_letter, order: None, .. }),
            ) => new.dead_letter.as_ref() == Some(dead_letter),
            (Subject::Case { .. }, _) => false,
        }
    }

    /// Whether the message is shown where its turn is: one about many orders or none, such as a settlement file, is about what its
    /// turn is about.
    pub fn may_be_of(&self, message: &Message) -> bool {
        message.order().is_none() || self.is_of(message)
    }

    pub fn order(&self) -> Option<OrderId> {
        match self {
            Subject::Order { order, .. } => Some(*order),
            Subject::Case { .. } => None,
        }
    }

    /// What the event says of it, by lines.
    pub fn told(&self, event: &Event) -> Vec<String> {
        match self {
            Subject::Order { order, .. } => {
                let happenings = event.happenings().into_iter().filter(|(of, _, _)| of == order);
                happenings
                    .map(|(_, step, what)| format!("{:>2} {:<15} {what}", step.0, step.name()))
                    .collect()
            }
            Subject::Case { case, .. } => told_of_case(*case, event).into_iter().collect(),
        }
    }
}

fn told_of_case(wanted: CaseId, event: &Event) -> Option<String> {
    let Event::BackOffice(event) = event else { return None };
    let (case, what) = match event {
        back_office::Event::Opened { case, new, .. } => (case, format!("opened, {}: {}", new.kind, new.text)),
        back_office::Event::CameAgain { case } => (case, "came up again".to_owned()),
        back_office::Event::OneDealtWith { case } => {
            (case, "one of its messages has been dealt with".to_owned())
        }
        back_office::Event::BroughtUpToDate { case, text } => (case, format!("stands now: {text}")),
        back_office::Event::Shortage { .. } | back_office::Event::ShortageEnded { .. } => return None,
        back_office::Event::Closed { case, closed, .. } => {
            (case, format!("closed by {}: {}", closed.by, closed.why))
        }
    };
    (*case == wanted).then_some(what)
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Order { order, number } => write!(f, "{order}, number {number}"),
            Subject::Case { case, .. } => write!(f, "{case}, about no order"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::back_office::Closed;
    use crate::domain::{CaseKind, Timestamp};

    #[test]
    fn an_order_or_a_case_is_named_as_people_have_it() {
        let number = Named::Number(OrderNumber::parse("1000168").unwrap());
        for typed in ["100 0168", "1000168", "#100-0168", " 100 0168 "] {
            assert_eq!(Named::parse(typed).unwrap(), number, "{typed}");
        }
        let order = OrderId::parse("ord_01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
        assert_eq!(Named::parse("ord_01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(), Named::Order(order));
        assert_eq!(Named::parse("case_50").unwrap(), Named::Case(CaseId::nth_of(None, 2)));
        for (typed, why) in [
            ("100 0165", "a digit of this number is wrong"),
            ("Ada", "ord_…"),
            ("case_x", "case_"),
            ("ord_1", "ord_1"),
        ] {
            let Failure(said) = Named::parse(typed).unwrap_err();
            assert!(said.contains(why), "{typed}: {said}");
        }
    }

    #[test]
    fn a_case_about_no_order_is_told_from_its_opening_to_its_end() {
        let case = CaseId::nth_of(None, 2);
        let text = "3 counted, 5 promised".to_owned();
        let new = NewCase { kind: CaseKind::Stock, order: None, text, dead_letter: None };
        let subject = Subject::Case { case, new: new.clone() };
        let closed = Closed { at: Timestamp(0), by: "ada".to_owned(), why: "counted again".to_owned() };
        let events = [
            back_office::Event::Opened { case, new: new.clone(), at: Timestamp(0) },
            back_office::Event::CameAgain { case },
            back_office::Event::CameAgain { case: CaseId::nth_of(None, 3) },
            back_office::Event::Closed { case, order: None, closed },
        ];
        let told: Vec<String> =
            events.into_iter().flat_map(|event| subject.told(&Event::BackOffice(event))).collect();
        assert_eq!(
            told,
            ["opened, stock: 3 counted, 5 promised", "came up again", "closed by ada: counted again"]
        );
        let open = |new: NewCase| Message::BackOffice(back_office::Message::Open(new));
        assert!(subject.is_of(&open(new.clone())));
        assert!(!subject.is_of(&open(NewCase { text: "another".to_owned(), ..new })));
    }
}
