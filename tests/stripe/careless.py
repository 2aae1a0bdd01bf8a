#!/usr/bin/env python3
"""How a careless server (`localstripe`) differs from Stripe: why the strict one is there, and what our own guards have to
hold against without a server's help.

    target/stripe/bin/python tests/stripe/careless.py http://127.0.0.1:PORT

It ends with 1 where the careless server has become careful in one of these: then this file is to be brought up to date.
"""

import sys
import urllib.error

import stripe

# it has the shapes of years ago, and checks no version
OLD = "2023-10-16"


def main():
    client = stripe.StripeClient("sk_test_careless", base_addresses={"api": sys.argv[1]}, stripe_version=OLD, max_network_retries=0)
    intents, refunds = client.v1.payment_intents, client.v1.refunds

    def hold(amount=500, key=None):
        method = client.v1.payment_methods.create(
            {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}}
        )
        params = {"amount": amount, "currency": "gbp", "payment_method": method.id, "confirm": True, "capture_method": "manual"}
        return intents.create(params, {"idempotency_key": key} if key else {})

    one, other = hold(key="the-same"), hold(key="the-same")
    assert one.id != other.id, "it knows idempotency keys now"
    print("the same key twice: two holds")

    gone = hold()
    intents.cancel(gone.id)
    # it answers 200, goes on calling the intent canceled, and has taken the money all the same
    charge = client.v1.charges.retrieve(intents.capture(gone.id).latest_charge.id)
    assert charge.captured, "it captures nothing after a cancel now"
    print("captured after it was canceled")

    paid = hold()
    intents.capture(paid.id)
    for _ in range(2):
        assert refunds.create({"payment_intent": paid.id, "amount": 400}).status == "succeeded"
    print("800 of 500 refunded")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, stripe.StripeError, urllib.error.URLError) as error:
        print(f"no longer so: {error!r}")
        sys.exit(1)
