"""Customers, payment methods and setup intents; what a charge says of its card."""

from . import books, cards, errors, events


def create_customer(b, p, live):
    known = {name: p.get(name) for name in ("email", "name", "phone", "description", "address", "shipping")}
    customer = b.keep(
        books.shaped(
            "customer",
            id=b.new_id("cus"),
            balance=0,
            created=b.now(),
            delinquent=False,
            livemode=live,
            metadata=books.merged({}, p.get("metadata", {})),
            invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
            preferred_locales=[],
            tax_exempt="none",
            **known,
        )
    )
    events.happened(b, "customer.created", customer)
    if p.get("payment_method"):
        attach(b, {"customer": customer["id"]}, live, p["payment_method"])
    return customer


def update_customer(b, p, live, id):
    customer = b.get("customer", id, live)
    if "metadata" in p:
        customer["metadata"] = books.merged(customer["metadata"], p["metadata"])
    customer.update({name: p[name] for name in ("email", "name", "phone", "description", "address", "shipping") if name in p})
    return customer


def delete_customer(b, p, live, id):
    b.get("customer", id, live)
    del b.objects[id]
    for method in b.all("payment_method"):
        if method["customer"] == id:
            method["customer"] = None
    return {"id": id, "object": "customer", "deleted": True}


def new_method(b, card, live, billing=None, expiry=(12, None)):
    if live:
        message = "Your card was declined. Your request was in live mode, but used a known test card."
        raise errors.card(message, "card_declined", "live_mode_test_card")
    id = b.new_id("pm")
    month, year = expiry
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    details = {"address": {**address, **((billing or {}).get("address") or {})}, "email": None, "name": None, "phone": None, "tax_id": None}
    details.update({name: (billing or {}).get(name) for name in ("email", "name", "phone")})
    b.hidden[id] = {"card": card}
    shown = {
        "brand": card.brand,
        "checks": checks(card, details),
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year or 2034,
        "fingerprint": "fp" + card.number[-8:],
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.brand != "amex"},
        "wallet": None,
    }
    return b.keep(
        books.shaped("payment_method", id=id, billing_details=details, card=shown, created=b.now(), livemode=live, metadata={}, type="card")
    )


def checks(card, details):
    """A check is made of what was given: an address that was not told is not checked."""
    given = details["address"]
    found = {
        "address_line1_check": "pass" if given.get("line1") else None,
        "address_postal_code_check": "pass" if given.get("postal_code") else None,
        "cvc_check": "pass",
    }
    found.update({name: result for name, result in card.checks.items() if found[name] or name == "cvc_check"})
    return found


def card_of(b, id):
    return b.hidden[id]["card"]


def create_method(b, p, live):
    given = p.get("card") or {}
    if p.get("type") != "card":
        raise errors.missing("type") if "type" not in p else errors.invalid("The payment method type provided is invalid.", "type")
    if "token" in given:
        card = cards.by_token(given["token"])
        if not card:
            raise errors.no_such("token", given["token"], "card[token]")
        return new_method(b, card, live, p.get("billing_details"))
    if "number" in given:
        # as for every account that has not proved how it keeps numbers
        message = "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing."
        raise errors.card(message, "card_declined", None, "card[number]")
    raise errors.missing("card")


def usable(b, id, live, customer):
    """The payment method by its id, or made from a test token.

    Raises: it is unknown, another customer's, or spent.
    """
    card = cards.by_token(id)
    if card:
        return new_method(b, card, live)
    method = b.get("payment_method", id, live, "payment_method")
    if method["customer"] and method["customer"] != customer:
        message = (
            "The provided PaymentMethod belongs to a Customer. You must provide the Customer parameter to use it."
            if not customer
            else "The provided PaymentMethod does not belong to the Customer supplied."
        )
        raise errors.invalid(message, "payment_method", "resource_missing" if customer else None)
    if b.hidden[id].get("used") and not method["customer"]:
        message = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
        raise errors.invalid(message, "payment_method")
    return method


def attach(b, p, live, id):
    if not p.get("customer"):
        raise errors.missing("customer")
    b.get("customer", p["customer"], live, "customer")
    method = usable(b, id, live, p["customer"])
    decline = card_of(b, method["id"]).decline
    if decline and not card_of(b, method["id"]).only_when_saved and not card_of(b, method["id"]).blocked:
        # saving a card asks its issuer
        raise errors.card(decline[2], decline[0], decline[1])
    method["customer"] = p["customer"]
    events.happened(b, "payment_method.attached", method)
    return method


def detach(b, p, live, id):
    method = b.get("payment_method", id, live)
    if not method["customer"]:
        raise errors.invalid("The payment method you provided is not attached to a customer so detachment is impossible.", "payment_method")
    method["customer"], b.hidden[id]["used"] = None, True
    events.happened(b, "payment_method.detached", method)
    return method


