//! What is on sale and not in the file: what `--delist-missing` takes off sale, known before anything is written.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::shelves::{Asked, Told};
use crate::domain::Sku;

/// Of a hundred products on sale. Where more would go, the file is the wrong one more often than not.
const DELISTED_PERCENT_MAX: usize = 50;
/// As many are named one by one.
const SKUS_SHOWN_MAX: usize = 50;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Missing {
    /// Products on sale before the import.
    pub on_sale: usize,
    pub skus: Vec<Sku>,
}

impl Missing {
    /// `in_file`: the SKUs of all its rows, also of those that are rejected.
    pub fn of(
        in_file: &HashSet<Sku>,
        ask: impl Fn(Asked) -> Result<Told, Failure>,
    ) -> Result<Missing, Failure> {
        let mut missing = Missing { on_sale: 0, skus: vec![] };
        let mut after = None;
        loop {
            let Told::Skus(skus) = ask(Asked::Skus { after })? else { return Err(Failure::another_answer()) };
            let Some(last) = skus.last() else { return Ok(missing) };
            after = Some(last.clone());
            missing.on_sale += skus.len();
            missing.skus.extend(skus.into_iter().filter(|sku| !in_file.contains(sku)));
        }
    }

    /// Whether so many may go without a word of the operator's: else why not.
    pub fn are_few(&self) -> Result<(), String> {
        if self.skus.len() * 100 <= self.on_sale * DELISTED_PERCENT_MAX {
            return Ok(());
        }
        Err(format!(
            "{} of {} products on sale are not in it, more than {DELISTED_PERCENT_MAX} in a hundred: nothing was written. Is it the \
             right file, and whole? --dry-run names them; --delist-most takes so many off sale too",
            self.skus.len(),
            self.on_sale
        ))
    }
}

/// One by one.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Missing { on_sale, skus } = self;
        write!(
            f,
            "{} of {on_sale} products on sale are not in the file and would be taken off sale",
            skus.len()
        )?;
        for (place, sku) in skus.iter().take(SKUS_SHOWN_MAX).enumerate() {
            write!(f, "{} {sku}", if place == 0 { ":" } else { "," })?;
        }
        match skus.len().saturating_sub(SKUS_SHOWN_MAX) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(number: usize) -> Sku {
        Sku::parse(&format!("A-{number}")).unwrap()
    }

    /// Of a shop that sells so many, the file has the first.
    fn missing(on_sale: usize, in_file: usize) -> Missing {
        let in_file = (0..in_file).map(sku).collect();
        let shop = |asked| match asked {
            Asked::Skus { after: None } => Ok(Told::Skus((0..on_sale).map(sku).collect())),
            _ => Ok(Told::Skus(vec![])),
        };
        Missing::of(&in_file, shop).map_err(|Failure(why)| why).unwrap()
    }

    #[test]
    fn half_of_the_shop_may_go_and_more_wants_a_word() {
        for (on_sale, in_file) in [(10, 10), (10, 5), (0, 3), (2, 1)] {
            assert_eq!(missing(on_sale, in_file).are_few(), Ok(()), "{on_sale} {in_file}");
        }
        for (on_sale, in_file) in [(10, 4), (1, 0), (3, 1), (9, 0)] {
            let why = missing(on_sale, in_file).are_few().unwrap_err();
            let begin = format!("{} of {on_sale} products on sale are not in it", on_sale - in_file);
            assert!(why.starts_with(&begin) && why.contains("--delist-most"), "{why}");
        }
    }

    #[test]
    fn those_that_would_go_are_named_and_of_many_the_first() {
        let begin = "2 of 3 products on sale are not in the file and would be taken off sale";
        assert_eq!(missing(3, 1).to_string(), format!("{begin}: A-1, A-2"));
        assert!(missing(60, 0).to_string().ends_with(", A-49 and 10 more"));
    }
}
