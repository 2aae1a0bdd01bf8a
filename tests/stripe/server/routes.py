"""Which request does what, with which parameters (the official library's class), and what lists and searches answer."""

import re

import stripe.params as P
import stripe.params.checkout as C

from . import checkout, disputes, errors, events, methods, payments, payouts, refunds

SEARCH_LAG_SECONDS = 60
LIMIT_DEFAULT, LIMIT_MAX = 10, 100


def account(b, p, live):
    return {
        "id": "acct_1DoorstepStrict",
        "object": "account",
        "business_profile": {"name": "Doorstep Books", "mcc": "5942", "support_email": None, "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "GB",
        "created": 1_700_000_000,
        "default_currency": "gbp",
        "details_submitted": True,
        "email": "books@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Doorstep Books", "timezone": "Europe/London"}},
        "type": "standard",
    }


def getter(kind, param="id"):
    def get(b, p, live, id):
        return b.get(kind, id, live, param)

    return get


def lister(kind, keep=lambda b, things, p, live: things):
    def list_(b, p, live):
        things = keep(b, b.all(kind, live), p, live)
        for name in ("customer", "payment_intent", "charge", "currency", "type", "source", "status"):
            if p.get(name) is not None:
                things = [thing for thing in things if thing.get(name) == p[name]]
        return paged(b, ranged(things, p), p, live)

    return list_


def ranged(things, p):
    for field in ("created", "arrival_date"):
        wanted = p.get(field)
        if isinstance(wanted, int):
            things = [thing for thing in things if thing[field] == wanted]
        for name, holds in (("gt", int.__gt__), ("gte", int.__ge__), ("lt", int.__lt__), ("lte", int.__le__)):
            if isinstance(wanted, dict) and name in wanted:
                things = [thing for thing in things if holds(thing[field], wanted[name])]
    return things


def paged(b, things, p, live):
    limit = p.get("limit", LIMIT_DEFAULT)
    if not 1 <= limit <= LIMIT_MAX:
        bound = f"less than or equal to {LIMIT_MAX}" if limit > LIMIT_MAX else "greater than or equal to 1"
        raise errors.invalid(f"This value must be {bound} (it currently is '{limit}').", "limit", "parameter_invalid_integer")
    after, before = p.get("starting_after"), p.get("ending_before")
    if after and before:
        raise errors.invalid("You can only specify one of `starting_after` and `ending_before`.", "starting_after")
    cursor = after or before
    if cursor:
        if cursor not in b.objects:
            raise errors.no_such("object", cursor, "starting_after" if after else "ending_before")
        at = b.numbers[cursor]
        # newest first: after it are the older ones
        things = [thing for thing in things if (b.numbers[thing["id"]] < at if after else b.numbers[thing["id"]] > at)]
    page = things[-limit:] if before else things[:limit]
    return {"object": "list", "data": page, "has_more": len(things) > len(page)}


CLAUSE = re.compile(r"""\s*(-?)(?:(\w+)\[(['"])(.+?)\3\]|(\w+))\s*(:|>=|<=|>|<)\s*(?:(['"])(.*?)\7|(\d+)|(null))\s*""")


def searcher(kind):
    def search(b, p, live):
        tests, glue = clauses(p["query"])
        # what has just been made is not in the index yet
        known = [thing for thing in b.all(kind, live) if thing["created"] <= b.now() - SEARCH_LAG_SECONDS]
        found = [thing for thing in known if glue(test(thing) for test in tests)]
        limit, start = p.get("limit", LIMIT_DEFAULT), int(p.get("page") or 0)
        more = len(found) > start + limit
        return {
            "object": "search_result",
            "data": found[start : start + limit],
            "has_more": more,
            "next_page": str(start + limit) if more else None,
        }

    return search


def clauses(query):
    if re.search(r"\bAND\b", query) and re.search(r"\bOR\b", query):
        raise errors.invalid("We do not support mixing AND and OR clauses in the same query.", "query")
    glue = any if re.search(r"\bOR\b", query) else all
    tests = []
    for text in re.split(r"\s+(?:AND|OR)\s+", query):
        match = CLAUSE.fullmatch(text)
        if not match:
            raise errors.invalid(f"We were unable to parse your search query: {query}", "query")
        tests.append(tester(match))
    return tests, glue