def charge(b, intent, method, card, three_d_secure):
    id = b.new_id("ch")
    b.hidden[id] = {}
    details = {
        name: value
        for name, value in method["card"].items()
        if name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "regulated_status")
    }
    details.update(
        amount_authorized=intent["amount"],
        authorization_code=f"{b.random.randrange(10**6):06}",
        extended_authorization={"status": "disabled"},
        incremental_authorization={"status": "unavailable"},
        installments=None,
        mandate=None,
        multicapture={"status": "unavailable"},
        network=card.brand,
        network_token={"used": False},
        network_transaction_id=f"{b.random.randrange(10**15):015}",
        overcapture={"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        three_d_secure=three_d_secure,
        wallet=None,
    )
    return books.shaped(
        "charge",
        id=id,
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        captured=False,
        created=b.now(),
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        livemode=intent["livemode"],
        metadata=dict(intent["metadata"]),
        paid=False,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"card": details, "type": "card"},
        radar_options={},
        refunded=False,
        status="pending",
    )


def outcome(card, decline_code=None):
    said = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "reason": None,
        "risk_level": card.risk_level,
        "risk_score": card.risk_score,
    }
    if card.blocked:
        return {
            **said,
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    if decline_code:
        return {
            **said,
            "network_status": "declined_by_network",
            "reason": decline_code,
            "seller_message": "The bank did not approve it.",
            "type": "issuer_declined",
        }
    return {**said, "network_status": "approved_by_network", "seller_message": "Payment complete.", "type": "authorized"}


def create_setup(b, p, live):
    if p.get("customer"):
        b.get("customer", p["customer"], live, "customer")
    id = b.new_id("seti")
    types = p.get("allowed_payment_method_types")
    b.hidden[id] = {"types": types, "return_url": None}
    intent = b.keep(
        books.shaped(
            "setup_intent",
            id=id,
            allowed_payment_method_types=types,
            client_secret=f"{id}_secret_{b.new_id('x')[2:]}",
            created=b.now(),
            customer=p.get("customer"),
            description=p.get("description"),
            livemode=live,
            metadata=books.merged({}, p.get("metadata", {})),
            payment_method_types=types or ["card"],
            status="requires_payment_method",
            usage=p.get("usage", "off_session"),
        )
    )
    events.happened(b, "setup_intent.created", intent)
    if p.get("payment_method"):
        intent.update(payment_method=usable(b, p["payment_method"], live, intent["customer"])["id"], status="requires_confirmation")
    return confirm_setup_intent(b, intent, p) if p.get("confirm") else intent


def confirm_setup(b, p, live, id):
    intent = b.get("setup_intent", id, live, "intent")
    allowed = ("requires_payment_method", "requires_confirmation", "requires_action")
    if intent["status"] not in allowed:
        message = f"This SetupIntent could not be confirmed because it has a status of {intent['status']}."
        raise errors.invalid(message, code="setup_intent_unexpected_state", setup_intent=dict(intent))
    if p.get("payment_method"):
        intent["payment_method"] = usable(b, p["payment_method"], live, intent["customer"])["id"]
    return confirm_setup_intent(b, intent, p)


def confirm_setup_intent(b, intent, p, hosted=False):
    if not intent["payment_method"]:
        raise errors.invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method.", code="setup_intent_unexpected_state"
        )
    hidden = b.hidden[intent["id"]]
    if not hosted and not hidden["types"] and not p.get("return_url"):
        message = "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`."
        raise errors.invalid(message, "return_url")
    hidden["return_url"] = p.get("return_url")
    card = card_of(b, intent["payment_method"])
    if card.authentication in ("always", "unless_set_up"):
        hidden["challenge"] = b.new_id("setatt")
        intent["status"] = "requires_action"
        target = {"url": f"{b.base}/_hosted/challenge/{intent['id']}/{hidden['challenge']}", "return_url": hidden["return_url"]}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": target}
        events.happened(b, "setup_intent.requires_action", intent)
        return intent
    return set_up(b, intent, card)


def answer_setup_challenge(b, intent, passed):
    if intent["status"] != "requires_action":
        return intent
    intent["next_action"] = None
    if passed:
        return set_up(b, intent, card_of(b, intent["payment_method"]))
    message = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    return setup_failed(b, intent, ("setup_intent_authentication_failure", None, message))


def set_up(b, intent, card):
    if card.decline and not card.only_when_saved and not card.blocked:
        return setup_failed(b, intent, card.decline)
    method = b.objects[intent["payment_method"]]
    if intent["customer"]:
        method["customer"] = intent["customer"]
    b.hidden[method["id"]].update(set_up=True, used=True)
    intent.update(status="succeeded", last_setup_error=None, next_action=None)
    events.happened(b, "setup_intent.succeeded", intent)
    return intent


def setup_failed(b, intent, decline):
    code, decline_code, message = decline
    error = {
        "type": "card_error",
        "code": code,
        "message": message,
        "doc_url": errors.DOCS + code.replace("_", "-"),
        "payment_method": dict(b.objects[intent["payment_method"]]),
    }
    if decline_code:
        error["decline_code"] = decline_code
    intent.update(status="requires_payment_method", payment_method=None, last_setup_error=error, next_action=None)
    events.happened(b, "setup_intent.setup_failed", intent)
    raise errors.card(message, code, decline_code, setup_intent=dict(intent), payment_method=error["payment_method"])


def cancel_setup(b, p, live, id):
    intent = b.get("setup_intent", id, live, "intent")
    if intent["status"] in ("succeeded", "canceled"):
        raise errors.invalid(
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=dict(intent),
        )
    intent.update(status="canceled", cancellation_reason=p.get("cancellation_reason"), next_action=None)
    events.happened(b, "setup_intent.canceled", intent)
    return intent
