"""Lost answers and Stripe's own faults: what the library's retries under one key make of them."""

import stripe


def mine(shop, order):
    return [
        intent for intent in shop.stripe.v1.payment_intents.list({"limit": 100}).data if intent.metadata.to_dict().get("order") == order
    ]


def check_a_lost_answer_is_had_again_under_the_same_key(shop):
    for kind in ("lose_before", "lose_after"):
        order = shop.key(kind)
        shop.test("fault", kind=kind, path="/v1/payment_intents", method="POST")
        params = {
            "amount": 900,
            "currency": "gbp",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "allowed_payment_method_types": ["card"],
            "metadata": {"order": order},
        }
        intent = shop.client(retries=2).v1.payment_intents.create(params, {"idempotency_key": order})
        assert intent.status == "succeeded" and len(mine(shop, order)) == 1, kind


def check_without_retries_a_lost_answer_is_unknown(shop):
    order = shop.key("unknown")
    shop.test("fault", kind="lose_after", path="/v1/payment_intents", method="POST")
    try:
        shop.hold(metadata={"order": order})
        raise AssertionError("it was answered")
    except stripe.APIConnectionError:
        pass
    assert [intent.status for intent in mine(shop, order)] == ["requires_capture"]


def check_stripe_says_whether_to_try_again(shop):
    for should, calls in ((True, 3), (False, 1)):
        order = shop.key("should")
        shop.test("fault", kind="error_before", path="/v1/payment_intents", method="POST", times=calls, should_retry=should)
        before = len(shop.test("books")["requests"])
        try:
            shop.client(retries=2).v1.payment_intents.create({"amount": 900, "currency": "gbp"}, {"idempotency_key": order})
            raise AssertionError("it was answered")
        except stripe.APIError as error:
            assert error.http_status == 500
        assert len(shop.test("books")["requests"]) - before == calls
