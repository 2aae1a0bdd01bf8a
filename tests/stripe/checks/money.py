"""Refunds, disputes, payouts, and the balance behind them."""

import stripe

from .common import refused


def check_refunds_never_exceed_what_was_taken(shop):
    paid = shop.taken(5_000)
    part = shop.stripe.v1.refunds.create(
        {"payment_intent": paid.id, "amount": 2_000, "reason": "requested_by_customer", "metadata": {"line": "1"}},
        {"idempotency_key": shop.key()},
    )
    assert (part.status, part.amount, part.metadata.line) == ("succeeded", 2_000, "1")
    with refused(stripe.InvalidRequestError, 400, None, "amount"):
        shop.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 3_001})
    rest = shop.stripe.v1.refunds.create({"payment_intent": paid.id, "expand": ["balance_transaction"]})
    assert rest.amount == 3_000 and rest.balance_transaction.amount == -3_000
    with refused(stripe.InvalidRequestError, 400, "charge_already_refunded"):
        shop.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 1})
    charge = shop.stripe.v1.charges.retrieve(paid.latest_charge)
    assert charge.refunded and charge.amount_refunded == 5_000


def check_of_a_part_that_was_captured_no_more_is_refunded(shop):
    intent = shop.hold(5_000)
    shop.stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3_000})
    with refused(stripe.InvalidRequestError, 400, None, "amount"):
        shop.stripe.v1.refunds.create({"payment_intent": intent.id, "amount": 3_001})
    assert shop.stripe.v1.refunds.create({"payment_intent": intent.id}).amount == 3_000


def check_what_was_not_taken_is_not_refunded(shop):
    with refused(stripe.InvalidRequestError, 400):
        shop.stripe.v1.refunds.create({"payment_intent": shop.hold().id})
    with refused(stripe.InvalidRequestError, 400, "parameter_missing"):
        shop.stripe.v1.refunds.create({"amount": 5})
    with refused(stripe.InvalidRequestError, 400, None, "reason"):
        shop.stripe.v1.refunds.create({"payment_intent": shop.taken().id, "reason": "just_so"})


def check_a_refund_may_be_late_or_fail(shop):
    late = shop.stripe.v1.refunds.create({"payment_intent": shop.taken(card="pm_card_pendingRefund").id})
    failing = shop.stripe.v1.refunds.create({"payment_intent": shop.taken(card="pm_card_refundFail").id})
    assert (late.status, failing.status) == ("pending", "succeeded")
    shop.test("advance", seconds=2 * 3_600)
    late, failing = shop.stripe.v1.refunds.retrieve(late.id), shop.stripe.v1.refunds.retrieve(failing.id)
    assert (late.status, failing.status, failing.failure_reason) == ("succeeded", "failed", "expired_or_canceled_card")
    # the money that did not arrive is back, and may be refunded again
    assert not shop.stripe.v1.charges.retrieve(failing.charge).refunded


def disputed(shop, **more):
    paid = shop.taken()
    return paid, shop.test("dispute", charge=paid.latest_charge, **more)["id"]


def check_a_dispute_is_answered_and_won(shop):
    paid, id = disputed(shop, reason="product_not_received")
    dispute = shop.stripe.v1.disputes.retrieve(id)
    now = shop.test("books")["now"]
    assert (dispute.status, dispute.reason, dispute.payment_intent) == ("needs_response", "product_not_received", paid.id)
    assert 8 * 86_400 < dispute.evidence_details.due_by - now <= 9 * 86_400
    assert [(entry.amount, entry.fee) for entry in dispute.balance_transactions] == [(-5_000, 2_000)]
    with refused(stripe.InvalidRequestError, 400, "charge_disputed"):
        shop.stripe.v1.refunds.create({"payment_intent": paid.id})
    staged = shop.stripe.v1.disputes.update(id, {"evidence": {"shipping_tracking_number": "RM1"}, "submit": False})
    assert staged.status == "needs_response" and staged.evidence_details.has_evidence
    sent = shop.stripe.v1.disputes.update(id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True})
    assert sent.status == "under_review" and sent.evidence.shipping_tracking_number == "RM1"
    with refused(stripe.InvalidRequestError, 400):
        shop.stripe.v1.disputes.update(id, {"evidence": {"uncategorized_text": "more"}})
    shop.test("advance", seconds=2 * 3_600)
    won = shop.stripe.v1.disputes.retrieve(id)
    assert won.status == "won" and sum(entry.amount for entry in won.balance_transactions) == 0


