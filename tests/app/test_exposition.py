"""What is written for Prometheus is what Prometheus reads."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.watching.exposition import Family, write
from tests.app.scraping import scrape


def test_a_page_of_two_families() -> None:
    pages = Family("tw_pages_total", "counter", "Pages\\read\nin all.")
    pages.add(3, source="gb_test")
    pages.add(0.25, source='a "b"\\c\nd')
    empty = Family("tw_age_seconds", "gauge", "None.")
    assert write([pages, empty]) == (
        "# HELP tw_pages_total Pages\\\\read\\nin all.\n"
        "# TYPE tw_pages_total counter\n"
        'tw_pages_total{source="gb_test"} 3\n'
        'tw_pages_total{source="a \\"b\\"\\\\c\\nd"} 0.25\n'
        "# HELP tw_age_seconds None.\n"
        "# TYPE tw_age_seconds gauge\n"
    )


@given(st.text(st.characters(exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", codec="utf-8")), st.floats())
def test_any_label_and_value_comes_back(label: str, value: float) -> None:
    family = Family("tw_x", "gauge", label)
    family.add(value, name=label)
    ((key, found),) = scrape(write([family]))[0].items()
    assert key == ("tw_x", frozenset({("name", label)}))
    assert found == value or (math.isnan(found) and math.isnan(value))


@pytest.mark.parametrize(("name", "kind"), [("tw pages", "gauge"), ("tw_pages", "counter"), ("tw_x_total", "gauge")])
def test_a_name_against_the_conventions_is_refused(name: str, kind: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        Family(name, kind, "")  # type: ignore[arg-type]


def test_what_prometheus_would_refuse_is_refused_here() -> None:
    family = Family("tw_x", "gauge", "")
    family.add(1, a="1", b="2")
    with pytest.raises(ValueError, match="already"):
        family.add(2, b="2", a="1")
    with pytest.raises(ValueError, match="labels"):
        family.add(1, __name__="x")
