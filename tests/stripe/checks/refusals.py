"""Keys, versions, parameters: what is refused before anything is done."""

import urllib.error
import urllib.request

import stripe

from .common import KEY, refused


def check_a_wrong_key_is_refused(shop):
    with refused(stripe.AuthenticationError, 401) as said:
        shop.client("sk_test_51SomebodyElsesKeyAbcd").v1.payment_intents.list()
    assert "SomebodyElses" not in str(said[0]) and "Abcd" in str(said[0]), said[0]


def check_no_key_is_refused(shop):
    try:
        urllib.request.urlopen(f"{shop.base}/v1/account")
        raise AssertionError("it was let in")
    except urllib.error.HTTPError as error:
        assert error.status == 401


def check_a_wrong_version_is_refused(shop):
    for version in ("2019", "2026-10-28", "2026-10-28.nosuch", "2020-08-27.endive"):
        with refused(stripe.InvalidRequestError, 400):
            shop.client(stripe_version=version).v1.payment_intents.list()


def check_parameters_are_held_against_the_specification(shop):
    intents = shop.stripe.v1.payment_intents
    with refused(stripe.InvalidRequestError, 400, "parameter_missing", "currency"):
        intents.create({"amount": 500})
    with refused(stripe.InvalidRequestError, 400, "parameter_unknown", "payment_method_types"):
        # it was one until this version
        intents.create({"amount": 500, "currency": "gbp", "payment_method_types": ["card"]})
    with refused(stripe.InvalidRequestError, 400, "parameter_unknown", "payment_method_options[card][nope]"):
        intents.create({"amount": 500, "currency": "gbp", "payment_method_options": {"card": {"nope": 1}}})
    with refused(stripe.InvalidRequestError, 400, "parameter_invalid_integer", "amount"):
        intents.create({"amount": "5.00", "currency": "gbp"})
    with refused(stripe.InvalidRequestError, 400, None, "capture_method"):
        intents.create({"amount": 500, "currency": "gbp", "capture_method": "later"})
    with refused(stripe.InvalidRequestError, 400, "parameter_invalid_empty", "currency"):
        intents.create({"amount": 500, "currency": ""})
    with refused(stripe.InvalidRequestError, 400, None, "metadata[" + "x" * 41 + "]"):
        intents.create({"amount": 500, "currency": "gbp", "metadata": {"x" * 41: "long"}})


def check_amounts_have_their_bounds(shop):
    intents = shop.stripe.v1.payment_intents
    for amount, currency, code in (
        (29, "gbp", "amount_too_small"),
        (49, "jpy", "amount_too_small"),
        (100_000_000, "usd", "amount_too_large"),
        (0, "gbp", "parameter_invalid_integer"),
        (12_345, "isk", "invalid_charge_amount"),
        (12_345, "ugx", "invalid_charge_amount"),
        (12_345, "kwd", "invalid_charge_amount"),
    ):
        with refused(stripe.InvalidRequestError, 400, code, "amount"):
            intents.create({"amount": amount, "currency": currency})
    for currency in ("GBP", "xyz"):
        with refused(stripe.InvalidRequestError, 400, None, "currency"):
            intents.create({"amount": 500, "currency": currency})
    for amount, currency in ((30, "gbp"), (50, "jpy"), (12_300, "isk"), (12_340, "kwd")):
        assert intents.create({"amount": amount, "currency": currency}).amount == amount


def check_what_is_not_there_is_not_found(shop):
    with refused(stripe.InvalidRequestError, 404, "resource_missing"):
        shop.stripe.v1.payment_intents.retrieve("pi_nowhere")
    with refused(stripe.InvalidRequestError, 400, "resource_missing", "payment_method"):
        shop.hold(card="pm_nowhere")
    with refused(stripe.InvalidRequestError, 404):
        shop.stripe.raw_request("get", "/v1/nothing_like_it")


def check_test_and_live_are_two_worlds(shop):
    live = shop.client(KEY.replace("sk_test_", "sk_live_"))
    intent = shop.hold()
    with refused(stripe.InvalidRequestError, 404, "resource_missing"):
        live.v1.payment_intents.retrieve(intent.id)
    with refused(stripe.CardError, 402, "card_declined", decline_code=None):
        live.v1.payment_intents.create(
            {"amount": 500, "currency": "gbp", "payment_method": "pm_card_visa", "confirm": True, "return_url": "https://shop.example"}
        )
    assert not intent.livemode


def check_too_many_requests_are_told_so(shop):
    shop.test("fault", kind="limit")
    with refused(stripe.RateLimitError, 429, "rate_limit") as said:
        shop.stripe.v1.payment_intents.list()
    assert said[0].headers["Stripe-Should-Retry"] == "true"
    # the library's own retry gets through
    shop.test("fault", kind="limit")
    assert shop.client(retries=1).v1.payment_intents.list().object == "list"
