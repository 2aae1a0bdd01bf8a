"""What every check needs: the official client, the server's test routes, a page as a browser without script reads it."""

import contextlib
import http.server
import json
import threading
import urllib.error
import urllib.parse
import urllib.request

import stripe

KEY = "sk_test_51DoorstepStrictServer"


class Shop:
    def __init__(self, base):
        self.base, self.count = base, 0
        self.stripe = self.client()

    def client(self, key=KEY, retries=0, **more):
        return stripe.StripeClient(key, base_addresses={"api": self.base}, max_network_retries=retries, **more)

    def test(self, route, **given):
        request = urllib.request.Request(f"{self.base}/_test/{route}", json.dumps(given).encode())
        return json.load(urllib.request.urlopen(request))

    def key(self, name="key"):
        """A key that nobody has used."""
        self.count += 1
        return f"{name}-{self.count}-{id(self)}"

    def hold(self, amount=5_000, card="pm_card_visa", key=None, **more):
        params = {
            "amount": amount,
            "currency": "gbp",
            "payment_method": card,
            "confirm": True,
            "capture_method": "manual",
            "allowed_payment_method_types": ["card"],
            **more,
        }
        return self.stripe.v1.payment_intents.create(params, {"idempotency_key": key} if key else {})

    def taken(self, amount=5_000, card="pm_card_visa", **more):
        intent = self.hold(amount, card, **more)
        return self.stripe.v1.payment_intents.capture(intent.id)


@contextlib.contextmanager
def refused(kind, status=None, code=None, param=None, decline_code=None):
    """It is refused with just this error of the library, or the check fails."""
    caught = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
        # not every error class has them, but every body
        body = error.json_body["error"]
        said = (error.http_status, body.get("code"), body.get("param"), body.get("decline_code"))
        wanted = tuple(want or had for want, had in zip((status, code, param, decline_code), said))
        assert said == wanted, f"{said} is not {wanted}: {error}"
        assert error.request_id or error.headers.get("Request-Id"), "no request id"
        if body.get("code"):
            assert body["doc_url"].endswith(body["code"].replace("_", "-")), body["doc_url"]
    else:
        raise AssertionError(f"no {kind.__name__}")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def browse(url, form=None):
    """Status, text and place to go to, of a page."""
    opener = urllib.request.build_opener(NoRedirect)
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        answer = opener.open(url, data)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.read().decode(), answer.headers.get("Location")


class Receiver:
    """An endpoint for events: what came, as it came."""

    def __init__(self, status=200):
        receiver = self
        self.came, self.more, self.status = [], threading.Condition(), status

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.more:
                    receiver.came.append((body, self.headers["Stripe-Signature"]))
                    receiver.more.notify_all()
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count, seconds=10):
        with self.more:
            assert self.more.wait_for(lambda: len(self.came) >= count, seconds), f"{len(self.came)} of {count} came"
            return list(self.came)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
