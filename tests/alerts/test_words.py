"""The four languages: every phrase is there, says the same things, and counts as the language does."""

import re
from decimal import Decimal

import pytest

from alerts.render import Content, render
from alerts.words import TABLES, words
from domain.alerts import EventKind
from tests.alerts.test_render import a_card
from tests.factories import NOW

LANGUAGES = tuple(TABLES)
ENGLISH, FIELDS = TABLES["en"]
COUNTED = {key.removesuffix("_one") for key in ENGLISH if key.endswith("_one")}


def holes(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text)) - {"count"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_there(language: str) -> None:
    phrases, fields = TABLES[language]
    assert set(ENGLISH) <= set(phrases)
    assert set(fields) == set(FIELDS)
    more = {f"{key}_few" for key in COUNTED} if language == "ru" else set()
    assert set(phrases) - set(ENGLISH) == more
    for key, text in phrases.items():
        assert holes(text) == holes(ENGLISH[key if key in ENGLISH else key.removesuffix("_few")]), key
        assert text.strip() == text
        assert text


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("en", ["1 day left", "2 days left", "21 days left"]),
        ("es", ["queda 1 día", "quedan 2 días", "quedan 21 días"]),
        ("ru", ["остался 1 день", "осталось 2 дня", "остался 21 день"]),
        ("fil", ["1 araw ang natitira", "2 araw ang natitira", "21 araw ang natitira"]),
    ],
)
def test_counts(language: str, counts: list[str]) -> None:
    assert [words(language).count("days", number) for number in (1, 2, 21)] == counts
    assert words("ru").count("days", 11) == "осталось 11 дней"


@pytest.mark.parametrize(
    ("language", "day", "amount", "country"),
    [
        ("en", "Mon 2 Nov 2026", "1,234,567.50", "Spain"),
        ("es", "lun 2 nov 2026", "1.234.567,50", "España"),
        ("ru", "пн, 2 нояб. 2026", "1\u00a0234\u00a0567,50", "Испания"),
        ("fil", "Lun 2 Nob 2026", "1,234,567.50", "Spain"),
    ],
)
def test_dates_amounts_and_countries(language: str, day: str, amount: str, country: str) -> None:
    w = words(language)
    assert (w.to_day(NOW), w.to_amount(Decimal("1234567.5"), 2), w.to_country("ES")) == (day, amount, country)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_message_is_made_in_every_language(language: str, kind: EventKind) -> None:
    values = {"told": "sales", "moment": "yesterday", "destination": "sales"}
    content = Content(kind, (a_card(),), ("all",), "Asia/Manila", "first run", 3, language=language, values=values)
    if kind in (EventKind.SOURCE_TROUBLE, EventKind.SOURCE_MENDED):
        return
    message = render(content)
    assert f'<html lang="{language}">' in message.html
    assert "{" not in message.text
    assert max(len(line) for line in message.text.splitlines()) <= 72
