"""Events, and their deliveries: signed, at least once, in no promised order."""

import copy
import hashlib
import hmac
import http.client
import json
import time
import urllib.parse

from . import books, errors

DELIVERY_SECONDS_MAX = 10
ROLLED_SECRET_SECONDS = 86_400


def happened(b, kind, thing):
    event = books.shaped(
        "event",
        id=b.new_id("evt"),
        api_version=b.api_version,
        created=b.now(),
        data={"object": copy.deepcopy(thing)},
        livemode=thing.get("livemode", False),
        request={"id": b.request[0], "idempotency_key": b.request[1]},
        type=kind,
        pending_webhooks=0,
    )
    del event["account"], event["context"]
    b.keep(event)
    for endpoint in endpoints_of(b, event):
        event["pending_webhooks"] += 1
        b.queue.append((event["id"], endpoint["id"]))
    return event


def endpoints_of(b, event):
    for endpoint in b.all("webhook_endpoint", event["livemode"]):
        wanted = endpoint["enabled_events"]
        if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
            yield endpoint


def create_endpoint(b, p, live):
    if not p["url"].startswith(("http://127.0.0.1:", "http://localhost:", "https://")):
        raise errors.invalid("Invalid URL: URL must be publicly accessible.", "url", "url_invalid")
    id, secret = b.new_id("we"), "whsec_" + b.new_id("x")[2:] + b.new_id("x")[2:10]
    b.hidden[id] = {"secrets": [(secret, None)]}
    endpoint = books.shaped(
        "webhook_endpoint",
        id=id,
        api_version=p.get("api_version"),
        created=b.now(),
        description=p.get("description"),
        enabled_events=p["enabled_events"],
        livemode=live,
        metadata=books.merged({}, p.get("metadata", {})),
        status="enabled",
        url=p["url"],
    )
    del endpoint["secret"]
    b.keep(endpoint)
    # shown once, when it is made
    return {**endpoint, "secret": secret}


def delete_endpoint(b, p, live, id):
    b.get("webhook_endpoint", id, live)
    del b.objects[id]
    return {"id": id, "object": "webhook_endpoint", "deleted": True}


def roll(b, id):
    """A new secret; the old one signs beside it for a day."""
    secret = "whsec_" + b.new_id("x")[2:] + b.new_id("x")[2:10]
    ends = b.now() + ROLLED_SECRET_SECONDS
    b.hidden[id]["secrets"] = [(old, until or ends) for old, until in b.hidden[id]["secrets"]] + [(secret, None)]
    return secret


def live_secrets(b, id):
    return [secret for secret, until in b.hidden[id]["secrets"] if until is None or until > b.now()]


def signature(secrets, timestamp, body):
    signed = str(timestamp).encode() + b"." + body
    found = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    # the scheme v0 is one that nobody may trust: it is sent for test events
    fake = hmac.new(b"", signed, hashlib.sha256).hexdigest()
    return f"t={timestamp}," + ",".join(f"v1={one}" for one in found) + f",v0={fake}"


def deliver(b, event_id, endpoint_id, shift=0, forged=False, tampered=False):
    """Delivers once, and notes what was answered. Called without the lock held: the receiver may ask back."""
    with b.lock:
        event, endpoint = b.objects.get(event_id), b.objects.get(endpoint_id)
        if not event or not endpoint:
            return None
        body = json.dumps(event, indent=2).encode()
        secrets = ["whsec_forged"] if forged else live_secrets(b, endpoint_id)
        # by the wall's clock, as the receiver has it
        header = signature(secrets, int(time.time()) + shift, body)
        url = urllib.parse.urlsplit(endpoint["url"])
    if tampered:
        body = body.replace(b'"amount": ', b'"amount": 9', 1)
    status = post(url, body, header)
    with b.lock:
        b.deliveries.append(
            {
                "event": event_id,
                "type": event["type"],
                "endpoint": endpoint_id,
                "status": status,
                "forged": forged or tampered,
                "shift": shift,
            }
        )
        if status and 200 <= status < 300 and not forged and not tampered and event["pending_webhooks"] > 0:
            event["pending_webhooks"] -= 1
    return status


def post(url, body, header):
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=DELIVERY_SECONDS_MAX)
    try:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": header,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        connection.request("POST", url.path + (f"?{url.query}" if url.query else ""), body, headers)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def work(b, stopped):
    """The thread that delivers what waits, where a test does not hold it back."""
    while not stopped.wait(0.01):
        while True:
            with b.lock:
                if b.hold_deliveries or not b.queue:
                    break
                event, endpoint = b.queue.pop(0)
            deliver(b, event, endpoint)
