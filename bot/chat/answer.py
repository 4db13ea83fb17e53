"""An answer, and its form as the contract's JSON object."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from bot.chat.caveats import Caveats
from bot.chat.question import Question
from bot.explainer.drivers.driver import Driver
from bot.explainer.evidence import Evidence
from bot.explainer.explanation import Explanation
from bot.figures import Figure, Sourced
from bot.pages import Page, render
from index.moves import Move

Premise = Literal["holds", "wrong", "none"]
NO_CAVEATS = Caveats()


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply found, ready for its template.

    Attributes:
        template: the page's name.
        values: what the template speaks of beside the words.
        sessions: the trading sessions it speaks of.
        premise: whether the asserted direction is what happened; ``none`` when nothing was asserted.
        move, explanation: when the answer is about one index's move.
        caveats: how far its close can be trusted.
    """

    template: str
    values: Mapping[str, object]
    sessions: tuple[date, ...] = ()
    premise: Premise = "none"
    move: Move | None = None
    explanation: Explanation | None = None
    caveats: Caveats = NO_CAVEATS


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what the chat shows for it.

    Attributes:
        question: as understood.
        language: of the page.
        told: what was found.
        page: the words, with the figures in them.
        error: the name of what went wrong, if something did.
        exit_status: of a command that gives this answer.
    """

    question: Question
    language: str
    told: Told
    page: Page
    error: str = ""
    exit_status: int = 0

    def as_json(self) -> dict[str, Any]:
        """The answer object of the contract (DESIGN, 4)."""
        return {
            "intent": self.question.intent,
            "language": self.question.language,
            "slots": _slots(self.question, self.told),
            "premise": self.told.premise,
            "move": _move(self.told.move),
            "explanation": self._explanation(),
            "caveats": list(self.told.caveats.names),
            "figures": [_plain(figure) for figure in self.page.figures],
            "text": self.page.text,
        } | ({"error": self.error} if self.error else {})

    def _explanation(self) -> dict[str, Any] | None:
        found = self.told.explanation
        return (
            None
            if found is None
            else {
                "drivers": [_driver(driver, self.language) for driver in found.drivers],
                "against": [_driver(driver, self.language) for driver in found.against],
                "unexplained": round(found.unexplained, 4) if found.drivers else True,
                "as_of": found.as_of.isoformat(),
            }
        )


def _slots(question: Question, told: Told) -> dict[str, Any]:
    days = [day.isoformat() for day in question.when.days]
    return {
        "index": question.index.short if question.index else None,
        "index2": [index.short for index in question.others],
        "when": {"type": question.when.type, "iso": days or None},
        "sessions": [session.isoformat() for session in told.sessions],
        "direction_asked": question.direction,
        "driver": question.driver,
    }


def _move(move: Move | None) -> dict[str, Any] | None:
    if move is None:
        return None
    return {name: _json(value) for name, value in asdict(move).items()} | {"direction": move.direction}


def _driver(driver: Driver, language: str) -> dict[str, Any]:
    return {
        "driver": driver.label,
        "group": driver.group,
        "polarity": driver.polarity,
        "kind": driver.kind,
        "confidence": round(driver.confidence, 4),
        "tier": driver.tier,
        "score": round(driver.score, 4),
        "evidence": [_evidence(one, language) for one in driver.evidence],
    }


def _evidence(evidence: Evidence, language: str) -> dict[str, Any]:
    main = Sourced(evidence).facts.get(evidence.figure)
    return {
        "text": render("evidence_line", language, {"e": Sourced(evidence)}).plain,
        "value": main.value if main else None,
        "unit": (evidence.facts.get("unit") or main.unit) if main else None,
        "source": evidence.source,
        "published_at": evidence.published_at.isoformat(),
        "url": evidence.url or None,
    }


def _plain(figure: Figure) -> dict[str, Any]:
    return {field.name: _json(getattr(figure, field.name)) for field in fields(figure)}


def _json(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    return value
