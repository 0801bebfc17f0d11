"""Matching what is stored: by state, at an epoch, with its events; an edit racing a crawl loses nothing."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.alerts import EventKind
from domain.notices import Kind, Money, Notice, Status
from domain.profiles import Keywords, Profile
from matching import run
from matching.evidence import find_evidence
from matching.profiles import digest
from matching.reading import read_notice
from matching.run import match_stored
from matching.score import is_near, prepare, score
from storage.engine import reading, writing
from storage.events import find_notes
from storage.notices import iterate_notices, save_notices
from storage.opportunities import find_assessments, find_opportunities
from storage.profiles import find_epoch, find_profiles, save_profile
from storage.unmatched import find_unmatched, has_unmatched
from tests.factories import NOW, a_lot, a_notice, a_profile, a_run, stored

LATER = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)


def save(engine: Engine, *notices: Notice, baseline: bool = False) -> None:
    with writing(engine) as c:
        stored(c, *notices, baseline=baseline)


def edit(engine: Engine, **fields: Any) -> None:
    profile = a_profile(**fields)
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest=digest(profile), now=NOW)


def told(engine: Engine, profile: str = "pumps") -> list[tuple[EventKind, dict[str, Any]]]:
    """The events of the profile's opportunities, oldest first."""
    with reading(engine) as c:
        views = find_opportunities(c, profile=profile, qualified_only=False)
        events = [event for view in views for event, _, _ in find_notes(c, view.opportunity.id)]
    return [(event.kind, event.payload) for event in sorted(events, key=lambda event: event.id)]


def kinds(engine: Engine) -> list[EventKind]:
    return [kind for kind, _ in told(engine)]


def after(engine: Engine, notice: Notice) -> list[tuple[EventKind, dict[str, Any]]]:
    """What is told when the notice stands as given; the NEW before it is left out."""
    save(engine, notice)
    match_stored(engine, NOW)
    return told(engine)[1:]


@pytest.fixture
def announced(engine: Engine) -> Engine:
    """A database where one tender has been announced to the pumps team."""
    edit(engine)
    save(engine, a_notice(procedure_id="P1"))
    match_stored(engine, NOW)
    assert kinds(engine) == [EventKind.NEW]
    return engine


def test_what_qualifies_is_new_once(engine: Engine) -> None:
    edit(engine)
    save(engine, a_notice(), a_notice(key="2", title={"en": "Toy cars"}, description={}, codes=()))
    steps: list[int] = []
    done = match_stored(engine, NOW, steps.append)
    assert (done.notices, done.qualified, done.again, steps) == (2, 1, 0, [2])
    ((kind, payload),) = told(engine)
    assert kind is EventKind.NEW
    assert payload == {
        "source": "gb_test",
        "notice": "gb_test:ocds-test-1",
        "notice_id": 1,
        "revision": 1,
        "kind": "tender",
        "status": "open",
        "deadline_at": "2026-12-01T12:00:00+00:00",
        "score": 81,
    }
    assert match_stored(engine, NOW).notices == 0
    assert match_stored(engine, NOW, again=True).notices == 2
    assert kinds(engine) == [EventKind.NEW]


def test_without_profiles_notices_count_as_matched(engine: Engine) -> None:
    save(engine, a_notice())
    assert match_stored(engine, NOW).notices == 1
    edit(engine)
    match_stored(engine, NOW)
    assert [payload["baseline"] for _, payload in told(engine)] == ["edit of profile pumps (version 1)"]


def test_a_first_run_is_baseline(engine: Engine) -> None:
    edit(engine)
    save(engine, a_notice(), baseline=True)
    match_stored(engine, NOW)
    assert [payload["baseline"] for _, payload in told(engine)] == ["first run of gb_test"]


def test_a_baseline_notice_that_qualifies_by_a_later_revision_is_news(engine: Engine) -> None:
    edit(engine, codes={})
    save(engine, a_notice(title={"en": "Supply"}, description={}), baseline=True)
    match_stored(engine, NOW)
    save(engine, a_notice())
    match_stored(engine, NOW)
    ((kind, payload),) = told(engine)
    assert kind is EventKind.NEW
    assert "baseline" not in payload


def test_an_edit_gives_and_takes_in_silence(engine: Engine) -> None:
    edit(engine, keywords=Keywords(("helicopter",)), codes={})
    save(engine, a_notice())
    match_stored(engine, NOW)
    assert told(engine) == []
    edit(engine)
    match_stored(engine, NOW)
    assert [payload["baseline"] for _, payload in told(engine)] == ["edit of profile pumps (version 2)"]
    edit(engine, keywords=Keywords(("pump",), ("water",)))
    match_stored(engine, NOW)
    assert len(told(engine)) == 1
    with reading(engine) as c:
        (view,) = find_opportunities(c, qualified_only=False)
        assessed = find_assessments(c, view.opportunity.id)
    assert (view.opportunity.score, view.opportunity.qualified) == (0, False)
    assert [(each.profile_version, each.score) for each in assessed] == [(2, 81), (3, 0)]
    assert [reason.rule for reason in assessed[1].reasons if reason.stops] == ["minus word"]


