"""What words mean: keywords found in other languages, what a notice is about, and that each point stands at a word."""

from decimal import Decimal
from typing import Any

import pytest

from domain.notices import Code, Notice
from domain.opportunities import Reason, Score, points_to_json, reason_from_json, reason_to_json, show_points, to_points
from domain.profiles import Keywords, Profile
from matching.explain import explain
from matching.meaning.labels import find_codes, find_labels, find_terms, name_code
from matching.score import prepare, score
from tests.factories import a_notice, a_profile
from tests.matching.factories import find_field


def wanting(*keywords: str, **fields: Any) -> Profile:
    return a_profile(keywords=Keywords(keywords), codes={}, **fields)


def said(language: str, title: str, text: str = "") -> Notice:
    return a_notice(language=language, title={language: title}, description={language: text}, codes=())


def rated(profile: Profile, notice: Notice) -> Score:
    found = score(notice, prepare(profile))
    for reason in found.reasons:
        if reason.field is not None:
            assert find_field(notice, reason.field)[reason.start : reason.end] == reason.text
    assert sum(reason.points for reason in found.reasons) == found.points
    return found


def by_rule(found: Score, rule: str) -> list[Reason]:
    return [reason for reason in found.reasons if reason.rule == rule]


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("de", "Lieferung von Einmalhandschuhen für das Krankenhaus", "Einmalhandschuhen"),
        ("fr", "Fourniture de gants pour le centre hospitalier", "gants"),
        ("pl", "Dostawa rękawic jednorazowych dla szpitala", "rękawic"),
        ("es", "Suministro de guantes para el hospital", "guantes"),
        ("no", "Levering av handsker til sykehuset", "handsker"),
    ],
)
def test_a_keyword_is_found_in_other_languages_by_the_word_that_stands_there(
    language: str, title: str, words: str
) -> None:
    (reason,) = by_rule(rated(wanting("gloves"), said(language, title)), "keyword meant in title")
    assert reason.text == words
    assert reason.matched is not None
    assert reason.matched.startswith(f"gloves: {words} = glove")
    assert 10 < reason.points <= 36


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("de", "Und für die der von im auf oder zum sowie das"),
        ("fr", "Des et les pour avec dans ou par aux de la"),
        ("pl", "Oraz dla przez lub od na jest się przy"),
        ("es", "Para los con por las del en una que"),
        ("it", "Della per con delle il dei nel che alla"),
        ("nl", "Van het voor met een door aan bij"),
        ("sv", "Och för till med av som ska vid"),
        ("cs", "Pro nebo na při dle jsou který včetně"),
        ("el", "Και για του της των στην από με"),
        ("bg", "На за от по при или както чрез"),
        ("hu", "És vagy az valamint által szerint mellett"),
        ("en", "For the within which and shall of other"),
    ],
)
def test_words_that_mean_nothing_are_no_evidence(language: str, title: str) -> None:
    """Each of them stands beside "services" and "equipment" in thousands of labels, and means neither."""
    wanted = wanting(
        "services", "supply of equipment and machinery", "works", "products", "softwar*", "part", "relating"
    )
    found = rated(wanted, said(language, title))
    assert {reason.rule for reason in found.reasons} & {"part of keyword", "keyword meant in title"} == set()


def test_an_acronym_is_no_word_that_means_nothing() -> None:
    found = rated(wanting("IT services"), said("de", "Reinigungsdienste für das Krankenhaus"))
    assert by_rule(found, "keyword meant in title") == []


def test_words_of_a_phrase_may_stand_in_another_order() -> None:
    (reason,) = by_rule(
        rated(wanting("street lighting"), said("en", "Lighting of the street")), "keyword meant in title"
    )
    assert (reason.text, reason.matched) == ("Lighting of the street", "street lighting")
    assert reason.points == 36


@pytest.mark.parametrize("keyword", ["=gloves", "~gloves", "GLOVES OR LED"])
def test_what_is_to_be_found_as_written_is_not_translated(keyword: str) -> None:
    found = rated(wanting(keyword), said("fr", "Fourniture de gants pour le centre hospitalier"))
    assert not by_rule(found, "keyword meant in title") or keyword.startswith("GLOVES")


def test_what_a_notice_is_about_is_told_by_its_own_words_and_is_not_enough_alone() -> None:
    notice = said("de", "Unterhaltsreinigung der Schulen", "Reinigung von Gebäuden und Fenstern, Abfallentsorgung")
    found = rated(wanting("cleaning services", "refuse collection", "sanitation"), notice)
    about = by_rule(found, "about what you sell")
    assert {(reason.matched or "")[:6] for reason in about} == {"CPV 90"}
    assert {reason.matched for reason in about if reason.text != notice.title["de"]} == {f"CPV 90: {name_code('90')}"}
    assert 20 < sum(reason.points for reason in about) <= 39
    alone = score(notice, prepare(wanting("sewerage", "sanitation")))
    assert alone.points < 40


