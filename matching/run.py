"""Matches what is stored and not yet matched, by state, until nothing is left; each batch commits at its epoch only."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import repeat
from threading import Event as Signal

import structlog
from sqlalchemy import Connection, Engine

from domain.alerts import Event, EventKind
from domain.errors import EpochMoved
from domain.opportunities import Opportunity
from domain.rates import Rates
from matching.backfill import Backfill, begin_backfill, begin_rescoring
from matching.events import Standing, decide
from matching.evidence import find_evidence
from matching.joining.run import join_stored
from matching.meaning.heads import Heads
from matching.rates import find_rates_for
from matching.reading import Reading, read_notice
from matching.remembered import Vectors
from matching.score import is_near, score_evidence, version_of
from matching.search.chances import NOTHING_KNOWN
from matching.search.keep import keep_index
from matching.search.words import WORDS_VERSION, to_findable
from matching.shelf import Shelf
from storage.engine import reading, writing
from storage.events import find_notes
from storage.matches import Assessed, Match, NewEvent, forget_matches, save_assessments
from storage.opportunities import find_standing
from storage.profiles import find_epoch
from storage.unmatched import Unmatched, find_unmatched

AT_ONCE = 200  # notices in one transaction: under 200 ms on SQLite
FEWEST = 2  # profiles that are sooner scored than looked for
NOT_MATCHED = 1  # the epoch before which only those stand that were not matched in their revision

_UNDATED = datetime.min.replace(tzinfo=UTC)  # of an event that has not been written yet

log = structlog.get_logger()


@dataclass(slots=True)
class Matched:
    """What was done: notices matched, (notice, profile) pairs that qualify, opportunities that are new, and batches
    done again after an edit."""

    notices: int = 0
    qualified: int = 0
    new: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one reading transaction saw: nothing in it is newer than the epoch, or the batch cannot be saved."""

    shelf: Shelf
    found: tuple[Unmatched, ...]
    standing: dict[tuple[int, str], Standing]
    rates: Rates
    vectors: Vectors = field(default_factory=lambda: Vectors({}), repr=False)
    backfill: Backfill | None = None

    @property
    def edited(self) -> bool:
        """Only edited profiles are asked."""
        return self.backfill is not None


def match_stored(
    engine: Engine,
    now: datetime,
    on_progress: Callable[[int], None] | None = None,
    *,
    again: bool = False,
    stop: Signal | None = None,
    shelf: Shelf | None = None,
    heads: Heads | None = None,
    rescoring: bool = True,
) -> Matched:
    """Matches every stored notice that is not matched in its revision, then what edits of profiles make another thing
    of, then (`rescoring`) what they only give another score.

    What is new or changed is first compared with other portals' notices, so that a procedure is announced once.

    `on_progress` is told how many notices are matched so far; `again` forgets first what was matched. `now` (aware) is
    only recorded. `stop` ends it after a batch. `shelf` is what a process keeps from one call to the next, `heads`
    what was learnt from stored notices.
    No match is lost to an edit: a batch that an edit overtakes is thrown away and read again.
    """
    done, shelf = Matched(), shelf or Shelf()
    if again:
        with writing(engine) as c:
            forget_matches(c)
    backfill: Backfill | None = None
    while True:
        join_stored(engine, now, stop=stop)
        with reading(engine) as c:
            batch = _read(c, shelf)
            if not batch.found:
                backfill = _continue(c, backfill, version_of(heads), rescoring=rescoring)
                batch = _read_edited(c, backfill) if backfill else batch
        if (backfill is None and not batch.found) or (stop and stop.is_set()):
            level = log.info if done.notices else log.debug
            level("matched", notices=done.notices, qualified=done.qualified, again=done.again)
            return done
        try:
            matches, new = _save(engine, batch, heads, now)
        except EpochMoved:
            done.again += 1
            backfill = None
            continue
        if not batch.edited:
            keep_index(engine)
        elif not batch.found:
            backfill = None
        _count(done, matches, new)
        if on_progress and matches:
            on_progress(done.notices)


def _save(engine: Engine, batch: _Batch, heads: Heads | None, now: datetime) -> tuple[list[Match], int]:
    """What was matched, and how many opportunities are new. A batch that is empty is the end of a backfill."""
    matches, backfill = _match(batch, heads), batch.backfill
    if backfill and not batch.found:
        backfill.end(engine)
        return matches, 0
    with writing(engine) as c:
        new = save_assessments(
            c, batch.shelf.epoch, matches, model_version=version_of(heads), now=now, words_version=WORDS_VERSION,
            edited=batch.edited, again=backfill is not None and backfill.rescoring,
        )  # fmt: skip
        batch.vectors.save(c)
    return matches, new


