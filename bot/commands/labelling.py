"""``headlines``: the driver of which each title speaks, line by line."""

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.commands.console import lines_of, say
from bot.explainer.headlines import read


def label(path: Path) -> None:
    """Print each JSON object again with driver, polarity, relevance and is_forward.

    Raises:
        FolderUnreadable: the file cannot be read.
    """
    with lines_of(str(path)) as lines:
        for line in lines:
            if line.strip():
                say(json.dumps(_labelled(line), ensure_ascii=False))
    sys.stdout.flush()


def _labelled(line: str) -> Mapping[str, object]:
    try:
        given = json.loads(line)
        title, published = str(given["title"]), _day(str(given.get("published_at") or ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return {"error": "LineUnreadable", "reason": f"{type(error).__name__}: {error}"}
    found = read(title, published)
    said = {
        "driver": found.driver,
        "polarity": found.polarity,
        "relevance": found.relevance,
        "is_forward": found.is_forward,
    }
    return {**given, **said}


def _day(text: str) -> date | None:
    return date.fromisoformat(text[: len("2024-09-30")]) if text else None
