"""Checkout sessions: Stripe's own page, on which a customer types her card."""

from . import books, errors, events, methods, money, payments

LIFE_DEFAULT, LIFE_LEAST, LIFE_MOST = 86_400, 1_800, 86_400


def create(b, p, live):
    mode = p.get("mode")
    if mode not in ("payment", "setup"):
        raise errors.missing("mode") if not mode else errors.invalid("This account has no subscriptions.", "mode")
    if p.get("ui_mode", "hosted_page") != "hosted_page":
        raise errors.invalid("Only the hosted page is served here.", "ui_mode")
    if not p.get("success_url"):
        raise errors.missing("success_url")
    for name in ("success_url", "cancel_url"):
        if p.get(name) and not p[name].startswith(("http://", "https://")):
            raise errors.invalid("Not a valid URL", name, "url_invalid")
    if p.get("customer") and p.get("customer_email"):
        raise errors.invalid("You may only specify one of these parameters: customer, customer_email.", "customer_email")
    if p.get("customer"):
        b.get("customer", p["customer"], live, "customer")
    items, currency = line_items(p, mode)
    check_mode(p, mode)
    expires = p.get("expires_at", b.now() + LIFE_DEFAULT)
    if not b.now() + LIFE_LEAST - 60 <= expires <= b.now() + LIFE_MOST + 60:
        raise errors.invalid(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.", "expires_at"
        )
    return open_session(b, p, live, mode, items, currency, expires)


def check_mode(p, mode):
    wrong = "setup_intent_data" if mode == "payment" else "payment_intent_data"
    if p.get(wrong):
        raise errors.invalid(f"You can not pass `{wrong}` in `{mode}` mode.", wrong)
    if mode == "setup" and not p.get("currency") and not p.get("allowed_payment_method_types"):
        raise errors.invalid(
            "`currency` is required in `setup` mode when `allowed_payment_method_types` is not given.", "currency", "parameter_missing"
        )
    if mode == "setup" and p.get("line_items"):
        raise errors.invalid("You can not pass `line_items` in `setup` mode.", "line_items")


def line_items(p, mode):
    if mode == "setup":
        return [], p.get("currency")
    if not p.get("line_items"):
        raise errors.missing("line_items")
    items, currency = [], None
    for at, item in enumerate(p["line_items"]):
        price = item.get("price_data")
        if not price:
            raise errors.missing(f"line_items[{at}][price_data]")
        if not price.get("product_data") and not price.get("product"):
            raise errors.missing(f"line_items[{at}][price_data][product_data]")
        if "unit_amount" not in price and "unit_amount_decimal" not in price:
            raise errors.missing(f"line_items[{at}][price_data][unit_amount]")
        if not item.get("quantity"):
            raise errors.missing(f"line_items[{at}][quantity]")
        if currency and price["currency"] != currency:
            raise errors.invalid("All line items must have the same currency.", f"line_items[{at}][price_data][currency]")
        currency = price["currency"]
        items.append((price["product_data"]["name"], item["quantity"], int(price["unit_amount"])))
    total = sum(quantity * amount for _, quantity, amount in items)
    money.check_amount(total, currency, "line_items")
    return items, currency


def open_session(b, p, live, mode, items, currency, expires):
    id = f"cs_{'live' if live else 'test'}_{b.new_id('x')[2:]}"
    total = sum(quantity * amount for _, quantity, amount in items) if mode == "payment" else None
    b.hidden[id] = {
        "items": items,
        "intent": p.get("payment_intent_data") or p.get("setup_intent_data") or {},
        "options": p.get("payment_method_options"),
        "types": p.get("allowed_payment_method_types"),
    }
    session = books.shaped(
        "checkout.session",
        id=id,
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=p.get("cancel_url"),
        client_reference_id=p.get("client_reference_id"),
        created=b.now(),
        currency=currency,
        custom_fields=[],
        custom_text=dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        customer=p.get("customer"),
        customer_creation=p.get("customer_creation", "if_required" if mode == "payment" else "always"),
        customer_email=p.get("customer_email"),
        expires_at=expires,
        livemode=live,
        locale=p.get("locale"),
        metadata=books.merged({}, p.get("metadata", {})),
        mode=mode,
        payment_method_options=p.get("payment_method_options"),
        payment_method_types=p.get("allowed_payment_method_types") or ["card"],
        payment_status="unpaid" if mode == "payment" else "no_payment_required",
        shipping_options=[],
        status="open",
        submit_type=p.get("submit_type"),
        success_url=p["success_url"],
        ui_mode="hosted_page",
        url=f"{b.base}/c/pay/{id}",
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if mode == "payment" else None,
    )
    b.keep(session)
    if mode == "setup":
        # in this mode the intent is there from the start
        data = b.hidden[id]["intent"]
        setup = methods.create_setup(
            b,
            {
                "customer": p.get("customer"),
                "usage": "off_session",
                "allowed_payment_method_types": p.get("allowed_payment_method_types"),
                **data,
            },
            live,
        )
        session["setup_intent"], b.session_of[setup["id"]] = setup["id"], id
    b.do_later(expires - b.now(), lambda: expire_session(b, session))
    return session


