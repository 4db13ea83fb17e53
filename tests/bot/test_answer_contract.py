"""What every answer promises, whatever was asked: traced numbers, dated evidence, the same words at the same moment."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.answer import Answer
from bot.chat.answering import REPLIES, answer, reply_to
from bot.chat.asked import Asked, Habits
from bot.chat.question import Question, When
from bot.pages import LANGUAGES, TEXT_LIMIT, Page, words_of
from index.catalog import CATALOG, SHANGHAI_COMPOSITE, Index
from index.reader import Reader
from index.refresh import load_folder
from index.sessions import BEIJING, close_of
from index.store import Store
from index.taxonomy import DRIVERS, GROUPS

SAMPLE = Path(__file__).parents[2] / "index" / "sample"
AFTER = datetime(2024, 9, 30, 16, tzinfo=BEIJING)
KEYS = {"intent", "language", "slots", "premise", "move", "explanation", "figures", "text"}  # DESIGN, 4
SLOTS = {"index", "index2", "when", "sessions", "direction_asked", "driver"}
DRIVER = {"driver", "group", "polarity", "kind", "confidence", "score", "evidence"}
EVIDENCE = {"text", "value", "unit", "source", "published_at", "url"}
FIGURE = {"name", "value", "unit", "source", "as_of"}

in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def asked(  # noqa: PLR0913 - what a question has
    reader: Reader, intent: str, language: str = "en", *, at: datetime = AFTER, when: When | None = None,
    index: Index = SHANGHAI_COMPOSITE, direction: str | None = None,
) -> Answer:  # fmt: skip
    question = Question("", "en", intent, index, (), when or When(), direction, None)
    return reply_to(Asked(question, at, reader, language, Habits(language)))


def every_session(reader: Reader) -> list[date]:
    bars = reader.bars(SHANGHAI_COMPOSITE.code, AFTER)
    return [bars.session(place) for place in range(1, len(bars))]


@pytest.fixture(scope="module")
def explained(sample_reader: Reader) -> dict[str, list[Answer]]:
    """Why, for the stored sessions, as asked an hour after their close: each language takes its share of them."""

    def of(place: int, language: str) -> Iterator[Answer]:
        for session in every_session(sample_reader)[place :: len(LANGUAGES)]:
            yield asked(sample_reader, "why_move", language, at=close_of(session) + timedelta(hours=1))

    return {language: list(of(place, language)) for place, language in enumerate(LANGUAGES)}


def untraced(page: Page) -> str:
    """The text without markup and without the written figures, which leaves no digit when each is traced."""
    text = page.plain
    for shown in sorted({figure.shown for figure in page.figures}, key=len, reverse=True):
        text = text.replace(shown, "§")
    return text


# --- Numbers ----------------------------------------------------------------------------------------------------------


@in_each_language
def test_every_number_of_every_explanation_is_a_figure(explained: dict[str, list[Answer]], language: str) -> None:
    left = [line for one in explained[language] for line in untraced(one.page).splitlines() if re.search(r"\d", line)]
    assert left == []


@in_each_language
@pytest.mark.parametrize("intent", sorted(REPLIES))
def test_every_number_of_every_other_answer_is_a_figure(sample_reader: Reader, intent: str, language: str) -> None:
    assert not re.search(r"\d", untraced(asked(sample_reader, intent, language).page))


@in_each_language
def test_every_figure_says_what_it_is_and_where_from(explained: dict[str, list[Answer]], language: str) -> None:
    for figure in (figure for one in explained[language] for figure in one.page.figures):
        assert figure.name
        assert figure.source
        assert figure.shown
        assert figure.as_of or figure.name in {"constant", "index_name", "name"}


@in_each_language
def test_no_figure_is_younger_than_the_question(explained: dict[str, list[Answer]], language: str) -> None:
    for one in explained[language]:
        move = one.told.move
        assert move
        asked_at = close_of(move.session) + timedelta(hours=1)
        assert all(figure.as_of is None or figure.as_of <= asked_at for figure in one.page.figures)


def test_a_figure_that_is_not_stored_is_not_shown_as_nought(sample_reader: Reader) -> None:
    """The sample holds only closes of the CSI 300: no opening, no turnover."""
    csi_300 = next(index for index in CATALOG if index.code == "000300.SH")
    for intent in ("why_move", "level"):
        found = asked(sample_reader, intent, index=csi_300)
        own = [figure for figure in found.page.figures if figure.source == "public daily tables"]
        assert {figure.name for figure in own} & {"gap_pct", "session_pct", "turnover_cny", "turnover_ratio"} == set()
        assert [figure for figure in found.page.figures if figure.value == 0] == []
        assert "None" not in found.page.plain
        assert "nan" not in found.page.plain.lower().split()


# --- Evidence ---------------------------------------------------------------------------------------------------------


def test_every_driver_has_evidence_that_was_public_before_the_close(explained: dict[str, list[Answer]]) -> None:
    for one in chain(*explained.values()):
        move, found = one.told.move, one.told.explanation
        assert move
        assert found
        for driver in (*found.drivers, *found.against):
            assert driver.label in DRIVERS
            assert driver.group in GROUPS
            assert driver.evidence
            assert all(fact.published_at <= move.published_at for fact in driver.evidence)
            assert all(fact.source for fact in driver.evidence)


def test_drivers_point_the_way_of_the_move_and_those_against_it_the_other_way(
    explained: dict[str, list[Answer]],
) -> None:
    for one in chain(*explained.values()):
        move, found = one.told.move, one.told.explanation
        assert move
        assert found
        sign = 1 if move.change_pct > 0 else -1
        assert {driver.polarity for driver in found.drivers} <= {sign}
        assert {driver.polarity for driver in found.against} <= {-sign}


@in_each_language
def test_every_piece_of_evidence_has_its_words(explained: dict[str, list[Answer]], language: str) -> None:
    """A topic without words would leave a hole in the sentence: "Sectors: with ; liquor +10.08%"."""
    wordless = set()
    for one in explained[language]:
        found = one.told.explanation
        assert found
        told = one.as_json()["explanation"]
        pairs = zip((*found.drivers, *found.against), (*told["drivers"], *told["against"]), strict=True)
        for driver, shown in pairs:
            texts = zip(driver.evidence, shown["evidence"], strict=True)
            wordless |= {fact.topic for fact, words in texts if not words["text"].strip()}
    assert wordless == set()


@in_each_language
def test_every_source_has_its_name(explained: dict[str, list[Answer]], language: str) -> None:
    named = {source for one in explained[language] for source in one.told.values["sources"]}
    assert named - set(words_of(language)["publishers"]) == set()


@in_each_language
def test_foreign_direction_is_never_claimed_after_its_last_publication(
    explained: dict[str, list[Answer]], language: str
) -> None:
    late = [one for one in explained[language] if one.told.move and one.told.move.session > date(2024, 8, 19)]
    assert late
    for one in late:
        found = one.told.explanation
        assert found
        assert "flows.northbound" not in {driver.label for driver in (*found.drivers, *found.against)}
        assert "net_buy_cny" not in {figure.name for figure in one.page.figures}


def test_without_evidence_no_cause_is_claimed(tmp_path: Path) -> None:
    """A store that knows nothing but the index itself has no reason for anything."""
    rows = (SAMPLE / "bars.csv").read_text(encoding="utf-8").splitlines()
    own = [row for row in rows if row.startswith(("index,", "000001.SH,2024-08", "000001.SH,2024-09-0"))]
    (tmp_path / "bars.csv").write_text("\n".join(own) + "\n", encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    load_folder(store, tmp_path, AFTER)
    found = asked(Reader(store), "why_move", when=When("date", (date(2024, 9, 2),)))
    store.engine.dispose()
    assert found.told.explanation
    assert found.told.explanation.unexplained == 1
    assert "do not show why" in found.page.plain


# --- Words ------------------------------------------------------------------------------------------------------------

ADVICE = re.compile(
    r"\b(buy now|you should|recommend|guarantee|will rise|will fall)\b|建议买入|必涨|必跌|推荐", re.IGNORECASE
)
CAUSE = re.compile(r"\bbecause\b|\bcaused?\b|\bdue to\b|由于|因为|導致|导致", re.IGNORECASE)


@in_each_language
def test_no_explanation_advises_or_claims_a_cause(explained: dict[str, list[Answer]], language: str) -> None:
    for one in explained[language]:
        quoted = {figure.shown for figure in one.page.figures if figure.unit == "text"}
        text = one.page.plain
        for title in quoted:
            text = text.replace(title, "")
        assert not ADVICE.search(text)
        assert not CAUSE.search(text)


@in_each_language
def test_every_explanation_fits_a_message_and_is_valid_markup(
    explained: dict[str, list[Answer]], language: str
) -> None:
    for one in explained[language]:
        assert one.page.length <= TEXT_LIMIT
        assert balanced(one.page.text)


def balanced(text: str) -> bool:
    """Whether Telegram's few tags are closed in order."""
    opened: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)[^>]*>", text):
        if not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


