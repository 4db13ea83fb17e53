"""What the calendar library said is asked for once a version, and a damaged file is no answer."""

from pathlib import Path

import numpy as np

from index import remembered
from index.bars import Days

LISTED = np.array(["2024-09-30", "2024-10-08"], dtype="datetime64[D]")


class Library:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Days:
        self.asked += 1
        return LISTED


def test_the_library_is_asked_once(tmp_path: Path) -> None:
    library = Library()
    for _ in range(3):
        found = remembered.days("XSHG", "1990-12-19", library, tmp_path)
        assert found.tolist() == LISTED.tolist()
    assert library.asked == 1


def test_another_exchange_is_another_question(tmp_path: Path) -> None:
    library = Library()
    for mic in ("XSHG", "XHKG"):
        remembered.days(mic, "1990-12-19", library, tmp_path)
    assert library.asked == 2


def test_a_damaged_file_is_no_answer(tmp_path: Path) -> None:
    library = Library()
    remembered.days("XSHG", "1990-12-19", library, tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:40])
    assert remembered.days("XSHG", "1990-12-19", library, tmp_path).tolist() == LISTED.tolist()
    assert library.asked == 2


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be", encoding="utf-8")
    library = Library()
    for _ in range(2):
        assert remembered.days("XSHG", "1990-12-19", library, tmp_path / "taken").tolist() == LISTED.tolist()
    assert library.asked == 2
