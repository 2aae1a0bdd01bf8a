"""Every object that is served has the fields that the library's class declares, and no other."""

import stripe

SERVED = {
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


def wrong_fields(cls, thing, path):
    """The fields of `thing` that the class has not, and those that it always has and `thing` has not, down to the leaves."""
    hints = {}
    for base in reversed(cls.__mro__):
        hints.update({name: (hint, base) for name, hint in base.__dict__.get("__annotations__", {}).items() if not name.startswith("_")})
    wrong = [f"{path}.{name} is unknown" for name in thing if name not in hints and name != "object"]
    for name, value in thing.items():
        inner = getattr(cls, "".join(part.title() for part in name.split("_")), None)
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, stripe.StripeObject):
            wrong += wrong_fields(inner, value, f"{path}.{name}")
    for name, (hint, _) in hints.items():
        text = str(hint)
        always = "Optional" not in text and "NotRequired" not in text and "ClassVar" not in text and "None" not in text
        if always and name not in thing and name not in ("object",) and path.count(".") == 0:
            wrong.append(f"{path}.{name} is missing")
    return wrong


def check_every_object_has_the_library_s_fields(shop):
    shop.hold()
    paid = shop.taken()
    shop.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 100})
    shop.test("dispute", charge=shop.taken().latest_charge)
    shop.stripe.v1.customers.create({"email": "ada@example.com", "payment_method": "pm_card_visa"})
    shop.stripe.v1.setup_intents.create({"payment_method": "pm_card_visa", "confirm": True, "allowed_payment_method_types": ["card"]})
    shop.stripe.v1.checkout.sessions.create({"mode": "setup", "currency": "gbp", "success_url": "https://shop.example/ok"})
    endpoint = shop.stripe.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/none", "enabled_events": ["payout.failed"]})
    shop.test("advance", seconds=8 * 86_400)
    shop.test("payout", currency="gbp")
    kept = shop.test("books")
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    wrong = []
    for kind, cls in SERVED.items():
        assert kept.get(kind), f"no {kind} was made"
        for thing in kept[kind]:
            wrong += wrong_fields(cls, thing, kind)
    assert not wrong, sorted(set(wrong))


def check_the_account_says_who_it_is(shop):
    account = shop.stripe.v1.accounts.retrieve_current()
    assert (account.object, account.country, account.default_currency, account.charges_enabled) == ("account", "GB", "gbp", True)
    assert account.settings.dashboard.display_name == "Doorstep Books"
