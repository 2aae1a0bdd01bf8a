"""Payment intents and the charges that they make."""

from . import books, errors, events, methods, money

DAY = 86_400
# a Visa with the customer present, and without; others are given seven days
WINDOW, WINDOW_OFF_SESSION = 7 * DAY, 4 * DAY + 18 * 3_600
CAPTURES_MAX = 50
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")


def unexpected(intent, verb, allowed):
    several = ", ".join(allowed)
    message = f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a PaymentIntent with one of the following statuses may be {verb}: {several}."
    return errors.invalid(message, code="payment_intent_unexpected_state", payment_intent=dict(intent))


def create(b, p, live):
    money.check_amount(p["amount"], p["currency"])
    if p.get("off_session") and not p.get("confirm"):
        raise errors.invalid("You cannot set `off_session` when `confirm` is not true.", "off_session")
    if p.get("error_on_requires_action") and not p.get("confirm"):
        raise errors.invalid("You can only set `error_on_requires_action` when `confirm` is true.", "error_on_requires_action")
    if p.get("return_url") and not p.get("confirm"):
        raise errors.invalid("You cannot set `return_url` when `confirm` is not true.", "return_url")
    if p.get("customer"):
        b.get("customer", p["customer"], live, "customer")
    intent = new_intent(b, p, live)
    b.keep(intent)
    events.happened(b, "payment_intent.created", intent)
    if p.get("payment_method"):
        method = methods.usable(b, p["payment_method"], live, intent["customer"])
        intent["payment_method"], intent["status"] = method["id"], "requires_confirmation"
    if p.get("confirm"):
        return confirm_intent(b, intent, p)
    return intent


def new_intent(b, p, live):
    id = b.new_id("pi")
    types = p.get("allowed_payment_method_types")
    b.hidden[id] = {
        "types": types,
        "captures": 0,
        "multicapture": False,
        "redirects": p.get("automatic_payment_methods", {}).get("allow_redirects", "always"),
    }
    return books.shaped(
        "payment_intent",
        id=id,
        amount=p["amount"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        allowed_payment_method_types=types,
        automatic_payment_methods=None if types else {"enabled": True, "allow_redirects": b.hidden[id]["redirects"]},
        capture_method=p.get("capture_method", "automatic_async"),
        client_secret=f"{id}_secret_{b.new_id('x')[2:]}",
        confirmation_method=p.get("confirmation_method", "automatic"),
        created=b.now(),
        currency=p["currency"],
        customer=p.get("customer"),
        description=p.get("description"),
        livemode=live,
        metadata=books.merged({}, p.get("metadata", {})),
        payment_method_options=p.get("payment_method_options") or {"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=types or ["card"],
        receipt_email=p.get("receipt_email"),
        setup_future_usage=p.get("setup_future_usage"),
        shipping=p.get("shipping"),
        status="requires_payment_method",
        statement_descriptor_suffix=p.get("statement_descriptor_suffix"),
        transfer_group=p.get("transfer_group"),
    )


def confirm(b, p, live, id):
    intent = b.get("payment_intent", id, live, "intent")
    allowed = ("requires_payment_method", "requires_confirmation", "requires_action")
    if intent["status"] not in allowed:
        raise unexpected(intent, "confirmed", allowed)
    if id in b.session_of:
        raise errors.invalid("You cannot confirm this PaymentIntent because it was created by Checkout.")
    if p.get("payment_method"):
        intent["payment_method"] = methods.usable(b, p["payment_method"], live, intent["customer"])["id"]
    for name in ("setup_future_usage", "receipt_email", "shipping"):
        if name in p:
            intent[name] = p[name]
    return confirm_intent(b, intent, p)


def confirm_intent(b, intent, p, hosted=False):
    """Tries to take the money. It answers the intent, or raises the decline, which stands on the intent too."""
    hidden = b.hidden[intent["id"]]
    if not intent["payment_method"]:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."
        raise errors.invalid(message, code="payment_intent_unexpected_state", payment_intent=dict(intent))
    if not hosted and not hidden["types"] and hidden["redirects"] == "always" and not p.get("return_url") and not p.get("off_session"):
        message = "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`."
        raise errors.invalid(message, "return_url")
    options = (p.get("payment_method_options") or intent["payment_method_options"] or {}).get("card") or {}
    hidden["multicapture"] = (
        options.get("request_multicapture") == "if_available" and intent["capture_method"] == "manual" and b.multicapture
    )
    hidden["off_session"], hidden["return_url"] = bool(p.get("off_session")), p.get("return_url")
    method, card = (
        b.get("payment_method", intent["payment_method"], intent["livemode"], "payment_method"),
        methods.card_of(b, intent["payment_method"]),
    )
    if needs_authentication(b, card, method, hidden["off_session"], options):
        if hidden["off_session"] or p.get("error_on_requires_action"):
            return declined(
                b,
                intent,
                method,
                card,
                ("authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication."),
            )
        return ask_authentication(b, intent, method)
    return authorise(b, intent, method, card, three_d_secure=None)


def needs_authentication(b, card, method, off_session, options):
    if options.get("request_three_d_secure") in ("any", "challenge") and not off_session:
        return True
    if card.authentication == "unless_set_up":
        return not b.hidden[method["id"]].get("set_up")
    if card.authentication == "on_session":
        return not off_session
    return card.authentication == "always"


def ask_authentication(b, intent, method):
    hidden = b.hidden[intent["id"]]
    hidden["challenge"] = b.new_id("payatt")
    intent["status"] = "requires_action"
    if hidden["return_url"]:
        target = {"url": f"{b.base}/_hosted/challenge/{intent['id']}/{hidden['challenge']}", "return_url": hidden["return_url"]}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": target}
    else:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": hidden["challenge"]},
        }
    events.happened(b, "payment_intent.requires_action", intent)
    return intent


def answer_challenge(b, intent, passed):
    """What follows on the issuer's own page. It answers the intent, or raises the decline."""
    if intent["status"] != "requires_action":
        return intent
    intent["next_action"] = None
    method = b.get("payment_method", intent["payment_method"], intent["livemode"])
    card = methods.card_of(b, method["id"])
    if not passed:
        message = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
        return declined(b, intent, method, card, ("payment_intent_authentication_failure", None, message), charged=False)
    three_d_secure = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": b.new_id("dsx")[4:],
        "version": "2.2.0",
    }
    return authorise(b, intent, method, card, three_d_secure)


