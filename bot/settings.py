"""The environment, read once into a frozen object. Every variable begins with ``WHYUP_``; README lists them."""

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.pages import DEFAULT_LANGUAGE, LANGUAGES
from index.errors import SettingInvalid

NOT_SET = "WHYUP_TELEGRAM_TOKEN is not set"
FREE_TIER = 30.0  # messages a second that Telegram delivers without pay (Bot FAQ, "Broadcasting to Users")
PAID_TIER = 1000.0
LOOPBACK = "127.0.0.1"
PORTS = range(1, 65_536)


class Settings(BaseSettings):
    """What an operator can set.

    Attributes:
        telegram_token: from @BotFather.
        telegram_api_url: where the Bot API is; the token is appended. For a mirror, a local server, or a test.
        database_url: any SQLAlchemy URL; a SQLite file in the user's data folder when empty.
        messages_per_second: the pace of a broadcast; above 30 is Telegram's paid tier.
        stars_budget: the most Stars one campaign may spend on the paid tier.
        language: of commands and of chats that have not chosen: a folder of the templates.
        colours: ``red_up`` or ``green_up``; the habit of the language when empty.
        operator_chat: a chat that is told when something needs a person.
        refresh: whether the running bot fetches figures from the publishers.
        tushare_token: for those who have one; Tushare is asked nothing without.
        webhook_url: the public address at which Telegram reaches the bot; it polls when empty.
        webhook_listen: ``host:port`` (or a port of this machine alone) to which that address leads.
        metrics_listen: ``host:port`` (or a port) of ``/metrics`` and ``/health``; off when empty.
        closures: a file of openings and closures that wins over the exchange calendar, see `index.closures`.
    """

    model_config = SettingsConfigDict(env_prefix="WHYUP_", frozen=True, extra="ignore")

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org/bot"
    database_url: str = ""
    messages_per_second: float = Field(default=29.5, gt=0, le=PAID_TIER)
    stars_budget: int = Field(default=0, ge=0)
    language: str = DEFAULT_LANGUAGE
    colours: Literal["", "red_up", "green_up"] = ""
    operator_chat: int | None = None
    refresh: bool = True
    tushare_token: SecretStr = SecretStr("")
    webhook_url: str = ""
    webhook_listen: str = "127.0.0.1:8443"
    metrics_listen: str = ""
    closures: Path | None = None

    @field_validator("language")
    @classmethod
    def _is_spoken(cls, value: str) -> str:
        if value not in LANGUAGES:
            msg = f"one of {', '.join(LANGUAGES)}"
            raise ValueError(msg)
        return value

    @field_validator("telegram_api_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        HttpUrl(value)
        return value

    @field_validator("webhook_url")
    @classmethod
    def _is_web_address_or_empty(cls, value: str) -> str:
        if value:
            HttpUrl(value)
        return value

    @field_validator("webhook_listen", "metrics_listen")
    @classmethod
    def _is_place_to_listen(cls, value: str) -> str:
        if value:
            host_and_port(value)
        return value

    @property
    def store_url(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite:///{default_database()}"

    @property
    def has_database_url(self) -> bool:
        """Whether the operator chose the database."""
        return bool(self.database_url)


def default_database() -> Path:
    """The SQLite file in the user's data folder."""
    return user_data_path("whyup", appauthor=False) / "whyup.db"


def host_and_port(listen: str) -> tuple[str, int]:
    """Where to listen; a port alone is one of this machine that no other reaches.

    Raises:
        ValueError: it names no port.

    >>> host_and_port("9100"), host_and_port("0.0.0.0:9100"), host_and_port("[::1]:9100")
    (('127.0.0.1', 9100), ('0.0.0.0', 9100), ('::1', 9100))
    """
    host, _, port = listen.rpartition(":")
    number = int(port)
    if number not in PORTS:
        raise ValueError(listen)
    return host.strip("[]") or LOOPBACK, number


def load() -> Settings:
    """Read the environment.

    Raises:
        SettingInvalid: a variable makes no sense; names the first one.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise _named(error.errors()[0]) from error


def _named(detail: ErrorDetails) -> SettingInvalid:
    return SettingInvalid(f"WHYUP_{str(detail['loc'][0]).upper()}", detail["msg"])
