"""Texts of any language: which one it is, compounds, typing errors; what is found is as the definitions say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices import Buyer, Document, Kind, Notice, Status
from matching.compounds import find_parts, has_part, to_parts
from matching.languages import find_language
from matching.reading import read_notice
from matching.stems import vocabulary
from matching.stream import Rank
from matching.typos import is_near, most_errors, shorten
from tests.matching.factories import WORDS

GERMAN = "Die Lieferung von Handschuhen für die Klinik und das Labor erfolgt in drei Losen mit je einem Auftragnehmer"
POLISH = "Przedmiotem zamówienia jest dostawa sprzętu medycznego oraz odczynników dla szpitala w Krakowie na okres roku"


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        (GERMAN, "de", "de"),
        (GERMAN, "en", "de"),
        (GERMAN, "und", "de"),
        (POLISH, "en", "pl"),
        ("Доставка на храна за закуска и обяд за учениците от началните класове по схема", "en", "bg"),
        ("Wasserpumpen DN 200", "en", "en"),
        ("pump", "und", "und"),
        ("医疗设备采购项目公开招标公告", "zh", "zh"),
        ("Supply of pumps for the water works", "en", "en"),
        ("", "fr", "fr"),
    ],
)
def test_the_text_says_its_language_and_the_portal_hints(text: str, hint: str, language: str) -> None:
    assert find_language(text, hint) == language


def test_a_text_is_read_in_its_own_language_under_its_own_field() -> None:
    notice = Notice(
        "s", "1", Kind.TENDER, Status.OPEN, title={"en": GERMAN}, description={"en": "Supply of the gloves"}
    )
    streams = {stream.language: stream for stream in read_notice(notice).streams}
    assert streams.keys() == {"de", "en"}
    assert {place.field for place in streams["de"].places} == {"title.en"}


def test_buyers_and_documents_stand_aside() -> None:
    document = Document("https://x.example/1.pdf", "Drawings")
    reading = read_notice(
        Notice("s", "1", Kind.TENDER, Status.OPEN, buyers=(Buyer("Water Works"),), documents=(document,))
    )
    assert reading.streams == ()
    places = {place.field: place.rank for stream in reading.asides for place in stream.places}
    assert places == {"buyers[0].name": Rank.BUYER, "documents[0].title": Rank.DOCUMENT}


@pytest.mark.parametrize(
    ("language", "word", "compound"),
    [
        ("de", "Handschuhe", "Handschuhlieferung"),
        ("de", "Lieferungen", "Handschuhlieferung"),
        ("de", "Pumpe", "Wasserpumpen"),
        ("nl", "handschoenen", "handschoenlevering"),
        ("sv", "handskar", "skyddshandskar"),
        ("da", "levering", "handskelevering"),
        ("fi", "laitteet", "sairaalalaitteet"),
    ],
)
def test_a_compound_is_found_by_its_parts(language: str, word: str, compound: str) -> None:
    words = vocabulary(language)
    wanted, text = words.term(word), words.term(compound)
    assert has_part(text.folded, text.forms, to_parts(wanted.folded, wanted.forms))


@pytest.mark.parametrize(
    ("word", "other"), [("Kran", "Krankenhaus"), ("Reise", "Landkreis"), ("Pumpe", "Pumpen"), ("12345", "1234567890")]
)
def test_what_only_looks_like_a_part(word: str, other: str) -> None:
    words = vocabulary("de")
    wanted, text = words.term(word), words.term(other)
    assert not has_part(text.folded, text.forms, to_parts(wanted.folded, wanted.forms))


LETTERS = st.text("abcdeö1", min_size=1, max_size=14)


@given(LETTERS, LETTERS)
def test_all_parts_are_those_that_each_word_has(word: str, part: str) -> None:
    terms = vocabulary("de")
    text, wanted = terms.term(word), terms.term(part)
    parts = to_parts(wanted.folded, wanted.forms)
    assert has_part(text.folded, text.forms, parts) == bool(parts & find_parts(text.folded, text.forms))


def distance(one: str, other: str) -> int:
    """Optimal string alignment, as its definition says."""
    if not one or not other:
        return len(one) + len(other)
    cost = min(
        distance(one[:-1], other) + 1,
        distance(one, other[:-1]) + 1,
        distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    )
    if len(one) > 1 and len(other) > 1 and one[-1] == other[-2] and one[-2] == other[-1]:
        cost = min(cost, distance(one[:-2], other[:-2]) + 1)
    return cost


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(1, 2))
def test_near_is_what_the_distance_says_and_near_words_share_a_key(one: str, other: str, errors: int) -> None:
    assert is_near(one, other, errors) == (distance(one, other) <= errors)
    if is_near(one, other, errors):
        assert shorten(one, errors) & shorten(other, errors)


@pytest.mark.parametrize(("word", "errors"), [("pump", 1), ("cleaner", 1), ("cleaners", 2)])
def test_long_words_may_have_two_errors(word: str, errors: int) -> None:
    assert most_errors(word) == errors


@given(st.lists(st.sampled_from([*WORDS, "Ge\u00adräte", "ｶﾞ", "ﬁre-alarm", "x‑ray"]), max_size=8).map(" ".join))
def test_every_word_and_every_join_stands_where_its_offsets_say(text: str) -> None:
    notice = Notice("s", "1", Kind.TENDER, Status.OPEN, title={"de": text}, description={"de": text})
    for stream in read_notice(notice).streams:
        for term, (start, end), place in zip(stream.terms, stream.spans, stream.places, strict=True):
            assert stream.vocabulary.term(place.text[start:end]).folded == term.folded
        for node, edges in stream.joins.items():
            for term, after in edges:
                spans = stream.spans[node:after]
                raw = "".join(stream.places[node].text[start:end] for start, end in spans)
                assert stream.vocabulary.term(raw).folded == term.folded
                assert stream.places[node] is stream.places[after - 1]
