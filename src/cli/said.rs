//! What an operator says of what she does: who she is, and why.

use super::Failure;

const BY_CHARS_MAX: usize = 64;
/// Who does it, where neither --by nor the system says.
const SOMEBODY: &str = "operator";

/// `by`: as --by has it; without, the system's user.
pub fn who(by: Option<&str>) -> Result<String, Failure> {
    let user = std::env::var("USER").ok().filter(|user| !user.trim().is_empty());
    one_line("--by", by.or(user.as_deref()).unwrap_or(SOMEBODY), BY_CHARS_MAX)
}

/// It stands in lists.
pub fn one_line(flag: &str, text: &str, chars_max: usize) -> Result<String, Failure> {
    let text = text.trim();
    let fits = (1..=chars_max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let refused = || Failure(format!("{flag} takes 1 to {chars_max} characters in one line"));
    fits.then(|| text.to_owned()).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_one_line() {
        assert_eq!(one_line("--why", " paid by cheque ", 20).unwrap(), "paid by cheque");
        for bad in ["", "  ", "two\nlines", "far too long for it, it is"] {
            assert!(one_line("--why", bad, 20).is_err(), "{bad}");
        }
    }
}