@in_each_language
def test_every_explanation_says_that_it_is_automatic_and_no_advice(
    explained: dict[str, list[Answer]], language: str
) -> None:
    marks = {"en": ("Automatically generated", "not investment advice"), "zh-hans": ("自动生成", "不构成投资建议")}
    marks["zh-hant"] = ("自動", "不構成投資建議")
    assert all(mark in one.page.plain for one in explained[language] for mark in marks[language])


@in_each_language
def test_the_direction_in_the_words_is_that_of_the_unrounded_change(
    explained: dict[str, list[Answer]], language: str
) -> None:
    for one in explained[language]:
        move = one.told.move
        assert move
        arrow = {"up": "▲", "down": "▼", "flat": "▬"}[move.direction]
        assert arrow in one.page.plain.splitlines()[0]


# --- The object -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", sorted(REPLIES))
def test_an_answer_has_every_key_of_the_contract_and_is_json(sample_reader: Reader, intent: str) -> None:
    found = json.loads(json.dumps(asked(sample_reader, intent).as_json(), ensure_ascii=False, allow_nan=False))
    assert set(found) >= KEYS
    assert set(found["slots"]) >= SLOTS
    assert set(found["slots"]["when"]) == {"type", "iso"}
    assert found["premise"] in {"holds", "wrong", "none"}
    assert all(set(figure) >= FIGURE for figure in found["figures"])


