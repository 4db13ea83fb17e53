"""Sending is not held up by the search for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New containers before the youngest are looked through; of a message there are a few dozen, and hardly any in a cycle.
SELDOM = 20_000


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python's cycle collector look seldom, and only at what is made meanwhile.

    Left to itself it takes 0.02 processor seconds of every 1,000 messages, and with pandas and SQLAlchemy loaded a look
    at everything holds the whole process up for 0.1 to 0.2 s, answers included; so `python -m tests.benchmarks.delivery
    paid` loses what the pace may not catch up.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