def check_a_dispute_is_lost_by_evidence_by_silence_or_by_giving_in(shop):
    _, answered = disputed(shop)
    _, given_in = disputed(shop)
    _, silent = disputed(shop)
    shop.stripe.v1.disputes.update(answered, {"evidence": {"uncategorized_text": "losing_evidence"}})
    shop.stripe.v1.disputes.close(given_in)
    with refused(stripe.InvalidRequestError, 400):
        shop.stripe.v1.disputes.close(given_in)
    shop.test("advance", seconds=10 * 86_400)
    found = [shop.stripe.v1.disputes.retrieve(id) for id in (answered, given_in, silent)]
    assert [dispute.status for dispute in found] == ["lost"] * 3 and found[2].evidence_details.past_due


def check_some_cards_dispute_by_themselves(shop):
    paid = shop.taken(card="pm_card_createDispute")
    assert [dispute.reason for dispute in shop.stripe.v1.disputes.list({"payment_intent": paid.id}).data] == ["fraudulent"]
    asked = shop.taken(card="pm_card_createDisputeInquiry")
    inquiry = shop.stripe.v1.disputes.list({"payment_intent": asked.id}).data[0]
    assert inquiry.status == "warning_needs_response" and inquiry.is_charge_refundable and not inquiry.balance_transactions
    assert shop.stripe.v1.refunds.create({"payment_intent": asked.id}).status == "succeeded"


def check_a_payout_is_its_lines_less_fees(shop):
    shop.test("advance", seconds=8 * 86_400)
    shop.test("payout", currency="gbp")
    paid = shop.taken(5_000)
    shop.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 1_000})
    later = shop.taken(7_000)
    assert shop.test("payout", currency="gbp").get("none"), "nothing was available yet"
    shop.test("advance", seconds=8 * 86_400)
    payout = shop.stripe.v1.payouts.retrieve(shop.test("payout", currency="gbp")["id"])
    lines = list(shop.stripe.v1.balance_transactions.list({"payout": payout.id, "limit": 1}).auto_paging_iter())
    of_money = [line for line in lines if line.type != "payout"]
    assert sum(line.net for line in of_money) == payout.amount and sum(line.net for line in lines) == 0
    assert {line.source for line in of_money if line.type == "charge"} == {paid.latest_charge, later.latest_charge}
    assert sum(line.fee for line in of_money) == 95 + 125
    assert payout.status == "pending" and payout.automatic and payout.reconciliation_status == "completed"
    shop.test("advance", seconds=3 * 86_400)
    assert shop.stripe.v1.payouts.retrieve(payout.id).status == "paid"
    assert payout.id in [one.id for one in shop.stripe.v1.payouts.list({"status": "paid"}).data]


def check_a_payout_by_hand_has_no_lines_and_needs_money(shop):
    with refused(stripe.InvalidRequestError, 400, "balance_insufficient"):
        shop.stripe.v1.payouts.create({"amount": 99_000_000, "currency": "gbp"})
    with refused(stripe.InvalidRequestError, 400, None, "amount"):
        shop.stripe.v1.payouts.create({"amount": 12_345, "currency": "huf"})
    shop.taken(card="pm_card_bypassPending", amount=90_000)
    by_hand = shop.stripe.v1.payouts.create({"amount": 1_000, "currency": "gbp"})
    with refused(stripe.InvalidRequestError, 400, None, "payout"):
        shop.stripe.v1.balance_transactions.list({"payout": by_hand.id})
    failed = shop.test("fail_payout", payout=by_hand.id)
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
