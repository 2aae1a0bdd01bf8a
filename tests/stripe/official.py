#!/usr/bin/env python3
"""Drives a server of Stripe's API (`strict.py`) with Stripe's own library, and holds it to what Stripe says of itself.

    target/stripe/bin/python tests/stripe/official.py http://127.0.0.1:PORT [NAME…]

Each function `check_…` is one check; it prints how many were made, and ends with 1 where one did not hold.
"""

import sys
import traceback

from checks import (
    cards,
    checkout,
    events,
    faults,
    faulty_link,
    keys,
    lists,
    money,
    payments,
    refusals,
    shapes,
)
from checks.common import Shop

PARTS = (shapes, refusals, keys, payments, cards, checkout, money, events, lists, faults, faulty_link)


def main():
    shop, names, made, failed = Shop(sys.argv[1]), sys.argv[2:], 0, []
    for part in PARTS:
        for name, check in vars(part).items():
            if not name.startswith("check_") or (names and not any(one in name for one in names)):
                continue
            made += 1
            try:
                check(shop)
            except Exception:
                failed.append(name)
                print(f"{name}:\n{traceback.format_exc()}")
    print(f"{made} checks with the official library, {len(failed)} failed {' '.join(failed)}")
    sys.exit(1 if failed or not made else 0)


if __name__ == "__main__":
    main()
