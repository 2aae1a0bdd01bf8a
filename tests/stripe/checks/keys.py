"""Idempotency keys."""

import threading

import stripe

from .common import refused


def create(shop, key, amount=700, **more):
    return shop.stripe.v1.payment_intents.create(
        {"amount": amount, "currency": "gbp", "allowed_payment_method_types": ["card"], **more}, {"idempotency_key": key}
    )


def check_the_same_key_is_the_same_answer(shop):
    key = shop.key()
    one, other = create(shop, key), create(shop, key)
    assert one.id == other.id and other.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in one.last_response.headers
    assert other.last_response.headers["Original-Request"] == one.last_response.headers["Request-Id"]


def check_a_key_with_other_parameters_is_refused(shop):
    key = shop.key()
    create(shop, key)
    with refused(stripe.IdempotencyError, 400):
        create(shop, key, amount=701)
    with refused(stripe.IdempotencyError, 400):
        shop.stripe.v1.refunds.create({"payment_intent": "pi_x"}, {"idempotency_key": key})


def check_a_decline_is_kept_under_its_key_and_a_bad_parameter_is_not(shop):
    key = shop.key()
    for _ in range(2):
        with refused(stripe.CardError, 402, "card_declined", decline_code="insufficient_funds") as said:
            shop.hold(card="pm_card_chargeDeclinedInsufficientFunds", key=key)
    assert said[0].headers["Idempotent-Replayed"] == "true"
    key = shop.key()
    with refused(stripe.InvalidRequestError, 400, "parameter_unknown"):
        create(shop, key, nope=1)
    # the key was not used up
    assert create(shop, key).amount == 700


def check_a_fault_of_stripe_s_own_is_kept_too(shop):
    key = shop.key()
    shop.test("fault", kind="error_after", path="/v1/payment_intents")
    said = []
    for _ in range(2):
        with refused(stripe.APIError, 500) as caught:
            shop.hold(key=key, metadata={"fault": key})
        said += caught
    assert said[1].headers["Idempotent-Replayed"] == "true"
    # it was held all the same, and asking finds it
    found = [intent for intent in shop.stripe.v1.payment_intents.list({"limit": 100}).data if intent.metadata.to_dict().get("fault") == key]
    assert [intent.status for intent in found] == ["requires_capture"], found


def check_a_key_in_flight_is_in_use(shop):
    key = shop.key()
    shop.test("fault", kind="hold", path="/v1/payment_intents", method="POST")
    held = []
    thread = threading.Thread(target=lambda: held.append(create(shop, key)))
    thread.start()
    shop.test("await_held")
    with refused(stripe.APIError, 409, "idempotency_key_in_use") as said:
        create(shop, key)
    shop.test("let_go")
    thread.join()
    assert said[0].headers["Stripe-Should-Retry"] == "true"
    assert create(shop, key).id == held[0].id


def check_keys_are_forgotten_after_a_day(shop):
    key = shop.key()
    one = create(shop, key)
    shop.test("advance", seconds=23 * 3_600)
    assert create(shop, key).id == one.id
    shop.test("advance", seconds=2 * 3_600)
    assert create(shop, key).id != one.id
