"""Compares what is new or changed with other portals' notices, and joins what is one procedure, before matching."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event as Signal
from time import sleep

import structlog
from sqlalchemy import Connection, Engine

from domain.errors import DatabaseBusy
from matching.joining.keys import to_keys
from matching.joining.side import Side, to_side
from matching.joining.verdict import Verdict, judge
from storage.engine import writing
from storage.joining import (
    Candidates,
    Compared,
    Suggestion,
    find_candidates,
    find_compared,
    find_join_due,
    join,
    lock_joining,
    mark_compared,
    save_keys,
    save_suggestions,
)

AT_ONCE = 25  # notices in one transaction: under 200 ms on SQLite, also with 100,000 stored
MARGIN = 1.0  # logarithm of odds by which the best of a portal's notices must fit better than the next
TRIES, PAUSE = 10, 0.1  # of a batch that a crawl stands in the way of; seconds, growing
MOST_SUGGESTED = 5  # for one notice: more is a list that nobody reads

log = structlog.get_logger()


@dataclass(slots=True)
class Joined:
    """What was done: notices compared, pairs of procedures joined, pairs suggested."""

    notices: int = 0
    joined: int = 0
    suggested: int = 0


@dataclass(slots=True)
class _Batch:
    """What one transaction compares: sides by notice id, read when they are first needed."""

    c: Connection
    now: datetime
    candidates: Candidates
    compared: dict[int, Compared] = field(default_factory=dict)
    sides: dict[int, Side] = field(default_factory=dict)

    def add(self, found: Iterable[Compared]) -> None:
        for each in found:
            self.compared[each.stored.id] = each
            self.sides[each.stored.id] = to_side(each.stored.notice, each.stored.first_seen_at, each.earlier)

    def need(self, notice_ids: Iterable[int]) -> None:
        missing = {each for each in notice_ids if each not in self.sides}
        self.add(find_compared(self.c, missing) if missing else ())


def join_stored(engine: Engine, now: datetime, *, stop: Signal | None = None) -> Joined:
    """Compares every notice that is new or changed, in transactions of AT_ONCE; `now` (aware) is only recorded.

    Whatever is committed is whole: a process that is killed leaves the rest due.
    """
    done = Joined()
    tries = 0
    while not (stop and stop.is_set()):
        try:
            with writing(engine) as c:
                some = _join_some(c, now)
        except DatabaseBusy:
            tries += 1
            if tries == TRIES:
                raise
            sleep(PAUSE * tries)
            continue
        tries, done.notices = 0, done.notices + some.notices
        done.joined, done.suggested = done.joined + some.joined, done.suggested + some.suggested
        if some.notices < AT_ONCE:
            break
    level = log.info if done.notices else log.debug
    level("joined", notices=done.notices, joined=done.joined, suggested=done.suggested)
    return done


def _join_some(c: Connection, now: datetime) -> Joined:
    lock_joining(c)
    due, done = find_join_due(c, AT_ONCE), Joined()
    if not due:
        return done
    batch = _Batch(c, now, Candidates())
    batch.add(due)
    keys = {each.stored.id: to_keys(batch.sides[each.stored.id]) for each in due}
    save_keys(c, {number: each.kept for number, each in keys.items()})
    sources = {each.stored.id: each.stored.notice.source for each in due}
    batch.candidates = find_candidates(c, {number: each.sought for number, each in keys.items()}, sources)
    batch.need(each for others in batch.candidates.others.values() for each in others)
    suggestions = [each for number in keys for each in _join_one(batch, number, done)]
    save_suggestions(c, list(keys), suggestions)
    mark_compared(c, list(keys))
    done.notices += len(due)
    done.suggested += len(suggestions)
    return done


def _join_one(batch: _Batch, number: int, done: Joined) -> Iterator[Suggestion]:
    """Joins the notice with what it surely is; gives what only a person can decide."""
    own = batch.compared[number].stored.procedure_id
    others = [each for each in batch.candidates.others[number] if batch.compared[each].stored.procedure_id != own]
    verdicts = {other: judge(batch.sides[number], batch.sides[other]) for other in others}
    ranked = sorted((other for other in others if verdicts[other].suggests), key=lambda each: _rank(verdicts, each))
    for other in ranked[:MOST_SUGGESTED]:
        verdict, obstacle = verdicts[other], verdicts[other].obstacle
        if verdict.joins:
            obstacle = _find_rival(batch, number, other, verdicts)
            if obstacle is None:
                made, obstacle = join(batch.c, number, other, verdict.sentences(), verdict.confidence, batch.now)
                done.joined += made
                if obstacle is None:
                    continue
        yield Suggestion(number, other, verdict.confidence, tuple(verdict.sentences()), obstacle, batch.now)


def _rank(verdicts: dict[int, Verdict], other: int) -> tuple[float, int]:
    return -verdicts[other].weight, other


def _find_rival(batch: _Batch, number: int, other: int, verdicts: dict[int, Verdict]) -> str | None:
    """Another notice of either portal that fits as well, so that nobody can tell which one it is."""
    best = verdicts[other].weight
    procedure = {each: batch.compared[each].stored.procedure_id for each in verdicts}
    for each, verdict in verdicts.items():
        alike = batch.sides[each].notice.source == batch.sides[other].notice.source
        if alike and procedure[each] != procedure[other] and verdict.weight > best - MARGIN:
            return _say_rival(batch, each, number)
    siblings = batch.candidates.own[number]
    batch.need(siblings)
    for each in siblings:
        apart = batch.compared[each].stored.procedure_id != batch.compared[number].stored.procedure_id
        if apart and judge(batch.sides[each], batch.sides[other]).weight > best - MARGIN:
            return _say_rival(batch, each, other)
    return None


def _say_rival(batch: _Batch, rival: int, to: int) -> str:
    one, other = batch.sides[rival].notice, batch.sides[to].notice
    return f"{one.source}:{one.key} fits {other.source}:{other.key} as well"
