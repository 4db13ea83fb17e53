"""Which indices, sectors and funds are pulled, and how publishers spell their codes."""

from collections.abc import Iterable, Mapping

from index.catalog import CATALOG
from index.faults import Fault
from index.quality import Rejected

MAINLAND = tuple(index.code for index in CATALOG if index.is_mainland)
OVERSEAS = tuple(index.code for index in CATALOG if not index.is_mainland)
CSI_CLOSES = tuple(code for code in MAINLAND if code.endswith(".SH"))  # Shenzhen's indices have another calculator

# The exchange's own sector indices: Shanghai shares only, dated, and from three hosts.
SECTOR_INDICES: Mapping[str, str] = {
    "000032": "SSE Energy",
    "000033": "SSE Materials",
    "000034": "SSE Industrials",
    "000035": "SSE Consumer Discretionary",
    "000036": "SSE Consumer Staples",
    "000037": "SSE Health Care",
    "000038": "SSE Financials",
    "000039": "SSE Information Technology",
    "000040": "SSE Telecommunication Services",
    "000041": "SSE Utilities",
}

# Funds in which reports look for state buying (domain.md, 4), then one fund a trade, as the bundled sample has them.
BROAD_FUNDS = ("510050", "510300", "510310", "510330", "510500", "512100", "588000", "159845", "159915", "159919")
SECTOR_FUNDS: Mapping[str, str] = {
    "159928": "consumer staples ETF",
    "159995": "chips (semiconductor) ETF",
    "512010": "pharmaceuticals ETF",
    "512200": "property ETF",
    "512400": "non-ferrous metals ETF",
    "512660": "defence ETF",
    "512690": "liquor ETF",
    "512800": "banks ETF",
    "512880": "securities companies ETF",
    "515030": "new-energy vehicles ETF",
    "515880": "telecom equipment ETF",
}
FUNDS = (*BROAD_FUNDS, *SECTOR_FUNDS)
SECTORS: Mapping[str, str] = {**SECTOR_INDICES, **SECTOR_FUNDS}


def digits(code: str) -> str:
    """``000001`` of ``000001.SH``."""
    return code.partition(".")[0]


def prefixed(code: str) -> str:
    """``sh000001`` of ``000001.SH``, ``sz159919`` of a fund's ``159919``; sector indices are Shanghai's."""
    number, _, exchange = code.partition(".")
    is_shanghai = exchange == "SH" or (not exchange and number.startswith(("0", "5")))
    return f"{'sh' if is_shanghai else 'sz'}{number}"


def unprefixed(symbol: str, codes: Iterable[str]) -> str:
    """Which of some codes a publisher's symbol is.

    Raises:
        Rejected: none of them.
    """
    known = {prefixed(code): code for code in codes}
    if symbol not in known:
        raise Rejected(Fault("not_asked", cell=symbol))
    return known[symbol]


def is_shanghai_fund(code: str) -> bool:
    """Whether a fund is listed in Shanghai; Shenzhen's begin with 1."""
    return code.startswith("5")
