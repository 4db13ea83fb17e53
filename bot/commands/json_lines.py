"""JSON lines: each is read on its own, so that one that cannot be used silences no other and is named."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.commands.console import lines_of, warn
from bot.figures import Sourced, sourced
from bot.pages import render
from index.faults import Fault

SHOWN = 20  # lines; a file of another format would otherwise fill the screen


class LineUnusable(Exception):
    """A line that says nothing that could be used; the fault says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault

    def as_json(self, language: str) -> dict[str, object]:
        """What stands in the place of its answer."""
        reason = render("fault", language, {"fault": Sourced(self.fault, "whyup")}).plain
        return {"error": "LineUnreadable", "reason": reason}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of a file, from 1, that could not be used, and why."""

    line: int
    fault: Fault


def numbered(name: str) -> Iterator[tuple[int, str]]:
    """The lines of a file, or of standard input for ``-``, counted from 1.

    Raises:
        FolderUnreadable: it cannot be read.
    """
    with lines_of(name) as lines:
        yield from enumerate(lines, start=1)


def record_of(line: str) -> dict[str, Any]:
    """The JSON object that stands on a line.

    Raises:
        LineUnusable: there is none.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise LineUnusable(Fault("not_json" if line.strip() else "blank"))
    return found


def given(record: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What an object says of a field that must be there.

    Raises:
        LineUnusable: it says nothing.
    """
    if record.get(name) is None:
        raise LineUnusable(Fault("not_given", name))
    return record[name]


def day_of(text: object, name: str) -> date:
    """A day as ISO text.

    Raises:
        LineUnusable: it is none.
    """
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise LineUnusable(Fault("not_a_date", name, str(text))) from None


def tell(file: str, left_out: Sequence[LeftOut], language: str) -> None:
    """Name on standard error the lines that could not be used; nothing where all could."""
    if not left_out:
        return
    values = {
        "file": file,
        "left_out": [Sourced(one, file) for one in left_out[:SHOWN]],
        "unshown": sourced(max(len(left_out) - SHOWN, 0), "unshown", file, None),
    }
    warn(render("left_out", language, values).plain)
