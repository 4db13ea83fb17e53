"""A bench on which closes are pushed: bundled figures up to Friday, a fake Telegram, and time that a test passes."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Unpack

from bot.clock import Clock
from bot.closes import ClosePush
from bot.delivery import chats, tables
from bot.delivery.broadcast import Broadcaster
from bot.delivery.pacing import Pacer
from bot.delivery.transport import Wire
from bot.desk import Desk
from bot.settings import Settings
from index.refresh import load_folder
from index.sessions import BEIJING
from index.store import Store
from tests.botapi import Chat, FakeTelegram

SAMPLE = Path(__file__).parents[2] / "index" / "sample"
SESSION = date(2024, 9, 30)
TODAYS_BAR = "000001.SH,2024-09-30,3194.72,3358.59,3153.7,3336.5,110233700000,1167772000000"


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


CLOSE = beijing("2024-09-30T15:00:05")


def until_friday(folder: Path) -> Store:
    """A store of the bundled bars without the last session's."""
    figures = folder / "until_friday"
    figures.mkdir()
    lines = (SAMPLE / "bars.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (figures / "bars.csv").write_text("".join(line for line in lines if "2024-09-30" not in line), encoding="utf-8")
    copy(SAMPLE / "publishers.csv", figures)
    made = Store(f"sqlite:///{folder / 'whyup.db'}")
    load_folder(made, figures, CLOSE)
    tables.create(made.engine)
    return made


@dataclass
class Bench:
    """A push whose time passes only while it sleeps, with what happens during its naps."""

    store: Store
    telegram: FakeTelegram
    wire: Wire
    folder: Path
    now: datetime = CLOSE
    bar_after: timedelta | None = None
    bars: tuple[str, ...] = (TODAYS_BAR,)
    nap: timedelta = timedelta()
    told: list[tuple[str, date]] = field(default_factory=list)
    naps: int = 0

    def push(self) -> ClosePush:
        desk = Desk(self.store, Settings(), Clock(lambda: self.now))
        broadcaster = Broadcaster(self.store.engine, self.wire, Pacer(1000.0), now=lambda: self.now)
        return ClosePush(desk, broadcaster, self._tell, self._sleep)

    def bar_comes(self, *bars: str) -> None:
        """Today's bar, or others, are imported now."""
        header = (SAMPLE / "bars.csv").read_text(encoding="utf-8").splitlines()[0]
        lines = "\n".join((header, *(bars or (TODAYS_BAR,))))
        (self.folder / "bars.csv").write_text(f"{lines}\n", encoding="utf-8")
        load_folder(self.store, self.folder, self.now)

    async def _tell(self, name: str, session: date) -> None:
        self.told.append((name, session))

    async def _sleep(self, seconds: float) -> None:
        self.naps += 1
        self.now += max(self.nap, timedelta(seconds=seconds))
        if self.bar_after is not None and self.now >= CLOSE + self.bar_after:
            self.bar_comes(*self.bars)
            self.bar_after = None

    def subscribe(self, language: str, **settings: Unpack[chats.Settings]) -> Chat:
        person = self.telegram.person(language)
        chats.subscribe(self.store.engine, person.id, person.kind, language=language, **settings)
        return person