def tester(match):
    negated, table, _, key, field, sign, _, text, number, null = match.groups()
    if table not in (None, "metadata") or field not in (None, "status", "currency", "customer", "amount", "created"):
        raise errors.invalid(f"Field `{table or field}` is an unsupported search field.", "query")

    def test(thing):
        value = thing["metadata"].get(key) if table else thing.get(field)
        if null:
            holds = value is None
        elif number is not None and sign != ":":
            holds = {">": value > int(number), "<": value < int(number), ">=": value >= int(number), "<=": value <= int(number)}[sign]
        else:
            holds = str(value) == (text if text is not None else number)
        return holds != bool(negated)

    return test


def refunds_of_mode(b, things, p, live):
    return [thing for thing in things if b.hidden[thing["id"]]["livemode"] == live]


def of_payout(b, things, p, live):
    return payouts.entries_of(b, things, p["payout"], live) if p.get("payout") else things


def of_types(b, things, p, live):
    things = [thing for thing in things if thing["type"] in p["types"]] if p.get("types") else things
    delivered = p.get("delivery_success")
    return things if delivered is None else [thing for thing in things if (thing["pending_webhooks"] == 0) == delivered]


def items(b, p, live, id):
    return {"object": "list", "data": checkout.items_of(b, p, live, id), "has_more": False}


