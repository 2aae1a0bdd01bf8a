"""Refunds."""

from . import books, errors, events, methods, money

FAILS_AFTER = 3_600


def create(b, p, live):
    if not p.get("charge") and not p.get("payment_intent"):
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise errors.invalid(message, code="parameter_missing")
    charge = charge_of(b, p, live)
    if not charge["captured"]:
        message = (
            f"This Charge ({charge['id']}) is not captured: cancel its PaymentIntent instead."
            if charge["paid"]
            else f"Charge {charge['id']} has not succeeded, and cannot be refunded."
        )
        raise errors.invalid(message, "charge", "charge_not_refundable")
    if charge["disputed"] and not b.hidden[charge["id"]].get("refundable_dispute"):
        raise errors.invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    left = refundable(b, charge)
    if left <= 0:
        raise errors.invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = p.get("amount", left)
    if amount < 1:
        raise errors.invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        message = f"Refund amount ({money.money(amount, charge['currency'])}) is greater than unrefunded amount on charge ({money.money(left, charge['currency'])})"
        raise errors.invalid(message, "amount")
    return refund(b, charge, amount, p)


def charge_of(b, p, live):
    if p.get("charge"):
        charge = b.get("charge", p["charge"], live, "charge")
        if p.get("payment_intent") and charge["payment_intent"] != p["payment_intent"]:
            raise errors.invalid("The charge does not belong to the PaymentIntent.", "charge")
        return charge
    intent = b.get("payment_intent", p["payment_intent"], live, "payment_intent")
    if not intent["latest_charge"] or intent["status"] not in ("succeeded", "requires_capture"):
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise errors.invalid(message, "payment_intent", "payment_intent_unexpected_state" if intent["status"] == "canceled" else None)
    return b.objects[intent["latest_charge"]]


def refundable(b, charge):
    """Of what was captured; what was let go of the hold is no refund of it."""
    return charge["amount_captured"] - b.hidden[charge["id"]].get("refunded", 0)


def refund(b, charge, amount, p):
    behaviour = methods.card_of(b, charge["payment_method"]).refund
    available = sum(entry["net"] for entry in b.all("balance_transaction") if entry["currency"] == charge["currency"])
    status = "pending" if behaviour == "pending" else "succeeded"
    entry = money.book(
        b, "refund", "refund", -amount, charge["currency"], None, available_after=0 if available > 0 else money.AVAILABLE_AFTER
    )
    made = record(b, charge, amount, entry, p.get("reason"), p.get("metadata", {}), status)
    entry["source"] = made["id"]
    hidden = b.hidden[charge["id"]]
    hidden["refunded"] = hidden.get("refunded", 0) + amount
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    events.happened(b, "refund.created", made)
    events.happened(b, "charge.refunded", charge)
    if behaviour == "pending":
        b.do_later(FAILS_AFTER, lambda: changed(b, made, "succeeded"))
    if behaviour == "fails":
        b.do_later(FAILS_AFTER, lambda: fail(b, charge, made))
    return made


def record(b, charge, amount, entry, reason, metadata, status="succeeded"):
    card = {
        "reference": None,
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund" if entry else "reversal",
    }
    made = books.shaped(
        "refund",
        id=b.new_id("re"),
        amount=amount,
        balance_transaction=entry["id"] if entry else None,
        charge=charge["id"],
        created=b.now(),
        currency=charge["currency"],
        destination_details={"card": card, "type": "card"},
        metadata=books.merged({}, metadata),
        payment_intent=charge["payment_intent"],
        reason=reason,
        status=status,
    )
    for seldom in (
        "failure_balance_transaction",
        "failure_reason",
        "description",
        "instructions_email",
        "next_action",
        "presentment_details",
    ):
        del made[seldom]
    b.hidden[made["id"]] = {"livemode": charge["livemode"]}
    return b.keep(made)


def changed(b, made, status):
    made["status"] = status
    events.happened(b, "refund.updated", made)


def fail(b, charge, made):
    """The card's bank could not take it: the money is back on the balance, and the customer still has to get hers."""
    back = money.book(b, "refund_failure", "refund_failure", made["amount"], made["currency"], made["id"], available_after=0)
    made.update(status="failed", failure_reason="expired_or_canceled_card", failure_balance_transaction=back["id"])
    b.hidden[charge["id"]]["refunded"] -= made["amount"]
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    events.happened(b, "refund.failed", made)


def update(b, p, live, id):
    made = b.get("refund", id, live)
    made["metadata"] = books.merged(made["metadata"], p.get("metadata", {}))
    return made


def cancel(b, p, live, id):
    made = b.get("refund", id, live)
    raise errors.invalid(f"This refund cannot be canceled: it has a status of {made['status']}, and its payment method is a card.", "id")
