use super::*;
use proptest::prelude::*;

const EMMA: &str = "9780141439846";

fn read(text: &str) -> Result<Option<String>, BadIsbn> {
    Isbn::read(text).map(|isbn| isbn.map(|isbn| isbn.to_string()))
}

#[test]
fn ten_and_thirteen_digits_of_one_book_are_the_same_isbn() {
    let thirteen = Isbn::parse("978-0-439-02348-1").unwrap();
    assert_eq!(Isbn::parse("0439023483"), Some(thirteen));
    assert_eq!(thirteen.to_string(), "9780439023481");
    assert!(Isbn::parse("043965548X").is_some());
}

#[test]
fn an_isbn_is_read_however_people_have_it() {
    for text in [
        "9780141439846",
        "978-0-14-143984-6",
        "978 0 14 143984 6",
        "978\u{2011}0\u{2013}14\u{2014}143984\u{2212}6",
        "978\u{a0}0\u{202f}14\u{2009}143984\u{a0}6",
        "\u{feff}9780141439846\u{200b}",
        "=\"9780141439846\"",
        "'9780141439846",
        "9780141439846.0",
        "9780141439846.00",
        "ISBN 978-0-14-143984-6",
        "isbn:9780141439846",
        "ISBN-13: 978-0-14-143984-6",
        "ISBN13 9780141439846",
        "ISBN-10: 0-14-143984-X",
        "ISBN 10 014143984x",
        "9780141439846 (pbk.)",
        "09780141439846",
        "014143984X",
        "14143984X",
        " 9780141439846.0 ",
    ] {
        assert_eq!(read(text), Ok(Some(EMMA.to_owned())), "{text}");
    }
}

#[test]
fn what_is_no_isbn_is_named() {
    for rounded in ["9.78014E+12", "9,78014E+12", "9.78043902348e+12", "=\"9.78E+12\""] {
        assert_eq!(read(rounded), Err(BadIsbn::Rounded), "{rounded}");
    }
    for (wrong, expected) in [("9780141439847", '6'), ("0439023484", '3'), ("0439655481", 'X')] {
        assert_eq!(read(wrong), Err(BadIsbn::CheckDigit { expected }), "{wrong}");
    }
    for other in
        ["0", "1234567", "X439023483", "unknown", "97801414398", "978014143984612", "ISBN x", "E", "é"]
    {
        assert_eq!(read(other), Err(BadIsbn::NotOne), "{other}");
    }
}

#[test]
fn nothing_and_the_code_of_another_thing_are_no_isbn_and_no_mistake() {
    for text in ["", "  ", "-", "=\"\"", "'", "ISBN", "5449000000996", "012345678905", "96385074"] {
        assert_eq!(read(text), Ok(None), "{text}");
    }
}

#[test]
fn zeros_that_a_spreadsheet_ate_come_back() {
    assert_eq!(Isbn::parse("439023483"), Isbn::parse("0439023483"));
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_what_is_shown_reads_back(
        text in "(ISBN)?[0-9Xx .=\"'\u{2011}-]{0,18}|.*"
    ) {
        if let Ok(Some(isbn)) = Isbn::read(&text) {
            prop_assert_eq!(Isbn::read(&isbn.to_string()), Ok(Some(isbn)));
        }
    }

    #[test]
    fn one_wrong_digit_never_passes(digits in "97[89][0-9]{9}", at in 3usize..13, by in 1u8..10) {
        let mut wrong = [digits.as_bytes(), &[check_digit(digits.as_bytes())]].concat();
        prop_assert!(Isbn::read(std::str::from_utf8(&wrong).unwrap()).unwrap().is_some());
        wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
        let read = Isbn::read(std::str::from_utf8(&wrong).unwrap());
        prop_assert!(matches!(read, Err(BadIsbn::CheckDigit { .. })), "{:?}", read);
    }
}
