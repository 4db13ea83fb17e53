"""The drivers that events, headlines and reports are labelled with: group.sub."""

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "policy": ("monetary", "market", "national_team", "property", "fiscal_industry", "tightening"),
    "data": ("pmi", "trade", "inflation", "profits", "growth", "credit", "property"),
    "flows": ("northbound", "inclusion", "domestic"),
    "global": ("us_fed", "us_equities", "trade_geopolitics", "commodities", "fx"),
    "company": ("earnings",),
    "sector": ("rotation",),
    "sentiment": ("profit_taking", "holiday", "valuation"),
    "event": ("covid", "disaster_other"),
}

DRIVERS = frozenset(f"{group}.{sub}" for group, subs in GROUPS.items() for sub in subs)


def group_of(driver: str) -> str:
    """The group of a label: ``policy`` of ``policy.monetary``."""
    return driver.partition(".")[0]
