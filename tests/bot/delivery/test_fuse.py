from itertools import repeat

from bot.delivery.fuse import Fuse
from bot.delivery.verdict import Outcome


def test_one_bad_page_is_not_yet_a_pattern() -> None:
    assert not any(Fuse().blows(0, outcome) for outcome in (Outcome.BAD_PAGE, Outcome.SENT))


def test_an_edition_that_nobody_can_read_blows_it() -> None:
    fuse = Fuse()
    assert [fuse.blows(1, Outcome.BAD_PAGE) for _ in range(3)] == [False, False, True]


def test_an_edition_that_is_read_by_others_does_not_help_the_broken_one() -> None:
    fuse = Fuse()
    for _ in range(100):
        fuse.blows(0, Outcome.SENT)
    assert any(fuse.blows(1, Outcome.BAD_PAGE) for _ in range(3))


def test_the_dead_and_the_slow_never_blow_it() -> None:
    fuse = Fuse()
    outcomes = (Outcome.GONE, Outcome.LATER, Outcome.UNKNOWN, Outcome.MISSING, Outcome.NOT_SENT)
    assert not any(fuse.blows(0, outcome) for _ in range(50) for outcome in outcomes)


def test_a_few_strange_refusals_among_many_are_borne() -> None:
    fuse = Fuse()
    for outcome in repeat(Outcome.SENT, 200):
        fuse.blows(0, outcome)
    assert not any(fuse.blows(0, Outcome.REFUSED) for _ in range(10))


def test_many_strange_refusals_blow_it() -> None:
    fuse = Fuse()
    assert any(fuse.blows(0, Outcome.REFUSED) for _ in range(3))


def test_a_refused_token_blows_it_at_once() -> None:
    assert Fuse().blows(0, Outcome.BAD_TOKEN)
