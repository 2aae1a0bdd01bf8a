#!/usr/bin/env python3
"""A faulty link between a client and a server of an HTTP API: what goes wrong with each exchange is drawn by seed.

    target/stripe/bin/python tests/stripe/link.py --to http://127.0.0.1:PORT [--port 0] [--seed 1] [--faulty 0.5] [--slow 1]

It prints `listening on http://127.0.0.1:PORT`, and ends when its standard input does. `GET /_link/counts` says how often
each fault came; `POST /_link/faulty/0.5` sets how many of a hundred exchanges go wrong (as a fraction).

A fault is *before*: the server never saw the request, or *after*: it has done what was asked, and the client does not
learn of it. The client cannot tell which, and that is the point.
"""

import argparse
import collections
import http.client
import json
import random
import socket
import socketserver
import struct
import sys
import threading
import time
from urllib.parse import urlsplit

FAULTS = (
    "reset_before",
    "reset_after",
    "delay_before",
    "delay_after",
    "twice",
    "twice_at_once",
    "truncate",
    "trickle",
    "error_before",
    "error_after",
    "html_before",
    "html_after",
    "not_json",
)
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
OWN_FAULT = b'{"error": {"type": "api_error", "message": "An unknown error occurred"}}'
HEAD_BYTES_MAX, SERVER_SECONDS_MAX = 65_536, 60
# a client whose deadline is shorter has given up by then
DELAY_SECONDS = (0.01, 0.6)
TRICKLE_SECONDS = 0.05


class Link(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 128

    def __init__(self, to, port=0, seed=1, faulty=0.5, slow=1.0, faults=FAULTS):
        super().__init__(("127.0.0.1", port), Exchange)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        self.to, self.random, self.faulty, self.slow, self.faults = urlsplit(to).netloc, random.Random(seed), faulty, slow, faults
        self.lock, self.counts = threading.Lock(), collections.Counter()

    def draw(self):
        with self.lock:
            fault = self.random.choice(self.faults) if self.random.random() < self.faulty else "none"
            self.counts[fault] += 1
            return fault, self.random.uniform(*DELAY_SECONDS) * self.slow

    def ask(self, request):
        """The server's status, headers and body."""
        method, path, headers, body = request
        connection = http.client.HTTPConnection(self.to, timeout=SERVER_SECONDS_MAX)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def handle_error(self, request, client_address):
        # a client that has gone is what this is about
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Exchange(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while request := self.read():
            if request[1].startswith("/_link/"):
                self.own(request[1])
            elif not self.spoil(request, *self.server.draw()):
                return

    def read(self):
        line = self.rfile.readline(HEAD_BYTES_MAX).decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while text := self.rfile.readline(HEAD_BYTES_MAX).decode("latin-1").strip():
            name, _, value = text.partition(":")
            headers[name] = value.strip()
        length = next((int(value) for name, value in headers.items() if name.lower() == "content-length"), 0)
        return line[0], line[1], headers, self.rfile.read(length)

    def own(self, path):
        if path.startswith("/_link/faulty/"):
            self.server.faulty = float(path.rsplit("/", 1)[1])
        with self.server.lock:
            self.answer(200, [("Content-Type", "application/json")], json.dumps(self.server.counts).encode())

    def spoil(self, request, fault, seconds):
        """One exchange with its fault. It says whether the connection lives on."""
        kind, _, when = fault.partition("_")
        if fault == "delay_before":
            time.sleep(seconds)
        if when == "before" and kind != "delay":
            return self.instead(kind)
        status, headers, body = self.twice(request, at_once=when == "at_once") if kind == "twice" else self.server.ask(request)
        if fault == "delay_after":
            time.sleep(seconds)
        if when == "after" and kind != "delay":
            return self.instead(kind)
        if kind == "not":
            self.answer(status, headers, body[: len(body) // 2])
            return True
        if kind in ("truncate", "trickle"):
            return self.in_part(status, headers, body, kind)
        self.answer(status, headers, body)
        return True

    def twice(self, request, at_once):
        """The request reaches the server a second time, as one that a network repeats does: after the first, or beside it."""
        if not at_once:
            self.server.ask(request)
            return self.server.ask(request)
        second = threading.Thread(target=self.server.ask, args=(request,), daemon=True)
        second.start()
        first = self.server.ask(request)
        second.join()
        return first

    def instead(self, kind):
        if kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return False
        status, body, of = (500, OWN_FAULT, "application/json") if kind == "error" else (502, HTML, "text/html")
        self.answer(status, [("Content-Type", of)], body)
        return True

    def in_part(self, status, headers, body, kind):
        text = self.head(status, headers, len(body)) + body
        if kind == "truncate":
            self.wfile.write(text[: len(text) - len(body) // 2 - 1])
            return False
        # the head at once, then a little at a time
        begun = len(text) - len(body)
        self.wfile.write(text[:begun])
        step = max(len(body) // 20, 1)
        for at in range(begun, len(text), step):
            self.wfile.write(text[at : at + step])
            time.sleep(TRICKLE_SECONDS * self.server.slow)
        return True

    def head(self, status, headers, length):
        kept = [
            (name, value)
            for name, value in headers
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server")
        ]
        lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in kept), f"Content-Length: {length}", "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def answer(self, status, headers, body):
        self.wfile.write(self.head(status, headers, len(body)) + body)


def main():
    parser = argparse.ArgumentParser(description="a faulty link to a server")
    parser.add_argument("--to", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faulty", type=float, default=0.5)
    parser.add_argument("--slow", type=float, default=1.0, help="how long delays are, as a factor")
    given = parser.parse_args()
    link = Link(given.to, given.port, given.seed, given.faulty, given.slow)
    threading.Thread(target=link.serve_forever, daemon=True).start()
    print(f"listening on {link.base}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
