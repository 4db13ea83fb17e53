"""Beside other programs: the fake on a thread of its own, and as a process that writes its ledger to a file."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from . import FakeTelegram, InThread

ROOT = Path(__file__).parents[2]


def called(url: str, **parameters: object) -> Any:  # noqa: ANN401 - JSON
    try:
        with urllib.request.urlopen(url, urlencode(parameters).encode(), timeout=10) as reply:  # noqa: S310 - loopback
            return json.load(reply)
    except HTTPError as error:
        with error:
            return json.load(error)


def test_a_thread_serves_tests_that_are_not_async() -> None:
    telegram = FakeTelegram()
    wei = telegram.person("Wei")
    with InThread(telegram) as run:
        run(telegram.says(wei, "why?"))
        called(f"{telegram.base_url}{telegram.token}/sendMessage", chat_id=wei.id, text="涨 +8.06%")
        assert run(telegram.next_message(wei)).text == "涨 +8.06%"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], Path]]:
    ledger = tmp_path / "ledger.jsonl"
    command = [sys.executable, "-m", "tests.botapi", "--chats", "9", "--burst", "2", "--ledger", str(ledger)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield running, json.loads(running.stdout.readline()), ledger
        running.kill()


def test_a_process_writes_every_attempt_down(
    process: tuple[subprocess.Popen[str], dict[str, Any], Path],
) -> None:
    running, about, ledger = process
    url = f"{about['base_url']}{about['token']}/sendMessage"
    codes = [called(url, chat_id=chat_id, text="x").get("error_code", 200) for chat_id in (about["first_chat"], 5)]
    running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 0
    written = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert (
        [(attempt["method"], attempt["code"]) for attempt in written]
        == [("sendMessage", code) for code in codes]
        == [("sendMessage", 200), ("sendMessage", 400)]
    )
