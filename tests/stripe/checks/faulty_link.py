"""Over a faulty link: whoever asks again under the same key until there is an answer has done each thing once."""

import collections
import threading
import time

import stripe
from link import FAULTS, Link

from .common import KEY

PAYMENTS = 40


def until_answered(act):
    """Again under the same key, until Stripe itself has answered. Its own faults are among its answers, the link's are not."""
    for _ in range(100):
        try:
            return act()
        except stripe.APIConnectionError:
            pass
        except stripe.APIError as error:
            if error.headers and "Request-Id" in error.headers and error.http_status != 409:
                raise
            # it is being done beside us: a moment
            time.sleep(0.05)
    raise AssertionError("no answer")


def check_over_a_faulty_link_each_thing_is_done_once(shop):
    link = Link(shop.base, seed=7, faulty=0.6, slow=0.2)
    threading.Thread(target=link.serve_forever, daemon=True).start()
    client = stripe.StripeClient(
        KEY, base_addresses={"api": link.base}, max_network_retries=0, http_client=stripe.RequestsClient(timeout=0.1)
    )
    run = shop.key("link")
    for at in range(PAYMENTS):
        params = {
            "amount": 1_000 + at,
            "currency": "gbp",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
            "allowed_payment_method_types": ["card"],
            "metadata": {"run": run, "at": str(at)},
        }
        held = until_answered(lambda: client.v1.payment_intents.create(params, {"idempotency_key": f"{run}-{at}-hold"}))
        taken = until_answered(lambda: client.v1.payment_intents.capture(held.id, {}, {"idempotency_key": f"{run}-{at}-take"}))
        assert (taken.status, taken.amount_received) == ("succeeded", 1_000 + at)
        if at % 3 == 0:
            until_answered(
                lambda: client.v1.refunds.create({"payment_intent": held.id, "amount": 500}, {"idempotency_key": f"{run}-{at}-back"})
            )
    link.shutdown()
    kept = shop.test("books")
    mine = [intent for intent in kept["payment_intent"] if intent["metadata"].get("run") == run]
    assert collections.Counter(intent["metadata"]["at"] for intent in mine) == {str(at): 1 for at in range(PAYMENTS)}
    charges = {intent["latest_charge"]: intent for intent in mine}
    entries = [entry for entry in kept["balance_transaction"] if entry["type"] == "charge" and entry["source"] in charges]
    assert sorted(entry["amount"] for entry in entries) == [1_000 + at for at in range(PAYMENTS)]
    back = [refund["amount"] for refund in kept["refund"] if refund["charge"] in charges and refund["balance_transaction"]]
    assert back == [500] * len(range(0, PAYMENTS, 3))
    missing = set(FAULTS) - set(link.counts)
    assert not missing, f"these faults never came: {missing}"
