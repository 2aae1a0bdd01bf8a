use super::cards::{DIGITS_MAX, DIGITS_MIN, passes_luhn};

/// Whether a text holds what may be a card number: 13 to 19 digits with a right check digit, spaces and
/// dashes between them or not. Groups of digits before or after it do not hide it.
///
/// One in ten random numbers passes. So what cannot be a payment card is left alone: a book's number (13
/// digits from 978 or 979), and what begins with 0 or 1, as a moment in milliseconds does.
pub fn holds_card_number(text: &str) -> bool {
    runs(text).iter().any(|groups| {
        let starts = 0..groups.len();
        starts.into_iter().any(|start| a_card_begins(groups.get(start..).unwrap_or_default()))
    })
}

fn a_card_begins(groups: &[String]) -> bool {
    let mut digits = String::new();
    for group in groups {
        digits.push_str(group);
        if digits.len() > DIGITS_MAX {
            return false;
        }
        if digits.len() >= DIGITS_MIN && may_be_a_card(&digits) {
            return true;
        }
    }
    false
}

fn may_be_a_card(digits: &str) -> bool {
    let is_book = digits.len() == 13 && (digits.starts_with("978") || digits.starts_with("979"));
    let is_no_network = digits.starts_with(['0', '1']);
    !is_book && !is_no_network && passes_luhn(digits.as_bytes())
}

/// Groups of digits with nothing but spaces and dashes between them, run by run.
fn runs(text: &str) -> Vec<Vec<String>> {
    let mut runs = vec![vec![String::new()]];
    for c in text.chars() {
        let Some(run) = runs.last_mut() else { return runs };
        let group_is_empty = run.last().is_none_or(String::is_empty);
        match c {
            '0'..='9' => {
                if let Some(group) = run.last_mut() {
                    group.push(c);
                }
            }
            _ if c.is_whitespace() || matches!(c, '-' | '–' | '‑') => {
                if !group_is_empty {
                    run.push(String::new());
                }
            }
            _ if run.len() == 1 && group_is_empty => {}
            _ => runs.push(vec![String::new()]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_card_number_is_found_however_it_is_typed_and_wherever_it_stands() {
        for text in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "4242-4242-4242-4242",
            "4242 - 4242\t4242\u{a0}4242",
            "my card is 378282246310005, thanks",
            "flat 12 4242 4242 4242 4242 09 27",
            "x4242424242424242y",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "4242424242424243",
            "4242 4242 4242",
            "12 High Street, SW1A 1AA",
            "+44 20 7946 0958",
            "9780141439587",
            "9780306406157 9780141439587",
            "1732305600000",
            "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ] {
            assert!(!holds_card_number(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_found_between_any_words(before in "[a-z .,]{0,20}", after in "[a-z .,]{0,20}") {
            let text = format!("{before}5555555555554444{after}");
            prop_assert!(holds_card_number(&text));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            holds_card_number(&text);
        }
    }
}
