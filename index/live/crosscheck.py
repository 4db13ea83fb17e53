"""Whether today's close may be told to anybody: independent readings of it laid side by side.

A reading comes from one host. Two hosts of different families that agree within a hundredth of a point make a close
*accepted*; one alone makes it *provisional*, and messages must say so; two that differ make it *disputed*, and nothing
is pushed. A reading is put aside first when it is not of the session asked for: quote tables go on showing the last
session, some under today's date, and some fill a new session's row with the previous close before it has traded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from math import isfinite

from index.leaps import is_leap
from index.plausibility import AVERAGE_PRICE

AGREEMENT_PTS = 0.0100001  # publishers print two decimals and round them each in their own way
# Ratio of two hosts' turnover of one session. The exchange's own counts B shares and trading at the closing price, the
# index provider leaves out shares under risk warning: 0.06 % on 2025-02-21, 0.6 % on 2024-09-30.
TURNOVER_AGREEMENT = 1.02
ROUNDING = 1e-4  # two hosts' copies of one turnover differ by no more
TURNOVER = 5.0  # ratio of a session's turnover to the one before's that no session since 1997 has left: measured 4.7


class Verdict(Enum):
    """What may be done with a close."""

    ACCEPTED = "accepted"
    PROVISIONAL = "provisional"  # one source: say so
    DISPUTED = "disputed"  # two hosts disagree: tell the operator, push nothing
    MISSING = "missing"  # no reading of the session: wait, and ask again


class Doubt(Enum):
    """Why a reading was put aside, or one of its figures left out. The words stand in the templates."""

    OTHER_SESSION = "other_session"  # dated another session than the one asked for
    STALE = "stale"  # the last session's row under today's date
    PLACEHOLDER = "placeholder"  # zeros, or the previous close everywhere and nothing traded
    TOO_EARLY = "too_early"  # fetched before the close
    NOT_A_PRICE = "not_a_price"
    OUTSIDE_RANGE = "outside_range"
    JUMP = "jump"  # further from the previous close than the members' price limits allow the sessions since
    UNIT = "unit"  # turnover in thousands, ten thousands or hundred millions
    DISAGREES = "disagrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One session of one index as one host gave it.

    Attributes:
        host: where it comes from, ``csindex.com.cn``.
        family: hosts that copy from each other count as one; efinance and East Money are one family.
        session: the date that the row carries; None for a quote table without dates.
        retrieved_at: when it was fetched, aware.
        close: index points; `open`, `high`, `low` may be unknown.
        volume_shares, turnover_cny: the session's trading, where the host gives it.
    """

    host: str
    family: str
    session: date | None
    retrieved_at: datetime
    close: float
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume_shares: float | None = None
    turnover_cny: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The session whose close is wanted and the one before it, as stored.

    Attributes:
        index: the catalogue's code.
        session: the exchange's date.
        closes_at: when its close is final, aware.
        previous: the stored reading of the session before; None when the store holds none.
    """

    index: str
    session: date
    closes_at: datetime
    previous: Reading | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A reading that was put aside, or a figure of it that was left out, and why."""

    reading: Reading
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the readings of one session.

    Attributes:
        verdict: what may be done with the close.
        close: index points; None when disputed or missing.
        turnovers: what the readings whose unit can be believed say of the turnover, in yuan.
        agreeing: the hosts that stand behind the close, in the order given.
        aside: what was put aside and why, for the operator.
    """

    verdict: Verdict
    close: float | None
    turnovers: tuple[float, ...]
    agreeing: tuple[str, ...]
    aside: tuple[SetAside, ...]

    @property
    def turnover_cny(self) -> float | None:
        """The first of them."""
        return next(iter(self.turnovers), None)


def judge(readings: Sequence[Reading], wanted: Wanted) -> Checked:
    """Lay the readings of one session side by side.

    Args:
        readings: in the order in which hosts are trusted; an accepted close is told as the first host gives it.
        wanted: the session wanted and the one before it.
    """
    aside = [SetAside(reading, doubt) for reading in readings if (doubt := aside_for(reading, wanted))]
    left = [reading for reading in readings if all(set_aside.reading is not reading for set_aside in aside)]
    verdict, agreeing = _verdict(left)
    if verdict is Verdict.DISPUTED:
        aside += [SetAside(reading, Doubt.DISAGREES) for reading in left]
    turnovers, slips = _turnovers(agreeing, wanted)
    close = agreeing[0].close if agreeing else None
    return Checked(verdict, close, turnovers, tuple(reading.host for reading in agreeing), (*aside, *slips))


def differ(turnovers: Iterable[float]) -> bool:
    """Whether what hosts say of one session's turnover cannot be the same trades."""
    found = sorted(turnovers)
    return bool(found) and found[-1] > found[0] * TURNOVER_AGREEMENT


