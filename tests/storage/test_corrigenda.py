"""What corrects a notice becomes its revision, in any order, once, and is not taken back by the notice's own page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from domain.notices import Correction, Kind, Move, Notice, Precision, Status, ZoneFrom
from storage.engine import open_engine, reading, writing
from storage.migrate import upgrade
from storage.notices import Saved, find_notice, find_revisions, save_notices
from storage.schema import notices
from tests.factories import NOW, a_lot, a_notice, a_run

SOURCE = "eu_test"
D0, D1, D2 = (datetime(2026, 12, day, 12, tzinfo=UTC) for day in (1, 8, 15))


def a_target(**fields: object) -> Notice:
    return a_notice(**{"source": SOURCE, "key": "10-2026", "deadline_at": D0, "procedure_id": "10-2026", **fields})


def moving(key: str, day: int, to: datetime, target: str = "10-2026", **fields: object) -> Notice:
    """A corrigendum that tells field by field what it moves."""
    moves = (Move("deadline_at", to.isoformat(), None, (), Precision.MINUTE, ZoneFrom.PRINTED),)
    return a_change(key, day, Correction(target, moves=moves), deadline_at=to, **fields)


def replacing(key: str, day: int, to: datetime, target: str = "10-2026", **fields: object) -> Notice:
    """A change notice that is a whole new version."""
    return a_change(key, day, Correction(target, replaces=Kind.TENDER), deadline_at=to, **fields)


def a_change(key: str, day: int, correction: Correction, **fields: object) -> Notice:
    named = {
        "source": SOURCE,
        "key": key,
        "kind": Kind.CHANGE,
        "status": Status.UNKNOWN,
        "changes": correction.target,
        "procedure_id": "10-2026",
        "published_at": datetime(2026, 11, day, tzinfo=UTC),
        "correction": correction,
    }
    return a_notice(**{**named, **fields})


def save(
    engine: Engine, *given: Notice, now: datetime = NOW, partial: frozenset[str] = frozenset(), page: str = "a" * 64
) -> Saved:
    with writing(engine) as c:
        run_id = a_run(c, SOURCE)
        return save_notices(c, given, run_id=run_id, now=now, baseline=False, page=page, partial=partial)


def read(engine: Engine, key: str = "10-2026") -> Notice:
    with reading(engine) as c:
        found = find_notice(c, SOURCE, key)
    assert found is not None
    return found.notice


def history(engine: Engine, key: str = "10-2026") -> list[tuple[str | None, dict[str, tuple[object, object]]]]:
    with reading(engine) as c:
        found = find_notice(c, SOURCE, key)
        assert found is not None
        return [
            (each.brought_by, {change.field: (change.old, change.new) for change in each.changes})
            for each in find_revisions(c, found.id)
        ]


def test_a_corrigendum_is_stored_and_becomes_a_revision_of_its_target(engine: Engine) -> None:
    save(engine, a_target())
    saved = save(engine, moving("20-2026", 3, D1), page="b" * 64)
    assert (saved.new, saved.changed) == (1, 1)
    assert read(engine).deadline_at == D1
    assert read(engine, "20-2026").kind is Kind.CHANGE
    assert history(engine) == [(None, {}), ("20-2026", {"deadline_at": (D0.isoformat(), D1.isoformat())})]


@pytest.mark.parametrize("whole", [True, False])
def test_the_target_may_come_later_and_what_corrects_it_is_told_as_a_change(engine: Engine, whole: bool) -> None:
    changing = replacing if whole else moving
    save(engine, changing("21-2026", 5, D2))
    save(engine, changing("20-2026", 3, D1))
    saved = save(engine, a_target())
    assert (saved.new, saved.changed) == (1, 0)
    assert read(engine).deadline_at == D2
    assert [by for by, _ in history(engine)] == [None, "20-2026", "21-2026"]


def test_the_targets_own_page_read_again_takes_nothing_back(engine: Engine) -> None:
    save(engine, a_target())
    save(engine, moving("20-2026", 3, D1))
    for _ in range(3):
        saved = save(engine, a_target(), moving("20-2026", 3, D1))
        assert (saved.new, saved.changed, saved.same) == (0, 0, 2)
    assert len(history(engine)) == 2


def test_what_else_the_targets_own_page_moves_is_a_revision_and_keeps_the_correction(engine: Engine) -> None:
    save(engine, a_target())
    save(engine, moving("20-2026", 3, D1))
    save(engine, a_target(title={"en": "Supply of pumps"}), now=NOW + timedelta(days=5))
    assert (read(engine).title, read(engine).deadline_at) == ({"en": "Supply of pumps"}, D1)
    assert history(engine)[-1] == (None, {"title": ({"en": "Supply of water pumps"}, {"en": "Supply of pumps"})})


def test_a_field_that_the_own_page_moves_after_the_corrigendum_is_the_own_pages(engine: Engine) -> None:
    save(engine, a_target())
    save(engine, moving("20-2026", 3, D1))
    save(engine, a_target(deadline_at=D2), now=NOW + timedelta(days=5))
    assert read(engine).deadline_at == D2
    save(engine, moving("20-2026", 3, D1), a_target(deadline_at=D2), now=NOW + timedelta(days=6))
    assert (read(engine).deadline_at, len(history(engine))) == (D2, 3)


def test_a_chain_of_changes_reaches_the_first_notice_by_identifiers(engine: Engine) -> None:
    save(engine, a_target(identifier="uuid-1-01"))
    save(engine, replacing("20-2026", 3, D1, "uuid-1-01", identifier="uuid-2-01", procedure_id=None))
    save(engine, replacing("30-2026", 5, D2, "uuid-2-01", identifier="uuid-3-01", procedure_id=None))
    assert [read(engine, key).deadline_at for key in ("10-2026", "20-2026", "30-2026")] == [D2] * 3
    assert [by for by, _ in history(engine)] == [None, "20-2026", "30-2026"]
    with reading(engine) as c:
        assert len(set(c.execute(select(notices.c.procedure_id)).scalars())) == 1


def test_a_cancellation_closes_its_target_and_reads_as_a_change(engine: Engine) -> None:
    save(engine, a_target())
    save(engine, replacing("20-2026", 3, D0, status=Status.CANCELLED))
    assert read(engine).status is Status.CANCELLED
    assert history(engine)[-1] == ("20-2026", {"status": ("open", "cancelled")})
    save(engine, a_target())
    assert (read(engine).status, len(history(engine))) == (Status.CANCELLED, 2)


def test_an_award_that_gave_the_procedure_up_cancels_its_call(engine: Engine) -> None:
    save(engine, a_target())
    ended = Correction("10-2026", moves=(Move("status", "cancelled"),))
    save(engine, a_change("20-2026", 3, ended, kind=Kind.AWARD, status=Status.CANCELLED, changes=None))
    assert (read(engine).status, read(engine).kind) == (Status.CANCELLED, Kind.TENDER)


def test_a_modification_of_a_contract_touches_no_tender(engine: Engine) -> None:
    save(engine, a_target())
    changed = Correction("10-2026", replaces=Kind.MODIFICATION)
    save(engine, a_change("20-2026", 3, changed, deadline_at=D2, status=Status.AWARDED))
    save(engine, a_target(key="30-2026", kind=Kind.MODIFICATION, deadline_at=D2, status=Status.AWARDED))
    assert (read(engine), len(history(engine))) == (a_target(), 1)


def test_one_lots_deadline_leaves_the_others(engine: Engine) -> None:
    save(engine, a_target(lots=(a_lot("1"), a_lot("2"))))
    move = Move("deadline_at", D1.isoformat(), None, ("Lot 2",), Precision.MINUTE, ZoneFrom.PRINTED)
    save(engine, a_change("20-2026", 3, Correction("10-2026", moves=(move,))))
    assert [lot.deadline_at for lot in read(engine).lots] == [None, D1]
    assert read(engine).deadline_at == D0
    unknown = replace(move, lots=("7",), new=D2.isoformat())
    save(engine, a_change("21-2026", 4, Correction("10-2026", moves=(unknown,))))
    assert D2 not in [read(engine).deadline_at, *(lot.deadline_at for lot in read(engine).lots)]


def test_words_and_codes_move_only_where_the_old_ones_stand(engine: Engine) -> None:
    save(engine, a_target())
    moves = (
        Move("description", "Fifteen", "Twelve"),
        Move("title", "never", "words that do not stand there"),
        Move("codes", "42122130", "42122000"),
        Move("codes", "45000000", "33000000"),
    )
    save(engine, a_change("20-2026", 3, Correction("10-2026", moves=moves)))
    found = read(engine)
    assert found.description == {"en": "Fifteen centrifugal pumps for the waterworks of Norbridge."}
    assert found.title == a_target().title
    assert [code.id for code in found.codes] == ["42122130"]


def test_a_target_whose_row_came_first_is_known_by_its_identifier_once_it_is_read(engine: Engine) -> None:
    save(engine, a_target(description={}), partial=frozenset({"10-2026"}))
    save(engine, replacing("20-2026", 3, D1, "uuid-1-01"))
    assert read(engine).deadline_at == D0
    save(engine, a_target(identifier="uuid-1-01"))
    assert read(engine).deadline_at == D1
    assert [by for by, _ in history(engine)] == [None, "20-2026"]


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/t.db", None)
        yield Path(folder) / "t.db"


FIELD_BY_FIELD = {
    "c1": moving("99-2026", 3, D1),
    "c2": moving("101-2026", 3, D2),
    "c3": a_change("200-2026", 6, Correction("10-2026", moves=(Move("status", "cancelled"),))),
}
CHAIN = {
    "c1": replacing("99-2026", 3, D1, "uuid-a-01", identifier="uuid-b-01"),
    "c2": replacing("101-2026", 4, D2, "uuid-b-01", identifier="uuid-c-01", title={"en": "Pumps"}),
    "c3": replacing("200-2026", 6, D2, "uuid-c-01", status=Status.CANCELLED, title={"en": "Pumps"}),
}
STEPS = ["target", "row", "c1", "c2", "c3", "again"]


@settings(max_examples=150)
@given(
    order=st.lists(st.lists(st.sampled_from(STEPS), min_size=1, max_size=3), max_size=8),
    chain=st.booleans(),
    last=st.permutations(["target", "c1", "c2", "c3"]),
)
def test_any_order_and_repetition_gives_one_end_and_no_revision_twice(
    template: Path, order: Sequence[list[str]], chain: bool, last: list[str]
) -> None:
    """Pages in any order, then each once more: the same end, and then nothing moves any more."""
    changes = CHAIN if chain else FIELD_BY_FIELD
    whole = a_target(identifier="uuid-a-01")
    row = a_target(description={}, codes=())
    pages = {"target": [whole], "row": [row], **{name: [each] for name, each in changes.items()}}
    pages["again"] = [whole, *changes.values()]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "t.db"
        file.write_bytes(template.read_bytes())
        engine = open_engine(f"sqlite:///{file}")
        moment = NOW
        for names in [*order, *([name] for name in last)]:
            moment += timedelta(hours=1)
            given_ = {each.key: each for name in names for each in pages[name]}
            thin = frozenset({row.key} if row in given_.values() else ())
            save(engine, *given_.values(), now=moment, partial=thin)
        ended = read(engine)
        assert ended.deadline_at == D2
        assert ended.status is Status.CANCELLED
        assert ended.title == ({"en": "Pumps"} if chain else whole.title)
        assert (ended.description, ended.kind) == (whole.description, Kind.TENDER)
        if chain:
            assert [read(engine, each.key).deadline_at for each in changes.values()] == [D2] * 3
        versions = told(engine)
        assert len(set(versions)) == len(versions)
        saved = save(engine, *pages["again"], now=moment + timedelta(days=1))
        assert (saved.new, saved.changed, told(engine)) == (0, 0, versions)
        engine.dispose()


def told(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as c:
        found = find_notice(c, SOURCE, "10-2026")
        assert found is not None
        return [
            (each.notice.deadline_at, each.notice.status, *each.notice.title.values(), len(each.notice.codes))
            for each in find_revisions(c, found.id)
        ]
