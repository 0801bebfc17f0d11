import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.normalise.text import MAX_TEXT, to_line, to_text


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("plain", "plain"),
        ("R&amp;D", "R&D"),
        ("&amp;lt;a&amp;gt;", "&lt;a&gt;"),
        ("<p>One&nbsp;<b>two</b></p><p>three</p>", "One two\n\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a < b and c > d", "a < b and c > d"),
        ("<name@example.org>", "<name@example.org>"),
        ("x<script>alert(1)</SCRIPT>y<!-- no -->z", "xyz"),
        ("x<style>never closed", "x"),
        ("a\r\n\r\n\r\n\r\nb \u00a0 c\td", "a\n\nb c d"),
        ("nul\x00 half\ud800 c1\x96 bom\ufeff soft\u00adhyphen", "nul half c1 bom softhyphen"),
        ("e\u0301", "é"),
        ("a\u2028b", "a\nb"),
        ("", ""),
        ("fish &chips; &unknown", "fish &chips; &unknown"),
    ],
)
def test_what_is_printed_becomes_plain_text(printed: str, text: str):
    assert to_text(printed) == text


def test_a_line_has_no_line_ends():
    assert to_line("<h1>Pumps</h1>\n and\r\nvalves") == "Pumps and valves"


def test_a_text_without_end_is_refused():
    with pytest.raises(ValueError, match="characters"):
        to_text("x" * (MAX_TEXT + 1))


@given(st.text(st.characters(exclude_characters="<&")))
def test_cleaning_plain_text_twice_changes_nothing(text: str):
    assert to_text(to_text(text)) == to_text(text)


@given(st.text(alphabet="<>/!-abpscrit &;#x0"))
def test_tag_soup_never_raises(text: str):
    assert "\0" not in to_text(text)
