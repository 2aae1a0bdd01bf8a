#!/usr/bin/env python3
"""A strict, stateful server of Stripe's API, for tests.

    target/stripe/bin/python tests/stripe/strict.py [--port 0] [--key sk_test_…] [--seed 1]

It prints one line, `listening on http://127.0.0.1:PORT`, and ends when its standard input does.

- What it takes and says is what Stripe has published: parameters and objects are held against the types of the official
  library (`stripe`), which Stripe generates from its specification; refusals are Stripe's, with their bodies.
- Nothing of it is written from what our own client does, and our client is not used to test it: `official.py` drives it
  with the official library.
- Its clock can be moved, its deliveries held, doubled and forged, its answers lost: `server/control.py`.
"""

import argparse
import base64
import collections
import copy
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from server import (
    books,
    control,
    errors,
    events,
    forms,
    idempotency,
    money,
    pages,
    payments,
    routes,
)

KEY_DEFAULT = "sk_test_51DoorstepStrictServer"
VERSIONS = re.compile(r"(20\d\d-\d\d-\d\d)(\.(acacia|basil|clover|dahlia|endive))?")
# since this day, versions have a name after their date
NAMED_SINCE = "2024-09-30"
# the shapes that are served are those of this one
VERSION = "2026-10-28.endive"
BODY_BYTES_MAX = 1_000_000
RATE_MAX_DEFAULT = 1_000


