"""The command line: each command reads the clock and the settings, calls one room, and prints.

Rooms that load heavy libraries are imported inside their command, so that ``whyup ask`` answers at once.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import settings as environment
from bot.chat.answer import Answer
from bot.chat.asked import Habits
from bot.commands import asking, console, figures, noting
from bot.opening import bare_store, open_store
from bot.pages import DEFAULT_LANGUAGE, LANGUAGES
from bot.settings import Settings
from index.reader import Reader
from index.sessions import BEIJING
from index.store import Store
from index.text import readable

app = typer.Typer(
    help="Says why the Shanghai Composite moved, from dated and sourced figures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """In which form an answer is wanted."""

    as_json: bool
    chart: Path | None


def _spoken(language: str) -> str:
    if language and language not in LANGUAGES:
        msg = f"{language!r} is none of {', '.join(LANGUAGES)}"
        raise typer.BadParameter(msg)
    return language


LANGUAGE_HELP = "en, zh-hans or zh-hant; the question's own when not given."
Language = Annotated[str, typer.Option(help=LANGUAGE_HELP, callback=_spoken)]
At = Annotated[
    str, typer.Option(help="Ask as if it were then: 2024-09-30T16:00 (Beijing time), or a date for its end.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as a JSON object.")]
Chart = Annotated[Path | None, typer.Option(help="Also write the close picture to this PNG file.", dir_okay=False)]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Chinese, in your own words.", callback=readable)] = "",
    batch: Annotated[str, typer.Option(help="Answer the JSON lines of this file; - reads standard input.")] = "",
    at: At = "",
    language: Language = "",
    as_json: AsJson = False,
    chart: Chart = None,
) -> None:
    """Answer a question from the stored figures."""
    with _figures(language) as (reader, settings):
        if batch:
            asking.batch(batch, reader, _now(), Habits(language, settings.colours))
            return
        moment = _moment(at)
        found = asking.one(question, moment, reader, settings, language)
        _show(found, Shown(as_json, chart), reader, moment, settings)


@app.command()
def explain(
    session: Annotated[str, typer.Argument(help="A day, 2024-09-30; the latest when not given.")] = "",
    index: Annotated[str, typer.Option(help="A code or name of the catalogue.", callback=readable)] = "",
    at: At = "",
    language: Language = "",
    as_json: AsJson = False,
    chart: Chart = None,
) -> None:
    """Explain one session."""
    with _figures(language) as (reader, settings):
        moment, habits = _moment(at), Habits(language or settings.language, settings.colours)
        found = asking.session(_day(session), asking.index_of(index), moment, reader, habits)
        _show(found, Shown(as_json, chart), reader, moment, settings)


@app.command("import")
def import_(folder: Annotated[Path, typer.Argument(help="A folder in the format that README describes.")]) -> None:
    """Bring in figures from a folder; bad rows are named and the rest is stored."""
    with _settings() as settings:
        _end(whole=figures.is_whole(figures.bring(folder, bare_store(settings), _now(), settings.language)))


@app.command()
def run(at: Annotated[str, typer.Option(help="Rehearse: live from this moment on, 2024-09-30T14:59:50.")] = "") -> None:
    """Run the bot."""
    from bot.commands import running  # noqa: PLC0415 - Telegram's library takes longer to load than an answer

    with _store() as (store, settings):
        running.run(settings, store, _now, _moment(at) if at else None)


@app.command()
def refresh(
    since: Annotated[str, typer.Option("--from", help="Fetch again from this day on, 2024-09-01.")] = "",
) -> None:
    """Fetch figures from the publishers; run again, it asks nobody twice."""
    from bot.commands import pulling  # noqa: PLC0415 - the publishers' libraries load with it

    with _store() as (store, settings):
        _end(whole=pulling.run(store, settings, _now(), _day(since)).is_current)


@app.command()
def doctor(
    live: Annotated[
        bool, typer.Option("--live", help="Try each publisher for real and compare what comes back.")
    ] = False,
) -> None:
    """Say on one screen whether the bot could do its job today."""
    from bot.commands import checking  # noqa: PLC0415 - Telegram's library loads with it

    with _store() as (store, settings):
        _end(whole=checking.live(settings, _now()) if live else checking.run(store, settings, _now()))


@app.command()
def rebuild(
    constituents: Annotated[
        Path, typer.Argument(help="CSV, CSV.gz or Parquet with the columns that README describes.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write levels, divisors and sector points; the ending says how.")
    ] = None,
    compare: Annotated[str, typer.Option(help="A published index to compare with.", callback=readable)] = "",
) -> None:
    """Compute an index from its constituents."""
    from bot.commands import rebuilding  # noqa: PLC0415 - pandas loads with it

    with _store() as (store, settings):
        official = rebuilding.published_bars(asking.index_of(compare), store, _now()) if compare else None
        rebuilding.run(constituents, out, official, settings.language)


@app.command()
def headlines(file: Annotated[str, typer.Argument(help='JSON lines with a "title"; - reads standard input.')]) -> None:
    """Say of which driver each headline speaks."""
    from bot.commands import labelling  # noqa: PLC0415 - the rules take a tenth of a second to load

    with _settings() as settings:
        _end(whole=labelling.label(file, settings.language))


@app.command()
def evaluate(
    reports: Annotated[str, typer.Argument(help="JSON lines of closing reports; README says which fields.")],
    as_json: AsJson = False,
    by: Annotated[
        Literal["year", "direction", "size"] | None, typer.Option(help="Also by year, direction or size.")
    ] = None,
    misses: Annotated[bool, typer.Option("--explain", help="Print the misses side by side.")] = False,
) -> None:
    """Measure how far our drivers agree with professional closing reports."""
    from bot.commands import evaluating  # noqa: PLC0415 - every session of the reports is explained

    with _figures("") as (reader, settings):
        spoken = settings.language
        _end(whole=evaluating.evaluate(reports, reader, spoken, as_json=as_json, by=by or "", with_misses=misses))


@app.command()
def broadcast(
    session: Annotated[str, typer.Argument(help="A day, 2024-09-30; the latest when not given.")] = "",
    dry_run: Annotated[
        bool, typer.Option(help="Show the message, the audience, the time and the price; send nothing.")
    ] = False,
) -> None:
    """Send a session's close to everybody who has not got it yet."""
    from bot.commands import audience, closing  # noqa: PLC0415 - Telegram's library loads with it

    day = _day(session)
    with _store() as (store, settings):
        if day and not closing.has_closed(day, _now(), settings.language):
            raise typer.Exit(2)
        _end(whole=audience.broadcast(store, settings, _now, day, dry=dry_run))