def test_drivers_and_evidence_have_every_key_of_the_contract(sample_reader: Reader) -> None:
    found = asked(sample_reader, "why_move").as_json()["explanation"]
    drivers = (*found["drivers"], *found["against"])
    assert drivers
    assert all(set(driver) >= DRIVER for driver in drivers)
    assert all(set(fact) >= EVIDENCE for driver in drivers for fact in driver["evidence"])


@pytest.mark.parametrize(
    ("direction", "session", "premise"),
    [
        ("up", date(2024, 9, 30), "holds"),
        ("down", date(2024, 9, 30), "wrong"),
        ("up", date(2024, 1, 22), "wrong"),
        ("down", date(2024, 1, 22), "holds"),
        (None, date(2024, 1, 22), "none"),
    ],
)
def test_an_asserted_direction_is_held_against_what_happened(
    sample_reader: Reader, direction: str | None, session: date, premise: str
) -> None:
    at = close_of(session) + timedelta(hours=1)
    assert asked(sample_reader, "why_move", at=at, direction=direction).told.premise == premise


def test_a_rise_on_a_day_without_trading_is_a_wrong_premise(sample_reader: Reader) -> None:
    holiday = When("date", (date(2024, 10, 1),))
    at = datetime(2024, 10, 2, 12, tzinfo=BEIJING)
    found = asked(sample_reader, "why_move", at=at, when=holiday, direction="up")
    assert (found.told.premise, found.told.sessions) == ("wrong", (date(2024, 9, 30),))


# --- Time -------------------------------------------------------------------------------------------------------------


moments = st.datetimes(datetime(2023, 3, 1), datetime(2024, 9, 30), timezones=st.just(BEIJING))  # noqa: DTZ001 - just


@settings(max_examples=50, deadline=None)
@given(at=moments)
def test_a_question_at_any_moment_speaks_of_the_last_session_closed_by_then(
    sample_reader: Reader, at: datetime
) -> None:
    found = asked(sample_reader, "why_move", at=at)
    closed = [session for session in every_session(sample_reader) if close_of(session) <= at]
    assert found.told.move
    assert found.told.move.session == closed[-1]


@settings(max_examples=5, deadline=None)
@given(at=moments)
def test_the_same_moment_gives_the_same_words_with_another_reader(sample_reader: Reader, at: datetime) -> None:
    again = Reader(sample_reader.store)
    assert asked(sample_reader, "why_move", at=at).as_json() == asked(again, "why_move", at=at).as_json()


HOSTILE = [
    "",
    " ",
    "\x00",
    "🔴" * 5000,
    "<b>why</b> & up?",
    "why " * 3000,
    "＜ｂ＞",
    "{{ 7*7 }} {% raw %}",
    "\u202eyhw",
]


@pytest.mark.parametrize(
    "text",
    HOSTILE,
    ids=["empty", "blank", "nul", "emoji", "markup", "long", "full width", "template", "right to left"],
)  # fmt: skip
def test_any_text_gets_an_answer_with_valid_markup(sample_reader: Reader, text: str) -> None:
    found = answer(text, AFTER, sample_reader)
    assert balanced(found.page.text)
    assert 0 < found.page.length <= TEXT_LIMIT
    assert "49" not in found.page.plain or "{{" not in text
