"""Events and their signatures, as the official library checks them."""

import stripe

from .common import Receiver, refused


def told(shop, kinds, receiver):
    endpoint = shop.stripe.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": kinds})
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in shop.stripe.v1.webhook_endpoints.retrieve(endpoint.id).to_dict(), "it is shown once"
    return endpoint


def opened(came, secret):
    return [stripe.Webhook.construct_event(body, signature, secret) for body, signature in came]


def forged(came, secret):
    try:
        opened(came, secret)
    except stripe.SignatureVerificationError:
        return True
    return False


def check_events_are_signed(shop):
    receiver = Receiver()
    endpoint = told(shop, ["payment_intent.amount_capturable_updated", "payment_intent.succeeded", "charge.refunded"], receiver)
    key = shop.key()
    intent = shop.hold(key=key)
    shop.stripe.v1.payment_intents.capture(intent.id)
    shop.stripe.v1.refunds.create({"payment_intent": intent.id})
    events = opened(receiver.wait(3), endpoint.secret)
    assert {event.type for event in events} == {"payment_intent.amount_capturable_updated", "payment_intent.succeeded", "charge.refunded"}
    held = next(event for event in events if event.type.endswith("capturable_updated"))
    assert held.data.object.id == intent.id and held.request.idempotency_key == key and held.api_version == "2026-10-28.endive"
    assert forged(receiver.came, "whsec_other")
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    receiver.close()


def check_events_come_twice_late_out_of_order_and_forged(shop):
    receiver = Receiver()
    endpoint = told(shop, ["*"], receiver)
    shop.test("hold_deliveries")
    shop.taken()
    waiting = shop.test("deliveries")["waiting"]
    assert not receiver.came and len(waiting) >= 4
    shop.test("deliver", times=2, order="reversed")
    came = opened(receiver.wait(2 * len(waiting)), endpoint.secret)
    assert [event.id for event in came] == list(reversed(waiting * 2))
    for wrong in ({"forged": True}, {"tampered": True}, {"shift": -400}, {"shift": -301}):
        receiver.came.clear()
        event = next(one.id for one in came if one.type == "payment_intent.succeeded")
        shop.test("deliver", events=[event], **wrong)
        assert forged(receiver.wait(1), endpoint.secret), wrong
    shop.test("hold_deliveries", hold=False)
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    receiver.close()


def check_a_secret_is_rolled(shop):
    receiver = Receiver()
    endpoint = told(shop, ["payment_intent.created"], receiver)
    new = shop.test("roll_secret", endpoint=endpoint.id)["secret"]
    shop.stripe.v1.payment_intents.create({"amount": 500, "currency": "gbp"})
    both = receiver.wait(1)
    assert opened(both, endpoint.secret) and opened(both, new)
    shop.test("advance", seconds=86_401)
    receiver.came.clear()
    shop.stripe.v1.payment_intents.create({"amount": 500, "currency": "gbp"})
    alone = receiver.wait(1)
    assert opened(alone, new) and forged(alone, endpoint.secret)
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    receiver.close()


def check_what_was_not_taken_is_known_and_can_be_asked_for(shop):
    receiver = Receiver(status=500)
    endpoint = told(shop, ["payment_intent.canceled"], receiver)
    intent = shop.stripe.v1.payment_intents.cancel(shop.hold().id)
    body, _ = receiver.wait(1)[0]
    failed = shop.stripe.v1.events.list({"type": "payment_intent.canceled", "delivery_success": False}).data
    assert failed[0].data.object.id == intent.id and failed[0].id.encode() in body and failed[0].pending_webhooks == 1
    assert shop.stripe.v1.events.retrieve(failed[0].id).type == "payment_intent.canceled"
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    receiver.close()


def check_an_endpoint_has_a_place(shop):
    with refused(stripe.InvalidRequestError, 400, "url_invalid", "url"):
        shop.stripe.v1.webhook_endpoints.create({"url": "http://shop.example/hook", "enabled_events": ["*"]})
