"""How many requests may be under way at once: what the rate needs at the server's best speed, and a little more.

A server that falls behind is not sent more and more meanwhile, which it would then count as a flood; and a kill leaves
no more in doubt than the rate needs.
"""

import asyncio
from math import ceil, inf

_LEAST = 32  # a few replies that never come must not stop the others
_SPARE = 1.2
_WRITING_DOWN_S = 0.03  # before and after the request, each with others of the same moment
_SLOWEST_S = 1.0  # assumed before anything came back, and never more
_GENERATION = 500  # round trips after which the best of those before the last so many is forgotten


class Window:
    """A room with as many places as the rate needs."""

    def __init__(self, per_second: float) -> None:
        """Start with room for slow replies.

        Args:
            per_second: the rate to keep up.
        """
        self._per_second = per_second
        self._best_s = self._best_before_s = inf
        self._learnt = 0
        self._inside = 0
        self._left = asyncio.Event()

    @property
    def size(self) -> int:
        """How many may be inside."""
        best_s = min(self._best_s, self._best_before_s)
        return max(_LEAST, ceil(self._per_second * min(_SLOWEST_S, best_s * _SPARE + _WRITING_DOWN_S)))

    async def enter(self) -> None:
        """Wait for a place and take it."""
        while self._inside >= self.size:
            self._left.clear()
            await self._left.wait()
        self._inside += 1

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1
        self._left.set()

    def learn(self, round_trip_s: float) -> None:
        """Note how long a message took that arrived."""
        self._best_s = min(self._best_s, round_trip_s)
        self._learnt += 1
        if self._learnt % _GENERATION == 0:
            self._best_before_s, self._best_s = self._best_s, inf
