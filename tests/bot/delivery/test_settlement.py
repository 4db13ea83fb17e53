from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.recipients import AGAIN_US
from bot.delivery.rows import Due
from bot.delivery.settlement import settle
from bot.delivery.tables import State, microseconds
from bot.delivery.verdict import Outcome, Verdict
from tests.bot.delivery.desk import CLOSE

DUE = Due(1001, 7, 0, 0, as_text=False)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.SENT, State.SENT),
        (Outcome.UNCHANGED, State.SENT),
        (Outcome.LATER, State.READY),
        (Outcome.NOT_SENT, State.READY),
        (Outcome.UNKNOWN, State.READY),
        (Outcome.MIGRATED, State.READY),
        (Outcome.GONE, State.DEAD),
        (Outcome.MISSING, State.DEAD),
        (Outcome.NO_PHOTO, State.DEAD),
        (Outcome.SILENCED, State.DEAD),
        (Outcome.NO_TOPIC, State.READY),
        (Outcome.BAD_PAGE, State.READY),
        (Outcome.BAD_FILE, State.READY),
        (Outcome.NOTHING_TO_EDIT, State.DEAD),
        (Outcome.REFUSED, State.REFUSED),
        (Outcome.BAD_TOKEN, State.READY),
        (Outcome.CONFLICT, State.READY),
    ],
)
def test_every_outcome_leaves_the_row_somewhere(outcome: Outcome, state: State) -> None:
    assert settle(DUE, Verdict(outcome), CLOSE, with_photo=False).state is state


def test_no_outcome_is_left_out() -> None:
    assert {settle(DUE, Verdict(outcome), CLOSE, with_photo=True).chat_id for outcome in Outcome} == {1001}


def test_a_flood_is_no_attempt() -> None:
    settled = settle(DUE, Verdict(Outcome.LATER, retry_after_s=7), CLOSE, with_photo=False)
    assert (settled.doubts, settled.due_us) == (0, microseconds(CLOSE + timedelta(seconds=7)))


def test_a_lost_reply_is_asked_again_after_a_minute() -> None:
    settled = settle(DUE, Verdict(Outcome.UNKNOWN), CLOSE, with_photo=False)
    assert (settled.doubts, settled.due_us) == (1, microseconds(CLOSE + timedelta(minutes=1)))


def test_a_second_lost_reply_is_the_last() -> None:
    settled = settle(replace(DUE, doubts=1), Verdict(Outcome.UNKNOWN), CLOSE, with_photo=False)
    assert settled.state is State.UNRESOLVED


def test_an_edit_may_be_made_again() -> None:
    settled = settle(replace(DUE, doubts=1, edits=42), Verdict(Outcome.UNKNOWN), CLOSE, with_photo=False)
    assert settled.state is State.READY


@pytest.mark.parametrize("outcome", [Outcome.NO_PHOTO, Outcome.SILENCED])
def test_a_chat_that_takes_no_photos_gets_the_text_at_once(outcome: Outcome) -> None:
    settled = settle(DUE, Verdict(outcome), CLOSE, with_photo=True)
    assert (settled.state, settled.as_text, settled.due_us) == (State.READY, True, AGAIN_US)


def test_a_closed_topic_falls_back_to_general_once() -> None:
    settled = settle(DUE, Verdict(Outcome.NO_TOPIC), CLOSE, with_photo=False)
    assert (settled.state, settled.thread_id) == (State.READY, None)
    assert settle(replace(DUE, thread_id=None), Verdict(Outcome.NO_TOPIC), CLOSE, with_photo=False).state is State.DEAD


def test_telegrams_words_are_kept() -> None:
    assert settle(DUE, Verdict(Outcome.GONE, "Forbidden: kicked"), CLOSE, with_photo=False).error == "Forbidden: kicked"
