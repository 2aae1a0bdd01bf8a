use crate::domain::Date;

use super::BadCard;
use super::cards::narrow;

/// The last month in which a card is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    year: i16,
    month: i8,
}

const CENTURY: i16 = 2000;
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const MONTH_LETTERS_MIN: usize = 3;

impl Expiry {
    /// As people write it: `09/27`, `9 / 2027`, `0927`, `09-27`, `09.2027`, `09 27`, with any spaces; `Sep 2027`;
    /// and as browsers fill it in: `2027-09`.
    pub fn parse(text: &str) -> Result<Expiry, BadCard> {
        let text: String = text.trim().chars().map(narrow).collect();
        let (month, year) = parts(&text).ok_or(BadCard::ExpiryForm)?;
        let given: i16 = year.parse().map_err(|_| BadCard::ExpiryForm)?;
        let month = month_of(month).ok_or(BadCard::ExpiryForm)?;
        let year = if year.len() == 2 { CENTURY + given } else { given };
        Ok(Expiry { year, month })
    }

    /// Errs with `Expired` where its month is over.
    pub fn check(self, today: Date) -> Result<(), BadCard> {
        let today = today.calendar();
        if (self.year, self.month) < (today.year(), today.month()) {
            return Err(BadCard::Expired);
        }
        Ok(())
    }
}

/// `9`, `09`, `Sep`, `september`.
fn month_of(text: &str) -> Option<i8> {
    let named = |name: &str| {
        text.len() >= MONTH_LETTERS_MIN
            && name.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text))
    };
    let number = match MONTHS.iter().position(|name| named(name)) {
        Some(before) => i8::try_from(before + 1).ok()?,
        None => text.parse().ok()?,
    };
    (1..=12).contains(&number).then_some(number)
}

/// The month and the digits of the year: two of them, or one number whose first two digits are the month.
fn parts(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let (month, rest) = text.split_at_checked(text.find(|c: char| !c.is_ascii_alphabetic())?)?;
        return after_separator(rest).filter(|year| is_year(year)).map(|year| (month, year));
    }
    let (month, year) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(end) => (&text[..end], after_separator(&text[end..])?),
        None => text.split_at_checked(2)?,
    };
    let (month, year) = if month.len() == 4 { (year, month) } else { (month, year) };
    let is_month = matches!(month.len(), 1 | 2) && month.bytes().all(|c| c.is_ascii_digit());
    (is_month && is_year(year)).then_some((month, year))
}

fn is_year(text: &str) -> bool {
    matches!(text.len(), 2 | 4) && text.bytes().all(|c| c.is_ascii_digit())
}

/// What follows on spaces, a separator or both.
fn after_separator(text: &str) -> Option<&str> {
    let rest = text.trim_start();
    let unseparated =
        rest.strip_prefix(['/', '／', '-', '.', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}']);
    Some(unseparated.unwrap_or(rest).trim_start()).filter(|year| !year.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn a_card_is_good_until_its_month_is_over() {
        let november = Timestamp(1_795_348_800_000).date();
        for good in ["11/26", "11 / 2026", "1/27", "01/2027"] {
            assert_eq!(Expiry::parse(good).and_then(|expiry| expiry.check(november)), Ok(()), "{good}");
        }
        for past in ["10/26", "12/25", "1/0001"] {
            let checked = Expiry::parse(past).and_then(|expiry| expiry.check(november));
            assert_eq!(checked, Err(BadCard::Expired), "{past}");
        }
        assert_eq!(Expiry::parse("11/26").unwrap().check(Date(u32::MAX)), Err(BadCard::Expired));
    }

    #[test]
    fn a_month_is_read_however_people_write_it() {
        let december = Ok(Expiry { year: 2030, month: 12 });
        for written in [
            "1230",
            "12-30",
            "12.2030",
            " 12 / 30 ",
            "12 30",
            "12/30",
            "122030",
            "12\u{2013}30",
            "12\u{a0}/\u{a0}2030",
            "12\t30",
            "2030-12",
            "１２／３０",
            "Dec 2030",
            "december 30",
            "DEC-30",
        ] {
            assert_eq!(Expiry::parse(written), december, "{written}");
        }
        assert_eq!(Expiry::parse("3 30"), Ok(Expiry { year: 2030, month: 3 }));
    }

    #[test]
    fn what_is_no_month_and_year_is_refused() {
        for bad in [
            "",
            "/",
            "0/26",
            "13/26",
            "13/30",
            "126",
            "11/026",
            "+1/26",
            "11//26",
            "11/-26",
            "é/26",
            "11/é6",
            "11,26",
            "11",
            "1é",
            "11/26/27",
            "1\u{661}/26",
            "12030",
            "11 26 27",
            "De 2030",
            "Decembre 2030",
            "Sep",
            "Sep 030",
            "x",
        ] {
            assert_eq!(Expiry::parse(bad), Err(BadCard::ExpiryForm), "{bad}");
        }
    }
}
