"""Stripe's own page, by a browser that runs no script."""

import stripe

from .common import browse, refused

GOOD = {
    "email": "ada@example.com",
    "cardNumber": "4242 4242 4242 4242",
    "cardExpiry": "12 / 34",
    "cardCvc": "123",
    "billingName": "Ada Lovelace",
    "billingPostalCode": "SW1Y 4JH",
}
OK, BACK = "https://shop.example/paid?session={CHECKOUT_SESSION_ID}", "https://shop.example/basket"


def session_of(shop, **more):
    item = {"quantity": 2, "price_data": {"currency": "gbp", "unit_amount": 1_099, "product_data": {"name": "Emma & Co"}}}
    params = {
        "mode": "payment",
        "line_items": [item],
        "success_url": OK,
        "cancel_url": BACK,
        "payment_intent_data": {"capture_method": "manual", "metadata": {"order": "ord_1"}},
        **more,
    }
    return shop.stripe.v1.checkout.sessions.create(params)


def retrieved(shop, session):
    return shop.stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "setup_intent"]})


def check_a_customer_pays_on_the_page(shop):
    session = session_of(shop)
    assert (session.status, session.amount_total, session.payment_intent, session.payment_status) == ("open", 2_198, None, "unpaid")
    status, text, _ = browse(session.url)
    assert status == 200 and "<script" not in text and "2 × Emma &amp; Co" in text and f'href="{BACK}"' in text
    status, _, location = browse(session.url, GOOD)
    assert (status, location) == (303, OK.replace("{CHECKOUT_SESSION_ID}", session.id))
    after = retrieved(shop, session)
    assert (after.status, after.payment_status, after.payment_intent.status, after.payment_intent.metadata.order) == (
        "complete",
        "unpaid",
        "requires_capture",
        "ord_1",
    )
    assert after.customer_details.email == "ada@example.com"
    # what was paid once is not paid again
    assert browse(session.url or f"{shop.base}/c/pay/{session.id}", GOOD)[0] == 200
    assert shop.stripe.v1.payment_intents.capture(after.payment_intent.id).amount_received == 2_198
    with refused(stripe.InvalidRequestError, 400):
        shop.stripe.v1.checkout.sessions.expire(session.id)


def check_a_declined_customer_stays_on_the_page(shop):
    session = session_of(shop)
    for number, said in (("4000000000000002", "declined"), ("4242424242424241", "incorrect"), ("4000000000009995", "insufficient funds")):
        status, text, location = browse(session.url, {**GOOD, "cardNumber": number})
        assert status == 402 and location is None and said in text and 'role="alert"' in text, (number, status, text)
    assert browse(session.url, {**GOOD, "cardExpiry": "01 / 20"})[0] == 402
    tried = retrieved(shop, session)
    assert tried.status == "open" and tried.payment_intent.status == "requires_payment_method"
    with refused(stripe.InvalidRequestError, 400):
        # its page still stands open
        shop.stripe.v1.payment_intents.cancel(tried.payment_intent.id)
    assert browse(session.url, GOOD)[0] == 303
    assert retrieved(shop, session).payment_intent.id == tried.payment_intent.id


def check_her_bank_may_ask_her(shop):
    for verdict, status in (("pass", "complete"), ("fail", "open"), ("abandon", "open")):
        session = session_of(shop)
        _, _, challenge = browse(session.url, {**GOOD, "cardNumber": "4000002760003184"})
        assert "/_hosted/challenge/" in challenge
        _, text, location = browse(challenge, {"verdict": verdict})
        if location:
            code, text, location = browse(location)
            assert (code, bool(location)) == ((303, True) if verdict == "pass" else (402, False)), (verdict, code, location)
        assert retrieved(shop, session).status == status, verdict
    # who left may come back to the page and pay with another card
    assert browse(session.url, GOOD)[0] == 303


def check_a_session_expires(shop):
    session = session_of(shop)
    browse(session.url, {**GOOD, "cardNumber": "4000000000000002"})
    gone = shop.stripe.v1.checkout.sessions.expire(session.id)
    assert gone.status == "expired" and gone.url is None
    assert browse(session.url, GOOD)[0] == 410
    assert retrieved(shop, session).payment_intent.status == "canceled"
    short = session_of(shop, expires_at=shop.test("books")["now"] + 1_800)
    shop.test("advance", seconds=1_801)
    assert retrieved(shop, short).status == "expired"
    for seconds in (60, 2 * 86_400):
        with refused(stripe.InvalidRequestError, 400, None, "expires_at"):
            session_of(shop, expires_at=shop.test("books")["now"] + seconds)


def check_a_card_is_saved_on_the_page(shop):
    customer = shop.stripe.v1.customers.create({})
    session = shop.stripe.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "gbp",
            "customer": customer.id,
            "success_url": OK,
            "cancel_url": BACK,
            "setup_intent_data": {"metadata": {"order": "ord_2"}},
        }
    )
    assert session.amount_total is None and session.payment_status == "no_payment_required"
    assert browse(session.url, {**GOOD, "cardNumber": "4000000000000002"})[0] == 402
    assert browse(session.url, GOOD)[0] == 303
    after = retrieved(shop, session)
    assert (after.status, after.setup_intent.status, after.setup_intent.metadata.order) == ("complete", "succeeded", "ord_2")
    assert shop.hold(card=after.setup_intent.payment_method, customer=customer.id, off_session=True).status == "requires_capture"


def check_a_session_that_makes_no_sense_is_refused(shop):
    for more, param in (
        ({"line_items": []}, None),
        ({"success_url": "nowhere"}, "success_url"),
        ({"mode": "setup"}, None),
        ({"setup_intent_data": {"description": "x"}}, "setup_intent_data"),
        ({"customer": "cus_none"}, "customer"),
    ):
        with refused(stripe.InvalidRequestError, 400, None, param):
            session_of(shop, **more)
