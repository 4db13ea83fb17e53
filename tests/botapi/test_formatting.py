"""What of HTML Telegram reads, by the examples and rules of core.telegram.org/bots/api#html-style."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import formatting
from .refusals import Refused


def refused(source: str) -> str:
    with pytest.raises(Refused) as caught:
        formatting.read(source, "HTML")
    return caught.value.description.removeprefix("Bad Request: can't parse entities: ")


@pytest.mark.parametrize(
    ("source", "kind", "part"),
    [
        pytest.param("a <b>c</b>", "bold", "c", id="b"),
        pytest.param("a <strong>c</strong>", "bold", "c", id="strong"),
        pytest.param("<em>升</em>", "italic", "升", id="em"),
        pytest.param("<ins>u</ins>", "underline", "u", id="ins"),
        pytest.param("<del>s</del>", "strikethrough", "s", id="del"),
        pytest.param('<span class="tg-spoiler">s</span>', "spoiler", "s", id="span"),
        pytest.param("<tg-spoiler>s</tg-spoiler>", "spoiler", "s", id="tg-spoiler"),
        pytest.param('<a href="https://www.sse.com.cn/">SSE</a>', "text_link", "SSE", id="link"),
        pytest.param("<code>1.5</code>", "code", "1.5", id="code"),
        pytest.param('<pre><code class="language-py">x</code></pre>', "pre", "x", id="pre with a language"),
        pytest.param("<blockquote expandable>q</blockquote>", "expandable_blockquote", "q", id="expandable quote"),
        pytest.param("😀 <i>涨</i>", "italic", "涨", id="after an astral character"),
        pytest.param("  <b>x</b>", "bold", "x", id="after spaces that are cut off"),
    ],
)
def test_each_allowed_tag_marks_its_part(source: str, kind: str, part: str) -> None:
    read = formatting.read(source, "HTML")
    assert [(entity.type, entity.of(read.text)) for entity in read.entities] == [(kind, part)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("x <br> y", 'Unsupported start tag "br" at byte offset 2', id="unknown tag"),
        pytest.param("涨 <p>", 'Unsupported start tag "p" at byte offset 4', id="offsets are in bytes"),
        pytest.param("a < b > c", 'Unsupported start tag "" at byte offset 2', id="a bare less-than"),
        pytest.param("a <b", "Unclosed start tag at byte offset 2", id="cut inside a tag"),
        pytest.param('<a href="x', "Unclosed start tag at byte offset 0", id="cut inside an attribute"),
        pytest.param("<b>x", 'Can\'t find end tag corresponding to start tag "b"', id="never closed"),
        pytest.param("x</b>", "Unexpected end tag at byte offset 1", id="never opened"),
        pytest.param(
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
            id="crossed",
        ),
        pytest.param("<b>x</b", "Unclosed end tag at byte offset 4", id="cut inside an end tag"),
        pytest.param(
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
            id="no value",
        ),
        pytest.param('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0', id="no name"),
        pytest.param("<a href=x:y>x</a>", "Unexpected end of name token at byte offset 8", id="unquoted link"),
        pytest.param(
            '<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0', id="span"
        ),
        pytest.param("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified", id="emoji"),
        pytest.param("&#xd800;", formatting.UNMATCHED_SURROGATES, id="half a surrogate pair"),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, words: str) -> None:
    assert refused(source) == words


def test_only_four_named_references_are_known() -> None:
    assert formatting.read("&lt;&gt;&amp;&quot;&nbsp;&#9650;&#x25bc;", "HTML").text == '<>&"&nbsp;▲▼'


def test_a_link_that_is_none_stays_plain_text() -> None:
    assert formatting.read('<a href="sse">SSE</a>', "HTML").entities == ()


def test_nothing_is_marked_inside_code() -> None:
    read = formatting.read("<code>a <b>b</b> /why</code>", "HTML")
    assert [entity.type for entity in read.entities] == ["code"]


def test_entities_beyond_the_hundredth_are_not_shown() -> None:
    assert len(formatting.read("<b>x</b> " * 120, "HTML").entities) == 100


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        pytest.param("/why@whyup_bot up?", "bot_command", "/why@whyup_bot", id="command"),
        pytest.param("ask @whyup_bot", "mention", "@whyup_bot", id="mention"),
        pytest.param(
            "see https://www.sse.com.cn/a.", "url", "https://www.sse.com.cn/a", id="link without its full stop"
        ),
        pytest.param("#A股 up", "hashtag", "#A股", id="hashtag"),
    ],
)
def test_telegram_marks_by_itself(text: str, kind: str, part: str) -> None:
    assert [(entity.type, entity.of(text)) for entity in formatting.detected(text)] == [(kind, part)]


def test_a_date_with_slashes_holds_no_command() -> None:
    assert formatting.detected("30/09/2024 涨/跌") == ()


def test_an_unknown_parse_mode_is_refused() -> None:
    with pytest.raises(Refused, match="unsupported parse_mode"):
        formatting.read("x", "XML")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_is_shown_as_it_was(text: str) -> None:
    assert formatting.read(html.escape(text, quote=False), "HTML").text == text.strip()


@given(st.text(st.sampled_from("<>/&b a=\"';#x1升")))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert re.match("Bad Request: can't parse entities: [A-Z]|$", outcome(text))


def outcome(source: str) -> str:
    """How it is refused; empty when it is read."""
    try:
        formatting.read(source, "HTML")
    except Refused as refusal:
        return refusal.description
    return ""
