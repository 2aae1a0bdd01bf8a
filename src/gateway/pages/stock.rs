//! Availability as the pages show it.

use crate::actors::Rules;
use crate::domain::{Date, OrderLine, Sku, Units};
use crate::gateway::{App, Problem, availability};

use super::format;

/// From so few on, a page says how many there are.
const FEW_UNITS: u32 = 5;

/// The availability of a book, in a word.
pub struct Badge {
    pub class: &'static str,
    pub text: String,
}

impl Badge {
    pub fn of(rules: &Rules, available: u32) -> Badge {
        match available {
            0 if rules.orders_in() => Badge { class: "order", text: "On order".to_owned() },
            0 => Badge { class: "order", text: "Out of stock".to_owned() },
            1..=FEW_UNITS => Badge { class: "few", text: format!("{available} left") },
            _ => Badge { class: "here", text: "In stock".to_owned() },
        }
    }
}

/// What is not all here of what she wants.
pub struct Wait {
    pub lines: Vec<ShortLine>,
    /// The day by which all of it can be at her doorstep; `None` where nobody can say.
    pub until: Option<Until>,
}

pub struct ShortLine {
    pub sku: Sku,
    pub title: String,
    pub words: String,
}

/// A promised day. Her form sends it back, so that she never accepts another than she saw.
pub struct Until {
    date: Date,
    pub value: String,
    pub words: String,
}

impl Wait {
    /// `None`: all of it is in stock. `days`: from dispatch to the doorstep.
    pub async fn for_lines(app: &App, lines: &[OrderLine], days: u32) -> Result<Option<Wait>, Problem> {
        let units = |line: &OrderLine| Units { sku: line.sku.clone(), quantity: line.quantity.units() };
        let found = availability::with_earliest(app, lines.iter().map(units).collect(), days).await?;
        let mut short = vec![];
        let mut dates = vec![];
        for line in lines {
            let stock = found.iter().find(|availability| availability.sku == line.sku);
            let available = stock.map_or(0, |stock| stock.available);
            if available < line.quantity.units() {
                let date = stock.and_then(|stock| stock.earliest);
                let (sku, title) = (line.sku.clone(), line.title.clone());
                short.push(ShortLine { sku, title, words: short_words(line, available, date) });
                dates.push(date);
            }
        }
        if short.is_empty() {
            return Ok(None);
        }
        let latest: Option<Vec<Date>> = dates.into_iter().collect();
        let until = latest.and_then(|dates| dates.into_iter().max());
        let until = until.map(|date| Until { date, value: date.to_string(), words: format::day(date) });
        Ok(Some(Wait { lines: short, until }))
    }

    /// The day that her form brought, where it is the one that she would be promised now, or a later one.
    pub fn accepted(&self, brought: &str) -> Option<Date> {
        let until = self.until.as_ref()?;
        Date::parse(brought).filter(|accepted| *accepted >= until.date)
    }
}

fn short_words(line: &OrderLine, available: u32, date: Option<Date>) -> String {
    let wanted = line.quantity.units();
    let (here, rest) = match available {
        0 => ("not here now".to_owned(), ", but"),
        1 => (format!("1 of the {wanted} is here now"), ", the rest"),
        some => (format!("{some} of the {wanted} are here now"), ", the rest"),
    };
    match date {
        Some(date) => format!("{here}{rest} at your doorstep by {}", format::day(date)),
        None => format!("{here}, and nobody can say when more is"),
    }
}
