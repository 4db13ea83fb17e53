"""A fake Bot API as strict as the real one, so that delivery can be tested without a network."""

from .faults import Fault, Kind
from .limits import NO_LIMITS, Rates
from .records import Attempt, Button, Chat, Message, Privacy, Topic, User
from .server import FakeTelegram, InThread

__all__ = [
    "NO_LIMITS",
    "Attempt",
    "Button",
    "Chat",
    "FakeTelegram",
    "Fault",
    "InThread",
    "Kind",
    "Message",
    "Privacy",
    "Rates",
    "Topic",
    "User",
]
