"""What the server keeps: its clock, every object, and what happened, in order."""

import datetime
import random
import string
import threading
import time

import stripe

from . import errors

CLASSES = {
    "account": stripe.Account,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
# they are there in special cases only (a deleted object, an expanded one), or on request
SELDOM = {"deleted", "tax", "cash_balance", "sources", "subscriptions", "tax_ids", "refunds", "line_items", "source"}
LETTERS = string.ascii_letters + string.digits


def shaped(kind, **known):
    """An object of the API with all the fields that the official library's class declares: what is not said is null.

    It asserts that no field is one that the class does not have: what the server says is what Stripe would.
    """
    declared = {}
    for base in reversed(CLASSES[kind].__mro__):
        declared.update(base.__dict__.get("__annotations__", {}))
    names = {name for name in declared if not name.startswith("_") and name.isidentifier() and name != "OBJECT_NAME"}
    strange = set(known) - names - {"object", "request", "data"}
    assert not strange, f"{kind} has no {strange}"
    empty = {name: None for name in declared if name in names and name not in SELDOM}
    if kind == "payment_method":
        # only the sub-object of its own type is there
        empty = {name: None for name in ("customer", "metadata", "radar_options") if name in names}
    return {**empty, **known, "object": kind}


class Books:
    """One account's, in test mode and in live mode. Whoever reads or writes holds `lock`."""

    def __init__(self, base, seed=1):
        self.lock = threading.RLock()
        self.base = base  # of the pages that a customer is sent to
        self.random = random.Random(seed)
        self.offset = 0
        self.objects = {}
        self.numbers = {}
        self.number = 0
        self.hidden = {}  # by id: what the API does not show
        self.session_of = {}  # payment intent or setup intent to checkout session
        self.paid_out = {}  # balance transaction to payout
        self.multicapture = True  # whether the account may capture several times
        self.later = []  # (when, what to do)
        self.queue = []  # deliveries of events that wait
        self.deliveries = []  # what was delivered, and what was answered
        self.hold_deliveries = False
        self.request = (None, None)  # id and key of the request that is being answered
        self.api_version = None

    def now(self):
        return int(time.time() + self.offset)

    def day(self):
        return datetime.datetime.fromtimestamp(self.now(), datetime.timezone.utc)

    def advance(self, seconds):
        """Time passes, and what was due meanwhile happens at its time."""
        until = self.now() + seconds
        while self.later:
            when, action = min(self.later, key=lambda entry: entry[0])
            if when > until:
                break
            self.later.remove((when, action))
            self.offset += max(when - self.now(), 0)
            action()
        self.offset += max(until - self.now(), 0)

    def do_later(self, seconds, action):
        self.later.append((self.now() + seconds, action))

    def new_id(self, prefix):
        return f"{prefix}_" + "".join(self.random.choice(LETTERS) for _ in range(24))

    def keep(self, thing):
        if thing["id"] not in self.objects:
            self.number += 1
            self.numbers[thing["id"]] = self.number
        self.objects[thing["id"]] = thing
        return thing

    def get(self, kind, id, livemode=False, param="id"):
        thing = self.objects.get(id)
        if thing is None or thing["object"] != kind or thing.get("livemode", livemode) != livemode:
            raise errors.no_such(kind.replace("checkout.", "checkout "), id, param)
        return thing

    def all(self, kind, livemode=None):
        """Newest first, as the API lists."""
        of_kind = [thing for thing in self.objects.values() if thing["object"] == kind]
        if livemode is not None:
            of_kind = [thing for thing in of_kind if thing.get("livemode", livemode) == livemode]
        return sorted(of_kind, key=lambda thing: -self.numbers[thing["id"]])


def merged(metadata, change):
    """As Stripe merges metadata: what is named is set, what is set to nothing goes, nothing at all clears."""
    if change is None:
        return {}
    kept = dict(metadata or {})
    for name, value in change.items():
        if value in ("", None):
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept
