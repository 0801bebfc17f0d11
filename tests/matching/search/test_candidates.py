"""What the index says that an edit can touch: never less than what scoring everything finds."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from domain.notices import Buyer, Code, Document, Notice
from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange
from matching import features
from matching.evidence import find_evidence
from matching.prepare import prepare
from matching.reading import read_notice
from matching.score import MODEL_VERSION, NOTHING, is_near, rule_of, score_evidence, score_reading, version_of
from matching.search.candidates import Edit, Step, find_candidates, stream_candidates
from matching.search.crossing import Known
from matching.search.index import Index
from matching.search.keep import invert, invert_meanings
from matching.search.words import LONGEST_WORD, WORDS_VERSION, to_findable, to_words
from storage.assessed import Scored
from storage.meanings import save_meanings
from storage.search import Versions, begin_segment, end_segment, find_loose, save_loose, save_postings
from tests.factories import a_notice, a_profile
from tests.matching.test_percolator import LINES, NOTICES, PROFILES

VERSIONS = Versions(WORDS_VERSION, MODEL_VERSION)


def store(c: Connection, notices: Sequence[Notice], in_segments: int = 0) -> None:
    """Notices numbered from 0; the first of them stand in a segment."""
    found_by = list(enumerate(to_findable(read_notice(notice)) for notice in notices))
    save_loose(c, found_by[:in_segments], VERSIONS)
    if rows := find_loose(c):
        segment = begin_segment(c, VERSIONS)
        save_postings(c, segment, invert(rows), len(rows))
        save_meanings(c, segment, invert_meanings(rows))
        end_segment(c, segment, rows)
    save_loose(c, found_by[in_segments:], VERSIONS)


def candidates(c: Connection, *edit: Profile | None, model: str = MODEL_VERSION) -> list[int]:
    """The notices that an edit may make something else of, where nothing was scored yet."""
    return find_candidates(Index(c), model, [Edit(edit)])


def by_brute_force(notices: Sequence[Notice], edit: Step, *, near: bool) -> set[int]:
    """The notices of which the two versions make something else: an opportunity or none; near or not."""

    def judge(notice: Notice, profile: Profile | None) -> tuple[bool, bool]:
        if profile is None:
            return False, False
        evidence = find_evidence(read_notice(notice), prepare(profile))
        score = score_evidence(evidence)
        kept = is_near(evidence) and any(reason.points > 0 for reason in score.reasons)
        return not score.stopped and score.points >= profile.threshold, near and kept

    return {number for number, notice in enumerate(notices) if len({judge(notice, each) for each in edit}) > 1}


@st.composite
def edits(draw: st.DrawFn) -> Step:
    """Any two profiles, or one of which something is changed, or a new one."""
    new = draw(PROFILES)
    kind = draw(st.sampled_from(["new", "any", "line", "minus", "order", "threshold", "places", "item"]))
    lists = new.keywords
    match kind:
        case "new":
            return None, new
        case "line":
            return replace(new, keywords=replace(lists, include=(*lists.include, draw(LINES)))), new
        case "minus":
            return replace(new, keywords=replace(lists, exclude=(*lists.exclude, draw(LINES)))), new
        case "order":
            return replace(new, keywords=replace(lists, include=lists.include[::-1])), new
        case "threshold":
            return replace(new, threshold=draw(st.sampled_from([5, 20, 60]))), new
        case "places":
            return replace(new, places=("DE",), value=ValueRange(None, Decimal(10), "EUR")), new
        case "item":
            return replace(new, catalogue=(CatalogueItem("AX-200", "water pump"), *new.catalogue)), new
    return draw(PROFILES), new


LITERAL = {
    rule_of(each)
    for each in (
        features.keyword_in_title, features.item_in_title, features.keyword_in_lot_title, features.keyword_in_text,
        features.item_in_text, features.keyword_in_field, features.keyword_is_code, features.further_words,
        features.part_number, features.code_fits, features.item_code_fits,
    )
}  # fmt: skip
"""The reasons that only what is written in a notice gives."""


def by_what_is_written(notices: Sequence[Notice], edit: Step) -> set[int]:
    """The notices with words or codes of either version, of which the versions say something else by these."""

    def told(notice: Notice, profile: Profile | None) -> object:
        score = score_reading(read_notice(notice), prepare(profile)) if profile else NOTHING
        found = [each for each in score.reasons if each.rule in LITERAL]
        other = [(each.rule, each.matched) for each in score.reasons if each.rule == "place fits" or each.stops]
        return (found, sorted(other, key=repr)) if found and profile else ()

    pairs = ((number, *(told(notice, each) for each in edit)) for number, notice in enumerate(notices))
    return {number for number, before, after in pairs if before != after}


def written(c: Connection, edit: Step) -> list[int]:
    """The candidates that have words of the edit."""
    parts = stream_candidates(Index(c), MODEL_VERSION, Edit(edit), by_meaning=False)
    return [number for part in parts for number in part]


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NOTICES, min_size=1, max_size=8), edits(), st.data())
def test_no_touched_notice_is_missed(engine: Engine, notices: list[Notice], edit: Step, data: st.DataObject) -> None:
    with engine.connect() as c, c.begin() as transaction:
        store(c, notices, data.draw(st.integers(0, len(notices))))
        found = candidates(c, *edit)
        streamed = [number for part in stream_candidates(Index(c), MODEL_VERSION, Edit(edit)) for number in part]
        in_words = written(c, edit)
        transaction.rollback()
    assert by_brute_force(notices, edit, near=True) <= set(found)
    assert by_brute_force(notices, edit, near=False) <= set(streamed) <= set(found)
    assert by_what_is_written(notices, edit) <= set(in_words) <= set(streamed)
    assert found == sorted(found, reverse=True)
    assert len(streamed) == len(set(streamed))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NOTICES, min_size=1, max_size=8), edits(), st.data())
def test_what_was_scored_before_tells_as_much(
    engine: Engine, notices: list[Notice], edit: Step, data: st.DataObject
) -> None:
    """As above, but with the scores that a matcher stored by the first version: no notice is missed either."""
    old, _ = edit
    with engine.connect() as c, c.begin() as transaction:
        store(c, notices, data.draw(st.integers(0, len(notices))))
        known = Known(score_all(notices, old, data), {1: old} if old else {})
        found = find_candidates(Index(c), MODEL_VERSION, [Edit(edit, known)])
        parts = stream_candidates(Index(c), MODEL_VERSION, Edit(edit, known))
        streamed = {number for part in parts for number in part}
        transaction.rollback()
    assert by_brute_force(notices, edit, near=True) <= set(found)
    assert by_brute_force(notices, edit, near=False) <= streamed


def test_words_of_a_keyword_count_where_the_whole_means_nothing_known(engine: Engine) -> None:
    """The part number has no meaning, so that the line as a whole has none; its other words gave points each."""
    old = a_profile(keywords=Keywords((), (), ("leds pump AX-200",)), codes={"CPV": ("42122000",)})
    new = replace(old, keywords=replace(old.keywords, all=()))
    notice = a_notice(title={"en": "leds"}, description={}, codes=(Code("CPV", "42122000"),))
    points = [float(score_reading(read_notice(notice), prepare(each)).points) for each in (old, new)]
    assert points[0] >= 40 > points[1], "no opportunity any more"
    one = np.array([1], np.int64)
    known = Known(Scored(one - 1, np.array(points[:1]), one, one - 1, (MODEL_VERSION,)), {1: old})
    with engine.connect() as c, c.begin() as transaction:
        store(c, [notice])
        assert find_candidates(Index(c), MODEL_VERSION, [Edit((old, new), known)]) == [0]
        transaction.rollback()


def score_all(notices: Sequence[Notice], profile: Profile | None, data: st.DataObject) -> Scored:
    """What is kept of a version; now and then by an older model, which says nothing of today's scores."""
    kept = {}
    for number, notice in enumerate(notices) if profile else ():
        evidence = find_evidence(read_notice(notice), prepare(profile))
        score = score_evidence(evidence)
        if is_near(evidence) and any(reason.points > 0 for reason in score.reasons):
            kept[number] = float(score.points)
    old = data.draw(st.lists(st.integers(0, 9), min_size=len(kept), max_size=len(kept)))
    models = np.array([int(each == 0) for each in old], np.int64)
    points = np.where(models == 1, 99.0, list(kept.values())) if kept else np.zeros(0)
    numbers = np.array(list(kept), np.int64)
    return Scored(numbers, points, np.ones(len(kept), np.int64), models, (MODEL_VERSION, "old"))


