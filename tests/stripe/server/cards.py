"""The test cards, as Stripe's page on testing lists them: by number, and by the name of their payment method."""

from dataclasses import dataclass, field

from . import errors

GENERIC = ("card_declined", "generic_decline", "Your card was declined.")


@dataclass(frozen=True)
class Card:
    number: str
    name: str  # pm_card_… and tok_…
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    # (code, decline_code, message), on every charge; for some once saved only
    decline: tuple = None
    only_when_saved: bool = False
    # None, "always", "unless_set_up", "on_session" (set up elsewhere already)
    authentication: str = None
    # address_line1_check, address_postal_code_check, cvc_check
    checks: dict = field(default_factory=dict)
    risk_score: int = 32
    risk_level: str = "normal"
    blocked: bool = False
    dispute: str = None
    inquiry: bool = False
    # None, "pending" (succeeds later), "fails" (later)
    refund: str = None
    bypass_pending: bool = False

    @property
    def last4(self):
        return self.number[-4:]


def declines(number, name, code, decline_code, message, **more):
    return Card(number, name, decline=(code, decline_code, message), **more)


CARDS = [
    Card("4242424242424242", "visa"),
    Card("4000056655665556", "visa_debit", funding="debit"),
    Card("5555555555554444", "mastercard", "mastercard"),
    Card("378282246310005", "amex", "amex"),
    Card("6011111111111117", "discover", "discover"),
    Card("4000008260000000", "gb", country="GB"),
    Card("4000002760000016", "de", country="DE"),
    Card("4000003720000005", "ie", country="IE"),
    declines("4000000000000002", "chargeDeclined", *GENERIC),
    declines(
        "4000000000009995", "chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "Your card has insufficient funds."
    ),
    declines("4000000000009987", "chargeDeclinedLostCard", "card_declined", "lost_card", "Your card was declined."),
    declines("4000000000009979", "chargeDeclinedStolenCard", "card_declined", "stolen_card", "Your card was declined."),
    declines("4000000000000069", "chargeDeclinedExpiredCard", "expired_card", "expired_card", "Your card has expired."),
    declines("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    declines(
        "4000000000000119",
        "chargeDeclinedProcessingError",
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    declines(
        "4000000000006975",
        "chargeDeclinedVelocityLimitExceeded",
        "card_declined",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
    declines(
        "4100000000000019",
        "radarBlock",
        "card_declined",
        "fraudulent",
        "Your card was declined.",
        blocked=True,
        risk_score=91,
        risk_level="highest",
    ),
    declines("4000000000000341", "chargeCustomerFail", *GENERIC, only_when_saved=True),
    Card("4000000000004954", "riskLevelHighest", risk_score=87, risk_level="highest"),
    Card("4000000000009235", "riskLevelElevated", risk_score=68, risk_level="elevated"),
    Card("4000000000000101", "cvcCheckFail", checks={"cvc_check": "fail"}),
    Card("4000000000000036", "avsZipFail", checks={"address_postal_code_check": "fail"}),
    Card("4000000000000028", "avsLine1Fail", checks={"address_line1_check": "fail"}),
    Card("4000000000000010", "avsFail", checks={"address_line1_check": "fail", "address_postal_code_check": "fail"}),
    Card("4000000000000044", "avsUnchecked", checks={"address_line1_check": "unavailable", "address_postal_code_check": "unavailable"}),
    Card("4000000000000259", "createDispute", dispute="fraudulent"),
    Card("4000000000002685", "createDisputeProductNotReceived", dispute="product_not_received"),
    Card("4000000000001976", "createDisputeInquiry", dispute="fraudulent", inquiry=True),
    Card("4000000000007726", "pendingRefund", refund="pending"),
    Card("4000000000005126", "refundFail", refund="fails"),
    Card("4000000000000077", "bypassPending", bypass_pending=True),
    Card("4000002500003155", "authenticationRequiredOnSetup", authentication="unless_set_up"),
    Card("4000002760003184", "authenticationRequired", authentication="always"),
    Card("4000003800000446", "authenticationRequiredSetupForOffSession", authentication="on_session"),
    declines(
        "4000008260003178",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
        authentication="always",
    ),
    Card("4000000000003220", "threeDSecure2Required", authentication="always"),
    declines("4000008400001629", "threeDSecureRequiredChargeDeclined", *GENERIC, authentication="always"),
    Card("4000000000003055", "threeDSecureOptional"),
]

BY_NUMBER = {card.number: card for card in CARDS}
BY_NAME = {}
for _card in CARDS:
    for _name in (_card.name, "visa_" + _card.name):
        BY_NAME.setdefault(_name, _card)


def by_token(token):
    """`pm_card_visa`, `tok_visa`; nothing where it is no test token."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            return BY_NAME.get(token[len(prefix) :])
    return None


def typed(number, month, year, cvc, now_year, now_month):
    """The card that somebody types.

    Raises: what Stripe says to a number that cannot be, a past date, a code of the wrong length.
    """
    digits = number.replace(" ", "")
    if not digits.isdigit() or not luhn(digits):
        raise errors.card("Your card number is incorrect.", "incorrect_number", param="number")
    if not 1 <= month <= 12:
        raise errors.card("Your card's expiration month is invalid.", "invalid_expiry_month", param="exp_month")
    if (year, month) < (now_year, now_month):
        raise errors.card("Your card's expiration year is invalid.", "invalid_expiry_year", param="exp_year")
    card = BY_NUMBER.get(digits)
    if card is None:
        message = "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing."
        raise errors.card(message, "card_declined", "test_mode_live_card")
    if len(cvc) != (4 if card.brand == "amex" else 3) or not cvc.isdigit():
        raise errors.card("Your card's security code is invalid.", "invalid_cvc", param="cvc")
    return card


def luhn(digits):
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and 12 <= len(digits) <= 19
