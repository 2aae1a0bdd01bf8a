//! `doorstep refund`: gives back what was taken for an order, or a part of it. While a daemon runs it is asked; otherwise the directory
//! is opened for it.

use std::process::ExitCode;

use crate::domain::limits::{IDEMPOTENCY_KEY_CHARS_MAX, REASON_CHARS_MAX};
use crate::domain::{Money, money_words};
use crate::settings::Settings;

use super::Failure;
use super::control;
use super::office::{Asked, Told};
use super::order_list::{OrderRow, Wanted, in_groups};
use super::refund_row::{RefundAsked, RefundRow};
use super::said;
use super::secrets::fresh_secret;

#[derive(Clone, clap::Args)]
pub struct Arguments {
    /// Its number, as people say it, or its id
    order: String,
    /// As in 12.50; all that is left of what was taken, where it is not said
    amount: Option<String>,
    /// Why: for the shop's own books, the customer is told the amount alone
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who gives it back [default: $USER, or operator]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// The same key again is the same refund: for programs that do not know whether the first one was heard
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Arguments { order, amount, reason, by, key, json } = arguments;
    let reason = said::one_line("--reason", reason, REASON_CHARS_MAX)?;
    let by = said::who(by.as_deref())?;
    let key = match key {
        Some(key) => said::one_line("--key", key, IDEMPOTENCY_KEY_CHARS_MAX)?,
        None => fresh_key()?,
    };
    let row = find(settings, order)?;
    let amount = amount.as_deref().map(|typed| Money::typed(typed, row.total.currency)).transpose();
    let amount = amount.map_err(|bad| Failure(bad.to_string()))?;
    let asked = RefundAsked { order: row.id.clone(), amount, reason, by, key };
    let Told::Refund(told) = control::ask_office(settings, Asked::Refund(asked))? else {
        return Err(Failure::another_answer());
    };
    if *json {
        println!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        tell(&row, &told);
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(row: &OrderRow, told: &RefundRow) {
    let (amount, number) = (money_words::said(told.amount), in_groups(&row.number));
    match told.repeated {
        true => {
            println!("{amount} of order {number} was asked back before, as {}: {}", told.refund, told.state)
        }
        false => println!("{amount} of order {number} goes back to the card, as {}", told.refund),
    }
}

/// The one order that is meant.
fn find(settings: &Settings, order: &str) -> Result<OrderRow, Failure> {
    let wanted = Wanted { state: None, search: Some(order.to_owned()), limit: 2 };
    let Told::Orders(mut found) = control::ask_office(settings, Asked::Orders(wanted))? else {
        return Err(Failure::another_answer());
    };
    let bare: String = order.chars().filter(|c| !c.is_whitespace()).collect();
    found.orders.retain(|row| row.id == bare || row.number == bare);
    found.orders.pop().ok_or_else(|| {
        let hint = found.hint.map_or(String::new(), |hint| format!(" ({hint})"));
        Failure(format!("there is no order `{order}`{hint}: `doorstep orders` lists them with their numbers"))
    })
}

/// Nobody else has it.
fn fresh_key() -> Result<String, Failure> {
    let secret = fresh_secret()?;
    Ok(secret[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}
