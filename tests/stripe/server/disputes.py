"""Disputes: raised by a test, or by a card that says so; answered with evidence until a date."""

import stripe

from . import books, errors, events, money

EVIDENCE_DAYS = 9
DECIDED_AFTER = 3_600
EVIDENCE = [name for name in stripe.Dispute.Evidence.__annotations__ if name.isidentifier()]


def raise_dispute(b, charge, reason, amount=None, inquiry=False):
    amount = amount or charge["amount_captured"]
    evidence = {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}}
    dispute = books.shaped(
        "dispute",
        id=b.new_id("du"),
        amount=amount,
        balance_transactions=[],
        charge=charge["id"],
        created=b.now(),
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=evidence,
        evidence_details={
            "due_by": b.now() + EVIDENCE_DAYS * money.DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        livemode=charge["livemode"],
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
        payment_method_details={
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
    )
    del dispute["network_reason_code"], dispute["intended_submission_method"]
    b.keep(dispute)
    charge["disputed"] = True
    b.hidden[charge["id"]].update(disputed=dispute["id"], refundable_dispute=inquiry)
    events.happened(b, "charge.dispute.created", dispute)
    if not inquiry:
        move(b, dispute, -amount, money.DISPUTE_FEE, "dispute")
        events.happened(b, "charge.dispute.funds_withdrawn", dispute)
    b.do_later(EVIDENCE_DAYS * money.DAY, lambda: past_due(b, dispute))
    return dispute


def move(b, dispute, amount, fee, category):
    entry = money.book(
        b,
        "adjustment",
        category,
        amount,
        dispute["currency"],
        dispute["id"],
        fee,
        0,
        f"Chargeback {'withdrawal' if amount < 0 else 'reversal'} for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(entry)


def past_due(b, dispute):
    if dispute["status"] in ("needs_response", "warning_needs_response"):
        dispute["evidence_details"]["past_due"] = True
        close_as(b, dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")


def update(b, p, live, id):
    dispute = b.get("dispute", id, live)
    if "metadata" in p:
        dispute["metadata"] = books.merged(dispute["metadata"], p["metadata"])
    if "evidence" not in p and "submit" not in p:
        return dispute
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise errors.invalid(
            "This dispute can no longer be updated: its evidence was submitted already, or it is closed."
            if dispute["status"].endswith("under_review")
            else "This dispute is already closed",
            "evidence",
        )
    for name, value in (p.get("evidence") or {}).items():
        dispute["evidence"][name] = value
    details = dispute["evidence_details"]
    details["has_evidence"] = any(value for value in dispute["evidence"].values())
    if p.get("submit", True):
        details["submission_count"] += 1
        warning = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warning else "under_review"
        said = dispute["evidence"].get("uncategorized_text")
        if said in ("winning_evidence", "losing_evidence"):
            ending = "warning_closed" if warning else "won" if said == "winning_evidence" else "lost"
            b.do_later(DECIDED_AFTER, lambda: close_as(b, dispute, ending))
    events.happened(b, "charge.dispute.updated", dispute)
    return dispute


def close(b, p, live, id):
    dispute = b.get("dispute", id, live)
    if dispute["status"] in ("won", "lost", "warning_closed"):
        raise errors.invalid("This dispute is already closed")
    return close_as(b, dispute, "lost")


def close_as(b, dispute, status):
    dispute["status"] = status
    charge = b.objects[dispute["charge"]]
    if status == "won":
        move(b, dispute, dispute["amount"], 0, "dispute_reversal")
        events.happened(b, "charge.dispute.funds_reinstated", dispute)
    if status != "lost":
        charge["disputed"] = False
    events.happened(b, "charge.dispute.closed", dispute)
    return dispute