subscribers = typer.Typer(help="The chats that get the close.", no_args_is_help=True)
app.add_typer(subscribers, name="subscribers")


@subscribers.command("list")
def list_subscribers() -> None:
    """Count them by kind of chat."""
    from bot.commands import audience  # noqa: PLC0415 - Telegram's library loads with it

    with _store() as (store, settings):
        audience.count(store, settings.language)


@subscribers.command("import")
def import_subscribers(
    file: Annotated[Path, typer.Argument(help="CSV: chat_id, kind, language, thread_id; - is standard input.")],
) -> None:
    """Bring them from another bot."""
    from bot.commands import audience  # noqa: PLC0415 - Telegram's library loads with it

    with _store() as (store, settings):
        _end(whole=audience.bring(file, store, settings.language))


@subscribers.command("export")
def export_subscribers(file: Annotated[Path, typer.Argument(help="CSV to write; - is standard output.")]) -> None:
    """Take them along."""
    from bot.commands import audience  # noqa: PLC0415 - Telegram's library loads with it

    with _store() as (store, settings):
        audience.take_out(file, store, settings.language)


events = typer.Typer(help="Your own dated policy notes.", no_args_is_help=True)
app.add_typer(events, name="events")


@events.command("add")
def add_event(
    announced_at: Annotated[
        str, typer.Argument(help="2024-09-24T09:00 (Beijing time); a bare date counts from its end.")
    ],
    driver: Annotated[str, typer.Argument(help="A label of the taxonomy, policy.monetary.")],
    polarity: Annotated[int, typer.Argument(help="For mainland shares: 1, 0 or -1.")],
    title_en: Annotated[str, typer.Argument(help="In your own words, English.", callback=readable)],
    title_zh: Annotated[str, typer.Argument(help="The same in Chinese.", callback=readable)],
    url: Annotated[str, typer.Option(help="Where it can be read; required.")],
    effective_on: Annotated[str, typer.Option(help="The day from which it holds, 2024-09-27.")] = "",
) -> None:
    """Note an announcement, with a link to its source."""
    if not url.startswith(("http://", "https://")):
        msg = "a note needs a link to its source, https://…"
        raise typer.BadParameter(msg, param_hint="--url")
    with _store() as (store, settings):
        note = noting.Note(announced_at, driver, polarity, title_en, title_zh, url, effective_on)
        if not noting.add(note, store, _now(), settings.language):
            raise typer.Exit(2)


