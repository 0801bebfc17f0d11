"""Words: offsets point into the original text, folding ignores case and accents, scripts without spaces are cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.stems import STEMMERS, to_language, vocabulary
from matching.words import find_words, fold


def words(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in find_words(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L'achat d'équipements", ["L", "achat", "d", "équipements"]),
        ("33100000-1 ISO_9001", ["33100000", "1", "ISO", "9001"]),
        ("医疗设备2026采购", ["医", "疗", "设", "备", "2026", "采", "购"]),
        ("의료기기를", ["의", "료", "기", "기", "를"]),
        ("e\u0301te\u0301 2", ["e\u0301te\u0301", "2"]),
        ("Ge\u00adräte\u00ad", ["Ge\u00adräte\u00ad"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("ภาษา", list("ภาษา")),
        ("\u0301 … --- _", []),
    ],
)
def test_words_of_a_text(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_a_hyphen_joins() -> None:
    assert [joined for *_, joined in find_words("re-agent x‑ray a - b c--d")] == [
        False, True, False, True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "Straße"),
        ("Ёлка", "елка"),
        ("ÉTÉ", "ete"),
        ("łóżko", "LOZKO"),
        ("Smørrebrød", "smorrebrod"),
        ("İHALE", "ihale"),
        ("YAPI", "yapı"),
        ("ＡＢＣ", "abc"),
        ("ﬁre", "FIRE"),
        ("ｶﾞ", "ガ"),
        ("مُعَدّات", "معدات"),
        ("أجهزة", "اجهزة"),
        ("Ge\u00adräte", "gerate"),
        ("ΤΕΛΟΣ", "τέλος"),
        ("Việt", "viet"),
    ],
)
def test_folding_ignores_case_and_accents(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ガ", "カ"), ("हिन्दी", "हन्द"), ("ปี", "ปา")])
def test_folding_keeps_marks_that_make_another_letter(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=60))
def test_offsets_are_ordered_and_never_overlap(text: str) -> None:
    before = 0
    for start, end, _ in find_words(text):
        assert before <= start < end <= len(text)
        before = end


@given(st.text(max_size=60))
def test_nothing_that_is_a_letter_or_digit_is_lost(text: str) -> None:
    covered = {place for start, end, _ in find_words(text) for place in range(start, end)}
    assert {place for place, each in enumerate(text) if each.isalnum()} <= covered


@given(st.text(alphabet=st.characters(categories=["L", "Nd"], max_codepoint=0x5FF), min_size=1, max_size=12))
def test_folding_is_final_and_the_same_for_nfc_and_nfd(word: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert fold(unicodedata.normalize("NFD", word)) == fold(unicodedata.normalize("NFC", word))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "devices", "Device"),
        ("fr", "équipements", "equipement"),
        ("de", "Geräte", "GERAT"),
        ("es", "educación", "educaciones"),
        ("es", "educacion", "educación"),
        ("ru", "медицинского", "Медицинский"),
        ("pl", "łóżka", "łóżko"),
        ("it", "apparecchiature", "apparecchiatura"),
        ("ar", "الأجهزة", "اجهزة"),
        ("tr", "cihazları", "cihazlar"),
        ("sr", "медицински", "medicinski"),
        ("uk", "ОБЛАДНАННЯ", "обладнання"),
        ("uk", "медичного", "медичний"),
        ("sl", "naprave", "naprava"),
        ("und", "Pumps", "PUMPS"),
    ],
)
def test_forms_of_a_word_are_alike(language: str, one: str, other: str) -> None:
    terms = vocabulary(language)
    assert set(terms.term(one).forms) & set(terms.term(other).forms)


def test_without_stemmer_and_dictionary_forms_are_exact() -> None:
    terms = vocabulary("mt")
    assert terms.term("pompi").forms == ("pompi",)


def test_every_stemmer_exists() -> None:
    for language in STEMMERS:
        assert vocabulary(language).stem is not None


@given(st.text(alphabet=st.characters(categories=["L", "Nd", "Mn"]), min_size=1, max_size=12))
def test_case_is_ignored_in_every_language(word: str) -> None:
    for language in ("en", "fr", "tr", "ru", "el", "und"):
        upper, lower = vocabulary(language).term(word.casefold()), vocabulary(language).term(word)
        if fold(word):
            assert set(upper.forms) & set(lower.forms)


@pytest.mark.parametrize(
    ("code", "language"), [("en-GB", "en"), ("FR", "fr"), (None, "und"), ("", "und"), ("pt_BR", "pt")]
)
def test_language_codes(code: str | None, language: str) -> None:
    assert to_language(code) == language
