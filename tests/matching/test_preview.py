"""What an edit would change: the same as saving it changes, with the words that did it, and nothing is written."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from domain.notices import Kind
from domain.profiles import Keywords, Profile
from matching.preview import Effect, Preview, Shift, begin_preview, find_causes, stream_shifts
from matching.preview_words import Verdict, WordReport, report_words
from matching.profiles import digest
from matching.run import match_stored
from matching.search.index import Index
from storage.engine import reading, writing
from storage.opportunities import find_opportunities
from storage.profiles import save_profile
from tests.factories import NOW, a_notice, a_profile, stored

LONG_AGO = NOW - timedelta(days=3650)
TITLES = {
    "a": "Supply of water pumps", "b": "Valve of a kind", "c": "Toy pumps", "d": "Office desks", "e": "Heat exchangers",
}  # fmt: skip


def save(engine: Engine, profile: Profile) -> None:
    with writing(engine) as c:
        save_profile(c, profile, author="M", reason="r", origin=None, digest=digest(profile), now=NOW)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    save(engine, OLD)
    with writing(engine) as c:
        made = [a_notice(key=key, title={"en": title}, description={}, codes=()) for key, title in TITLES.items()]
        stored(c, *made)
    match_stored(engine, NOW)
    return engine


OLD = a_profile(keywords=Keywords(("pump", "valve"), ("toy",)), codes={})
NEW = replace(OLD, keywords=Keywords(("pump", "heat", "zebra"), ("office",)))


def shifts(c: Connection, old: Profile | None, new: Profile) -> tuple[Preview, list[Shift]]:
    preview = begin_preview(c, old, new, LONG_AGO)
    return preview, list(stream_shifts(c, preview))


def test_what_is_added_and_removed_with_the_words_that_did_it(filled: Engine) -> None:
    with reading(filled) as c:
        preview, found = shifts(c, OLD, NEW)
    by_key = {each.stored.notice.key: each for each in found}
    assert {key: each.effect for key, each in by_key.items()} == {
        "b": Effect.REMOVED, "c": Effect.ADDED, "e": Effect.ADDED,
    }  # fmt: skip
    assert ("heat", True) in {(cause.reason.matched, cause.gained) for cause in by_key["e"].causes}
    assert ("valve", False) in {(cause.reason.matched, cause.gained) for cause in by_key["b"].causes}
    first = by_key["c"].causes[0]
    assert (first.reason.matched, first.reason.stops, first.gained) == ("toy", True, False)
    assert by_key["e"].before.points < NEW.threshold <= by_key["e"].after.points
    assert (preview.counts[Effect.ADDED], preview.counts[Effect.REMOVED], preview.index.count()) == (2, 1, 5)
    assert preview.read == 3, "what the profile is about has moved, but makes nothing else of the other two"


def test_a_quick_preview_reads_only_what_has_a_changed_word(filled: Engine) -> None:
    with reading(filled) as c:
        preview = begin_preview(c, OLD, NEW, LONG_AGO, by_meaning=False)
        found = {each.stored.notice.key: each.effect for each in stream_shifts(c, preview)}
    assert found == {"b": Effect.REMOVED, "c": Effect.ADDED, "e": Effect.ADDED}
    assert preview.read == 3


def test_the_preview_says_what_saving_does(filled: Engine) -> None:
    with reading(filled) as c:
        _, found = shifts(c, OLD, NEW)
        before = {view.notice.notice.key for view in find_opportunities(c)}
    save(filled, NEW)
    match_stored(filled, NOW)
    with reading(filled) as c:
        after = {view.notice.notice.key for view in find_opportunities(c)}
    assert after - before == {each.stored.notice.key for each in found if each.effect is Effect.ADDED}
    assert before - after == {each.stored.notice.key for each in found if each.effect is Effect.REMOVED}


def test_a_new_profile_adds_all_that_it_finds(filled: Engine) -> None:
    with reading(filled) as c:
        _, found = shifts(c, None, replace(NEW, id="other"))
    assert {each.stored.notice.key for each in found} == {"a", "c", "e"}


def test_another_threshold_has_no_cause_but_itself(filled: Engine) -> None:
    with reading(filled) as c:
        _, found = shifts(c, OLD, replace(OLD, threshold=95))
    assert {(each.stored.notice.key, each.effect, each.causes) for each in found} == {
        ("a", Effect.REMOVED, ()), ("b", Effect.REMOVED, ())
    }  # fmt: skip


def test_a_score_that_moves_keeps_the_opportunity(filled: Engine) -> None:
    with reading(filled) as c:
        preview, found = shifts(c, OLD, replace(OLD, keywords=Keywords((*OLD.keywords.include, "water"), ("toy",))))
    assert [(each.stored.notice.key, each.effect) for each in found] == [("a", Effect.MOVED)]
    assert preview.counts[Effect.MOVED] == 1


def test_a_procedure_that_another_notice_keeps_is_not_lost(filled: Engine) -> None:
    with writing(filled) as c:
        stored(c, a_notice(key="b1", procedure_id="P", title={"en": "Valve"}, description={}, codes=()))
        stored(c, a_notice(key="b2", procedure_id="P", title={"en": "A pump"}, description={}, codes=()))
    match_stored(filled, NOW)
    with reading(filled) as c:
        _, found = shifts(c, OLD, replace(OLD, keywords=Keywords(("pump",), ("toy",))))
    assert {each.stored.notice.key for each in found if each.effect is not Effect.MOVED} == {"b"}


def test_old_notices_are_left_out_and_unmatched_ones_are_not(filled: Engine) -> None:
    with writing(filled) as c:
        stored(c, a_notice(key="new", title={"en": "Heat"}, description={}, codes=()))
        stored(c, a_notice(key="old", published_at=LONG_AGO, title={"en": "Heat"}, description={}, codes=()))
    with reading(filled) as c:
        preview = begin_preview(c, OLD, NEW, NOW - timedelta(days=30))
        found = {each.stored.notice.key for each in stream_shifts(c, preview)}
    assert found == {"b", "c", "e", "new"}
    assert preview.waiting == 1


def test_a_word_that_only_counts_for_more_is_no_cause(filled: Engine) -> None:
    with reading(filled) as c:
        _, (shift,) = shifts(c, OLD, replace(OLD, keywords=Keywords(("water", "pump", "valve"), ("toy",))))
    assert {cause.reason.matched for cause in shift.causes} == {"water"}
    assert find_causes(shift.after, shift.after) == ()


def words(engine: Engine, profile: Profile) -> dict[str, WordReport]:
    with reading(engine) as c:
        return {each.line: each for each in report_words(c, Index(c), profile, LONG_AGO)}


def test_what_words_are_worth(filled: Engine) -> None:
    with writing(filled) as c:
        stored(c, a_notice(key="f", kind=Kind.AWARD, title={"en": "Lathes"}, description={}, codes=()))
        for number in range(4):
            title = {"en": f"Services of kind {number}"}
            stored(c, a_notice(key=f"s{number}", title=title, description={}, codes=()))
    match_stored(filled, NOW)
    found = words(filled, replace(OLD, keywords=Keywords(("pump", "zebra", "lathe", "services"), ("toy", "insulin"))))
    assert {line: each.verdict for line, each in found.items()} == {
        "pump": Verdict.USEFUL, "zebra": Verdict.NEVER, "lathe": Verdict.REJECTED, "services": Verdict.NEARLY_ALL,
        "toy": Verdict.USEFUL, "insulin": Verdict.NEVER,
    }  # fmt: skip
    assert [reason.rule for reason in found["lathe"].stopped_by] == ["kind"]
    assert found["services"].share == pytest.approx(0.4)
    assert (found["toy"].minus, found["pump"].minus) == (True, False)


def test_a_phrase_whose_words_stand_apart_was_never_found(filled: Engine) -> None:
    found = words(filled, replace(OLD, keywords=Keywords(("pumps water", "pump"))))
    assert (found["pumps water"].verdict, found["pumps water"].at_most) == (Verdict.NEVER, 1)


def test_what_people_rejected_counts(filled: Engine) -> None:
    with reading(filled) as c:
        (report,) = report_words(
            c, Index(c), replace(OLD, keywords=Keywords(("valve",))), LONG_AGO, frozenset(range(1, 100))
        )
    assert report.verdict is Verdict.REJECTED


def test_nothing_is_written(filled: Engine) -> None:
    with reading(filled) as c:  # refuses every write
        shifts(c, OLD, NEW)
    with reading(filled) as c:
        assert {view.notice.notice.key for view in find_opportunities(c)} == {"a", "b"}