@events.command("list")
def list_events(since: Annotated[str, typer.Option(help="From this day on, 2024-09-01.")] = "") -> None:
    """List the notes stored, the newest ninety days of them unless told otherwise."""
    with _store() as (store, settings):
        start = _day(since)
        moment = datetime.combine(start, time(), BEIJING) if start else None
        noting.show(store, _now(), moment, settings.language)


@events.command("import")
def import_events(folder: Annotated[Path, typer.Argument(help="A folder with an events.csv.")]) -> None:
    """Bring in many notes at once."""
    with _store() as (store, settings):
        _end(whole=figures.is_whole(figures.bring(folder, store, _now(), settings.language)))


# --- What every command does before and after ----------------------------------------------------------------------


@contextmanager
def _settings() -> Iterator[Settings]:
    """The settings, with errors reported from here on."""
    with console.reporting(DEFAULT_LANGUAGE):
        settings = environment.load()
    with console.reporting(settings.language):
        yield settings


@contextmanager
def _store() -> Iterator[tuple[Store, Settings]]:
    """The store, filled with the bundled figures on first use."""
    with _settings() as settings, console.progress_bars("first use") as progress:
        store = open_store(settings, _now(), progress)
    with console.reporting(settings.language):
        yield store, settings


@contextmanager
def _figures(language: str) -> Iterator[tuple[Reader, Settings]]:
    """The stored figures, filled with the bundled ones on first use; errors in the language asked for."""
    with _store() as (store, settings), console.reporting(language or settings.language):
        yield Reader(store), settings


def _show(found: Answer, shown: Shown, reader: Reader, at: datetime | date, settings: Settings) -> None:
    asking.show(found, as_json=shown.as_json)
    if found.error:
        raise typer.Exit(found.exit_status)
    if shown.chart:
        _end(whole=asking.save_chart(shown.chart, found, reader, at, settings))


def _end(*, whole: bool) -> None:
    """A script must notice that rows, chats or lines were left out."""
    if not whole:
        raise typer.Exit(1)


def _moment(at: str) -> datetime | date:
    try:
        return asking.moment_of(at, _now())
    except ValueError as error:
        msg = f"{at!r} is neither a date (2024-09-30) nor a moment (2024-09-30T16:00)"
        raise typer.BadParameter(msg) from error


def _day(session: str) -> date | None:
    try:
        return date.fromisoformat(session) if session else None
    except ValueError as error:
        msg = f"{session!r} is not a date like 2024-09-30"
        raise typer.BadParameter(msg) from error


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock is read here


def main() -> None:
    """The console script. Whatever becomes of standard output ends it with a status, not with a traceback."""
    console.speak_utf8()
    try:
        app()
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_output()
        sys.exit(0)
    except OSError as error:
        _leave_output()
        sys.exit(f"whyup: {error.strerror or error}")


def _leave_output() -> None:
    """Let the interpreter flush into nothing when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
