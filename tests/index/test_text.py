"""Text that came as stray bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import readable


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_that_was_read_rightly_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_stray_bytes_become_what_was_written(text: str) -> None:
    assert readable(text.encode().decode("ascii", "surrogateescape")) == text


@pytest.mark.parametrize("text", ["a\udcffb", "\udce4\udcb8"], ids=["no UTF-8", "cut off"])
def test_bytes_that_nobody_can_read_can_still_be_printed(text: str) -> None:
    assert readable(text).encode()
