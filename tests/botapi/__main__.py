"""The fake Bot API as a process of its own, for benchmarks: `python -m tests.botapi --port 8081 --chats 5400`.

Prints one JSON line {"base_url", "token", "first_chat", "last_chat"} when it listens, and writes every
attempt to the ledger file as one JSON line. Ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import json
import math
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from .faults import Fault, Kind
from .limits import NO_LIMITS, Rates
from .records import Attempt
from .server import STARTING_STARS, TOKEN, FakeTelegram

FIRST_CHAT = 5_000_000_000
SHARES = {
    "lost_replies": Kind.LOST_REPLY,
    "resets": Kind.RESET,
    "bad_gateways": Kind.BAD_GATEWAY,
    "refusals": Kind.TOO_MANY,
}


class Writing(FakeTelegram):
    """A fake whose ledger goes to a file, line by line, so that nothing is lost and nothing grows."""

    file: TextIO | None = None

    def notes(self, attempt: Attempt) -> None:
        if self.file:
            self.file.write(json.dumps(asdict(attempt)) + "\n")


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--chats", type=int, default=10_000, help="private chats that have opened the bot")
    parser.add_argument("--first-chat", type=int, default=FIRST_CHAT)
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0.0], help="one round trip, or a range")
    parser.add_argument("--ledger", type=Path)
    _add_limits(parser)
    for share in SHARES:
        parser.add_argument(f"--{share.replace('_', '-')}", type=float, default=0.0, help="share of sends, 0 to 1")
    return parser.parse_args(given)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", type=float, default=30.0, help="messages a second; 0 switches all limits off")
    parser.add_argument("--burst", type=float, default=30.0)
    parser.add_argument("--chat-burst", type=float, default=3.0)
    parser.add_argument("--paid-rate", type=float, default=1000.0)
    parser.add_argument("--paid-burst", type=float, default=100.0)
    parser.add_argument("--free-answer-s", type=float, default=0.0)
    parser.add_argument("--stars", type=float, default=STARTING_STARS)


def rates(options: argparse.Namespace) -> Rates:
    if not options.rate:
        return NO_LIMITS
    return Rates(
        bot_per_second=options.rate,
        bot_burst=options.burst,
        chat_burst=options.chat_burst,
        paid_per_second=options.paid_rate or math.inf,
        paid_burst=options.paid_burst,
        free_answer_s=options.free_answer_s,
    )


def prepared(options: argparse.Namespace) -> Writing:
    telegram = Writing(rates=rates(options), stars=options.stars, token=options.token, port=options.port)
    telegram.crowd(options.chats, options.first_chat)
    first, *last = [milliseconds / 1000 for milliseconds in options.latency_ms]
    telegram.faults.latency_s = (first, last[0]) if last else first
    for name, kind in SHARES.items():
        if getattr(options, name):
            telegram.faults.plan(Fault(kind, getattr(options, name)))
    return telegram


async def serve(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with prepared(options) as telegram:
        last_chat = options.first_chat + options.chats - 1
        about = {"base_url": telegram.base_url, "token": telegram.token}
        sys.stdout.write(json.dumps(about | {"first_chat": options.first_chat, "last_chat": last_chat}) + "\n")
        sys.stdout.flush()
        await _until(ended, telegram, options.ledger)


async def _until(ended: asyncio.Event, telegram: Writing, ledger: Path | None) -> None:
    if ledger is None:
        await ended.wait()
        return
    with ledger.open("a", buffering=1, encoding="utf-8") as file:
        telegram.file = file
        await ended.wait()
        telegram.file = None


if __name__ == "__main__":
    asyncio.run(serve(arguments(sys.argv[1:])))
