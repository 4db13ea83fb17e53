from typing import Any

import pytest

from bot.explainer.headline_rules import assemble, folded, shelf
from bot.explainer.phrases import listen
from index.errors import RulesInvalid

GOOD = {
    "name": "a reserve cut",
    "driver": "policy.monetary",
    "says": ["降准"],
    "polarity": "good",
    "relevance": 2,
    "place": "china",
    "example": "央行降准",
}


def test_a_rule_with_what_it_needs_is_taken() -> None:
    (rule,) = assemble([("mine", GOOD)]).rules
    assert rule.speaks(listen(folded("央行降准")))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"driver": "policy.monetry"}, "driver cannot be 'policy.monetry'", id="a misspelt driver"),
        pytest.param({"polarity": "+1"}, "polarity cannot be '+1'", id="a polarity that is none"),
        pytest.param({"relevance": 3}, "relevance cannot be 3", id="a relevance that is none"),
        pytest.param({"place": "mars"}, "place cannot be 'mars'", id="a place that is none"),
        pytest.param({"weight": 11}, "weight cannot be 11", id="a weight beyond the scale"),
        pytest.param({"example": ""}, "example is missing", id="no example"),
        pytest.param({"unles": ["x"]}, "unles is no key of a rule", id="a misspelt key"),
        pytest.param({"unless": "印度"}, "unless is no list of phrases", id="a phrase outside a list"),
        pytest.param({"says": ["(降准"]}, "cannot listen for '(降准'", id="an open bracket"),
        pytest.param({"says": [".."]}, "cannot listen for '..'", id="a phrase without words"),
        pytest.param({"says": ["{nobody}"]}, "there is no word list 'nobody'", id="an unknown word list"),
    ],
)
def test_a_rule_that_makes_no_sense_is_named_with_what_is_wrong(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RulesInvalid) as caught:
        assemble([("mine", GOOD | change)])
    assert vars(caught.value) == {"file": "mine", "rule": "a reserve cut", "reason": reason}


@pytest.mark.parametrize(
    ("title", "is_weak"),
    [
        pytest.param("央行降准0.5个百分点", False, id="the figure it wants"),
        pytest.param("央行谈降准", True, id="no word of an act"),
        pytest.param("专家谈央行降准0.5个百分点", True, id="an act in somebody's mouth"),
    ],
)
def test_a_rule_says_what_makes_its_headline_an_act(title: str, is_weak: bool) -> None:
    (rule,) = assemble([("mine", GOOD | {"acts": ["#个百分点"], "minor": ["专家"]})]).rules
    assert rule.is_weak(listen(folded(title))) is is_weak


def test_shared_lists_tell_where_their_first_phrase_begins() -> None:
    said = shelf().said(listen(folded("美国称中国不会降准")))
    assert (said["us"], said["china"], "elsewhere" in said) == (0, 3, False)
