use crate::domain::Date;

use super::BadCard;

/// The last month in which a card is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    year: i16,
    month: i8,
}

const CENTURY: i16 = 2000;

impl Expiry {
    /// `09/27` or `9 / 2027`.
    pub fn parse(text: &str) -> Result<Expiry, BadCard> {
        let (month, year) = text.split_once('/').ok_or(BadCard::ExpiryForm)?;
        let (month, year) = (month.trim(), year.trim());
        let are_digits = month.bytes().chain(year.bytes()).all(|c| c.is_ascii_digit());
        if !are_digits || !matches!(month.len(), 1 | 2) || !matches!(year.len(), 2 | 4) {
            return Err(BadCard::ExpiryForm);
        }
        let given: i16 = year.parse().map_err(|_| BadCard::ExpiryForm)?;
        let month: i8 = month.parse().map_err(|_| BadCard::ExpiryForm)?;
        if !(1..=12).contains(&month) {
            return Err(BadCard::ExpiryForm);
        }
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
    fn what_is_no_month_and_year_is_refused() {
        for bad in ["", "/", "0/26", "13/26", "1126", "11/026", "+1/26", "11-26", "é/26"] {
            assert_eq!(Expiry::parse(bad), Err(BadCard::ExpiryForm), "{bad}");
        }
    }
}
