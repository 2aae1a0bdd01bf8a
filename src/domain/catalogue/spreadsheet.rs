//! What spreadsheets put around a value, or in place of it.

/// The value without what a spreadsheet needs to take it for text: `="0141439846"`, `'0141439846`.
pub(super) fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    let formula = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let quoted = || cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let text = formula.or_else(quoted).unwrap_or(cell).trim();
    text.strip_prefix(['\'', '’']).unwrap_or(text).trim()
}

/// `9.78014E+12`: a long number, of which the last digits are gone.
pub(super) fn is_rounded(cell: &str) -> bool {
    let number = cell.replace(',', ".");
    number.contains(['e', 'E'])
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.parse::<f64>().is_ok()
}

/// `12.0` and `12.00` as `12`; `12.000` may be twelve thousand.
pub(super) fn without_zero_fraction(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, "0" | "00")) => whole,
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_put_around_a_value_goes() {
        for cell in
            ["=\"0141439846\"", "'0141439846", " \"0141439846\" ", "=\"'0141439846\"", "\u{a0}0141439846"]
        {
            assert_eq!(unquoted(cell), "0141439846", "{cell}");
        }
        assert_eq!((unquoted(""), unquoted("\""), unquoted("='")), ("", "\"", "='"));
    }

    #[test]
    fn a_rounded_number_is_known_by_its_exponent() {
        assert!(is_rounded("9.78014E+12") && is_rounded("9,78014e12"));
        assert!(!is_rounded("9780141439846") && !is_rounded("E12") && !is_rounded("1 E"));
    }

    #[test]
    fn only_a_fraction_of_zeros_goes() {
        assert_eq!(without_zero_fraction("12.00"), "12");
        for other in ["12.", "12.5", "12.000"] {
            assert_eq!(without_zero_fraction(other), other);
        }
    }
}
