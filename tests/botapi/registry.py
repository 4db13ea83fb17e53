"""The methods that the fake knows, by name in any case, as the Bot API looks them up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .parameters import Call
from .world import World

Method = Callable[[World, Call], object]
SlowMethod = Callable[[World, Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Named:
    """A method under the name that documentation gives it."""

    name: str
    run: Method


METHODS: dict[str, Named] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register a function as the method of this name."""

    def register(run: Method) -> Method:
        METHODS[name.lower()] = Named(name, run)
        return run

    return register
