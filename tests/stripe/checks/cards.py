"""Declines, checks, risk, authentication."""

import stripe

from .common import browse, refused

DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", "processing_error"),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": ("card_declined", "card_velocity_exceeded"),
    "pm_card_radarBlock": ("card_declined", "fraudulent"),
}


def check_every_decline_says_which(shop):
    for card, (code, decline_code) in DECLINES.items():
        with refused(stripe.CardError, 402, code, decline_code=decline_code) as said:
            shop.hold(card=card)
        intent = said[0].error.payment_intent
        assert intent["status"] == "requires_payment_method" and intent["last_payment_error"]["decline_code"] == decline_code
        charge = shop.stripe.v1.charges.retrieve(said[0].error.charge)
        assert (
            charge.status == "failed" and not charge.paid and charge.outcome.type == ("blocked" if "radar" in card else "issuer_declined")
        )


def check_after_a_decline_another_card_may_be_tried(shop):
    with refused(stripe.CardError, 402) as said:
        shop.hold(card="pm_card_chargeDeclined")
    intent = shop.stripe.v1.payment_intents.confirm(
        said[0].error.payment_intent["id"], {"payment_method": "pm_card_visa", "return_url": "https://shop.example"}
    )
    assert intent.status == "requires_capture" and intent.last_payment_error is None


def check_checks_and_risk_stand_on_the_charge(shop):
    billed = {"line1": "12 St James's Square", "postal_code": "SW1Y 4JH"}
    for token, wanted in (
        ("tok_visa", {"cvc_check": "pass", "address_line1_check": "pass", "address_postal_code_check": "pass"}),
        ("tok_cvcCheckFail", {"cvc_check": "fail"}),
        ("tok_avsZipFail", {"address_postal_code_check": "fail", "address_line1_check": "pass"}),
        ("tok_avsFail", {"address_postal_code_check": "fail", "address_line1_check": "fail"}),
        ("tok_avsUnchecked", {"address_postal_code_check": "unavailable"}),
    ):
        method = shop.stripe.v1.payment_methods.create({"type": "card", "card": {"token": token}, "billing_details": {"address": billed}})
        checks = shop.hold(card=method.id, expand=["latest_charge"]).latest_charge.payment_method_details.card.checks
        assert {name: getattr(checks, name) for name in wanted} == wanted, (token, checks)
    elevated = shop.hold(card="pm_card_riskLevelElevated", expand=["latest_charge"]).latest_charge.outcome
    assert elevated.risk_level == "elevated" and 65 <= elevated.risk_score < 75 and elevated.type == "authorized"


def challenged(shop):
    intent = shop.hold(card="pm_card_authenticationRequired", return_url="https://shop.example/back?order=1")
    assert intent.status == "requires_action" and intent.next_action.type == "redirect_to_url"
    return intent, intent.next_action.redirect_to_url.url


def check_a_challenge_is_passed_failed_or_abandoned(shop):
    for verdict, status, code in (
        ("pass", "requires_capture", None),
        ("fail", "requires_payment_method", "payment_intent_authentication_failure"),
        ("abandon", "requires_action", None),
    ):
        intent, url = challenged(shop)
        assert browse(url)[0] == 200
        seen, _, location = browse(url, {"verdict": verdict})
        after = shop.stripe.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
        assert after.status == status, (verdict, after.status)
        assert (after.last_payment_error.code if after.last_payment_error else None) == code
        if verdict == "abandon":
            assert seen == 200 and location is None
            continue
        assert location.startswith(f"https://shop.example/back?order=1&payment_intent={intent.id}&"), location
        assert location.endswith("redirect_status=" + ("succeeded" if verdict == "pass" else "failed"))
    intent, url = challenged(shop)
    browse(url, {"verdict": "pass"})
    authenticated = shop.stripe.v1.payment_intents.retrieve(
        intent.id, {"expand": ["latest_charge"]}
    ).latest_charge.payment_method_details.card.three_d_secure
    assert authenticated.result == "authenticated" and authenticated.electronic_commerce_indicator == "05"


def check_who_is_not_there_cannot_be_asked(shop):
    customer = shop.stripe.v1.customers.create({})
    method = shop.stripe.v1.payment_methods.attach("pm_card_authenticationRequired", {"customer": customer.id})
    with refused(stripe.CardError, 402, "authentication_required", decline_code="authentication_required"):
        shop.hold(card=method.id, customer=customer.id, off_session=True)
    with refused(stripe.CardError, 402, "authentication_required"):
        shop.hold(card="pm_card_authenticationRequired", error_on_requires_action=True)


def check_what_was_set_up_is_not_asked_again(shop):
    customer = shop.stripe.v1.customers.create({})
    setup = shop.stripe.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
            "return_url": "https://shop.example/back",
        }
    )
    assert setup.status == "requires_action"
    browse(setup.next_action.redirect_to_url.url, {"verdict": "pass"})
    setup = shop.stripe.v1.setup_intents.retrieve(setup.id)
    assert setup.status == "succeeded"
    assert shop.hold(card=setup.payment_method, customer=customer.id, off_session=True).status == "requires_capture"


def check_a_card_may_be_saved_and_then_declined(shop):
    customer = shop.stripe.v1.customers.create({})
    method = shop.stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    with refused(stripe.CardError, 402, "card_declined"):
        shop.hold(card=method.id, customer=customer.id, off_session=True)
    with refused(stripe.CardError, 402, "card_declined"):
        shop.stripe.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
    with refused(stripe.CardError, 402, "card_declined"):
        shop.stripe.v1.setup_intents.create(
            {"customer": customer.id, "payment_method": "pm_card_chargeDeclined", "confirm": True, "allowed_payment_method_types": ["card"]}
        )
