"""The environment, read once; what makes no sense is named."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, default_database, host_and_port, load
from index.errors import SettingInvalid


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WHYUP_")]:
        monkeypatch.delenv(name)


def test_without_variables_everything_has_a_default() -> None:
    settings = load()
    assert (settings.language, settings.colours, settings.operator_chat) == ("en", "", None)
    assert settings.telegram_api_url == "https://api.telegram.org/bot"
    assert not settings.telegram_token.get_secret_value()
    assert settings.messages_per_second < 30  # Telegram's free tier


def test_the_default_database_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_database().is_relative_to(tmp_path)
    assert load().store_url == f"sqlite:///{default_database()}"


def test_a_chosen_database_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHYUP_DATABASE_URL", "postgresql://me@host/whyup")
    assert (load().store_url, load().has_database_url) == ("postgresql://me@host/whyup", True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WHYUP_MESSAGES_PER_SECOND", "fast"),
        ("WHYUP_MESSAGES_PER_SECOND", "0"),
        ("WHYUP_MESSAGES_PER_SECOND", "1001"),
        ("WHYUP_STARS_BUDGET", "-1"),
        ("WHYUP_LANGUAGE", "klingon"),
        ("WHYUP_COLOURS", "blue_up"),
        ("WHYUP_OPERATOR_CHAT", "@me"),
        ("WHYUP_TELEGRAM_API_URL", "not an address"),
        ("WHYUP_WEBHOOK_URL", "not an address"),
        ("WHYUP_WEBHOOK_LISTEN", "localhost"),
        ("WHYUP_METRICS_LISTEN", "127.0.0.1:http"),
        ("WHYUP_METRICS_LISTEN", "70000"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingInvalid) as error:
        load()
    assert error.value.variable == variable
    assert error.value.reason
    assert error.value.exit_status


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError):
        load().language = "zh-hans"


def test_a_token_is_not_shown_where_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHYUP_TELEGRAM_TOKEN", "123:secret")
    assert "secret" not in repr(load()) + str(load())
    assert load().telegram_token.get_secret_value() == "123:secret"


def test_what_others_call_whyup_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHYUP_SOMETHING_ELSE", "1")
    assert isinstance(load(), Settings)


def test_the_bot_polls_and_shows_no_metrics_unless_told_otherwise() -> None:
    assert (load().webhook_url, load().metrics_listen) == ("", "")


@pytest.mark.parametrize(
    ("listen", "host"),
    [("9100", "127.0.0.1"), (":9100", "127.0.0.1"), ("0.0.0.0:9100", "0.0.0.0"), ("[::1]:9100", "::1")],
)
def test_a_port_alone_is_one_that_no_other_machine_reaches(listen: str, host: str) -> None:
    assert host_and_port(listen) == (host, 9100)
