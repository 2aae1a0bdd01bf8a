"""Lists in pages, and the search that lags behind."""

import stripe

from .common import refused


def check_lists_come_in_pages(shop):
    made = [shop.hold(amount=3_000 + at).id for at in range(5)]
    newest = list(reversed(made))
    first = shop.stripe.v1.payment_intents.list({"limit": 2})
    assert [intent.id for intent in first.data] == newest[:2] and first.has_more
    second = shop.stripe.v1.payment_intents.list({"limit": 2, "starting_after": newest[1]})
    assert [intent.id for intent in second.data] == newest[2:4]
    back = shop.stripe.v1.payment_intents.list({"limit": 2, "ending_before": newest[3]})
    assert [intent.id for intent in back.data] == newest[1:3]
    seen = [intent.id for intent in shop.stripe.v1.payment_intents.list({"limit": 2}).auto_paging_iter()]
    assert seen[:5] == newest and len(seen) == len(set(seen))
    for wrong in ({"limit": 101}, {"limit": 0}):
        with refused(stripe.InvalidRequestError, 400, "parameter_invalid_integer", "limit"):
            shop.stripe.v1.payment_intents.list(wrong)
    with refused(stripe.InvalidRequestError, 400, "resource_missing", "starting_after"):
        shop.stripe.v1.payment_intents.list({"starting_after": "pi_none"})
    with refused(stripe.InvalidRequestError, 400, None, "expand"):
        shop.stripe.v1.payment_intents.list({"expand": ["data.nothing"]})


def check_lists_can_be_narrowed(shop):
    customer = shop.stripe.v1.customers.create({})
    mine = shop.hold(customer=customer.id)
    assert [intent.id for intent in shop.stripe.v1.payment_intents.list({"customer": customer.id}).data] == [mine.id]
    now = shop.test("books")["now"]
    shop.test("advance", seconds=100)
    late = shop.hold()
    assert [intent.id for intent in shop.stripe.v1.payment_intents.list({"created": {"gt": now + 50}}).data] == [late.id]


def check_the_search_finds_by_metadata_a_minute_later(shop):
    order = shop.key("ord")
    intent = shop.hold(metadata={"order": order})
    query = f"metadata['order']:'{order}' AND status:'requires_capture'"
    assert shop.stripe.v1.payment_intents.search({"query": query}).data == [], "what is new is not in the index"
    shop.test("advance", seconds=61)
    assert [found.id for found in shop.stripe.v1.payment_intents.search({"query": query}).data] == [intent.id]
    assert shop.stripe.v1.payment_intents.search({"query": f"metadata['order']:'{order}' AND -status:'requires_capture'"}).data == []
    for wrong in ("order is 5", "colour:'red'", "status:'a' AND status:'b' OR status:'c'"):
        with refused(stripe.InvalidRequestError, 400, None, "query"):
            shop.stripe.v1.payment_intents.search({"query": wrong})
