"""What Stripe does not have: the tests' own routes, under `/_test/`, with bodies in JSON."""

import copy

from . import disputes, events, payments, payouts

HELD_SECONDS_MAX = 30
FAULTS = ("lose_before", "lose_after", "error_before", "error_after", "limit", "hold")


def respond(server, path, given):
    """What a test asks for. It answers something for JSON, or nothing where there is no such route."""
    handle = TABLE.get(path.removeprefix("/_test/"))
    return handle(server, given) if handle else None


def advance(server, given):
    with server.books.lock:
        server.books.advance(given["seconds"])
        payments.lapse(server.books)
    return {"now": server.books.now()}


def dispute(server, given):
    with server.books.lock:
        charge = server.books.get("charge", given["charge"], given.get("livemode", False))
        return copy.deepcopy(
            disputes.raise_dispute(
                server.books, charge, given.get("reason", "fraudulent"), given.get("amount"), given.get("inquiry", False)
            )
        )


def decide_dispute(server, given):
    with server.books.lock:
        thing = server.books.get("dispute", given["dispute"], given.get("livemode", False))
        return copy.deepcopy(disputes.close_as(server.books, thing, given["status"]))


def payout(server, given):
    with server.books.lock:
        made = payouts.pay_out(server.books, given["currency"], given.get("livemode", False))
        return copy.deepcopy(made) if made else {"none": True}


def fail_payout(server, given):
    with server.books.lock:
        return copy.deepcopy(payouts.fail(server.books, server.books.get("payout", given["payout"])))


def books(server, given):
    """Everything that it keeps, for a comparison with somebody else's books."""
    with server.books.lock:
        kept = {}
        for thing in server.books.objects.values():
            kept.setdefault(thing["object"], []).append(copy.deepcopy(thing))
        return {**kept, "now": server.books.now(), "requests": copy.deepcopy(server.requests)}


def deliveries(server, given):
    with server.books.lock:
        return {"deliveries": copy.deepcopy(server.books.deliveries), "waiting": [event for event, _ in server.books.queue]}


def hold_deliveries(server, given):
    with server.books.lock:
        server.books.hold_deliveries = given.get("hold", True)
    return {}


def deliver(server, given):
    """Delivers what waits, or the events that are named, in the order asked for.

    `times` (1), `order` ("as_happened", "reversed", "shuffled"), `shift` (seconds added to the timestamp), `forged` (signed
    with a secret that is not ours), `tampered` (the body changed after signing).
    """
    b = server.books
    with b.lock:
        if "events" in given:
            wanted = [(id, endpoint["id"]) for id in given["events"] for endpoint in events.endpoints_of(b, b.objects[id])]
        else:
            wanted, b.queue = b.queue, []
        wanted = wanted * given.get("times", 1)
        if given.get("order") == "reversed":
            wanted.reverse()
        if given.get("order") == "shuffled":
            b.random.shuffle(wanted)
    statuses = [events.deliver(b, *one, given.get("shift", 0), given.get("forged", False), given.get("tampered", False)) for one in wanted]
    return {"statuses": statuses}


def roll_secret(server, given):
    with server.books.lock:
        return {"secret": events.roll(server.books, given["endpoint"])}


def fault(server, given):
    """The next requests whose path begins so go wrong: `kind`, `path`, `times` (1), `should_retry`."""
    assert given["kind"] in FAULTS, f"one of {FAULTS}"
    with server.books.lock:
        server.faults.append({"path": "/v1/", "method": None, "times": 1, **given})
    return {}


def await_held(server, given):
    """Answers once a request is held back."""
    return {"held": server.holding.wait(HELD_SECONDS_MAX)}


def let_go(server, given):
    server.let_go.set()
    return {}


def settings(server, given):
    with server.books.lock:
        if "multicapture" in given:
            server.books.multicapture = given["multicapture"]
        if "requests_a_second_max" in given:
            server.rate_max = given["requests_a_second_max"]
    return {}


TABLE = {
    "advance": advance,
    "dispute": dispute,
    "decide_dispute": decide_dispute,
    "payout": payout,
    "fail_payout": fail_payout,
    "books": books,
    "deliveries": deliveries,
    "hold_deliveries": hold_deliveries,
    "deliver": deliver,
    "await_held": await_held,
    "roll_secret": roll_secret,
    "fault": fault,
    "let_go": let_go,
    "settings": settings,
}