ROUTES = [
    ("GET", "/v1/account", P.AccountRetrieveCurrentParams, account),
    ("POST", "/v1/customers", P.CustomerCreateParams, methods.create_customer),
    ("GET", "/v1/customers", P.CustomerListParams, lister("customer")),
    ("GET", "/v1/customers/{}", P.CustomerRetrieveParams, getter("customer")),
    ("POST", "/v1/customers/{}", P.CustomerUpdateParams, methods.update_customer),
    ("DELETE", "/v1/customers/{}", P.CustomerDeleteParams, methods.delete_customer),
    ("POST", "/v1/payment_methods", P.PaymentMethodCreateParams, methods.create_method),
    ("GET", "/v1/payment_methods", P.PaymentMethodListParams, lister("payment_method")),
    ("GET", "/v1/payment_methods/{}", P.PaymentMethodRetrieveParams, getter("payment_method")),
    ("POST", "/v1/payment_methods/{}/attach", P.PaymentMethodAttachParams, methods.attach),
    ("POST", "/v1/payment_methods/{}/detach", P.PaymentMethodDetachParams, methods.detach),
    ("POST", "/v1/payment_intents", P.PaymentIntentCreateParams, payments.create),
    ("GET", "/v1/payment_intents", P.PaymentIntentListParams, lister("payment_intent")),
    ("GET", "/v1/payment_intents/search", P.PaymentIntentSearchParams, searcher("payment_intent")),
    ("GET", "/v1/payment_intents/{}", P.PaymentIntentRetrieveParams, getter("payment_intent", "intent")),
    ("POST", "/v1/payment_intents/{}", P.PaymentIntentUpdateParams, payments.update),
    ("POST", "/v1/payment_intents/{}/confirm", P.PaymentIntentConfirmParams, payments.confirm),
    ("POST", "/v1/payment_intents/{}/capture", P.PaymentIntentCaptureParams, payments.capture),
    ("POST", "/v1/payment_intents/{}/cancel", P.PaymentIntentCancelParams, payments.cancel),
    ("POST", "/v1/setup_intents", P.SetupIntentCreateParams, methods.create_setup),
    ("GET", "/v1/setup_intents", P.SetupIntentListParams, lister("setup_intent")),
    ("GET", "/v1/setup_intents/{}", P.SetupIntentRetrieveParams, getter("setup_intent", "intent")),
    ("POST", "/v1/setup_intents/{}/confirm", P.SetupIntentConfirmParams, methods.confirm_setup),
    ("POST", "/v1/setup_intents/{}/cancel", P.SetupIntentCancelParams, methods.cancel_setup),
    ("POST", "/v1/checkout/sessions", C.SessionCreateParams, checkout.create),
    ("GET", "/v1/checkout/sessions", C.SessionListParams, lister("checkout.session")),
    ("GET", "/v1/checkout/sessions/{}", C.SessionRetrieveParams, getter("checkout.session", "session")),
    ("POST", "/v1/checkout/sessions/{}", C.SessionUpdateParams, checkout.update),
    ("GET", "/v1/checkout/sessions/{}/line_items", C.SessionListLineItemsParams, items),
    ("POST", "/v1/checkout/sessions/{}/expire", C.SessionExpireParams, checkout.expire),
    ("GET", "/v1/charges", P.ChargeListParams, lister("charge")),
    ("GET", "/v1/charges/search", P.ChargeSearchParams, searcher("charge")),
    ("GET", "/v1/charges/{}", P.ChargeRetrieveParams, getter("charge", "charge")),
    ("POST", "/v1/refunds", P.RefundCreateParams, refunds.create),
    ("GET", "/v1/refunds", P.RefundListParams, lister("refund", refunds_of_mode)),
    ("GET", "/v1/refunds/{}", P.RefundRetrieveParams, getter("refund")),
    ("POST", "/v1/refunds/{}", P.RefundUpdateParams, refunds.update),
    ("POST", "/v1/refunds/{}/cancel", P.RefundCancelParams, refunds.cancel),
    ("GET", "/v1/disputes", P.DisputeListParams, lister("dispute")),
    ("GET", "/v1/disputes/{}", P.DisputeRetrieveParams, getter("dispute")),
    ("POST", "/v1/disputes/{}", P.DisputeUpdateParams, disputes.update),
    ("POST", "/v1/disputes/{}/close", P.DisputeCloseParams, disputes.close),
    ("GET", "/v1/balance_transactions", P.BalanceTransactionListParams, lister("balance_transaction", of_payout)),
    ("GET", "/v1/balance_transactions/{}", P.BalanceTransactionRetrieveParams, getter("balance_transaction")),
    ("POST", "/v1/payouts", P.PayoutCreateParams, payouts.create),
    ("GET", "/v1/payouts", P.PayoutListParams, lister("payout")),
    ("GET", "/v1/payouts/{}", P.PayoutRetrieveParams, getter("payout")),
    ("GET", "/v1/events", P.EventListParams, lister("event", of_types)),
    ("GET", "/v1/events/{}", P.EventRetrieveParams, getter("event")),
    ("POST", "/v1/webhook_endpoints", P.WebhookEndpointCreateParams, events.create_endpoint),
    ("GET", "/v1/webhook_endpoints", P.WebhookEndpointListParams, lister("webhook_endpoint")),
    ("GET", "/v1/webhook_endpoints/{}", P.WebhookEndpointRetrieveParams, getter("webhook_endpoint")),
    ("DELETE", "/v1/webhook_endpoints/{}", P.WebhookEndpointDeleteParams, events.delete_endpoint),
]
COMPILED = [(method, re.compile(path.replace("{}", r"([A-Za-z0-9_]+)")), params, handle) for method, path, params, handle in ROUTES]


def find(method, path):
    """The parameters' class, the handler, and what the path names.

    Raises: there is no such route.
    """
    for verb, pattern, params, handle in COMPILED:
        match = pattern.fullmatch(path)
        if verb == method and match:
            return params, handle, match.groups()
    raise errors.no_route(method, path)


def expanded(b, answer, names):
    for name in names:
        parts = name.split(".")
        if parts[0] == "data" and answer["object"] in ("list", "search_result"):
            for thing in answer["data"]:
                expand(b, thing, parts[1:], name)
        else:
            expand(b, answer, parts, name)
    return answer


def expand(b, thing, parts, name):
    for at, part in enumerate(parts):
        if not isinstance(thing, dict) or part not in thing:
            raise errors.invalid(f"This property cannot be expanded ({name}).", "expand")
        value = thing[part]
        if isinstance(value, str):
            if value not in b.objects:
                raise errors.invalid(f"This property cannot be expanded ({name}).", "expand")
            thing[part] = dict(b.objects[value])
        if value is None:
            return
        thing = thing[part]