def aside_for(reading: Reading, wanted: Wanted) -> Doubt | None:
    """Why a reading says nothing about the session asked for; None when it does."""
    tests = (_of_another_moment, _no_price, _unchanged, _out_of_bounds)
    return next((doubt for test in tests if (doubt := test(reading, wanted))), None)


def _of_another_moment(reading: Reading, wanted: Wanted) -> Doubt | None:
    if reading.session not in {None, wanted.session}:
        return Doubt.OTHER_SESSION
    return Doubt.TOO_EARLY if reading.retrieved_at < wanted.closes_at else None


def _no_price(reading: Reading, _wanted: Wanted) -> Doubt | None:
    if reading.close == 0:
        return Doubt.PLACEHOLDER
    return None if isfinite(reading.close) and reading.close > 0 else Doubt.NOT_A_PRICE


def _unchanged(reading: Reading, wanted: Wanted) -> Doubt | None:
    """A close that repeats the one before it to the last digit is a copy until something in the row speaks of today."""
    before = wanted.previous
    if before is None or abs(reading.close - before.close) > AGREEMENT_PTS / 2:
        return None
    if _is_flat(reading):
        return Doubt.PLACEHOLDER
    return None if _differs(reading, before) else Doubt.STALE


def _is_flat(reading: Reading) -> bool:
    prices = {reading.open, reading.high, reading.low} - {None}
    return bool(prices) and prices <= {0.0, reading.close} and not reading.turnover_cny


def _differs(reading: Reading, before: Reading) -> bool:
    pairs = (
        (reading.open, before.open), (reading.high, before.high), (reading.low, before.low),
        (reading.turnover_cny, before.turnover_cny), (reading.volume_shares, before.volume_shares),
    )  # fmt: skip
    return any(now is not None and abs(now / then - 1) > ROUNDING for now, then in pairs if then)


def _out_of_bounds(reading: Reading, wanted: Wanted) -> Doubt | None:
    low, high = reading.low or reading.close, reading.high or reading.close
    if not low - AGREEMENT_PTS <= reading.close <= high + AGREEMENT_PTS:
        return Doubt.OUTSIDE_RANGE
    return Doubt.JUMP if _leaps(reading, wanted) else None


def _leaps(reading: Reading, wanted: Wanted) -> bool:
    """Whether the sessions since the one stored before, however many are missing between, cannot have led there."""
    before = wanted.previous
    if before is None or before.session is None:
        return False
    return is_leap(wanted.index, (before.session, before.close), (wanted.session, reading.close))


def _verdict(left: Sequence[Reading]) -> tuple[Verdict, list[Reading]]:
    """The largest camp carries the close, unless as many families stand outside it."""
    if not left:
        return Verdict.MISSING, []
    camp = max((_camp(reading, left) for reading in left), key=_families)
    outside = [reading for reading in left if reading not in camp]
    if outside and _families(outside) >= _families(camp):
        return Verdict.DISPUTED, []
    return Verdict.ACCEPTED if _families(camp) > 1 else Verdict.PROVISIONAL, camp


def _camp(reading: Reading, left: Sequence[Reading]) -> list[Reading]:
    return [reading, *(other for other in left if other is not reading and _agree(reading, other))]


def _agree(one: Reading, other: Reading) -> bool:
    return abs(one.close - other.close) <= AGREEMENT_PTS


def _families(readings: Iterable[Reading]) -> int:
    return len({reading.family for reading in readings})


def _turnovers(agreeing: Sequence[Reading], wanted: Wanted) -> tuple[tuple[float, ...], list[SetAside]]:
    given = [reading for reading in agreeing if reading.turnover_cny]
    slips = [SetAside(reading, Doubt.UNIT) for reading in given if not _unit_is_right(reading, wanted.previous)]
    right = (reading for reading in given if all(slip.reading is not reading for slip in slips))
    return tuple(reading.turnover_cny for reading in right if reading.turnover_cny), slips


def _unit_is_right(reading: Reading, before: Reading | None) -> bool:
    """Whether it is yuan, by the session before and the average share: units lie a thousandfold apart."""
    return all(1 / limit <= ratio <= limit for ratio, limit in _ratios(reading, before))


def _ratios(reading: Reading, before: Reading | None) -> Iterable[tuple[float, float]]:
    if before is None or not before.turnover_cny or not reading.turnover_cny:
        return
    yield reading.turnover_cny / before.turnover_cny, TURNOVER
    if reading.volume_shares and before.volume_shares:
        price = reading.turnover_cny / reading.volume_shares
        yield price / (before.turnover_cny / before.volume_shares), AVERAGE_PRICE