def _continue(c: Connection, backfill: Backfill | None, model: str, *, rescoring: bool) -> Backfill | None:
    """The backfill that is under way, or the one that edits ask for."""
    if backfill and backfill.shelf.epoch == find_epoch(c):
        return backfill
    return begin_backfill(c, model) or (begin_rescoring(c) if rescoring else None)


def _read(c: Connection, shelf: Shelf) -> _Batch:
    shelf.refresh(c)
    return _to_batch(c, shelf, find_unmatched(c, NOT_MATCHED, AT_ONCE))


def _read_edited(c: Connection, backfill: Backfill) -> _Batch:
    """The next candidates that were not matched since the edits; none where there are no more."""
    found: list[Unmatched] = []
    while backfill.numbers and not found:
        numbers, backfill.numbers = backfill.numbers[:AT_ONCE], backfill.numbers[AT_ONCE:]
        found = find_unmatched(c, backfill.before, AT_ONCE, numbers)
    # They were matched as they stand, so that whatever is NEW in them is so by the edit.
    return _to_batch(c, backfill.shelf, [replace(each, looked_at=True) for each in found], backfill)


def _to_batch(c: Connection, shelf: Shelf, found: Sequence[Unmatched], backfill: Backfill | None = None) -> _Batch:
    opportunities = find_standing(c, {each.stored.procedure_id for each in found})
    # Without a change there is nothing to tell of what was announced; after an edit that is nearly every notice.
    telling = {each.stored.procedure_id for each in found if each.previous or not each.matched_revision}
    standing = {key: _find_told(c, each) if key[0] in telling else Standing() for key, each in opportunities.items()}
    rates = find_rates_for(c, [each.stored.notice for each in found])
    chances = backfill.chances if backfill else NOTHING_KNOWN
    vectors = Vectors.of(c, [each.stored.id for each in found], chances)
    return _Batch(shelf, tuple(found), standing, rates, vectors, backfill)


def _find_told(c: Connection, opportunity: Opportunity) -> Standing:
    events = tuple(event for event, _, _ in find_notes(c, opportunity.id))
    return Standing(any(event.kind is EventKind.NEW for event in events), events)


def _match(batch: _Batch, heads: Heads | None) -> list[Match]:
    """Scores the profiles that a notice may be near to, and those whose opportunity its procedure already is."""
    shelf, standing, matches = batch.shelf, dict(batch.standing), []
    opportunities: dict[int, set[str]] = defaultdict(set)
    for procedure, profile in standing:
        opportunities[procedure].add(profile)
    remind = batch.vectors.remind
    readings = [remind(each.stored.id, read_notice(each.stored.notice, heads, batch.rates)) for each in batch.found]
    for found, notice, ids in zip(batch.found, readings, _find_candidates(shelf, readings), strict=True):
        assessed, procedure = [], found.stored.procedure_id
        for version in shelf.sort({*ids, *opportunities[procedure]}):
            key = (procedure, version.profile.id)
            evidence, before = find_evidence(notice, shelf.index.prepared(version.profile.id)), standing.get(key)
            if before is None and not is_near(evidence):
                continue
            score = score_evidence(evidence)
            events = decide(found, version, score, before or Standing())
            assessed.append(Assessed(version, score, events))
            if events:
                standing[key] = _add(before or Standing(), events)
                opportunities[procedure].add(version.profile.id)
        known = batch.backfill is not None and found.stored.id not in batch.backfill.outdated
        findable = None if known else to_findable(notice)
        matches.append(Match(found.stored, tuple(assessed), found.held, found.moves, findable))
    return matches


def _find_candidates(shelf: Shelf, readings: Sequence[Reading]) -> Iterable[Iterable[str]]:
    """The profiles to score each notice for: those that it may be near to, or all where they are very few."""
    if len(shelf.versions) <= FEWEST:
        return repeat(shelf.versions, len(readings))
    return shelf.index.find_candidates(readings)


def _add(before: Standing, events: Sequence[NewEvent]) -> Standing:
    """A notice and what changes it may lie in one batch: what the first tells, the second need not."""
    told = tuple(Event(0, event.kind, None, _UNDATED, event.payload) for event in events)
    return Standing(before.announced or any(event.kind is EventKind.NEW for event in events), (*before.events, *told))


def _count(done: Matched, matches: Sequence[Match], new: int) -> None:
    done.notices += len(matches)
    done.new += new
    done.qualified += sum(each.qualified for match in matches for each in match.assessed)