def authorise(b, intent, method, card, three_d_secure):
    if card.decline and (not card.only_when_saved or method["customer"]):
        return declined(b, intent, method, card, card.decline)
    manual = intent["capture_method"] == "manual"
    charge = methods.charge(b, intent, method, card, three_d_secure)
    charge.update(paid=True, status="succeeded", outcome=methods.outcome(card))
    off_session, multicapture = b.hidden[intent["id"]]["off_session"], b.hidden[intent["id"]]["multicapture"]
    details = charge["payment_method_details"]["card"]
    details["multicapture"] = {"status": "available" if multicapture else "unavailable"}
    b.keep(charge)
    intent.update(latest_charge=charge["id"], last_payment_error=None, next_action=None)
    b.hidden[method["id"]]["used"] = True
    if intent["setup_future_usage"] and intent["customer"]:
        method["customer"] = intent["customer"]
        b.hidden[method["id"]]["set_up"] = True
    events.happened(b, "charge.succeeded", charge)
    if not manual:
        take(b, intent, charge, intent["amount"])
        return intent
    window = WINDOW_OFF_SESSION if card.brand == "visa" and off_session else WINDOW
    details["capture_before"] = b.now() + window
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    events.happened(b, "payment_intent.amount_capturable_updated", intent)
    return intent


def declined(b, intent, method, card, decline, charged=True):
    code, decline_code, message = decline
    error = {
        "type": "card_error",
        "code": code,
        "message": message,
        "doc_url": errors.DOCS + code.replace("_", "-"),
        "payment_method": dict(method),
    }
    if decline_code:
        error["decline_code"] = decline_code
    if charged:
        charge = methods.charge(b, intent, method, card, None)
        charge.update(paid=False, status="failed", failure_code=code, failure_message=message, outcome=methods.outcome(card, decline_code))
        b.keep(charge)
        error["charge"] = intent["latest_charge"] = charge["id"]
        events.happened(b, "charge.failed", charge)
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error, next_action=None)
    events.happened(b, "payment_intent.payment_failed", intent)
    more = {name: value for name, value in error.items() if name not in ("type", "code", "message", "doc_url", "decline_code")}
    raise errors.card(message, code, decline_code, payment_intent=dict(intent), **more)


