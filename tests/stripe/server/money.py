"""Currencies as Stripe counts them, and the balance: every movement of money is a balance transaction."""

from . import books, errors

ZERO_DECIMAL = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}
# without decimals since, but sent with two, for what is older
TWO_AS_ZERO = {"isk", "ugx"}
SUPPORTED = (
    ZERO_DECIMAL
    | THREE_DECIMAL
    | TWO_AS_ZERO
    | {
        "aud",
        "bgn",
        "brl",
        "cad",
        "chf",
        "czk",
        "dkk",
        "eur",
        "gbp",
        "hkd",
        "huf",
        "inr",
        "mxn",
        "myr",
        "nok",
        "nzd",
        "pln",
        "ron",
        "sek",
        "sgd",
        "thb",
        "twd",
        "usd",
        "zar",
    }
)
MINIMUM = {
    "usd": 50,
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
}
AMOUNT_MAX = 99_999_999
DAY = 86_400
# until money can be paid out
AVAILABLE_AFTER = 7 * DAY
DISPUTE_FEE = 2_000


def money(amount, currency):
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    sign = {"gbp": "£", "eur": "€", "usd": "$", "jpy": "¥"}.get(currency, "")
    return f"{sign}{amount / 10**decimals:.{decimals}f}" + ("" if sign else f" {currency}")


def check_amount(amount, currency, param="amount"):
    if currency != currency.lower() or currency not in SUPPORTED:
        several = ", ".join(sorted(SUPPORTED))
        raise errors.invalid(f"Invalid currency: {currency}. Stripe currently supports these currencies: {several}", "currency")
    if amount < 1:
        raise errors.invalid("This value must be greater than or equal to 1.", param, "parameter_invalid_integer")
    least = MINIMUM.get(currency, 50)
    if amount < least:
        raise errors.invalid(f"Amount must be at least {money(least, currency)} {currency}", param, "amount_too_small")
    if amount > AMOUNT_MAX:
        raise errors.invalid(f"Amount must be no more than {money(AMOUNT_MAX, currency)}", param, "amount_too_large")
    if currency in TWO_AS_ZERO and amount % 100:
        raise errors.invalid(f"Invalid {currency.upper()} amount: it has to be evenly divisible by 100.", param, "invalid_charge_amount")
    if currency in THREE_DECIMAL and amount % 10:
        raise errors.invalid(f"Invalid {currency.upper()} amount: the last digit has to be 0.", param, "invalid_charge_amount")


def fee(amount, currency):
    fixed = 0 if currency in ZERO_DECIMAL else 20
    return (amount * 15 + 500) // 1000 + fixed


def book(b, kind, category, amount, currency, source, fee_amount=0, available_after=AVAILABLE_AFTER, description=None):
    details = []
    if fee_amount:
        details = [
            {"amount": fee_amount, "application": None, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}
        ]
    now = b.now()
    return b.keep(
        books.shaped(
            "balance_transaction",
            id=b.new_id("txn"),
            amount=amount,
            available_on=now + available_after,
            balance_type="payments",
            created=now,
            currency=currency,
            description=description,
            fee=fee_amount,
            fee_details=details,
            net=amount - fee_amount,
            reporting_category=category,
            source=source,
            status="pending" if available_after else "available",
            type=kind,
        )
    )


def settle(b):
    """What has become available by now."""
    for entry in b.all("balance_transaction"):
        if entry["status"] == "pending" and entry["available_on"] <= b.now():
            entry["status"] = "available"


def unpaid(b, currency):
    """What the next payout would hold."""
    entries = [entry for entry in b.all("balance_transaction") if entry["currency"] == currency]
    return [entry for entry in entries if entry["status"] == "available" and entry["id"] not in b.paid_out and entry["type"] != "payout"]
