"""What an edit of a profile would make of the stored notices, before it is saved: what is added, removed, moved."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection

from domain.opportunities import Reason, Score
from domain.profiles import Profile
from matching.evidence import Evidence, find_evidence
from matching.meaning.heads import Heads
from matching.prepare import Prepared, prepare
from matching.rates import find_rates_for
from matching.reading import Reading
from matching.remembered import read_stored
from matching.score import NOTHING, find_points, score_evidence, version_of
from matching.search.candidates import Edit, stream_candidates
from matching.search.chances import NOTHING_KNOWN, KnownChances, find_known_chances
from matching.search.index import Index
from matching.search.known import find_settled
from storage.listed import find_listed, find_siblings, find_unmatched_listed
from storage.stored import StoredNotice

AT_FIRST, AT_ONCE = 50, 400  # notices that are read together: few at the beginning, so that a first page comes soon


class Effect(StrEnum):
    """What becomes of an opportunity."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  # it stays what it is, with another score


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason that only one of the versions has: `gained` by the edit, or lost."""

    reason: Reason
    gained: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A notice of which the edit makes something else. `effect` is that on the opportunity of its procedure."""

    stored: StoredNotice
    effect: Effect
    before: Score
    after: Score
    causes: tuple[Cause, ...]


@dataclass(slots=True)
class Preview:
    """An edit held against the notices of an index, and what `stream_shifts` counts as it goes.

    `heads` are what was learnt from stored notices. `by_meaning`: also notices that become opportunities, or none, with
    no word of the edit in them; of what only gets another score those alone are told that have a word of it. `read`
    notices were scored; `waiting` of them are not matched as they stand, so that no word finds them.
    """

    old: Profile | None
    new: Profile
    since: datetime
    index: Index
    heads: Heads | None = None
    by_meaning: bool = True
    read: int = 0
    waiting: int = 0
    counts: dict[Effect, int] = field(default_factory=lambda: dict.fromkeys(Effect, 0))


def begin_preview(
    c: Connection,
    old: Profile | None,
    new: Profile,
    since: datetime,
    heads: Heads | None = None,
    *,
    by_meaning: bool = True,
) -> Preview:
    """Holds an edit against the notices that were listed since a moment (aware)."""
    return Preview(old, new, since, Index(c), heads, by_meaning)


def stream_shifts(c: Connection, preview: Preview) -> Iterator[Shift]:
    """What the edit changes, newest first, then what is not matched yet. Each opportunity once."""
    scorer = _Scorer(c, prepare(preview.old) if preview.old else None, prepare(preview.new), preview.heads)
    seen: set[int] = set()
    edit = Edit((preview.old, preview.new), find_settled(c, preview.new.id, preview.old))
    model, waiting = version_of(preview.heads), find_unmatched_listed(c, preview.since)
    preview.waiting, unmatched = len(waiting), set(waiting)
    for numbers in stream_candidates(preview.index, model, edit, by_meaning=preview.by_meaning):
        for found in _in_parts(numbers, lambda part: find_listed(c, part, preview.since)):
            matched = [stored.id for stored in found if stored.id not in unmatched]
            chances = find_known_chances(preview.index, matched, model)
            yield from _shift(c, preview, scorer, found, seen, chances)
    for found in _in_parts(waiting, lambda part: find_listed(c, part, preview.since)):
        yield from _shift(c, preview, scorer, found, seen)


def _in_parts(
    numbers: Sequence[int], find: Callable[[Sequence[int]], list[StoredNotice]]
) -> Iterator[list[StoredNotice]]:
    start, size = 0, AT_FIRST
    while start < len(numbers):
        yield find(numbers[start : start + size])
        start, size = start + size, AT_ONCE


@dataclass(frozen=True, slots=True)
class _Side:
    """What a version makes of a notice; None: there was no version, which makes nothing of any."""

    evidence: Evidence | None
    points: Decimal
    good: bool  # an opportunity
    stopped: bool

    @classmethod
    def of(cls, reading: Reading, prepared: Prepared | None) -> "_Side":
        """Points alone, as the reasons of most notices are never asked for."""
        if prepared is None:
            return cls(None, Decimal(0), False, False)
        evidence = find_evidence(reading, prepared)
        points, stopped = find_points(evidence)
        return cls(evidence, points, not stopped and points >= prepared.profile.threshold, stopped)

    @property
    def worth(self) -> tuple[Decimal, bool, bool]:
        """What makes a notice another thing."""
        return self.points, self.good, self.stopped

    @property
    def score(self) -> Score:
        """With reasons."""
        return score_evidence(self.evidence) if self.evidence else NOTHING


@dataclass(frozen=True, slots=True)
class _Scorer:
    """Both versions of the profile."""

    c: Connection
    old: Prepared | None
    new: Prepared
    heads: Heads | None

    def score_all(
        self, found: Sequence[StoredNotice], chances: KnownChances = NOTHING_KNOWN
    ) -> Iterator[tuple[StoredNotice, _Side, _Side]]:
        """What they make of each notice."""
        rates = find_rates_for(self.c, [stored.notice for stored in found])
        for stored, reading in zip(found, read_stored(self.c, found, self.heads, rates, chances), strict=True):
            yield stored, _Side.of(reading, self.old), _Side.of(reading, self.new)


def _shift(
    c: Connection,
    preview: Preview,
    scorer: _Scorer,
    found: Sequence[StoredNotice],
    seen: set[int],
    chances: KnownChances = NOTHING_KNOWN,
) -> Iterator[Shift]:
    preview.read += len(found)
    for stored, before, after in scorer.score_all(found, chances):
        if before.worth == after.worth or stored.procedure_id in seen:
            continue
        one, other = _settle(c, scorer, stored, before, after)
        if one == other:
            continue
        seen.add(stored.procedure_id)
        effect = Effect.ADDED if one is None else Effect.REMOVED if other is None else Effect.MOVED
        preview.counts[effect] += 1
        scores = before.score, after.score
        yield Shift(stored, effect, *scores, find_causes(*scores))


def _settle(
    c: Connection, scorer: _Scorer, stored: StoredNotice, before: _Side, after: _Side
) -> tuple[Decimal | None, Decimal | None]:
    """The points that its procedure is an opportunity with, before and after: by the best of its notices; else None."""
    sides = [(before, after)]
    if before.good or after.good:
        sides += [(one, other) for _, one, other in scorer.score_all(find_siblings(c, stored))]
    one, other = (max((side.points for side in each if side.good), default=None) for each in zip(*sides, strict=True))
    return one, other


def find_causes(before: Score, after: Score) -> tuple[Cause, ...]:
    """The reasons that only one of two scores has, what stops first, then by points. Where a word only counts for more
    or less, because another stands beside it, it is no cause."""
    told = ([each for each in score.reasons if each.points or each.stops] for score in (before, after))
    old, new = ({_key(reason): reason for reason in reasons} for reasons in told)
    causes = [Cause(reason, True) for key, reason in new.items() if key not in old]
    causes += [Cause(reason, False) for key, reason in old.items() if key not in new]
    return tuple(sorted(causes, key=lambda cause: (not cause.reason.stops, -abs(cause.reason.points))))


def _key(reason: Reason) -> tuple[bool, str]:
    return reason.stops, reason.matched or reason.rule
