use crate::domain::Currency;

use super::ledger::{Account, Ledger};
use super::payment::{Kind, Payment};
use super::transitions::PaymentState::*;

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

/// The ledger of `currency` says what the payments say: open holds, and what the acquirer owes.
pub fn audit_against<'a>(
    ledger: &Ledger,
    currency: Currency,
    payments: impl IntoIterator<Item = &'a Payment>,
) -> Result<(), String> {
    let (mut held, mut owed) = (0i128, 0i128);
    for payment in payments {
        if payment.amount.currency != currency {
            continue;
        }
        if payment.is_held() {
            held += i128::from(payment.authorised.amount);
        }
        owed += i128::from(payment.captured.amount) - i128::from(payment.settled.amount);
    }
    let in_ledger = |account| ledger.balance(account).net();
    if in_ledger(Account::CustomerHolds) != held {
        let booked = in_ledger(Account::CustomerHolds);
        return Err(format!("payments hold {held}, the ledger has {booked} minor units of {currency}"));
    }
    if in_ledger(Account::AcquirerReceivable) != owed {
        let booked = in_ledger(Account::AcquirerReceivable);
        return Err(format!(
            "payments have {owed} to come, the ledger has {booked} minor units of {currency}"
        ));
    }
    Ok(())
}

/// One payment's amounts agree with one another and with its state.
pub fn audit_payment(payment: &Payment) -> Result<(), String> {
    let Payment { state, amount, authorised, captured, settled, .. } = payment;
    let of = |why: &str| Err(format!("a payment of {} in state {state:?} {why}", payment.order));
    let amounts = [amount, authorised, captured, settled];
    if amounts.iter().any(|money| money.currency != amount.currency || money.amount < 0) {
        return of("mixes currencies or has a negative amount");
    }
    if captured.amount > authorised.amount || authorised.amount > amount.amount {
        return of("has captured more than was authorised, or was authorised for more than was asked");
    }
    if settled.amount > captured.amount {
        return of("has settled more than was captured");
    }
    if payment.kind == Kind::Verification && authorised.amount != 0 {
        return of("is a verification that holds money");
    }
    let before_the_answer =
        matches!(state, Intended | AuthSent | ActionRequired | Unknown | Reversing | Declined | Abandoned);
    if before_the_answer && authorised.amount != 0 {
        return of("is authorised without an answer");
    }
    let may_have_captured =
        matches!(state, Captured | Settled | Refunding | Refunded | RefundFailed | Disputed | Won | Lost);
    if !may_have_captured && captured.amount != 0 {
        return of("has captured");
    }
    if *state == Settled && settled != captured {
        return of("is not settled in full");
    }
    Ok(())
}
