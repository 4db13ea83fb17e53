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


def _index(  # noqa: PLR0913, PLR0917 - one row of a table, read as columns
    code: str, short: str, mic: str, currency: str, names: str, aliases: str
) -> Index:
    en, hans, hant = names.split("|")
    languages = {"en": en, "zh-hans": hans, "zh-hant": hant}
    return Index(code, short, mic, currency, languages, tuple(aliases.split("|")))


SHANGHAI_COMPOSITE = _index(
    "000001.SH", "SSE", "XSHG", "CNY", "Shanghai Composite|上证指数|上證指數",
    "sse composite|shanghai index|shanghai comp|shanghai composit|shcomp|szzs|ssec|sh000001|"
    "shanghai|shanghai stock exchange|"
    "上证综指|上證綜指|上证综合指数|上證綜合指數|上综指|上綜指|上指|上海综指|上海綜指|上海综合指数|"
    "上海綜合指數|上海股市|上海大盘|上海大盤|"
    "沪综指|滬綜指|沪指|滬指|沪市|滬市|沪股|滬股|上证|上證|沪大盘|滬大盤",
)  # fmt: skip
CSI_300 = _index(
    "000300.SH", "CSI300", "XSHG", "CNY", "CSI 300|沪深300|滬深300", "csi300|shsz300|hs300|hushen 300|沪深三百|滬深三百"
)

CATALOG: tuple[Index, ...] = (
    SHANGHAI_COMPOSITE,
    _index("000016.SH", "SSE50", "XSHG", "CNY", "SSE 50|上证50|上證50", "sse50|sh50|上证五十|上證五十"),
    CSI_300,
    _index("000905.SH", "CSI500", "XSHG", "CNY", "CSI 500|中证500|中證500", "csi500|zz500|中证五百|中證五百"),
    _index("000852.SH", "CSI1000", "XSHG", "CNY", "CSI 1000|中证1000|中證1000", "csi1000|zz1000|中证一千|中證一千"),
    _index("000688.SH", "STAR50", "XSHG", "CNY", "STAR 50|科创50|科創50",
           "star50|star market|star board|kc50|科创五十|科創五十|科创板50|科創板50|科创板|科創板|科创|科創"),
    _index("399001.SZ", "SZCOMP", "XSHE", "CNY", "Shenzhen Component|深证成指|深證成指",
           "szcomp|shenzhen|szse|深成指|深指|深市|深股|深证|深證|深圳成指|深圳股市|深综指|深綜指|深证成份指数|"
           "深證成份指數"),
    _index("399006.SZ", "CHINEXT", "XSHE", "CNY", "ChiNext|创业板指|創業板指",
           "chinext|chi next|创业板|創業板|创指|創指|gem board|cyb"),
    _index("HSI", "HSI", "XHKG", "HKD", "Hang Seng|恒生指数|恒生指數",
           "hang seng index|hsi|恒指|恆指|恒生|恆生|恒生大盘|恆生大盤|港股|香港股市|hangseng|hang sang|heng seng|"
           "hong kong stocks|hk stocks|hk market"),
    _index("N225", "N225", "XTKS", "JPY", "Nikkei 225|日经225|日經225",
           "nikkei|n225|日经|日經|日股|日本股市|东京股市|東京股市|nikkei225|nikkei index|japan stocks|japanese stocks"),
    _index("AXJO", "ASX200", "XASX", "AUD", "S&P/ASX 200|澳洲标普200|澳洲標普200",
           "asx200|asx 200|asx|axjo|xjo|aussie shares|australian shares|aussie market|澳股|澳洲股市|"
           "澳大利亚股市|澳大利亞股市|澳指"),
    _index("KS11", "KOSPI", "XKRX", "KRW", "KOSPI|韩国综合指数|韓國綜合指數",
           "ks11|kospi index|korea stocks|korean stocks|korea exchange|韩股|韓股|韩国股市|韓國股市|韩指|韓指|"
           "首尔股市|首爾股市"),
    _index("TWII", "TAIEX", "XTAI", "TWD", "TAIEX|台湾加权指数|台灣加權指數",
           "twii|taiwan stocks|twse|taiwan weighted|台股|臺股|台湾股市|台灣股市|臺灣股市|台北股市|台湾大盘|"
           "台灣大盤|台湾加权|台灣加權|"
           "加权指数|加權指數|加权|加權|大盘加权|大盤加權"),
    _index("SPX", "SPX", "XNYS", "USD", "S&P 500|标普500|標普500",
           "spx|s&p|sp500|s&p500|sp 500|spy|sp500 index|gspc|us500|wall street|wall st|us stocks|"
           "u.s. stocks|us market|us equities|american stocks|美股|美国股市|美國股市|美国大盘|美國大盤|标普|"
           "標普|标准普尔|"
           "標準普爾|华尔街|華爾街"),
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


_BY_SPELLING: Mapping[str, Index] = {spelling.casefold(): index for index in CATALOG for spelling in _spellings(index)}
