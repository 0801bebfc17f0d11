"""On real notices of ../shared: what is published twice is found, and what only looks alike is left alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from domain.notices import Notice
from matching.joining.run import join_stored
from storage.engine import reading, writing
from storage.schema import notices
from tests.factories import NOW, stored
from tests.matching.joining.labelled import read_labelled, to_copy

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAIRS = Path(__file__).with_name("judged_pairs.tsv")  # the 300 hardest, each read by a person: same, different, unclear


def join_all(engine: Engine, given: list[Notice]) -> list[list[str]]:
    """Stores these and joins them; the procedures that have several notices, as `source:key`."""
    for start in range(0, len(given), 500):
        with writing(engine) as c:
            stored(c, *given[start : start + 500])
    join_stored(engine, NOW)
    found: dict[int, list[str]] = {}
    with reading(engine) as c:
        for row in c.execute(select(notices.c.procedure_id, notices.c.source, notices.c.key)):
            found.setdefault(row.procedure_id, []).append(f"{row.source}:{row.key}")
    return [sorted(each) for each in found.values() if len(each) > 1]


@ONE_ENGINE
def test_what_is_published_twice_is_found(shared: Path, engine: Engine) -> None:
    """Of real notices that name a buyer: at least 95 of 100 copies, and not one is given to another notice."""
    originals = [notice for notice in read_labelled(shared) if notice.buyers]
    copies = [to_copy(notice, number) for number, notice in enumerate(originals)]
    wanted = {
        tuple(sorted((f"{one.source}:{one.key}", f"{two.source}:{two.key}")))
        for one, two in zip(originals, copies, strict=True)
    }
    found = {tuple(each) for each in join_all(engine, [*originals, *copies])}
    right = len(found & wanted)
    assert right >= 0.95 * len(wanted), f"{right} of {len(wanted)}"
    assert found <= wanted, found - wanted


@ONE_ENGINE
def test_no_two_procedures_are_joined(shared: Path, engine: Engine) -> None:
    """Each real notice on a portal of its own, so that nothing but the comparison keeps them apart."""
    given = [replace(notice, source=f"portal_{number}") for number, notice in enumerate(read_labelled(shared))]
    joined = {frozenset(_name(key) for key in each) for each in join_all(engine, given)}
    judged = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert len(judged) == 300
    apart = {frozenset(map(_name, pair[:2])) for pair in judged if pair[2] == "different"}
    assert not [pair for pair in apart if any(pair <= each for each in joined)]
    read = {frozenset(map(_name, pair[:2])) for pair in judged}
    assert joined <= read, f"joined, and nobody has read them: {joined - read}"


def _name(key: str) -> str:
    return key.partition(":")[2].rpartition("/")[2]