def test_a_moved_deadline(announced: Engine) -> None:
    ((kind, payload),) = after(announced, a_notice(procedure_id="P1", deadline_at=LATER))
    assert kind is EventKind.DEADLINE_MOVED
    assert payload["deadline_at"] == "2026-12-15T12:00:00+00:00"
    assert payload["changes"] == [
        {"field": "deadline_at", "old": "2026-12-01T12:00:00+00:00", "new": "2026-12-15T12:00:00+00:00"}
    ]


def test_a_moved_deadline_of_a_lot(announced: Engine) -> None:
    lots = (a_lot(deadline_at=NOW), a_lot("2"))
    assert after(announced, a_notice(procedure_id="P1", lots=lots))[0][0] is EventKind.CHANGED
    moved = after(announced, a_notice(procedure_id="P1", lots=(replace(lots[0], deadline_at=LATER), lots[1])))
    assert moved[-1][0] is EventKind.DEADLINE_MOVED
    assert moved[-1][1]["changes"][0]["field"] == "lots[1].deadline_at"


@pytest.mark.parametrize(
    "fields",
    [
        {"value": Money(Decimal("1"), "GBP")},
        {"title": {"en": "Pumps and pipes"}},
        {"description": {"en": "x" * 5000}},
        {"lots": (a_lot(),)},
        {"kind": Kind.AWARD},
        {"kind": Kind.PLANNING},
    ],
)
def test_other_material_changes(announced: Engine, fields: dict[str, Any]) -> None:
    ((kind, payload),) = after(announced, a_notice(procedure_id="P1", **fields))
    assert kind is EventKind.CHANGED
    assert [change["field"].split("[")[0] for change in payload["changes"]] == list(fields)
    assert len(str(payload)) < 2000


@pytest.mark.parametrize("fields", [{"url": "https://portal.example/other"}, {"published_at": LATER}, {"regions": ()}])
def test_changes_that_nobody_needs_to_hear_of(announced: Engine, fields: dict[str, Any]) -> None:
    assert after(announced, a_notice(procedure_id="P1", **fields)) == []


@pytest.mark.parametrize("fields", [{"status": Status.CANCELLED}, {"kind": Kind.CANCELLATION}])
def test_a_cancellation(announced: Engine, fields: dict[str, Any]) -> None:
    ((kind, _),) = after(announced, a_notice(procedure_id="P1", **fields))
    assert kind is EventKind.CANCELLED


def test_a_cancellation_taken_back(announced: Engine) -> None:
    after(announced, a_notice(procedure_id="P1", status=Status.CANCELLED))
    assert after(announced, a_notice(procedure_id="P1"))[-1][0] is EventKind.CHANGED


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.AWARDED, Status.CLOSED])
def test_what_is_over_when_first_seen_is_not_new(engine: Engine, status: Status) -> None:
    edit(engine)
    save(engine, a_notice(status=status))
    match_stored(engine, NOW)
    assert told(engine) == []
    save(engine, a_notice(deadline_at=LATER))
    match_stored(engine, NOW)
    assert kinds(engine) == [EventKind.NEW]


@pytest.mark.parametrize("kind", [Kind.AWARD, Kind.MODIFICATION, Kind.CANCELLATION])
def test_what_never_was_an_opportunity_is_not_told(engine: Engine, kind: Kind) -> None:
    edit(engine)
    save(engine, a_notice(kind=kind))
    match_stored(engine, NOW)
    save(engine, a_notice(kind=kind, title={"en": "Pumps again"}))
    match_stored(engine, NOW)
    assert told(engine) == []


def other(**fields: Any) -> Notice:
    """The same procedure on another portal."""
    return a_notice(source="eu_other", key="9", procedure_id="P1", **fields)


def test_a_second_portal_brings_no_second_new(announced: Engine) -> None:
    assert after(announced, other()) == []
    with reading(announced) as c:
        assert len(find_opportunities(c)) == 1


def test_two_portals_in_one_batch_are_new_once(engine: Engine) -> None:
    edit(engine)
    save(engine, a_notice(procedure_id="P1"), other())
    match_stored(engine, NOW)
    assert kinds(engine) == [EventKind.NEW]


