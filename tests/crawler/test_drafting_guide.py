"""What docs/adding-a-source.md shows in YAML is what a source may say, and does what the guide says of it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.readers.html import read_list
from crawler.registry import check_sources
from tests.crawler.drafting_pages import answer
from tests.crawler.portals import Place

GUIDE = (Path(__file__).parents[2] / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
URL = "https://portal.example.org/tenders"


def html_example(*, by_words: bool) -> dict[str, Any]:
    """The guide's block with a total, by its first rule or by the one in the comment."""
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.S) if block.startswith("html:"))
    if by_words:
        text = re.sub(r"(?m)^    total: .*\n", "", text).replace("# or: total", "total")
    found: dict[str, Any] = yaml.safe_load(text)["html"]
    return found


def test_the_total_of_a_web_page_stands_in_its_section_with_an_example_that_works(place: Place) -> None:
    section = GUIDE.split("## A list on a web page")[1].split("\n## ")[0]
    assert "`html.list.total`" in section
    page = answer("/tenders").body
    place.write(protocol="html", endpoint=URL, html=html_example(by_words=False))
    assert read_list(page, place.source(), URL).total == 16
    place.write("xx_words", protocol="html", endpoint=URL, html=html_example(by_words=True))
    plain = page.replace(b'<p class="count">1-8 of 16 tenders</p>', b"<p>40 results</p>")
    assert read_list(plain, place.source("xx_words"), URL).total == 40


@pytest.mark.parametrize("changes", [{}, {"reason": None}])
def test_a_faster_pace_needs_its_reason_as_the_guide_says(place: Place, changes: dict[str, Any]) -> None:
    shown = next(found for found in re.findall(r"`(pace: \{[^`]+)`", GUIDE) if "reason" in found)
    pace = {**yaml.safe_load(shown)["pace"], **changes}
    place.write(pace={name: value for name, value in pace.items() if value is not None})
    _, problems = check_sources(place.settings.sources_dir)
    assert ["reason" in problem for problem in problems] == ([True] if changes else [])
    assert "the source is left out of every crawl" in GUIDE
