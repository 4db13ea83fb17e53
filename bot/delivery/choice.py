"""Which indices the close of a chat speaks of, and how an edition is named after its readers' choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from index.catalog import CATALOG, SHANGHAI_COMPOSITE

# They close when the push goes out; those abroad close at other hours.
OFFERED = tuple(index.code for index in CATALOG if index.is_mainland)
USUAL = (SHANGHAI_COMPOSITE.code,)


def ordered(codes: Iterable[str]) -> tuple[str, ...]:
    """The offered ones among index codes, each once, in the catalogue's order: the first leads the message.

    >>> ordered(["399006.SZ", "HSI", "000001.SH", "399006.SZ"])
    ('000001.SH', '399006.SZ')
    """
    chosen = set(codes)
    return tuple(code for code in OFFERED if code in chosen)


def toggled(chosen: Iterable[str], code: str) -> tuple[str, ...]:
    """A choice with one index more or less; the last one stays, for a close has to speak of something.

    >>> toggled(("000001.SH",), "000300.SH"), toggled(("000001.SH",), "000001.SH")
    (('000001.SH', '000300.SH'), ('000001.SH',))
    """
    before = set(chosen)
    return ordered(before ^ {code}) or ordered(before)


@dataclass(frozen=True, slots=True)
class Reading:
    """A way in which chats read the close; as a text it is the key of their edition.

    Attributes:
        language: a folder of the templates, ``zh-hans``.
        colours: ``red_up`` or ``green_up``.
        closes: index codes in the catalogue's order; none in a campaign that speaks of no index.
    """

    language: str
    colours: str
    closes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """``zh-hans/red_up/000001.SH,000300.SH``."""
        return "/".join((self.language, self.colours, *filter(None, [",".join(self.closes)])))

    @classmethod
    def of(cls, key: str) -> Self:
        """The reading that a key names.

        >>> Reading.of("en/red_up/000001.SH,000300.SH").closes
        ('000001.SH', '000300.SH')
        """
        language, _, rest = key.partition("/")
        colours, _, closes = rest.partition("/")
        return cls(language, colours, tuple(filter(None, closes.split(","))))
