"""Holds, captures, cancels."""

import stripe

from .common import refused

STATE = "payment_intent_unexpected_state"


def check_a_hold_is_captured_once(shop):
    intent = shop.hold(expand=["latest_charge"])
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 5_000, 0)
    card = intent.latest_charge.payment_method_details.card
    assert card.capture_before - intent.created in range(7 * 86_400 - 5, 7 * 86_400 + 5)
    assert not intent.latest_charge.captured and intent.latest_charge.balance_transaction is None
    taken = shop.stripe.v1.payment_intents.capture(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 5_000)
    entry = taken.latest_charge.balance_transaction
    assert (entry.amount, entry.fee, entry.net, entry.type) == (5_000, 95, 4_905, "charge")
    with refused(stripe.InvalidRequestError, 400, STATE):
        shop.stripe.v1.payment_intents.capture(intent.id)
    with refused(stripe.InvalidRequestError, 400, STATE):
        shop.stripe.v1.payment_intents.cancel(intent.id)


def check_a_part_is_captured_and_the_rest_let_go(shop):
    intent = shop.hold()
    with refused(stripe.InvalidRequestError, 400, "amount_too_large", "amount_to_capture"):
        shop.stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 5_001})
    taken = shop.stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3_000, "expand": ["latest_charge"]})
    assert (taken.status, taken.amount_received, taken.latest_charge.amount_captured, taken.latest_charge.amount_refunded) == (
        "succeeded",
        3_000,
        3_000,
        2_000,
    )
    released = shop.stripe.v1.refunds.list({"payment_intent": intent.id}).data
    # what was let go stands among the refunds, and moved no money
    assert [(refund.amount, refund.balance_transaction) for refund in released] == [(2_000, None)]


def check_several_captures_where_they_may_be(shop):
    wants = {"card": {"request_multicapture": "if_available"}}
    intent = shop.hold(payment_method_options=wants, expand=["latest_charge"])
    assert intent.latest_charge.payment_method_details.card.multicapture.status == "available"
    one = shop.stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1_000, "final_capture": False})
    assert (one.status, one.amount_capturable, one.amount_received) == ("requires_capture", 4_000, 1_000)
    last = shop.stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2_500, "final_capture": True})
    assert (last.status, last.amount_capturable, last.amount_received) == ("succeeded", 0, 3_500)
    entries = shop.stripe.v1.balance_transactions.list({"source": intent.latest_charge.id}).data
    assert sorted(entry.amount for entry in entries) == [1_000, 2_500]
    with refused(stripe.InvalidRequestError, 400, None, "final_capture"):
        shop.stripe.v1.payment_intents.capture(shop.hold().id, {"amount_to_capture": 1_000, "final_capture": False})
    shop.test("settings", multicapture=False)
    plain = shop.hold(payment_method_options=wants, expand=["latest_charge"])
    shop.test("settings", multicapture=True)
    assert plain.latest_charge.payment_method_details.card.multicapture.status == "unavailable"


def check_what_is_canceled_stays_so(shop):
    intent = shop.hold()
    gone = shop.stripe.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "requested_by_customer", "expand": ["latest_charge"]})
    assert (gone.status, gone.amount_capturable, gone.cancellation_reason) == ("canceled", 0, "requested_by_customer")
    assert gone.latest_charge.refunded and not gone.latest_charge.captured
    for again in (shop.stripe.v1.payment_intents.capture, shop.stripe.v1.payment_intents.cancel):
        with refused(stripe.InvalidRequestError, 400, STATE):
            again(intent.id)


def check_a_hold_lapses(shop):
    intent = shop.hold()
    shop.test("advance", seconds=7 * 86_400 + 10)
    assert shop.stripe.v1.payment_intents.retrieve(intent.id).status == "canceled"
    with refused(stripe.InvalidRequestError, 400, STATE):
        shop.stripe.v1.payment_intents.capture(intent.id)


def check_a_saved_card_pays_later(shop):
    customer = shop.stripe.v1.customers.create({"email": "ada@example.com"})
    setup = shop.stripe.v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True, "allowed_payment_method_types": ["card"]}
    )
    assert setup.status == "succeeded"
    intent = shop.hold(card=setup.payment_method, customer=customer.id, off_session=True, expand=["latest_charge"])
    window = intent.latest_charge.payment_method_details.card.capture_before - intent.created
    assert intent.status == "requires_capture" and window in range(410_395, 410_405), window  # 4 days 18 hours
    with refused(stripe.InvalidRequestError, 400, None, "payment_method"):
        shop.hold(card=setup.payment_method)
    assert shop.stripe.v1.payment_methods.detach(setup.payment_method).customer is None
    with refused(stripe.InvalidRequestError, 400, None, "payment_method"):
        shop.hold(card=setup.payment_method, customer=customer.id, off_session=True)


def check_a_card_without_a_customer_pays_once(shop):
    method = shop.stripe.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    shop.hold(card=method.id)
    with refused(stripe.InvalidRequestError, 400, None, "payment_method"):
        shop.hold(card=method.id)
    with refused(stripe.CardError, 402):
        shop.stripe.v1.payment_methods.create(
            {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "123"}}
        )


def check_what_does_not_go_together_is_refused(shop):
    for more, param in (
        ({"off_session": True}, "off_session"),
        ({"return_url": "https://shop.example"}, "return_url"),
        ({"error_on_requires_action": True}, "error_on_requires_action"),
    ):
        with refused(stripe.InvalidRequestError, 400, None, param):
            shop.stripe.v1.payment_intents.create({"amount": 500, "currency": "gbp", **more})
    with refused(stripe.InvalidRequestError, 400, None, "return_url"):
        shop.stripe.v1.payment_intents.create({"amount": 500, "currency": "gbp", "confirm": True, "payment_method": "pm_card_visa"})
    with refused(stripe.InvalidRequestError, 400, STATE):
        shop.stripe.v1.payment_intents.confirm(
            shop.stripe.v1.payment_intents.create({"amount": 500, "currency": "gbp"}).id, {"return_url": "https://shop.example"}
        )
