"""The close picture of a move: its figures from the bars, its words from a template."""

from bot.charts import ChartLabels, CloseSeries, Colours, close_chart
from bot.chat.replies.sourcing import sources
from bot.chat.replies.why import as_of
from bot.figures import Sourced
from bot.pages import render, words_of
from index.bars import Bars
from index.moves import Move

LARGE_CNY = 3e11  # from here on trillions read better than the smaller unit


def draw(bars: Bars, move: Move, language: str, colours: str = "") -> bytes:
    """A PNG of the sessions up to a move's last one.

    Args:
        bars: the index's bars as known at the moment of asking.
        move: what the headline of the picture says.
        language: of its words.
        colours: ``red_up`` or ``green_up``; the language's habit when empty.
    """
    scheme: Colours = "red_up" if (colours or words_of(language)["colours"]) == "red_up" else "green_up"
    return close_chart(CloseSeries.until(bars, move.session), _labels(move, language), scheme)


def _labels(move: Move, language: str) -> ChartLabels:
    words = words_of(language)
    unit = "trillion" if move.day and (move.day.turnover_cny or 0) >= LARGE_CNY else "billion"
    values = {"move": Sourced(move), "sources": sources(move), "as_of": as_of(move.published_at), "unit": unit}
    lines = render("chart", language, values).plain.splitlines()
    texts = dict(line.split("|", 1) for line in lines if line)
    return ChartLabels(**texts, turnover_unit_cny=words["cny"][unit][0], months=tuple(words["months"]))
