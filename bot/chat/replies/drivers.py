"""One driver in detail: what the figures hold about it for that move."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import why
from bot.chat.replies.sourcing import used
from bot.explainer.evidence import Evidence, window_of
from bot.explainer.precedents import precedents
from bot.figures import Sourced

# The question corpus's words for a driver, and the labels and topics that speak of it.
SPEAK_OF = {
    "policy": ("policy.",),
    "rrr_rates": ("policy.monetary",),
    "national_team": ("policy.national_team", "fund_turnover"),
    "short_selling": ("policy.market",),
    "northbound": ("flows.northbound", "northbound", "northbound_unpublished"),
    "pmi": ("data.pmi",),
    "cpi": ("data.inflation",),
    "property": ("policy.property", "data.property"),
    "fed": ("global.us_fed",),
    "sector": ("sector.",),
    "valuation": ("sentiment.valuation",),
    "trade_tariffs": ("global.trade_geopolitics",),
    "fx": ("global.fx",),
    "leverage": ("flows.domestic",),
    "geopolitics": ("global.trade_geopolitics",),
    # Whole groups, as /driver names them.
    **{group: (f"{group}.",) for group in ("data", "flows", "global", "company", "sentiment", "event")},
}


def reply(asked: Asked) -> Told:
    """The evidence about the driver named; without a name, all drivers."""
    wanted = SPEAK_OF.get(asked.question.driver or "")
    if wanted is None:
        return why.reply(asked)
    found = [one for one in used(asked.explanation) if _speaks_of(one, wanted)]
    return why.told(
        "driver",
        asked,
        driver=asked.question.driver,
        found=[Sourced(one) for one in found],
        before=_before(asked, wanted, next((one.polarity for one in found if one.polarity), 0)),
    )


def _before(asked: Asked, wanted: tuple[str, ...], polarity: int) -> Sourced | None:
    """What followed earlier ones; of a mainland index, whose sessions the notes are dated by."""
    if not asked.index.is_mainland:
        return None
    after = window_of(asked.move, asked.at).after
    found = precedents(asked.reader, asked.bars, wanted, after, polarity)
    return Sourced(found, asked.move.source, after) if found else None


def _speaks_of(evidence: Evidence, wanted: tuple[str, ...]) -> bool:
    return any(evidence.topic == name or (evidence.driver and evidence.driver.startswith(name)) for name in wanted)
