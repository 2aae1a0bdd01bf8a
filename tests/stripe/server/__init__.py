"""A strict, stateful server of Stripe's API, for tests: see `strict.py`."""