class LostAnswer(Exception):
    """A test wants the connection to end without an answer."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, key, seed):
        super().__init__(("127.0.0.1", port), Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.books = books.Books(self.base, seed)
        self.books.api_version = VERSION
        self.modes = {key: False, key.replace("sk_test_", "sk_live_"): True}
        self.keys = idempotency.Keys(self.books)
        self.faults, self.requests = [], []
        self.holding, self.let_go = threading.Event(), threading.Event()
        self.rate_max, self.recent = RATE_MAX_DEFAULT, collections.deque()
        self.stopped = threading.Event()
        threading.Thread(target=events.work, args=(self.books, self.stopped), daemon=True).start()

    def fault_of(self, method, path):
        with self.books.lock:
            for fault in self.faults:
                if path.startswith(fault["path"]) and fault["method"] in (None, method):
                    fault["times"] -= 1
                    if fault["times"] == 0:
                        self.faults.remove(fault)
                    return fault
        return {"kind": None}

    def hold(self, fault):
        """A request that a test holds back runs on when the test lets it go."""
        if fault["kind"] == "hold":
            self.holding.set()
            self.let_go.wait(control.HELD_SECONDS_MAX)
            self.holding.clear()
            self.let_go.clear()

    def check_rate(self):
        with self.books.lock:
            now = time.monotonic()
            while self.recent and self.recent[0] < now - 1:
                self.recent.popleft()
            self.recent.append(now)
            if len(self.recent) > self.rate_max:
                raise errors.too_many()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nginx", ""
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.respond()

    do_POST = do_DELETE = do_GET

    def respond(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, BODY_BYTES_MAX)).decode("utf-8", "replace")
        url = urlsplit(self.path)
        if url.path.startswith("/_test/"):
            answer = control.respond(self.server, url.path, json.loads(body or "{}"))
            return self.send(200 if answer is not None else 404, answer if answer is not None else {"error": "no such route"})
        if not url.path.startswith("/v1/"):
            return self.send_page(url.path, body)
        try:
            self.respond_api(url, body)
        except LostAnswer:
            self.close_connection = True
            self.connection.close()

    def send_page(self, path, body):
        with self.server.books.lock:
            page = pages.respond(self.server.books, self.command, path, body) or pages.page("There is no such page", "", 404)
        self.send_bytes(page.status, page.body.encode(), "text/html; charset=utf-8", {"Location": page.location} if page.location else {})

    def respond_api(self, url, body):
        b = self.server.books
        request_id = "req_" + b.new_id("x")[2:16]
        fault = self.server.fault_of(self.command, url.path)
        if fault["kind"] == "lose_before":
            raise LostAnswer
        headers = {"Request-Id": request_id, "Stripe-Version": self.headers.get("Stripe-Version") or VERSION}
        try:
            status, answer, more = self.api_answer(url, body, request_id, fault)
        except errors.Refusal as refusal:
            status, answer, more = refusal.status, copy.deepcopy(refusal.body), refusal.headers
            answer["error"]["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        with b.lock:
            self.server.requests.append(
                {
                    "method": self.command,
                    "path": url.path,
                    "key": self.headers.get("Idempotency-Key"),
                    "status": status,
                    "replayed": "Idempotent-Replayed" in more,
                }
            )
        if fault["kind"] == "lose_after":
            raise LostAnswer
        self.send(status, answer, {**headers, **more})

    def api_answer(self, url, body, request_id, fault):
        """Status, body and headers, in the order in which Stripe refuses: key, version, rate, route, parameters, idempotency key, state."""
        live = self.authenticate()
        self.check_version()
        if fault["kind"] == "limit":
            raise errors.too_many()
        self.server.check_rate()
        params, handle, ids = routes.find(self.command, url.path)
        # a DELETE sends its parameters in the query too
        text = body if self.command == "POST" else url.query
        if self.command == "POST" and body and not (self.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
            raise errors.invalid("Invalid request (check that your POST content type is application/x-www-form-urlencoded).", kept=False)
        try:
            tree = forms.decoded(text)
        except ValueError:
            raise errors.invalid("Invalid request body", kept=False) from None
        given = forms.checked(params, tree)
        if fault["kind"] == "error_before":
            raise errors.own_fault(fault.get("should_retry"))
        run = lambda: self.run(handle, given, live, ids, request_id, fault)  # noqa: E731
        key = self.headers.get("Idempotency-Key")
        if not key or self.command != "POST":
            self.server.hold(fault)
            status, answer, headers, _ = run()
            return status, answer, headers
        headers = {"Idempotency-Key": key, "Original-Request": request_id}
        known = self.server.keys.begin(live, key, (self.command, url.path, tree))
        if known:
            status, answer, original, more = known
            return status, answer, {**headers, **more, "Original-Request": original, "Idempotent-Replayed": "true"}
        self.server.hold(fault)
        status, answer, more, kept = run()
        if kept:
            self.server.keys.end(live, key, (status, answer, request_id, more))
        else:
            self.server.keys.forget(live, key)
        return status, answer, {**headers, **more}

    def run(self, handle, given, live, ids, request_id, fault):
        """The endpoint itself. What it does to the books stands, whatever is answered after."""
        b = self.server.books
        names = given.pop("expand", [])
        with b.lock:
            b.request = (request_id, self.headers.get("Idempotency-Key"))
            b.advance(0)
            money.settle(b)
            payments.lapse(b)
            try:
                answer = copy.deepcopy(handle(b, given, live, *ids))
                if answer.get("object") in ("list", "search_result"):
                    answer["url"] = urlsplit(self.path).path
                status, headers, kept = 200, {}, True
                answer = routes.expanded(b, answer, names)
            except errors.Refusal as refusal:
                status, answer, headers, kept = refusal.status, copy.deepcopy(refusal.body), refusal.headers, refusal.kept
            finally:
                b.request = (None, None)
        if fault["kind"] == "error_after":
            failed = errors.own_fault(fault.get("should_retry"))
            return failed.status, failed.body, failed.headers, True
        return status, answer, headers, kept

    def authenticate(self):
        given = self.headers.get("Authorization") or ""
        kind, _, rest = given.partition(" ")
        if kind == "Basic":
            rest = base64.b64decode(rest).decode().partition(":")[0]
        if kind not in ("Basic", "Bearer") or not rest:
            raise errors.no_key()
        if rest not in self.server.modes:
            raise errors.bad_key(rest)
        return self.server.modes[rest]

    def check_version(self):
        given = self.headers.get("Stripe-Version")
        if given is None:
            return
        match = VERSIONS.fullmatch(given)
        named = match and match[2]
        if not match or (match[1] >= NAMED_SINCE) != bool(named):
            raise errors.invalid(f"Invalid Stripe API version: {given}", kept=False)
        if given != VERSION:
            # the real one serves every version's shapes; a test that asks for others would not see them
            raise errors.invalid(f"This server has the shapes of {VERSION} alone, not of {given}", kept=False)

    def send(self, status, answer, headers=None):
        self.send_bytes(status, json.dumps(answer, indent=2).encode(), "application/json", headers or {})

    def send_bytes(self, status, body, kind, headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description="a strict server of Stripe's API, for tests")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY_DEFAULT)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    server = Server(given.port, given.key, given.seed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listening on {server.base}", flush=True)
    sys.stdin.read()
    server.stopped.set()


if __name__ == "__main__":
    main()
