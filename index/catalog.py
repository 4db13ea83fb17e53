"""The indices we speak of: code, names, aliases, exchange and currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.errors import UnknownIndex

MAINLAND = frozenset({"XSHG", "XSHE"})


@dataclass(frozen=True, slots=True)
class Index:
    """One index of the catalogue.

    Attributes:
        code: the project's code, ``000001.SH``.
        short: the abbreviation that question corpora and tickers use, ``SSE``.
        mic: market identifier code (ISO 10383) of the exchange whose sessions it keeps.
        currency: ISO 4217 code of its constituents' prices.
        names: language → the name shown to readers.
        aliases: other spellings people type, lower case; they name this index and no other.
    """

    code: str
    short: str
    mic: str
    currency: str
    names: Mapping[str, str] = field(hash=False)
    aliases: tuple[str, ...] = ()

    @property
    def is_mainland(self) -> bool:
        """Whether its constituents trade in Shanghai or Shenzhen."""
        return self.mic in MAINLAND


def _index(code: str, short: str, mic: str, currency: str, names: str, aliases: str) -> Index:
    en, hans, hant = names.split("|")
    languages = {"en": en, "zh-hans": hans, "zh-hant": hant}
    return Index(code, short, mic, currency, languages, tuple(aliases.split("|")))


SHANGHAI_COMPOSITE = _index(
    "000001.SH", "SSE", "XSHG", "CNY", "Shanghai Composite|上证指数|上證指數",
    "sse composite|shanghai index|shanghai comp|shcomp|szzs|上证综指|上證綜指|沪指|滬指|沪市|滬市|上证|上證",
)  # fmt: skip
CSI_300 = _index("000300.SH", "CSI300", "XSHG", "CNY", "CSI 300|沪深300|滬深300", "csi300|shsz300|hs300")

CATALOG: tuple[Index, ...] = (
    SHANGHAI_COMPOSITE,
    _index("000016.SH", "SSE50", "XSHG", "CNY", "SSE 50|上证50|上證50", "sse50|sh50"),
    CSI_300,
    _index("000905.SH", "CSI500", "XSHG", "CNY", "CSI 500|中证500|中證500", "csi500|zz500"),
    _index("000852.SH", "CSI1000", "XSHG", "CNY", "CSI 1000|中证1000|中證1000", "csi1000|zz1000"),
    _index("000688.SH", "STAR50", "XSHG", "CNY", "STAR 50|科创50|科創50", "star50|star market|科创板|科創板"),
    _index("399001.SZ", "SZCOMP", "XSHE", "CNY", "Shenzhen Component|深证成指|深證成指",
           "szcomp|shenzhen|深成指|深指|深市"),
    _index("399006.SZ", "CHINEXT", "XSHE", "CNY", "ChiNext|创业板指|創業板指",
           "chinext|chi next|创业板|創業板|创指|gem board"),
    _index("HSI", "HSI", "XHKG", "HKD", "Hang Seng|恒生指数|恒生指數",
           "hang seng index|hsi|恒指|恆指|恒生|恆生|港股|hong kong stocks|hk stocks"),
    _index("N225", "N225", "XTKS", "JPY", "Nikkei 225|日经225|日經225",
           "nikkei|n225|日经|日經|日股|japan stocks|japanese stocks"),
    _index("AXJO", "ASX200", "XASX", "AUD", "S&P/ASX 200|澳洲标普200|澳洲標普200",
           "asx200|asx 200|asx|axjo|xjo|aussie shares|australian shares|澳股"),
    _index("KS11", "KOSPI", "XKRX", "KRW", "KOSPI|韩国综合指数|韓國綜合指數",
           "ks11|korea stocks|korean stocks|韩股|韓股"),
    _index("TWII", "TAIEX", "XTAI", "TWD", "TAIEX|台湾加权指数|台灣加權指數",
           "twii|taiwan stocks|台股|臺股|加权指数|加權指數|加權"),
    _index("SPX", "SPX", "XNYS", "USD", "S&P 500|标普500|標普500",
           "spx|s&p|sp500|s&p500|sp 500|spy|wall street|wall st|us stocks|美股|标普|標普"),
)  # fmt: skip

BY_CODE: Mapping[str, Index] = {index.code: index for index in CATALOG}


def lookup(asked: str) -> Index:
    """The index of a code, an abbreviation, a name or an alias, in any case.

    Args:
        asked: what a person or a command line typed.

    Returns:
        The catalogue's entry.

    Raises:
        UnknownIndex: nothing in the catalogue goes by that name.
    """
    try:
        return _BY_SPELLING[asked.strip().casefold()]
    except KeyError:
        raise UnknownIndex(asked) from None


def _spellings(index: Index) -> tuple[str, ...]:
    return (index.code, index.code.split(".")[0], index.short, *index.names.values(), *index.aliases)


_BY_SPELLING: Mapping[str, Index] = {
    spelling.casefold(): index for index in CATALOG for spelling in _spellings(index)
}
