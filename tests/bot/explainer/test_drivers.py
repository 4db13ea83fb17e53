"""Every rule: what it rests on, when it stays silent, and that it hears its own family only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.explainer.drivers.driver import AGREEMENT, CALIBRATION, Driver, named, score_of
from bot.explainer.evidence import Evidence
from bot.explainer.explanation import RULES
from bot.explainer.weights import WEIGHTS, weight_of
from index.moves import Move
from index.reader import Reader
from index.taxonomy import GROUPS
from tests.bot.explainer.conftest import evidence, move_of


@pytest.fixture
def rise(reader: Reader) -> Move:
    return move_of(reader, "2024-09-30")


def test_every_family_of_the_taxonomy_has_its_rule() -> None:
    assert set(RULES) == set(GROUPS)


@pytest.mark.parametrize("group", list(GROUPS))
def test_a_rule_hears_only_its_own_family(rise: Move, group: str) -> None:
    topics = {"sector": "sector", "policy": "event", "event": "event"}
    known = [evidence(topics.get(name, "headline"), f"{name}.{GROUPS[name][0]}", 1) for name in GROUPS]
    driver = RULES[group](rise, known, WEIGHTS)
    assert driver is not None
    assert {one.group for one in driver.evidence} == {group}


@pytest.mark.parametrize("group", list(GROUPS))
def test_a_rule_without_evidence_names_nothing(rise: Move, group: str) -> None:
    assert RULES[group](rise, [], WEIGHTS) is None


def test_a_driver_carries_the_label_of_its_strongest_evidence() -> None:
    driver = named("policy", [evidence("event", "policy.market", 1, 0.4), evidence("event", "policy.monetary", 1, 0.9)])
    assert driver is not None
    assert driver.label == "policy.monetary"


def test_a_plunge_abroad_does_not_outname_the_tariff_that_caused_it() -> None:
    plunge, tariff = evidence("peer", "global.us_equities", -1, 4.0), evidence("event", "global.trade_geopolitics", -1)
    driver = named("global", [plunge, tariff])
    assert driver is not None
    assert driver.label == "global.trade_geopolitics"


def test_a_driver_is_headed_by_its_label_when_all_that_is_shown_speaks_for_it() -> None:
    driver = named("data", [evidence("release", "data.pmi", 1), evidence("release", "data.pmi", 1, 0.5)])
    assert driver is not None
    assert driver.heading == "data.pmi"


def test_prices_told_beside_trade_are_headed_economic_data() -> None:
    driver = named("data", [evidence("release", "data.trade", 1), evidence("release", "data.inflation", 1, 0.5)])
    assert driver is not None
    assert driver.heading == "data"


@pytest.mark.parametrize(("score", "tier"), [(0.2, "weak"), (0.6, "possible"), (1.5, "clear")])
def test_a_reason_is_told_as_no_more_than_its_score_bears(score: float, tier: str) -> None:
    assert Driver("policy.market", 1, "announced", score, (evidence("event", "policy.market", 1),)).tier == tier


def test_a_policy_in_force_is_never_told_as_the_reason() -> None:
    in_force = replace(evidence("event", "policy.market", 1), kind="coincident")
    assert Driver("policy.market", 1, "coincident", 3.0, (in_force,)).tier == "possible"


@pytest.mark.parametrize(
    "faint",
    [
        replace(evidence("event", "policy.market", 1), facts={"is_open": True}),
        replace(evidence("headline", "policy.market", 1), facts={"others": 0}),
    ],
    ids=["a meeting whose reading is open", "one headline"],
)
def test_what_may_be_anything_is_no_more_than_a_weak_sign(faint: Evidence) -> None:
    driver = Driver("policy.market", 1, "announced", 3.0, (faint,))
    assert (driver.tier, driver.confidence) == ("weak", 0.5)


def test_an_open_meeting_is_told_after_what_points_one_way() -> None:
    meeting = replace(evidence("event", "policy.market", 1), facts={"is_open": True})
    driver = named("policy", [meeting, evidence("event", "policy.monetary", 1, 0.3)])
    assert driver is not None
    assert [one.driver for one in driver.evidence] == ["policy.monetary", "policy.market"]


def test_a_story_that_several_headlines_tell_may_be_the_reason() -> None:
    told = replace(evidence("headline", "policy.market", 1), facts={"others": 3})
    assert Driver("policy.market", 1, "announced", 3.0, (told,)).tier == "clear"


def test_a_disaster_in_the_headlines_moves_no_index(rise: Move) -> None:
    assert RULES["event"](rise, [evidence("headline", "event.disaster_other", -1, 4.0)], WEIGHTS) is None


def test_a_second_piece_of_evidence_adds_half_of_its_own() -> None:
    one = evidence("event", "policy.market", 1)
    assert score_of([one, one]) == pytest.approx(score_of([one]) * (1 + AGREEMENT))


def test_a_missed_forecast_smaller_than_usual_is_as_expected(rise: Move) -> None:
    assert RULES["data"](rise, [evidence("release", "data.pmi", 1, 0.2)], WEIGHTS) is None


def test_large_shares_ahead_of_small_ones_are_no_reason_without_a_sector(rise: Move) -> None:
    style, sector = evidence("style", "sector.rotation", 1, 3.0), evidence("sector", "sector.rotation", 1)
    assert RULES["sector"](rise, [style], WEIGHTS) is None
    assert RULES["sector"](rise, [style, sector], WEIGHTS) is not None


@pytest.mark.parametrize(("strength", "is_told"), [(0.6, False), (1.5, True)], ids=["ordinary", "plunge"])
def test_an_overseas_close_stands_alone_only_when_it_is_extraordinary(
    rise: Move, strength: float, *, is_told: bool
) -> None:
    driver = RULES["global"](rise, [evidence("peer", "global.us_equities", 1, strength)], WEIGHTS)
    assert (driver is not None) == is_told


def test_an_ordinary_overseas_close_counts_beside_a_note(rise: Move) -> None:
    note, close = evidence("event", "global.us_fed", 1), evidence("peer", "global.us_equities", 1, 0.6)
    driver = RULES["global"](rise, [note, close], WEIGHTS)
    assert driver is not None
    assert len(driver.evidence) == 2


@pytest.mark.parametrize(
    ("topic", "strength", "change_pct", "is_told"),
    [
        ("holiday", 1.0, -0.3, False),
        ("holiday", 1.0, -1.0, True),
        ("run", 2.5, -1.0, False),
        ("run", 2.5, -2.0, True),
        ("run", 1.2, -2.0, False),
    ],
)
def test_moods_explain_large_moves_only(
    rise: Move, topic: str, strength: float, change_pct: float, *, is_told: bool
) -> None:
    known = [evidence(topic, "sentiment.profit_taking", -1, strength)]
    driver = RULES["sentiment"](replace(rise, change_pct=change_pct), known, WEIGHTS)
    assert (driver is not None) == is_told


def test_context_has_no_weight() -> None:
    assert weight_of(evidence("fund_turnover", "", 0)) == 0.0


def test_policy_headlines_weigh_more_than_others() -> None:
    policy, other = evidence("headline", "policy.market", 1), evidence("headline", "global.fx", 1)
    assert weight_of(policy) > weight_of(other)


def test_confidence_never_falls_as_the_score_rises() -> None:
    assert [share for _, share in CALIBRATION] == sorted(share for _, share in CALIBRATION)


@given(some.floats(0.0, 100.0))
def test_confidence_is_a_probability_that_certainty_never_reaches(score: float) -> None:
    assert 0.0 < Driver("policy.market", 1, "announced", score, ()).confidence < 1.0


@given(some.lists(some.floats(0.01, 5.0), min_size=1, max_size=8))
def test_more_evidence_never_weakens_a_driver(strengths: list[float]) -> None:
    known = [evidence("event", "policy.market", 1, strength) for strength in strengths]
    whole, without_last = named("policy", known), named("policy", known[:-1])
    assert whole is not None
    assert without_last is None or whole.score >= without_last.score