TEXTS = {
    "pumps": a_notice(title={"en": "Supply of water pumps"}, description={}),
    "desks": a_notice(title={"en": "Office desks"}, description={}, codes=(Code("CPV", "39130000"),)),
    "german": a_notice(
        language="de", title={"de": "Lieferung von Einmalhandschuhen für die Klinik"}, description={}, codes=()
    ),
    "chinese": a_notice(language="zh", title={"zh": "医疗设备采购"}, description={}, codes=()),
    "ukrainian": a_notice(language="uk", title={"uk": "Закупівля насосів для води"}, description={}, codes=()),
    "buyer": a_notice(
        title={"en": "Works"}, description={}, codes=(), buyers=(Buyer("Hospital of Norbridge"),),
        documents=(Document("https://x.example", "Drawings of turbines"),),
    ),
    "acronym": a_notice(title={"en": "IT services"}, description={}, codes=()),
    "long": a_notice(title={"en": f"Model {'x1' * 50} of a kind"}, description={}, codes=()),
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pump", {"pumps"}),
        ("pum*", {"pumps"}),
        ("~pupms", {"pumps"}),
        ('"water pump"', {"pumps"}),
        ('"water desk"', set()),
        ("Handschuhe", {"german"}),
        ("设备", {"chinese"}),
        ("насос", {"ukrainian"}),
        ("buyer:hospital", {"buyer"}),
        ("doc:turbin*", {"buyer"}),
        ("doc:~turbnies", {"buyer"}),
        ("hospital", set()),
        ("IT solutions", set()),
        ("=pumps", {"pumps"}),
        ("CPV:39*", {"desks"}),
        ("lang:de (Klinik OR Spital)", {"german"}),
        ("x1" * 50, {"long"}),
        (f"{'x1' * 45}*", {"long"}),
    ],
)
@pytest.mark.parametrize("in_segments", [0, len(TEXTS)])
def test_an_added_line_touches_what_has_it(engine: Engine, line: str, expected: set[str], in_segments: int) -> None:
    names = list(TEXTS)
    before = a_profile(keywords=Keywords(("zebra",)), codes={})
    after = replace(before, keywords=Keywords(("zebra", line)))
    with engine.begin() as c:
        store(c, list(TEXTS.values()), in_segments)
        stored = Index(c).count()
        found = written(c, (before, after))
        every = candidates(c, before, after)
    assert {names[number] for number in found} == expected
    assert stored == len(TEXTS)
    assert by_what_is_written(list(TEXTS.values()), (before, after)) <= set(found)
    assert by_brute_force(list(TEXTS.values()), (before, after), near=True) <= set(every)


