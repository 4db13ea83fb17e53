"""How many requests may be under way at once: what the rate needs at the server's present speed, and a little more.

A server that falls behind is not sent more and more meanwhile, which it would then count as a flood; and a kill leaves
no more in doubt than the rate needs.
"""

import asyncio
from math import ceil

_LEAST = 32  # a few replies that never come must not stop the others
_SPARE = 1.25
_NEWEST_COUNTS = 0.02  # of the average round trip: it follows within fifty messages
_SLOWEST_S = 1.0  # assumed before anything came back, and never more


class Window:
    """A room with as many places as the rate needs."""

    def __init__(self, per_second: float) -> None:
        """Start with room for slow replies.

        Args:
            per_second: the rate to keep up.
        """
        self._per_second = per_second
        self._took_s = 0.0
        self._inside = 0
        self._left = asyncio.Event()

    @property
    def size(self) -> int:
        """How many may be inside."""
        took_s = min(self._took_s * _SPARE, _SLOWEST_S) if self._took_s else _SLOWEST_S
        return max(_LEAST, ceil(self._per_second * took_s))

    async def enter(self) -> None:
        """Wait for a place and take it."""
        while self._inside >= self.size:
            self._left.clear()
            await self._left.wait()
        self._inside += 1

    def leave(self, took_s: float) -> None:
        """Give the place back, after so many seconds."""
        self._inside -= 1
        weight = _NEWEST_COUNTS if self._took_s else 1.0
        self._took_s += weight * (took_s - self._took_s)
        self._left.set()
