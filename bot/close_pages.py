"""What the close push says, for each way of reading it: the leading index with its reasons, a line for each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType

from bot.chat.answering import spoken_language
from bot.chat.picture import draw
from bot.chat.replies.sourcing import sources
from bot.chat.replies.why import as_of, values_of
from bot.corrections import Said, known_moves
from bot.delivery import outbox
from bot.delivery.choice import USUAL, Reading
from bot.delivery.editions import Draft, Edition
from bot.desk import Desk
from bot.explainer.explanation import Explanation, explain
from bot.figures import Sourced
from bot.pages import CAPTION_LIMIT, Page, render
from index import moves, sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.live import pulls
from index.live.crosscheck import Verdict
from index.moves import Move

KIND = "close"
STALE_AT = time(12, 0)  # the next day, Beijing: a close summary is worthless next noon
EVIDENCE = (3, 2, 1)  # pieces of evidence a driver, fewer until the page fits under a picture


@dataclass(frozen=True, slots=True)
class Explained:
    """An index's session with its reasons, ready to be said in any language.

    Attributes:
        move: what happened.
        explanation: why.
        at: the moment whose knowledge it is.
        verdict: how sure the close is; None when no live source ever spoke of it.
    """

    move: Move
    explanation: Explanation
    at: datetime
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An index that is told on one line, and whether only one source has given its close."""

    move: Move
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What an earlier message said of an index."""

    index: str
    said: Said


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a message beside its leading index.

    Attributes:
        others: further indices, a line each.
        missing: codes of indices that were chosen and whose close is not stored.
        corrections: what was said otherwise before.
    """

    others: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


NOTHING = Beside()
SAID_NOTHING: Mapping[str, Said] = MappingProxyType({})


def not_after(session: date) -> datetime:
    """When a session's close is no longer worth sending."""
    return datetime.combine(session + timedelta(days=1), STALE_AT, sessions.BEIJING)


def explained(desk: Desk, session: date, at: datetime, index: str = SHANGHAI_COMPOSITE.code) -> Explained:
    """What happened to an index in a session and why, by what is stored.

    Raises:
        NoFigures: its bar is not stored, or not public yet at that moment.
    """
    move = moves.of(desk.reader.bars(index, at), session)
    verdict = pulls.verdict_of(desk.store, move.index, session)
    return Explained(move, explain(move, desk.reader, at), at, verdict)


def page(found: Explained, language: str, colours: str = "", beside: Beside = NOTHING) -> Page:
    """The push in one language, short enough for the caption of a picture."""
    mark, values = _mark(found, beside, language), _values(found, beside)
    pages = (
        _under(mark, render("close", language, values | _at_most(most, found, beside), colours)) for most in EVIDENCE
    )
    shortest = _under(mark, render("close_short", language, values, colours))
    return next((one for one in pages if one.length <= CAPTION_LIMIT), shortest)


def _values(found: Explained, beside: Beside) -> dict[str, object]:
    return values_of(found.move, found.explanation) | {
        "is_provisional": found.verdict is Verdict.PROVISIONAL,
        "others": [{"move": Sourced(line.move), "is_provisional": line.is_provisional} for line in beside.others],
        "missing": list(beside.missing),
    }


def _at_most(most: int, found: Explained, beside: Beside) -> dict[str, object]:
    """So much evidence a driver, and the publishers of just that and of the other indices."""
    drivers = (*found.explanation.drivers, *found.explanation.against)
    shown = [one for driver in drivers for one in driver.evidence[:most]]
    of_others = [line.move.source for line in beside.others]
    return {"most": most, "sources": list(dict.fromkeys([*sources(found.move, shown), *of_others]))}


def _mark(found: Explained, beside: Beside, language: str) -> Page | None:
    """What stands above a corrected message."""
    if not beside.corrections:
        return None
    values = {"corrections": Sourced(beside, "whyup", found.at).corrections, "corrected_at": as_of(found.at)}
    return render("corrected", language, values)


def _under(mark: Page | None, body: Page) -> Page:
    return Page(f"{mark.text}\n\n{body.text}", (*mark.figures, *body.figures)) if mark else body


class Closing:
    """A session's closes at a moment, as any chat may have chosen to read them."""

    def __init__(self, desk: Desk, lead: Explained, said: Mapping[str, Said] = SAID_NOTHING) -> None:
        """Look at what is stored.

        Args:
            desk: the figures.
            lead: the Composite's session, which takes the place of a chosen index whose close is not stored.
            said: what was told otherwise before, by index.
        """
        self._desk, self._lead, self._said = desk, lead, said
        self._closes = dict(self._sure()) | {lead.move.index: (lead.move, lead.verdict)}
        # One of each for all who read it, however many editions there are.
        self._explained, self._picture = cache(self._explain), cache(self._draw)

    def _sure(self) -> Iterator[tuple[str, tuple[Move, Verdict | None]]]:
        """Each index whose close may be told, and how sure it is."""
        session = self._lead.move.session
        for code, move in known_moves(self._desk, session, self._lead.at).items():
            verdict = pulls.verdict_of(self._desk.store, code, session)
            if verdict is not Verdict.DISPUTED:
                yield code, (move, verdict)

    @property
    def told(self) -> Mapping[str, Said]:
        """What is told of each index, to whoever reads of it."""
        return {code: Said.of(move) for code, (move, _) in self._closes.items()}

    @property
    def session(self) -> date:
        """The exchange's local date."""
        return self._lead.move.session

    def editions(self, keys: Iterable[str]) -> dict[str, Edition]:
        """The messages for ways of reading the close."""
        return {key: self._edition(Reading.of(key)) for key in keys}

    def _edition(self, reading: Reading) -> Edition:
        leading, *others = self._shown(reading.closes)
        found, spoken = self._explained(leading), spoken_language(reading.language)
        beside = Beside(
            tuple(self._line(code) for code in others),
            tuple(code for code in reading.closes if code not in self._closes),
            tuple(Correction(code, self._said[code]) for code in (leading, *others) if code in self._said),
        )
        text = page(found, spoken, reading.colours, beside).text
        picture = self._picture(leading, spoken, reading.colours)
        return Edition(text, picture, change_pct=found.move.change_pct)

    def _shown(self, chosen: Iterable[str]) -> tuple[str, ...]:
        return tuple(code for code in chosen if code in self._closes) or (self._lead.move.index,)

    def _line(self, code: str) -> Line:
        move, verdict = self._closes[code]
        return Line(move, verdict is Verdict.PROVISIONAL)

    def _explain(self, code: str) -> Explained:
        move, verdict = self._closes[code]
        is_lead = code == self._lead.move.index
        explanation = self._lead.explanation if is_lead else explain(move, self._desk.reader, self._lead.at)
        return Explained(move, explanation, self._lead.at, verdict)

    def _draw(self, code: str, language: str, colours: str) -> bytes:
        move, _ = self._closes[code]
        return draw(self._desk.reader.bars(code, self._lead.at), move, language, colours)


def draft(desk: Desk, closing: Closing) -> Draft:
    """The campaign of a session: an edition for each way in which subscribers read it."""
    keys = outbox.editions_wanted(desk.store.engine) or (_usual(desk),)
    return Draft(KIND, closing.session, not_after(closing.session), closing.editions(keys))


def wanted(desk: Desk) -> set[str]:
    """The codes of the indices that living subscribers have chosen."""
    return {code for key in outbox.editions_wanted(desk.store.engine) for code in Reading.of(key).closes}


def _usual(desk: Desk) -> str:
    language = desk.settings.language
    return str(Reading(language, desk.colours_in(language), USUAL))
