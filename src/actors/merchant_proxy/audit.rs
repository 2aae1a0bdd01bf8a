use crate::domain::Currency;

use super::AuthorisationState::*;
use super::ledger::{Account, Ledger};
use super::payment::{Kind, Payment};

/// The trial balance of one currency is zero, and so is that of its memo accounts alone. Errs with the
/// difference in minor units.
pub fn audit(ledger: &Ledger) -> Result<(), String> {
    let trial_balance: i128 = ledger.balances().map(|(_, balance)| balance.net()).sum();
    if trial_balance != 0 {
        return Err(format!("the trial balance is off by {trial_balance} minor units"));
    }
    let memo = ledger.balance(Account::CustomerHolds).net() + ledger.balance(Account::HoldsContra).net();
    if memo != 0 {
        return Err(format!("the memo of holds is off by {memo} minor units"));
    }
    Ok(())
}

/// The ledger of `currency` says what the payments say: open holds, what the processor owes, and what was given back.
pub fn audit_against<'a>(
    ledger: &Ledger,
    currency: Currency,
    payments: impl IntoIterator<Item = &'a Payment>,
) -> Result<(), String> {
    let (mut held, mut owed, mut returned) = (0i128, 0i128, 0i128);
    for payment in payments.into_iter().filter(|payment| payment.amount.currency == currency) {
        held += i128::from(payment.held().amount);
        owed += i128::from(payment.receivable());
        returned += i128::from(payment.refunded().amount);
    }
    let sums = [
        (Account::CustomerHolds, held, "hold"),
        (Account::ProcessorReceivable, owed, "have to come"),
        (Account::Returns, returned, "have given back"),
    ];
    for (account, sum, what) in sums {
        let booked = ledger.balance(account).net();
        if booked != sum {
            return Err(format!("payments {what} {sum}, the ledger has {booked} minor units of {currency}"));
        }
    }
    Ok(())
}

/// One payment's amounts agree with one another and with its state.
pub fn audit_payment(payment: &Payment) -> Result<(), String> {
    let state = payment.state();
    let of = |why: &str| Err(format!("a payment of {} in state {state:?} {why}", payment.order));
    let (amount, authorised) = (payment.amount, payment.authorised());
    let of_captures = payment.captures.iter().map(|capture| capture.amount);
    let of_refunds = payment.refunds.iter().map(|refund| refund.amount);
    let mut amounts = of_captures.chain(of_refunds).chain([amount, authorised]);
    if amounts.any(|money| money.currency != amount.currency || money.amount < 0) {
        return of("mixes currencies or has a negative amount");
    }
    let taking: i64 =
        payment.captures.iter().filter(|one| one.is_in_flight()).map(|one| one.amount.amount).sum();
    let captured = payment.captured();
    if captured.amount + taking > authorised.amount || authorised.amount > amount.amount {
        return of("has captured more than was authorised, or was authorised for more than was asked");
    }
    if payment.refunding().amount > captured.amount {
        return of("has given back more than was captured");
    }
    if payment.kind == Kind::Verification && authorised.amount != 0 {
        return of("is a verification that holds money");
    }
    let before_the_answer =
        matches!(state, Intended | Sent | ActionRequired | Unknown | Reversing | Declined | Abandoned);
    if before_the_answer && authorised.amount != 0 {
        return of("is authorised without an answer");
    }
    if before_the_answer && !payment.captures.is_empty() {
        return of("has captured");
    }
    Ok(())
}
