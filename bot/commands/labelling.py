"""``headlines``: the driver of which each title speaks, line by line."""

import json
import sys
from collections.abc import Mapping

from bot.commands.console import say
from bot.commands.json_lines import LeftOut, LineUnusable, day_of, given, numbered, record_of, tell
from bot.explainer.headlines import read

A_DAY = len("2024-09-30")


def label(name: str, language: str) -> bool:
    """Print each JSON object again with driver, polarity, relevance and is_forward.

    A line that cannot be used, a blank one too, becomes an object that says so: line n of the output is of line n.

    Args:
        name: a file, or ``-`` for standard input.
        language: in which standard error names the lines that could not be used.

    Returns:
        Whether every line could be used.

    Raises:
        FolderUnreadable: the file cannot be read.
    """
    left_out: list[LeftOut] = []
    for number, line in numbered(name):
        try:
            said = _labelled(line)
        except LineUnusable as error:
            left_out.append(LeftOut(number, error.fault))
            said = error.as_json(language)
        say(json.dumps(said, ensure_ascii=False))
    sys.stdout.flush()
    tell(name, left_out, language)
    return not left_out


def _labelled(line: str) -> Mapping[str, object]:
    record = record_of(line)
    title, published = str(given(record, "title")), str(record.get("published_at") or "")
    found = read(title, day_of(published[:A_DAY], "published_at") if published else None)
    said = {
        "driver": found.driver,
        "polarity": found.polarity,
        "relevance": found.relevance,
        "is_forward": found.is_forward,
    }
    return {**record, **said}