def items_of(b, p, live, id):
    session = b.get("checkout.session", id, live, "session")
    return [
        {
            "id": f"li_{id[-16:]}{at}",
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": quantity * amount,
            "amount_tax": 0,
            "amount_total": quantity * amount,
            "currency": session["currency"],
            "description": name,
            "price": None,
            "quantity": quantity,
        }
        for at, (name, quantity, amount) in enumerate(b.hidden[id]["items"])
    ]


def expire(b, p, live, id):
    session = b.get("checkout.session", id, live, "session")
    if session["status"] != "open":
        raise errors.invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of {session["status"]}.',
            code=None,
        )
    return expire_session(b, session)


def expire_session(b, session):
    if session["status"] != "open":
        return session
    session.update(status="expired", url=None)
    intent = b.objects.get(session["payment_intent"])
    if intent and intent["status"] in payments.CANCELABLE:
        payments.cancel_intent(b, intent, "abandoned")
    setup = b.objects.get(session["setup_intent"])
    if setup and setup["status"] not in ("succeeded", "canceled"):
        methods.cancel_setup(b, {"cancellation_reason": "abandoned"}, session["livemode"], setup["id"])
    events.happened(b, "checkout.session.expired", session)
    return session


def update(b, p, live, id):
    session = b.get("checkout.session", id, live, "session")
    session["metadata"] = books.merged(session["metadata"], p.get("metadata", {}))
    return session


def submit(b, session, card, expiry, billing):
    """The customer has typed a card. It answers the intent, or raises the decline, which she may mend.

    The payment intent is made with the first try, and kept for the next.
    """
    method = methods.new_method(b, card, session["livemode"], billing, expiry)
    session["customer_details"] = {
        "address": method["billing_details"]["address"],
        "business_name": None,
        "email": billing["email"],
        "individual_name": None,
        "name": billing["name"],
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if not session["customer"] and session["customer_creation"] == "always":
        session["customer"] = methods.create_customer(b, {"email": billing["email"], "name": billing["name"]}, session["livemode"])["id"]
    return_url = f"{b.base}/c/done/{session['id']}"
    if session["mode"] == "setup":
        intent = b.objects[session["setup_intent"]]
        intent.update(payment_method=method["id"], customer=session["customer"])
        return methods.confirm_setup_intent(b, intent, {"return_url": return_url}, hosted=True)
    intent = intent_of(b, session)
    intent.update(payment_method=method["id"], customer=session["customer"])
    return payments.confirm_intent(
        b, intent, {"return_url": return_url, "payment_method_options": b.hidden[session["id"]]["options"]}, hosted=True
    )


def intent_of(b, session):
    if session["payment_intent"]:
        return b.objects[session["payment_intent"]]
    hidden = b.hidden[session["id"]]
    known = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
        "payment_method_options": hidden["options"],
        "allowed_payment_method_types": hidden["types"],
    }
    intent = payments.create(b, {**known, **hidden["intent"]}, session["livemode"])
    session["payment_intent"], b.session_of[intent["id"]] = intent["id"], session["id"]
    return intent


def complete(b, session):
    """The customer is through: with a hold, its session is complete and (since nothing is captured) unpaid."""
    if session["status"] != "open":
        return
    session.update(status="complete", url=None)
    if session["mode"] == "payment":
        held = b.objects[session["payment_intent"]]["status"] == "requires_capture"
        session["payment_status"] = "unpaid" if held else "paid"
    events.happened(b, "checkout.session.completed", session)


def success_url(session):
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
