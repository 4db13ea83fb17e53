"""How many questions are understood: our own rewordings, and the development corpus where it is at hand."""

import os
from pathlib import Path

import pytest

from tests.bot.chat.corpus import MEASURES, Measure, missed, read

OUR_OWN = Path(__file__).parent / "questions.jsonl"
SHARED = Path(os.environ.get("WHYUP_SHARED", Path(__file__).parents[4] / "shared"))
DEVELOPMENT = SHARED / "data" / "questions_dev.jsonl"


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_our_own_rewordings_are_understood(measure: Measure) -> None:
    share, wrong = missed(read(OUR_OWN), measure)
    assert share >= measure.at_least, wrong


@pytest.mark.skipif(not DEVELOPMENT.exists(), reason="the development corpus is not on this machine")
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_the_development_corpus_is_understood(measure: Measure) -> None:
    share, wrong = missed(read(DEVELOPMENT), measure)
    assert share >= measure.at_least, wrong


def test_our_own_rewordings_cover_every_intent_in_every_script() -> None:
    lines = [one.line for one in read(OUR_OWN)]
    assert len(lines) >= 250
    assert {line["lang"] for line in lines} == {"en", "zh-hans", "zh-hant", "mixed"}
    assert len({line["intent"] for line in lines}) == 23
