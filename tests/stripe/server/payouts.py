"""Payouts: what goes to the shop's bank, and of which balance transactions it is made."""

from . import books, errors, events, money

ARRIVES_AFTER = 2 * money.DAY


def pay_out(b, currency, live):
    """What Stripe does by itself every day: all that is available."""
    money.settle(b)
    entries = money.unpaid(b, currency)
    total = sum(entry["net"] for entry in entries)
    if total <= 0:
        return None
    payout = new_payout(b, total, currency, live, automatic=True)
    b.paid_out.update({entry["id"]: payout["id"] for entry in entries})
    return payout


def new_payout(b, amount, currency, live, automatic, description=None, metadata=None):
    id = b.new_id("po")
    entry = money.book(b, "payout", "payout", -amount, currency, id, available_after=0, description="STRIPE PAYOUT")
    payout = books.shaped(
        "payout",
        id=id,
        amount=amount,
        arrival_date=b.now() + ARRIVES_AFTER,
        automatic=automatic,
        balance_transaction=entry["id"],
        created=b.now(),
        currency=currency,
        description=description or ("STRIPE PAYOUT" if automatic else None),
        destination="ba_doorstep",
        livemode=live,
        metadata=books.merged({}, metadata or {}),
        method="standard",
        reconciliation_status="completed" if automatic else "not_applicable",
        source_type="card",
        status="pending",
        type="bank_account",
    )
    b.keep(payout)
    b.paid_out[entry["id"]] = id
    events.happened(b, "payout.created", payout)
    if automatic:
        events.happened(b, "payout.reconciliation_completed", payout)
    b.do_later(ARRIVES_AFTER, lambda: arrive(b, payout))
    return payout


def arrive(b, payout):
    if payout["status"] in ("pending", "in_transit"):
        payout["status"] = "paid"
        events.happened(b, "payout.paid", payout)


def fail(b, payout):
    back = money.book(b, "payout_failure", "payout_reversal", payout["amount"], payout["currency"], payout["id"], available_after=0)
    payout.update(
        status="failed",
        failure_code="account_closed",
        failure_message="The bank account has been closed",
        failure_balance_transaction=back["id"],
    )
    events.happened(b, "payout.failed", payout)
    return payout


def create(b, p, live):
    money.settle(b)
    if p["amount"] < 1:
        raise errors.invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if p["currency"] in ("huf", "twd") and p["amount"] % 100:
        raise errors.invalid(f"Payouts in {p['currency'].upper()} have to be evenly divisible by 100.", "amount")
    available = sum(
        entry["net"] for entry in b.all("balance_transaction") if entry["currency"] == p["currency"] and entry["status"] == "available"
    )
    if p["amount"] > available:
        message = "You have insufficient funds in your Stripe account. You can view your account balance in the Dashboard."
        raise errors.invalid(message, code="balance_insufficient")
    return new_payout(b, p["amount"], p["currency"], live, False, p.get("description"), p.get("metadata"))


def entries_of(b, entries, payout, live):
    """Only what Stripe paid out by itself is known line by line."""
    if not b.get("payout", payout, live, "payout")["automatic"]:
        raise errors.invalid("Balance transaction history can only be filtered on automatic transfers, not manual.", "payout")
    return [entry for entry in entries if b.paid_out.get(entry["id"]) == payout]
