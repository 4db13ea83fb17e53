from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from bot.delivery import housekeeping, outbox, updates
from bot.delivery.tables import CAMPAIGN, transaction
from tests.bot.delivery.desk import CLOSE, draft


def _ended(engine: Engine, kind: str, at: datetime) -> int:
    campaign = outbox.enqueue(engine, draft(kind=kind), at)
    with transaction(engine) as connection:
        connection.execute(update(CAMPAIGN).where(CAMPAIGN.c.id == campaign.id).values(state="done"))
    return campaign.id


def _kept(engine: Engine) -> set[int]:
    with transaction(engine) as connection:
        return set(connection.execute(select(CAMPAIGN.c.id)).scalars())


def test_campaigns_are_kept_for_thirty_days(engine: Engine) -> None:
    _ended(engine, "close", CLOSE)
    later = _ended(engine, "midday", CLOSE + timedelta(days=1))
    housekeeping.tidy(engine, CLOSE + timedelta(days=30, hours=1))
    assert _kept(engine) == {later}


def test_a_campaign_that_is_not_over_is_kept_however_old(engine: Engine) -> None:
    campaign = outbox.enqueue(engine, draft(), CLOSE)
    housekeeping.tidy(engine, CLOSE + timedelta(days=365))
    assert _kept(engine) == {campaign.id}


@pytest.mark.parametrize(
    ("age", "is_new"), [(timedelta(days=1), False), (timedelta(days=3), True)], ids=["a day", "three days"]
)
def test_an_update_is_known_again_for_two_days(engine: Engine, age: timedelta, *, is_new: bool) -> None:
    updates.record(engine, 7, "{}", CLOSE)
    updates.done(engine, 7)
    housekeeping.tidy(engine, CLOSE + age)
    assert updates.record(engine, 7, "{}", CLOSE + age) is is_new
