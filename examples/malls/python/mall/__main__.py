"""Starts the mall on loopback and writes the settings with which mallcheck tests it."""

import argparse
import json
import socket
import sys

import uvicorn

from .app import app
from .bugs import BUGS
from .store import ASKS_THE_BUYER, DECLINED, LIMITS, PAYS, Store

PUSH_KEY = ("north-2026", "6b65792d6f662d6e6f72746865726e2d74726176656c")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(address, push_port, sims):
    target = {
        "vshop-url": address + "/vshop",
        "payment-url": address + "/payment",
        "topup-url": address + "/topup",
        "partner-code": "SU528SX8BZ",
        "second-partner-code": "P000270",
        "sim": sims[:12],
        "unknown-sim": ["89883039999999999991", "89883039999999999992"],
        "group": "grp-north-eu",
        "package": "DP-EU-30",
        "amount": "19.99",
        "currency": "EUR",
        "pm-success": PAYS,
        "pm-failure": DECLINED,
        "pm-open": ASKS_THE_BUYER,
        "path": {name: "/" + name for name in ("stripeSingleAuthorization", "stripeSubscriptionAuthorization", "confirmPaymentResult")},
        "push-listen": f"127.0.0.1:{push_port}",
        "push-key": ":".join(PUSH_KEY),
        "push-timeout": "3s",
        "task-timeout": "5s",
    }
    lines = ["default: python", "targets:", "  python:"]
    return "\n".join(lines + [f"    {name}: {json.dumps(value)}" for name, value in target.items()]) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="python -m mall", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on loopback; 0, the default, takes a free one")
    parser.add_argument("--push-port", type=int, default=0, help="port on loopback at which the partner receives pushes; 0 takes a free one")
    parser.add_argument("--settings", metavar="FILE", help="write the mallcheck.yaml to this file, not to standard output")
    parser.add_argument("--bug", action="append", default=[], choices=BUGS, metavar="NAME", help="make this mistake; may be repeated")
    parser.add_argument("--limit", action="append", default=[], choices=LIMITS, metavar="NAME",
                        help="keep this limit: " + " or ".join(LIMITS) + "; may be repeated")
    parser.add_argument("--bugs", action="store_true", help="list the mistakes and end")
    options = parser.parse_args()
    if options.bugs:
        for name, harm in BUGS.items():
            print(f"{name:20} {harm}")
        return
    # With the protocol named, asyncio switches Nagle's algorithm off; without, every answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", options.port))
    push_port = options.push_port or free_port()
    push_urls = {"SU528SX8BZ": f"http://127.0.0.1:{push_port}/recharged"}
    app.state.store = Store(frozenset(options.bug), push_urls, PUSH_KEY, frozenset(options.limit))
    listener.listen(128)
    text = settings(f"http://127.0.0.1:{listener.getsockname()[1]}", push_port, sorted(app.state.store.sims))
    if options.settings:
        with open(options.settings, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)).run(sockets=[listener])


main()
