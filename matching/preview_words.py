"""What each word of a list is worth, by the notices that it stands in: none, nearly all, or only rejected ones."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from sqlalchemy import Connection

from domain.opportunities import Reason
from domain.profiles import Profile
from matching.meaning.heads import Heads
from matching.prepare import Prepared, prepare, read_keywords
from matching.query.find import Lines
from matching.query.nodes import Node
from matching.rates import find_rates_for
from matching.remembered import read_stored
from matching.score import score_reading
from matching.search.changes import find_change
from matching.search.index import Index
from matching.search.look import Look
from storage.listed import find_listed, find_numbers_listed

LOOKED_AT = 200  # notices that are read for one line, the newest that may have it
MOST_READ = 6_000  # for all lines together: some seconds
NEARLY_ALL = 0.25  # share of the notices from which a word says nothing


class Verdict(StrEnum):
    """What a line is worth; `UNSURE`: there were too many notices to look at."""

    USEFUL = "useful"
    NEVER = "never found"
    NEARLY_ALL = "found nearly everywhere"
    REJECTED = "only led to rejection"
    UNSURE = "not looked at"


@dataclass(frozen=True, slots=True)
class WordReport:
    """A line of the list: `at_most` notices have it, `found` of the `looked_at` newest do, `share` of all (about).

    `stopped_by` are reasons that stopped them, where nothing but rejection came of it.
    """

    line: str
    minus: bool
    verdict: Verdict
    at_most: int
    looked_at: int = 0
    found: int = 0
    share: float = 0.0
    stopped_by: tuple[Reason, ...] = ()

    @property
    def is_whole(self) -> bool:
        """All notices that may have the line were looked at."""
        return self.looked_at >= self.at_most


def report_words(
    c: Connection,
    index: Index,
    profile: Profile,
    since: datetime,
    rejected: AbstractSet[int] = frozenset(),
    heads: Heads | None = None,
) -> Iterator[WordReport]:
    """Each line of a profile's keywords, then each minus-word, in its order, over the notices listed since.

    A minus-word is looked for in what the profile finds. `rejected` are procedures that people judged to be none for
    the profile.
    """
    look, window = Look(index, index.languages()), np.isin(index.numbers, find_numbers_listed(c, since))
    reader = _Reader(c, since, prepare(profile), rejected, index.count(window), heads)
    wanted, minus = read_keywords(profile)
    lines = profile.keywords.include or (" AND ".join(profile.keywords.all),)
    for line, node in zip(lines, wanted, strict=False):
        yield reader.report(line, node, index.to_numbers(look.find(node) & window), minus=False)
    wanted_by = look.find_wanted(*find_change(None, profile).wanted) & window if minus else window
    for line, node in zip(profile.keywords.exclude, minus, strict=True):
        yield reader.report(line, node, index.to_numbers(look.find(node) & wanted_by), minus=True)


@dataclass(slots=True)
class _Reader:
    """Reads notices until it is clear what a line is worth."""

    c: Connection
    since: datetime
    prepared: Prepared
    rejected: AbstractSet[int]
    listed: int
    heads: Heads | None = None
    read: int = 0

    def report(self, line: str, node: Node, numbers: Sequence[int], *, minus: bool) -> WordReport:
        """What the notices say of a line."""
        if not numbers:
            return WordReport(line, minus, Verdict.NEVER, 0)
        if self.read >= MOST_READ:
            return WordReport(line, minus, Verdict.UNSURE, len(numbers))
        often, lines = len(numbers) >= NEARLY_ALL * self.listed and self.listed > 1, Lines([node])
        looked_at, found, stops = 0, 0, dict[str, Reason]()
        useful = False
        for start in range(0, min(len(numbers), LOOKED_AT), 20):
            newest = find_listed(self.c, numbers[start : start + 20], self.since)
            rates = find_rates_for(self.c, [stored.notice for stored in newest])
            for stored, reading in zip(newest, read_stored(self.c, newest, self.heads, rates), strict=True):
                looked_at += 1
                if not lines.find(reading):
                    continue
                found += 1
                score = score_reading(reading, self.prepared)
                useful |= minus or not (score.stopped or stored.procedure_id in self.rejected)
                stops.update({reason.matched or reason.rule: reason for reason in score.reasons if reason.stops})
            if useful and not often:
                break
        self.read += looked_at
        share = found / max(looked_at, 1) * len(numbers) / max(self.listed, 1)
        verdict = self._judge(useful, found, share if often else 0.0, looked_at, len(numbers))
        told = tuple(stops.values())[:3] if verdict is Verdict.REJECTED else ()
        return WordReport(line, minus, verdict, len(numbers), looked_at, found, share, told)

    @staticmethod
    def _judge(useful: bool, found: int, share: float, looked_at: int, at_most: int) -> Verdict:
        if share >= NEARLY_ALL:
            return Verdict.NEARLY_ALL
        if useful:
            return Verdict.USEFUL
        if found:
            return Verdict.REJECTED
        return Verdict.NEVER if looked_at >= at_most else Verdict.UNSURE