def test_the_same_new_deadline_on_two_portals_is_told_once(announced: Engine) -> None:
    after(announced, other())
    assert len(after(announced, a_notice(procedure_id="P1", deadline_at=LATER))) == 1
    local = LATER.astimezone(timezone(timedelta(hours=1)))
    assert len(after(announced, other(deadline_at=local))) == 1
    assert len(after(announced, other(deadline_at=LATER + timedelta(days=1)))) == 2
    assert len(after(announced, a_notice(procedure_id="P1"))) == 3


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"kind": Kind.AWARD}, EventKind.CHANGED),
        ({"kind": Kind.CANCELLATION}, EventKind.CANCELLED),
        ({"status": Status.CANCELLED}, EventKind.CANCELLED),
        ({"kind": Kind.MODIFICATION}, None),
    ],
)
def test_the_end_of_a_procedure_in_another_notice(
    announced: Engine, fields: dict[str, Any], kind: EventKind | None
) -> None:
    assert [each for each, _ in after(announced, other(**fields))] == [kind] * (kind is not None)
    if kind is EventKind.CANCELLED:
        assert len(after(announced, a_notice(procedure_id="P1", status=Status.CANCELLED))) == 1


def test_a_batch_is_done_again_when_a_list_is_edited_under_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(engine, keywords=Keywords(("helicopter",)), codes={})
    save(engine, *(a_notice(key=str(number)) for number in range(5)))
    real, left = run._match, [lambda: edit(engine)]

    def slow(*args: Any) -> Any:
        matches = real(*args)
        if left:
            left.pop()()
        return matches

    monkeypatch.setattr(run, "_match", slow)
    done = match_stored(engine, NOW)
    assert (done.again, done.notices, done.qualified) == (1, 5, 5)


WORDS = ["pump", "valve", "pipe", "motor", "cable", "toy", "desk", "lamp"]


def random_notice(key: str, chance: random.Random) -> Notice:
    return a_notice(key=key, title={"en": " ".join(chance.sample(WORDS, 3))}, description={}, codes=())


def random_profile(id_: str, chance: random.Random) -> Profile:
    words = chance.sample(WORDS, 3)
    return a_profile(id=id_, keywords=Keywords(tuple(words[:2]), tuple(words[2:])), codes={})


def crawl(engine: Engine) -> None:
    """300 notices in 30 pages; a third of each page's come again on the next, changed."""
    chance = random.Random(1)
    with writing(engine) as c:
        number = a_run(c)
    for turn in range(30):
        found = [random_notice(str(key), chance) for key in range(turn * 6, turn * 6 + 10)]
        with writing(engine) as c:
            save_notices(c, found, run_id=number, now=NOW, baseline=False, page=None)


def edit_lists(engine: Engine) -> None:
    chance = random.Random(2)
    for turn in range(25):
        profile = random_profile(f"p{turn % 4}", chance)
        with writing(engine) as c:
            save_profile(c, profile, author="M", reason="r", origin=None, digest=digest(profile), now=NOW)


def test_an_edit_racing_a_crawl_loses_no_match(engine: Engine) -> None:
    """A writer of notices, an editor of lists and two matchers at once; then every pair is as by brute force."""
    over = threading.Event()

    def match() -> None:
        while not over.is_set():
            match_stored(engine, NOW)

    with ThreadPoolExecutor(4) as threads:
        matchers = [threads.submit(match), threads.submit(match)]
        try:
            for writer in [threads.submit(crawl, engine), threads.submit(edit_lists, engine)]:
                writer.result(120)
        finally:
            over.set()
        for matcher in matchers:
            matcher.result(120)
    match_stored(engine, NOW)
    assert_brute_force(engine)
    with reading(engine) as c:
        for view in find_opportunities(c, qualified_only=False, limit=10_000):
            events = [event for event, _, _ in find_notes(c, view.opportunity.id)]
            assert sum(event.kind is EventKind.NEW for event in events) <= 1


def assert_brute_force(engine: Engine) -> None:
    with reading(engine) as c:
        assert not has_unmatched(c)
        assert find_unmatched(c, find_epoch(c), 10) == []
        versions = find_profiles(c)
        views = find_opportunities(c, qualified_only=False, limit=10_000)
        found = {(view.opportunity.procedure_id, view.opportunity.profile_id): view for view in views}
        notices = list(iterate_notices(c))
    assert len(notices) == 184
    positive = 0
    for version in versions:
        prepared = prepare(version.profile)
        for each in notices:
            expected = score(each.notice, prepared)
            view = found.get((each.procedure_id, version.profile.id))
            # What was near once stays an opportunity, with the score that it has now.
            assert view or not is_near(find_evidence(read_notice(each.notice), prepared))
            if view:
                assert view.opportunity.score == expected.points
                assert view.opportunity.qualified == (expected.points >= 40)
                assert view.assessment is not None
                assert view.assessment.reasons == expected.reasons
            positive += bool(view)
    assert positive > 50
