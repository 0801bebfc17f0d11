"""A date with its month's name is read as that day in every language of the portals, as CLDR writes the name."""

from datetime import date

import pytest
from babel.dates import get_month_names

from crawler.watch.printed import read_line

LANGUAGES = (
    "bg cs da de el en es et fi fr hr hu is it lt lv mk mt nb nl pl pt ro ru sk sl sq sr sv tr uk eu".split()  # noqa: SIM905
)
NOVEMBER_ELSEWHERE = ("hr", 10)  # listopad is November in Czech and Polish


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_with_its_month_by_name(language: str) -> None:
    read = 0
    for context in ("format", "stand-alone"):
        for month, name in get_month_names("wide", context, language).items():
            if (language, month) == NOVEMBER_ELSEWHERE:
                continue
            slots = [slot for slot in read_line(f"(12 {name} 2026)").slots if slot.kind == "date"]
            assert [slot.days for slot in slots] == [(date(2026, month, 12),)], name
            read += 1
    assert read >= 22
