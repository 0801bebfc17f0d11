"""Matches what is stored and not yet matched, by state, until nothing is left; each batch commits at its epoch only."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event as Signal

import structlog
from sqlalchemy import Connection, Engine

from domain.alerts import Event, EventKind
from domain.errors import EpochMoved
from domain.opportunities import Opportunity
from matching.events import Standing, decide
from matching.evidence import find_evidence
from matching.meaning.heads import Heads
from matching.reading import read_notice
from matching.score import is_near, score_evidence, version_of
from matching.shelf import Shelf
from storage.engine import reading, writing
from storage.events import find_notes
from storage.matches import Assessed, Match, NewEvent, Unmatched, find_unmatched, forget_matches, save_assessments
from storage.opportunities import find_standing

AT_ONCE = 200  # notices in one transaction: under 200 ms on SQLite

_UNDATED = datetime.min.replace(tzinfo=UTC)  # of an event that has not been written yet

log = structlog.get_logger()


@dataclass(slots=True)
class Matched:
    """What was done: notices matched, (notice, profile) pairs that qualify, and batches done again after an edit."""

    notices: int = 0
    qualified: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one reading transaction saw: nothing in it is newer than the epoch, or the batch cannot be saved."""

    epoch: int
    found: tuple[Unmatched, ...]
    standing: dict[tuple[int, str], Standing]


def match_stored(
    engine: Engine,
    now: datetime,
    on_progress: Callable[[int], None] | None = None,
    *,
    again: bool = False,
    stop: Signal | None = None,
    shelf: Shelf | None = None,
    heads: Heads | None = None,
) -> Matched:
    """Matches every stored notice that is not matched in its revision with the newest profiles.

    `on_progress` is told how many notices are matched so far; `again` forgets first what was matched. `now` (aware) is
    only recorded. `stop` ends it after a batch. `shelf` is what a process keeps from one call to the next, `heads`
    what was learnt from stored notices.
    No match is lost to an edit: a batch that an edit overtakes is thrown away and read again.
    """
    done, shelf = Matched(), shelf or Shelf()
    if again:
        with writing(engine) as c:
            forget_matches(c)
    while True:
        with reading(engine) as c:
            batch = _read(c, shelf)
        if not batch.found or (stop and stop.is_set()):
            level = log.info if done.notices else log.debug
            level("matched", notices=done.notices, qualified=done.qualified, again=done.again)
            return done
        matches = _match(batch, shelf, heads)
        try:
            with writing(engine) as c:
                save_assessments(c, batch.epoch, matches, model_version=version_of(heads), now=now)
        except EpochMoved:
            done.again += 1
            continue
        _count(done, matches)
        if on_progress:
            on_progress(done.notices)


def _read(c: Connection, shelf: Shelf) -> _Batch:
    shelf.refresh(c)
    found = tuple(find_unmatched(c, shelf.epoch, AT_ONCE))
    opportunities = find_standing(c, {each.stored.procedure_id for each in found})
    # Without a change there is nothing to tell of what was announced; after an edit that is nearly every notice.
    telling = {each.stored.procedure_id for each in found if each.previous or not each.matched_revision}
    standing = {key: _find_told(c, each) if key[0] in telling else Standing() for key, each in opportunities.items()}
    return _Batch(shelf.epoch, found, standing)


def _find_told(c: Connection, opportunity: Opportunity) -> Standing:
    events = tuple(event for event, _, _ in find_notes(c, opportunity.id))
    return Standing(any(event.kind is EventKind.NEW for event in events), events)


def _match(batch: _Batch, shelf: Shelf, heads: Heads | None) -> list[Match]:
    """Scores the profiles that a notice may be near to, and those whose opportunity its procedure already is."""
    standing, matches = dict(batch.standing), []
    known: dict[int, set[str]] = defaultdict(set)
    for procedure, profile in standing:
        known[procedure].add(profile)
    readings = [read_notice(found.stored.notice, heads) for found in batch.found]
    for found, notice, ids in zip(batch.found, readings, shelf.index.find_candidates(readings), strict=True):
        assessed, procedure = [], found.stored.procedure_id
        for version in shelf.sort({*ids, *known[procedure]}):
            key = (procedure, version.profile.id)
            evidence, before = find_evidence(notice, shelf.index.prepared(version.profile.id)), standing.get(key)
            if before is None and not is_near(evidence):
                continue
            score = score_evidence(evidence)
            events = decide(found, version, score, before or Standing())
            assessed.append(Assessed(version, score, events))
            if events:
                standing[key] = _add(before or Standing(), events)
                known[procedure].add(version.profile.id)
        matches.append(Match(found.stored, tuple(assessed), found.held))
    return matches


def _add(before: Standing, events: Sequence[NewEvent]) -> Standing:
    """A notice and what changes it may lie in one batch: what the first tells, the second need not."""
    told = tuple(Event(0, event.kind, None, _UNDATED, event.payload) for event in events)
    return Standing(before.announced or any(event.kind is EventKind.NEW for event in events), (*before.events, *told))


def _count(done: Matched, matches: Sequence[Match]) -> None:
    done.notices += len(matches)
    done.qualified += sum(each.qualified for match in matches for each in match.assessed)
