"""Leads the fuzzer into the shop: most of what it makes by the document names a product that is listed, a test card
that exists and an address of plain text, so that orders are placed, declined and cancelled, not only refused."""

import itertools

import schemathesis

# of the demo world: many copies, three, the last one, none
SKUS = ["PD-0001", "PD-0003", "PD-0049", "PD-0030", "PD-0012"]
# each of its country's form: with a postcode, a state, neither
ADDRESSES = [
    {"country": "GB", "city": "London", "postcode": "SW1Y 4JH", "phone": "+44 20 7946 0018"},
    {"country": "US", "line2": "Flat 3", "city": "Boston", "region": "MA", "postcode": "02101"},
    {"country": "IE", "city": "Dublin", "phone": "+353123456789012"},
]
numbers = itertools.count()
TOKENS = ["tok_visa", "tok_mastercard", "tok_amex", "tok_declined", "tok_insufficient_funds", "tok_timeout"]


def drawn(words, seed):
    """One of the words, or none of them one time in ten; always the same for the same seed."""
    number = sum(seed.encode("utf-8", "surrogatepass")) + len(seed)
    return None if number % 10 == 0 else words[number % len(words)]


def plain(text):
    """Without what the shop takes for no text, but one time in ten."""
    kept = "".join(c for c in text if c.isprintable())
    return drawn([kept if kept.strip() else "x"], text) or text


@schemathesis.hook
def before_call(context, case, kwargs):
    generation = case.meta.generation if case.meta else None
    if generation is not None and generation.mode.is_negative:
        return
    if "sku" in (case.path_parameters or {}):
        sku = drawn(SKUS, str(case.path_parameters["sku"]))
        case.path_parameters["sku"] = sku or case.path_parameters["sku"]
    key = (case.headers or {}).get("Idempotency-Key")
    if key is not None and len(key) < 100:
        # most orders are new ones
        case.headers["Idempotency-Key"] = drawn([f"{key}-{next(numbers)}"], key) or key
    body = case.body
    if not isinstance(body, dict):
        return
    for line in body.get("lines", []):
        line["sku"] = drawn(SKUS, line["sku"]) or line["sku"]
    for part in ("customer", "shipping_address"):
        for name, text in body.get(part, {}).items():
            body[part][name] = text and plain(text)
    if "customer" in body:
        email = body["customer"]["email"]
        body["customer"]["email"] = drawn(["ada@example.com"], email) or email
    address = body.get("shipping_address", {})
    known = drawn(ADDRESSES, str(address.get("line1"))) if address else None
    if known:
        for name in ("line2", "region", "postcode", "phone"):
            address.pop(name, None)
        address.update(known)
    if "payment" in body:
        token = body["payment"]["token"]
        body["payment"]["token"] = drawn(TOKENS, token) or token