@pytest.mark.parametrize(
    ("language", "title", "silent"),
    [
        ("de", "Bauüberwachung der Straße und der Brücke an der Bahn", {"der", "und", "an"}),
        ("nl", "Diensten voor het toezicht op de bouw van het station", {"voor", "het", "op", "de", "van"}),
    ],
)
def test_words_that_mean_nothing_are_not_said_to_speak_for_it(language: str, title: str, silent: set[str]) -> None:
    found = by_rule(rated(wanting("site supervision", "architect*"), said(language, title)), "about what you sell")
    named = {reason.text for reason in found} - {title}
    assert named, "it is about that by its words"
    assert not named & silent


def test_a_keyword_in_a_notice_about_something_else_counts_less() -> None:
    notice = said(
        "en", "Gloves", "Construction of a road bridge, pavement, asphalt and concrete works for the motorway"
    )
    against = {reason.matched for reason in by_rule(rated(wanting("gloves"), notice), "about something else")}
    assert f"CPV 45: {name_code('45')}" in against
    assert all(each is not None and each.startswith("CPV 45") for each in against)
    assert rated(wanting("gloves"), notice).points < 42


TRANSPORT = "School bus transport of pupils"
RIDES = "Passenger transport by bus: daily journeys of pupils from home to school, with a driver"


@pytest.mark.parametrize(
    ("code", "told"), [("72000000", True), ("60130000", False), ("99000000", False), ("72000000-5", True)]
)
def test_where_the_code_and_the_text_speak_of_different_things_it_is_said_without_points(code: str, told: bool) -> None:
    notice = a_notice(title={"en": TRANSPORT}, description={"en": RIDES}, codes=(Code("CPV", code),))
    flags = by_rule(rated(wanting("school bus"), notice), "code and text disagree")
    assert [(each.field, each.text, each.points, each.matched) for each in flags] == (
        [("codes[0]", code, 0, f"its words: CPV 60: {name_code('60')}")] if told else []
    )
    why_not = explain(notice, prepare(wanting("gloves")))
    assert any(each.rule == "code and text disagree" for each in why_not.score.reasons) == told


def test_a_text_that_says_little_disagrees_with_no_code() -> None:
    notice = a_notice(title={"en": "Framework agreement 2026"}, description={}, codes=(Code("CPV", "72000000"),))
    assert not by_rule(rated(wanting("agreement"), notice), "code and text disagree")


def test_a_language_without_labels_is_no_reason_against() -> None:
    found = rated(wanting("рукавички"), said("uk", "Закупівля: рукавички медичні"))
    assert found.points == 42


def test_the_words_say_less_where_the_code_says_it_already() -> None:
    plain, coded = wanting("pump*"), a_profile()
    without = sum(reason.points for reason in by_rule(score(a_notice(), prepare(plain)), "about what you sell"))
    beside = sum(reason.points for reason in by_rule(score(a_notice(), prepare(coded)), "about what you sell"))
    assert abs(without - 39) < Decimal("0.05")  # each part is rounded by itself
    assert abs(beside - 13) < Decimal("0.05")


def test_why_not_says_what_it_is_about() -> None:
    found = explain(said("fr", "Travaux de construction d'une école"), prepare(wanting("gloves")))
    assert found.missing[-1].sentence == "its words speak most of Construction work (CPV 45)"


@pytest.mark.parametrize("language", ["en", "de", "bg", "fi"])
def test_the_shipped_words_are_those_of_the_stemmers(language: str) -> None:
    labels = find_labels(language)
    assert labels is not None
    assert len(labels.texts) == len(labels.lengths) == len(find_codes())
    start = 0
    for text, length in list(zip(labels.texts, labels.lengths.tolist(), strict=True))[:300]:
        words = labels.flat[start : start + length].tolist()
        terms = find_terms(text, language)
        assert [(labels.folded[n], labels.forms[n]) for n in words] == [(term.folded, term.forms[0]) for term in terms]
        start += length


@pytest.mark.parametrize(
    ("value", "shown", "signed", "number"),
    [(57, "57", "+57", 57), (57.5, "57.5", "+57.5", 57.5), (57.254, "57.25", "+57.25", 57.25), (-6, "-6", "-6", -6)],
)
def test_points_are_shown_as_short_as_they_are(value: float, shown: str, signed: str, number: float) -> None:
    points = to_points(value)
    assert (str(points), show_points(points), show_points(points, sign=True)) == (shown, shown, signed)
    assert points_to_json(points) == number
    reason = Reason("rule", "It is so.", points)
    assert reason_from_json(reason_to_json(reason)) == reason


def test_a_score_has_hundredths_and_no_more() -> None:
    found = rated(wanting("gloves", "masks"), said("de", "Lieferung von Einmalhandschuhen und Masken"))
    assert found.points == found.points.quantize(Decimal("0.01"))
