"""Idempotency keys, as Stripe's version 1 keeps them: status and body of what was answered once an endpoint had begun,
500s included, for 24 hours."""

import threading

from . import errors

KEPT_SECONDS = 86_400
KEY_MAX = 255


class Keys:
    def __init__(self, books):
        self.books = books
        self.lock = threading.Lock()
        self.known = {}  # (account's mode, key) to [when, what was asked, answer or None while it runs]

    def begin(self, scope, key, asked):
        """The kept answer, or nothing: then `end` or `forget` has to follow.

        Raises: the key was used for something else, or its request is still running.
        """
        if len(key) > KEY_MAX:
            raise errors.invalid(f"Idempotency-Key must be at most {KEY_MAX} characters.", kept=False)
        with self.lock:
            now = self.books.now()
            self.known = {name: entry for name, entry in self.known.items() if entry[0] + KEPT_SECONDS > now}
            entry = self.known.get((scope, key))
            if entry is None:
                self.known[(scope, key)] = [now, asked, None]
                return None
            if entry[1] != asked:
                raise errors.key_reused(key, asked[0], asked[1], entry[1][1])
            if entry[2] is None:
                raise errors.key_in_use()
            return entry[2]

    def end(self, scope, key, answer):
        with self.lock:
            self.known[(scope, key)][2] = answer

    def forget(self, scope, key):
        with self.lock:
            self.known.pop((scope, key), None)
