use std::collections::BTreeMap;

use crate::domain::Currency;

use super::account::{Account, AccountId};
use super::hold::{Hold, HoldState};

/// Checks the bank's books against each other, by currency and to the minor unit: what cardholders were
/// drawn = payable + paid + fees of the merchant; every account's held and drawn = the sums of its holds.
/// Errs with the first difference, as a sentence without a token.
pub fn audit<'a>(
    accounts: impl IntoIterator<Item = (&'a AccountId, &'a Account)>,
    holds: impl IntoIterator<Item = &'a Hold>,
) -> Result<(), String> {
    let mut by_account = sums(holds);
    let mut drawn: BTreeMap<Currency, i128> = BTreeMap::new();
    let mut taken: BTreeMap<Currency, i128> = BTreeMap::new();
    for (id, account) in accounts {
        match account {
            Account::Cardholder(account) => {
                *drawn.entry(account.currency).or_default() += i128::from(account.drawn);
                let (held_sum, drawn_sum) = by_account.remove(id).unwrap_or_default();
                if (i128::from(account.held), i128::from(account.drawn)) != (held_sum, drawn_sum) {
                    return Err(format!(
                        "a cardholder's account shows {} held and {} drawn in {}, its holds sum to {held_sum} and {drawn_sum}",
                        account.held, account.drawn, account.currency
                    ));
                }
            }
            Account::Merchant(merchant) => {
                for (currency, takings) in &merchant.takings {
                    let all = [takings.payable, takings.paid, takings.fees];
                    *taken.entry(*currency).or_default() += all.map(i128::from).iter().sum::<i128>();
                }
            }
        }
    }
    if let Some((held, captured)) = by_account.into_values().find(|sums| *sums != (0, 0)) {
        return Err(format!("holds of {held} held and {captured} drawn belong to no account"));
    }
    drawn.retain(|_, sum| *sum != 0);
    taken.retain(|_, sum| *sum != 0);
    if drawn != taken {
        return Err(format!(
            "cardholders were drawn {drawn:?}, the merchant's account accounts for {taken:?}"
        ));
    }
    Ok(())
}

/// Held, and captured less refunded, for each cardholder's account.
fn sums<'a>(holds: impl IntoIterator<Item = &'a Hold>) -> BTreeMap<AccountId, (i128, i128)> {
    let mut sums: BTreeMap<AccountId, (i128, i128)> = BTreeMap::new();
    for hold in holds {
        let held = if matches!(hold.state, HoldState::Held { .. }) { hold.left().amount } else { 0 };
        let drawn = hold.captured().amount - hold.refunded().amount;
        if (held, drawn) == (0, 0) {
            continue;
        }
        let sum = sums.entry(AccountId::cardholder(&hold.token, hold.amount.currency)).or_default();
        sum.0 += i128::from(held);
        sum.1 += i128::from(drawn);
    }
    sums
}