def capture(b, p, live, id):
    intent = b.get("payment_intent", id, live, "intent")
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured", ("requires_capture",))
    charge, hidden = b.objects[intent["latest_charge"]], b.hidden[id]
    amount, final = p.get("amount_to_capture", intent["amount_capturable"]), p.get("final_capture", True)
    if amount > intent["amount_capturable"]:
        message = f"The `amount_to_capture` ({amount}) is greater than the amount capturable of this PaymentIntent ({intent['amount_capturable']})."
        raise errors.invalid(message, "amount_to_capture", "amount_too_large")
    if amount < 1 and not (amount == 0 and final and hidden["captures"]):
        raise errors.invalid("This value must be greater than or equal to 1.", "amount_to_capture", "parameter_invalid_integer")
    if not final and not hidden["multicapture"]:
        message = "`final_capture` can only be set to false where the charge's `multicapture[status]` is `available`."
        raise errors.invalid(message, "final_capture")
    if hidden["captures"] >= CAPTURES_MAX:
        raise errors.invalid(f"A PaymentIntent can be captured at most {CAPTURES_MAX} times.", "final_capture")
    if "metadata" in p:
        intent["metadata"] = books.merged(intent["metadata"], p["metadata"])
    hidden["captures"] += 1
    if not final and amount < intent["amount_capturable"]:
        part(b, intent, charge, amount)
        intent["amount_capturable"] -= amount
        events.happened(b, "payment_intent.amount_capturable_updated", intent)
        return intent
    if amount:
        part(b, intent, charge, amount)
    end(b, intent, charge)
    return intent


def take(b, intent, charge, amount):
    part(b, intent, charge, amount)
    end(b, intent, charge)


def part(b, intent, charge, amount):
    """Money that is taken: one balance transaction for each capture."""
    card = methods.card_of(b, charge["payment_method"])
    after = 0 if card.bypass_pending else money.AVAILABLE_AFTER
    entry = money.book(
        b, "charge", "charge", amount, charge["currency"], charge["id"], money.fee(amount, charge["currency"]), after, intent["description"]
    )
    charge["balance_transaction"] = charge["balance_transaction"] or entry["id"]
    charge.update(captured=True, amount_captured=charge["amount_captured"] + amount)
    intent["amount_received"] += amount
    b.hidden[charge["id"]].setdefault("entries", []).append(entry["id"])
    events.happened(b, "charge.captured", charge)
    if card.dispute and not b.hidden[charge["id"]].get("disputed"):
        from . import disputes

        disputes.raise_dispute(b, charge, card.dispute, inquiry=card.inquiry)


def end(b, intent, charge):
    """The last capture: what is left of the hold goes back to the card."""
    release(b, charge, charge["amount"] - charge["amount_captured"])
    intent.update(status="succeeded", amount_capturable=0)
    events.happened(b, "payment_intent.succeeded", intent)


def release(b, charge, amount):
    """It stands among the refunds, but moved no money: no balance transaction."""
    if not amount:
        return
    from . import refunds

    refunds.record(b, charge, amount, entry=None, reason=None, metadata={})
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def cancel(b, p, live, id):
    intent = b.get("payment_intent", id, live, "intent")
    if intent["status"] not in CANCELABLE:
        raise unexpected(intent, "canceled", CANCELABLE)
    session = b.session_of.get(id)
    if session and b.objects[session]["status"] == "open":
        raise errors.invalid(
            "You cannot cancel this PaymentIntent because it was created by Checkout. You should expire the Checkout Session instead."
        )
    return cancel_intent(b, intent, p.get("cancellation_reason"))


def cancel_intent(b, intent, reason, expired=False):
    charge = b.objects.get(intent["latest_charge"]) if intent["status"] == "requires_capture" else None
    if charge:
        release(b, charge, charge["amount"] - charge["amount_captured"])
        events.happened(b, "charge.expired" if expired else "charge.refunded", charge)
    if charge and charge["amount_captured"]:
        # what was captured stays captured
        intent.update(status="succeeded", amount_capturable=0)
        events.happened(b, "payment_intent.succeeded", intent)
        return intent
    intent.update(status="canceled", amount_capturable=0, canceled_at=b.now(), cancellation_reason=reason, next_action=None)
    events.happened(b, "payment_intent.canceled", intent)
    return intent


def lapse(b):
    """Holds that were not captured in time are let go."""
    for intent in b.all("payment_intent"):
        if intent["status"] == "requires_capture":
            card = b.objects[intent["latest_charge"]]["payment_method_details"]["card"]
            if card["capture_before"] <= b.now():
                cancel_intent(b, intent, "expired", expired=True)


def update(b, p, live, id):
    intent = b.get("payment_intent", id, live, "intent")
    if "amount" in p:
        if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            message = f"This PaymentIntent's amount could not be updated because it has a status of {intent['status']}."
            raise errors.invalid(message, "amount", "payment_intent_unexpected_state", payment_intent=dict(intent))
        money.check_amount(p["amount"], p.get("currency", intent["currency"]))
        intent["amount"] = p["amount"]
    if "metadata" in p:
        intent["metadata"] = books.merged(intent["metadata"], p["metadata"])
    for name in ("description", "receipt_email", "shipping"):
        if name in p:
            intent[name] = p[name]
    return intent
