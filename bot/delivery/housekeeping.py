"""What delivery keeps for a while only: messages that are long over, ids of updates that cannot come again."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from bot.delivery import outbox, updates

_log = structlog.get_logger(__name__)

CAMPAIGNS_LAST = timedelta(days=30)
UPDATES_LAST = timedelta(days=2)  # Telegram keeps them for one, core.telegram.org/bots/api#getting-updates


def tidy(engine: Engine, now: datetime) -> None:
    """Drop what is too old to matter; doing it again drops nothing more.

    Args:
        engine: the database.
        now: the moment.

    Raises:
        StoreUnreachable: the database refused.
    """
    campaigns = outbox.prune(engine, now - CAMPAIGNS_LAST)
    _log.info("tidied", campaigns=campaigns, updates=updates.prune(engine, now - UPDATES_LAST))
