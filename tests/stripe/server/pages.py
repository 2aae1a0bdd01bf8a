"""The pages that a customer sees: the hosted checkout, and her bank's challenge. No script anywhere."""

import html
import re
from urllib.parse import parse_qs, urlencode

from . import cards, checkout, errors, methods, money, payments

STYLE = "body{font:16px sans-serif;max-width:28em;margin:2em auto;padding:0 1em}label{display:block;margin:.6em 0}input{width:100%;font:inherit}[role=alert]{color:#a00}"


class Page:
    def __init__(self, status, body="", location=None):
        self.status, self.location = status, location
        self.body = body


def page(title, inside, status=200):
    return Page(
        status,
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>{inside}</main></html>',
    )


def go(url):
    return Page(303, location=url)


def respond(b, method, path, body):
    """A page by its path; nothing where there is none."""
    if found := re.fullmatch(r"/c/pay/(cs_\w+)", path):
        session = b.objects.get(found[1])
        return show(b, session) if method == "GET" else pay(b, session, parse_qs(body, keep_blank_values=True))
    if found := re.fullmatch(r"/c/done/(cs_\w+)", path):
        return done(b, b.objects.get(found[1]))
    if found := re.fullmatch(r"/_hosted/challenge/(\w+)/(\w+)", path):
        intent = b.objects.get(found[1])
        if not intent or b.hidden[intent["id"]].get("challenge") != found[2]:
            return page("There is no such challenge", "", 404)
        return challenge(b, intent, path) if method == "GET" else answer(b, intent, parse_qs(body).get("verdict", [""])[0])
    return None


def show(b, session, problem=None, status=200):
    if not session:
        return page("There is no such page", "", 404)
    if session["status"] == "complete":
        return page("You're all done here", "<p>This payment was made already.</p>")
    if session["status"] == "expired":
        return page("This page has expired", "<p>Go back to the shop and begin anew.</p>", 410)
    what = f"Pay {money.money(session['amount_total'], session['currency'])}" if session["mode"] == "payment" else "Save your card"
    items = "".join(
        f"<li>{quantity} × {html.escape(name)}: {money.money(quantity * amount, session['currency'])}</li>"
        for name, quantity, amount in b.hidden[session["id"]]["items"]
    )
    alert = f'<p role="alert">{html.escape(problem)}</p>' if problem else ""
    email = html.escape(session["customer_email"] or "")
    fields = "".join(
        f'<label>{label}<input name="{name}" id="{name}" autocomplete="{auto}" value="{value}" {more}></label>'
        for name, label, auto, value, more in (
            ("email", "E-mail", "email", email, "required"),
            ("cardNumber", "Card number", "cc-number", "", 'inputmode="numeric" required'),
            ("cardExpiry", "Expiry (MM / YY)", "cc-exp", "", "required"),
            ("cardCvc", "CVC", "cc-csc", "", 'inputmode="numeric" required'),
            ("billingName", "Name on card", "cc-name", "", "required"),
            ("billingPostalCode", "Postcode", "postal-code", "", ""),
        )
    )
    back = f'<p><a id="back" href="{html.escape(session["cancel_url"])}">Back to the shop</a></p>' if session["cancel_url"] else ""
    return page(
        what, f'<p>Test mode</p><ul>{items}</ul>{alert}<form method="post">{fields}<button id="submit">{what}</button></form>{back}', status
    )


def pay(b, session, form):
    if not session or session["status"] != "open":
        return show(b, session)
    given = {name: values[0].strip() for name, values in form.items()}
    try:
        expiry = re.fullmatch(r"(\d{1,2})\s*/?\s*(\d{2})", given.get("cardExpiry", ""))
        if not expiry:
            raise errors.card("Your card's expiration date is incomplete.", "invalid_expiry_year", param="exp_year")
        month, year = int(expiry[1]), 2000 + int(expiry[2])
        now = b.day()
        card = cards.typed(given.get("cardNumber", ""), month, year, given.get("cardCvc", ""), now.year, now.month)
        billing = {
            "email": given.get("email"),
            "name": given.get("billingName"),
            "address": {"postal_code": given.get("billingPostalCode") or None},
        }
        intent = checkout.submit(b, session, card, (month, year), billing)
    except errors.Refusal as refusal:
        return show(b, session, refusal.body["error"]["message"], refusal.status)
    if intent["status"] == "requires_action":
        return go(intent["next_action"]["redirect_to_url"]["url"])
    return done(b, session)


def done(b, session):
    """The last step of the page: to the shop where the card was taken, else to the form again, saying why."""
    intent = b.objects[session["payment_intent"] or session["setup_intent"]]
    if intent["status"] in ("requires_capture", "succeeded"):
        checkout.complete(b, session)
        return go(checkout.success_url(session))
    problem = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    return show(b, session, problem.get("message", "Your bank has not confirmed this payment yet."), 402)


def challenge(b, intent, path):
    if intent["status"] != "requires_action":
        return page("This was answered already", "")
    amount = f"<p>{money.money(intent['amount'], intent['currency'])} to the shop</p>" if "amount" in intent else ""
    buttons = "".join(
        f'<button id="{verdict}" name="verdict" value="{verdict}">{label}</button> '
        for verdict, label in (("pass", "Confirm"), ("fail", "Refuse"), ("abandon", "Leave"))
    )
    return page("Your bank asks: is it you?", f'{amount}<form method="post" action="{path}">{buttons}</form>')


def answer(b, intent, verdict):
    if verdict not in ("pass", "fail"):
        # she closes the page: nobody learns of it
        return page("You may close this page", "<p>Nothing was confirmed.</p>")
    return_url = b.hidden[intent["id"]]["return_url"]
    settle = payments.answer_challenge if intent["object"] == "payment_intent" else methods.answer_setup_challenge
    try:
        settle(b, intent, verdict == "pass")
        result = "succeeded"
    except errors.Refusal:
        result = "failed"
    if not return_url:
        return page("You may close this page", "")
    if return_url.startswith(b.base):
        return go(return_url)
    query = urlencode(
        {intent["object"]: intent["id"], f"{intent['object']}_client_secret": intent["client_secret"], "redirect_status": result}
    )
    return go(return_url + ("&" if "?" in return_url else "?") + query)