def test_a_minus_word_touches_only_what_the_profile_wants(engine: Engine) -> None:
    before = a_profile(keywords=Keywords(("pump",)), codes={})
    wanted = a_notice(title={"en": "Pumps for an office"}, description={})
    with engine.begin() as c:
        store(c, [*TEXTS.values(), wanted])
        edit = (before, replace(before, keywords=Keywords(("pump",), ("office",))))
        assert written(c, edit) == [len(TEXTS)]


def test_another_threshold_touches_what_lies_between(engine: Engine) -> None:
    before = a_profile(keywords=Keywords(("pump",), ("office",)), codes={"CPV": ("39",)})
    points, model = np.array([70.0, 40.5, 33.0]), version_of(None)
    scored = Scored(np.array([0, 1, 2]), points, np.ones(3, int), np.zeros(3, int), (model,))
    with engine.begin() as c:
        store(c, list(TEXTS.values()))
        edit = Edit((before, replace(before, threshold=41)), Known(scored, {1: before}))
        found = [number for part in stream_candidates(Index(c), model, edit) for number in part]
    assert found == [1]


def test_words_of_another_release_are_in_every_answer(engine: Engine) -> None:
    before = a_profile(keywords=Keywords(("pump",)), codes={})
    with engine.begin() as c:
        store(c, [TEXTS["desks"]])
        save_loose(c, [(7, to_findable(read_notice(TEXTS["desks"])))], replace(VERSIONS, words="0"))
        found = written(c, (before, replace(before, keywords=Keywords(("pump", "zebra")))))
    assert found == [7]


def test_meanings_by_another_model_are_in_every_answer_until_the_notice_is_matched_again(engine: Engine) -> None:
    before = a_profile(keywords=Keywords(("pump",)), codes={})
    after, desks = replace(before, keywords=Keywords(("pump", "zebra"))), to_findable(read_notice(TEXTS["desks"]))
    known = Known(Scored(*(np.zeros(0, np.int64),) * 4, ()), {})
    with engine.begin() as c:
        store(c, [TEXTS["desks"]])
        save_loose(c, [(7, desks)], replace(VERSIONS, meaning="old"))
        assert find_candidates(Index(c), MODEL_VERSION, [Edit((before, after), known)]) == [7]
        save_loose(c, [(7, desks)], VERSIONS)
        assert find_candidates(Index(c), MODEL_VERSION, [Edit((before, after), known)]) == []


def test_an_edit_of_very_many_lines_is_held_against_everything(engine: Engine) -> None:
    many = tuple(CatalogueItem("", f"thing{'x' * (number % 20)} {number}") for number in range(4000))
    with engine.begin() as c:
        store(c, list(TEXTS.values()))
        assert len(candidates(c, None, a_profile(catalogue=many))) == len(TEXTS)


def test_words_are_cut(engine: Engine) -> None:
    assert engine is not None
    assert max(map(len, to_words(read_notice(TEXTS["long"])).split("\n"))) == LONGEST_WORD


def test_a_profile_that_stays_the_same_touches_nothing(engine: Engine) -> None:
    same: Profile = a_profile()
    with engine.begin() as c:
        store(c, list(TEXTS.values()))
        assert candidates(c, same, replace(same, name="Another name")) == []
