"""Which notices an edit makes something else of though no word of it stands in them: opportunities, or none, or near.

What a profile sells moves with each of its words, so that nearly every score moves a little. To be scored at once are
those of which that may make another thing: whose score may cross the threshold, or the border from which notices are
kept. The index has what points by meaning are made of, and earlier scores say where notices stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.profiles import Profile
from matching.features import MOST_AGAINST, NEAR, RATE_AGAINST
from matching.prepare import prepare
from matching.score import NEARLY
from matching.search.changes import Change, find_change
from matching.search.index import Index, Mask
from matching.search.look import Look
from matching.search.meant import Floats
from matching.search.reckoning import ABOUT, Reckoning, Side
from storage.assessed import Scored

SLACK = np.float32(0.1)  # points: each reason is rounded by itself, and chances are kept as float16
STILL = np.float32(NEAR - MOST_AGAINST / RATE_AGAINST - 0.01)
"""Below this logarithm a fit gives and takes the same, however far below."""
SAME = np.float32(1e-5)  # of two logarithms
ANOTHER = np.float32(20)  # points that may go where another line is taken for the likeliest


@dataclass(frozen=True, slots=True)
class Known:
    """What was scored of a profile, and the versions that it was scored with.

    A notice that is not among it was worth nothing to each of the versions that an edit goes out from.
    """

    scored: Scored
    versions: Mapping[int, Profile]


@dataclass(frozen=True, slots=True)
class Question:
    """From each of `before` (None: from no profile) to `after`. `near`: also what is kept and no opportunity."""

    before: Sequence[Profile | None]
    after: Profile
    near: bool

    def borders(self, profile: Profile) -> tuple[float, ...]:
        """The points from which a notice is something else."""
        least = max(profile.threshold - NEARLY, 0.01)
        return (profile.threshold, least) if self.near else (profile.threshold,)


def find_crossing(index: Index, model: str, question: Question, known: Known | None) -> Mask:
    """The entries that are to be scored; those with words of the edit may be left out where earlier scores are known.

    Entries that another model's chances are kept of are in every answer.
    """
    after, earlier = question.after, [each for each in question.before if each]
    changes = [find_change(each, after) for each in question.before]
    if not any(map(_is_change, question.before, changes, [after] * len(changes))):
        return index.nothing()
    versions = list(known.versions.values()) if known else []
    lines = [node for change in changes for node in change.lines]
    lines += [node for version in versions for node in find_change(version, after).lines]
    reckoning = Reckoning(index, [after, *earlier, *versions], lines)
    if not reckoning.is_possible:
        return index.everything()
    crossing = _Crossing(index, question, reckoning)
    found = index.find_unmeant(model)
    if known is None:
        return found | crossing.find_any(changes)
    return found | crossing.find_new(known.scored, changes) | crossing.find_known(known, model)


def _is_change(before: Profile | None, change: Change, after: Profile) -> bool:
    if before is None or change.lines or change.codes or change.minus or change.rest:
        return True
    if before.threshold != after.threshold:
        return True
    old, new = prepare(before).shares, prepare(after).shares
    return not np.array_equal([] if old is None else old, [] if new is None else new)


@dataclass(frozen=True, slots=True)
class _Crossing:
    index: Index
    question: Question
    reckoning: Reckoning

    def find_any(self, changes: Sequence[Change]) -> Mask:
        """Where nothing is known: all that the first or the last version may make something of."""
        found, look = self.index.nothing(), Look(self.index, self.index.languages())
        for profile in (*self.question.before, self.question.after):
            if profile:
                bound = self.reckoning.bound(self.reckoning.side(profile))
                found |= bound >= min(self.question.borders(profile)) - SLACK
        for change in changes:
            found |= look.find_wanted(*change.wanted)
        return found

    def find_new(self, scored: Scored, changes: Sequence[Change]) -> Mask:
        """What was worth nothing, and may be worth something now."""
        after = self.reckoning.side(self.question.after)
        worth = self.reckoning.bound(after) >= min(self.question.borders(self.question.after)) - SLACK
        more = self.index.nothing()
        for before, change in zip(self.question.before, changes, strict=True):
            more |= self._find_more(before, change, after)
        return worth & more & ~self.index.has_numbers(scored.notices)

    def _find_more(self, before: Profile | None, change: Change, after: Side) -> Mask:
        """Entries that may have more points than they had."""
        if before is None or change.rest or before.threshold > self.question.after.threshold:
            return self.index.everything()
        side = self.reckoning.side(before)
        meant, moved = self.reckoning.find_meant(change.lines, side, after), after.logarithms > STILL
        if np.array_equal(side.logarithms, after.logarithms):
            return meant
        return meant | (moved & (after.logarithms > side.logarithms - SAME))

    def find_known(self, known: Known, model: str) -> Mask:
        """What was worth something, and may be worth something else now."""
        scored, current = known.scored, known.scored.by_model(model)
        found = self.index.has_numbers(scored.notices[~current])
        for number in np.unique(scored.versions[current]).tolist():
            own = current & (scored.versions == number)
            rows = self.index.has_numbers(scored.notices[own])
            change = find_change(version, self.question.after) if (version := known.versions.get(number)) else None
            if version is None or change is None or change.rest:
                found |= rows
                continue
            points = self.index.to_entries(scored.notices[own], scored.points[own])
            look = Look(self.index, self.index.languages())
            stops = look.find_all(change.minus) if change.minus else self.index.nothing()
            found |= rows & (stops | self._find_crossed(version, change, points))
        return found

    def _find_crossed(self, version: Profile, change: Change, points: Floats) -> Mask:
        """Entries whose points may cross a border; NaN crosses none."""
        before, after = self.reckoning.side(version), self.reckoning.side(self.question.after)
        more, less = self._find_moves(before, after, change)
        found, borders = self.index.nothing(), (self.question.borders(each) for each in (version, self.question.after))
        for old, new in zip(*borders, strict=True):
            above = points >= old
            found |= np.where(above, points - less < new, points + more >= new)
        return found & ~np.isnan(points)

    def _find_moves(self, before: Side, after: Side, change: Change) -> tuple[Floats, Floats]:
        """How many points each entry may win, and lose, where no changed word is written in it."""
        bare = bool(before.prepared.wanted.nodes) != bool(after.prepared.wanted.nodes)
        more = after.gains if bare else np.maximum(after.gains - before.gains, 0)
        less = before.gains if bare else np.maximum(before.gains - after.gains, 0)
        more = more + np.maximum(before.losses - after.losses, 0)
        less = less + np.maximum(after.losses - before.losses, 0)
        if not np.array_equal(before.logarithms, after.logarithms):
            active = (before.logarithms > STILL) | (after.logarithms > STILL)
            slack = np.where(active, SLACK, np.float32(0))
            more, less = more + slack, less + slack
        return (more, less) if not change.lines else self._add_meant(more, less, before, after, change)

    def _add_meant(
        self, more: Floats, less: Floats, before: Side, after: Side, change: Change
    ) -> tuple[Floats, Floats]:
        """The same with changed words that are meant there, or were: another line, or another word of one, is told."""
        meant = self.reckoning.find_meant(change.lines, before, after)
        parts = np.maximum(self.reckoning.bound_parts(before), self.reckoning.bound_parts(after))
        lines = self.reckoning.bound_lines(after, change.lines)
        against = np.float32(MOST_AGAINST * after.weigh(ABOUT[1]))
        another = np.where(lines > 0, ANOTHER + np.float32(after.support()), np.float32(0))
        moves = np.where(meant, parts + lines + another + against, np.float32(0))
        return more + moves, less + moves
