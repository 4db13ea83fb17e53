"""``rebuild``: an index from a file of its constituents."""

from datetime import datetime
from pathlib import Path

from bot.commands.console import progress_bars, say
from bot.figures import Sourced, sourced
from bot.pages import render
from index.bars import Bars
from index.catalog import Index
from index.errors import NoFigures
from index.rebuild import Rebuilt, rebuild
from index.store import Store

SHOWN = 10  # rows that look inconsistent


def run(path: Path, out: Path | None, published: Bars | None, language: str) -> None:
    """Rebuild, write, compare, and say how it went.

    Args:
        path: the constituents.
        out: where to write what was computed, if anywhere.
        published: bars to compare with.
        language: to say it in.

    Raises:
        FolderUnreadable: a file cannot be read or written.
        ConstituentsInvalid: rows that no index can be computed from, named with their numbers.
    """
    with progress_bars("rebuild") as progress:
        rebuilt = rebuild(path, out, published, progress)
    say(_page(rebuilt, path, out, language))


def published_bars(index: Index, store: Store, at: datetime) -> Bars:
    """The stored bars of a published index.

    Raises:
        NoFigures: there are none.
    """
    found = store.bars(index.code, at)
    if not len(found):
        raise NoFigures(index.code, None)
    return found


def _page(rebuilt: Rebuilt, path: Path, out: Path | None, language: str) -> str:
    levels = rebuilt.levels["level"]
    values = {
        "path": str(path),
        "out": str(out) if out else "",
        "rebuilt": Sourced(rebuilt, str(path)),
        "sessions": sourced(len(levels), "sessions", str(path), None),
        "level": sourced(float(levels.iloc[-1]), "level", str(path), None),
        "tracking": rebuilt.tracking and Sourced(rebuilt.tracking, str(path)),
        "doubts": [Sourced(row, str(path)) for row in rebuilt.doubts[:SHOWN]],
    }
    return render("rebuilt", language, values).plain
