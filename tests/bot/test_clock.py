"""A clock that can be set ahead for a rehearsal."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock

WALL = datetime(2026, 11, 24, 12, tzinfo=UTC)
REHEARSED = datetime(2024, 9, 30, 6, 59, 50, tzinfo=UTC)


def test_without_a_rehearsal_the_bot_lives_now() -> None:
    clock = Clock(lambda: WALL)
    assert clock.now() == WALL
    assert clock.on_the_wall(REHEARSED) == REHEARSED


def test_a_rehearsal_goes_on_from_its_moment_as_the_wall_clock_does() -> None:
    passed = [timedelta()]
    clock = Clock.set_to(REHEARSED, lambda: WALL + passed[0])
    assert clock.now() == REHEARSED
    passed[0] = timedelta(seconds=7)
    assert clock.now() == REHEARSED + timedelta(seconds=7)


def test_a_moment_of_the_rehearsal_has_its_place_on_the_wall() -> None:
    clock = Clock.set_to(REHEARSED, lambda: WALL)
    assert clock.on_the_wall(REHEARSED + timedelta(seconds=10)) == WALL + timedelta(seconds=10)
