"""What the wire can say that python-telegram-bot's own errors do not tell apart."""

from dataclasses import dataclass

from telegram.error import NetworkError

from index.errors import MarketError, TokenRefused


class NotSent(NetworkError):
    """The request never left: no connection was made in time. It is safe to send it again."""


class OutcomeUnknown(NetworkError):
    """The request left and no reply came back: it may have been carried out."""


@dataclass(eq=False)
class AlreadyBroadcasting(MarketError):
    """Another process is emptying the outbox of this database."""

    url: str


@dataclass(eq=False)
class TokenShared(TokenRefused):
    """Another process takes this bot's updates: Telegram lets one have them."""
