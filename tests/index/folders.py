"""Small import folders, written as a person would write them."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

from index.refresh import ImportReport, load_folder
from index.store import Store

NOW = datetime(2024, 10, 8, 4, tzinfo=UTC)  # the session after the sample's last one
HEADERS = {
    "bars": "index,session,open,high,low,close,volume_shares,turnover_cny",
    "etf": "code,session,close,volume,turnover_cny",
    "margin": "session,market,financing_balance_cny,lending_balance_cny",
    "northbound": "session,net_buy_cny",
    "sectors": "code,name,session,close",
    "rates": "series,date,value",
    "releases": "released_at,indicator,period,actual,forecast,previous,unit",
    "events": "announced_at,effective_on,driver,polarity,title_en,title_zh,url",
    "headlines": "published_at,title,source,url,lang",
}
BAR = "000001.SH,2024-09-30,3147.21,3358.48,3147.21,3336.50,86400000000,1158000000000"


def write(folder: Path, name: str, *rows: str) -> Path:
    """A file of the format with these rows; `name` may be split or compressed, `headlines_2024.csv.gz`."""
    header = HEADERS[name.partition(".")[0].partition("_")[0]]
    text = "\n".join((header, *rows, "")).encode()
    path = folder / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def load(store: Store, folder: Path, now: datetime = NOW) -> ImportReport:
    return load_folder(store, folder, now)


def faults(report: ImportReport) -> list[tuple[str, int, str, str]]:
    """What was rejected, as (file, line, code, column)."""
    return [
        (found.file, found.line, found.fault.code, found.fault.column)
        for file in report.files
        for found in file.rejected
    ]
