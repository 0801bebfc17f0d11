"""What one run has seen so far; `health.py` judges it when the run ends."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from crawler.keys import KeySet
from crawler.listing.totals import TOTAL, window_of
from domain.health import ALL, CALLS, NEW, OF_CALLS
from domain.notices import Kind, Notice, Status
from domain.sources import Issue, Step

FILLED: dict[str, Callable[[Notice], object]] = {
    "title": attrgetter("title"),
    "description": attrgetter("description"),
    "buyer": attrgetter("buyers"),
    "deadline": attrgetter("deadline_at"),
    "published": attrgetter("published_at"),
    "value": attrgetter("value"),
    "codes": attrgetter("codes"),
    "regions": attrgetter("regions"),
    "country": attrgetter("country"),
    "url": attrgetter("url"),
    "documents": attrgetter("documents"),
}
"""The fields that `expect: {filled: …}` may name."""

KNOWN: dict[str, Callable[[Notice], object]] = {
    "kind": lambda notice: notice.kind is not Kind.OTHER,
    "status": lambda notice: notice.status is not Status.UNKNOWN,
}
"""Words of the portal's that are held against its own past like fields: a new list of words makes them unknown."""


@dataclass(slots=True)
class Chain:
    """One list from its first page on: the portal's own total, the least and the most that it told while the list was
    read, and the rows that were found."""

    total: int | None = None
    most: int = 0
    rows: KeySet = field(default_factory=KeySet)


@dataclass(slots=True)
class Loose:
    """A page that an earlier run left, read before this run came to it: its rows, and the pages that it leads to."""

    rows: KeySet = field(default_factory=KeySet)
    next: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """Notices of one page, and the calls among them: how many there are, and how many of them have each field."""

    read: int
    filled: dict[str, int]
    calls: int
    in_calls: dict[str, int]

    @classmethod
    def of(cls, notices: Sequence[Notice]) -> "_Group":
        filled = {name: sum(map(bool, map(has, notices))) for name, has in (*FILLED.items(), *KNOWN.items())}
        calls = [notice for notice in notices if notice.kind is Kind.TENDER]
        if len(calls) == len(notices):
            in_calls = {name: filled[name] for name in OF_CALLS}
        else:
            in_calls = {name: sum(map(bool, map(FILLED[name], calls))) for name in OF_CALLS}
        return cls(len(notices), filled, len(calls), in_calls if calls else {})


@dataclass(slots=True)
class Tally:
    """Counts of one run. `lost` are rows that could not be read, `cut` what the list did not let us reach;
    `unable` is why the crawl could not begin at all. `refused` are the issues of steps that failed, by token,
    `details` the pages of single notices that were read; `fresh` are keys that this run stored first, `groups` and
    `reads` the fields and numbers of groups of notices; `canary` tells whether the known notice parsed, and why not.
    """

    pages: int = 0
    read: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    reads: Counter[str] = field(default_factory=Counter)
    fresh: KeySet = field(default_factory=KeySet)
    keys: KeySet = field(default_factory=KeySet)
    rows: KeySet = field(default_factory=KeySet)
    new: int = 0
    changed: int = 0
    lost: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Issue] = field(default_factory=dict)
    details: int = 0
    canary: tuple[bool, str] | None = None
    cut: list[Issue] = field(default_factory=list)
    chains: dict[str, Chain] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    loose: dict[str, Loose] = field(default_factory=dict)
    words: set[str | None] = field(default_factory=set)
    refusal: str | None = None
    unable: str | None = None
    lease_lost: bool = False

    def begin(self, steps: Sequence[Step]) -> None:
        """The lists that a run begins with: each is one of its own, but those of a window whose total is asked for
        elsewhere are one together."""
        totals = {window_of(step): step.token for step in steps if step.kind == TOTAL}
        for step in sorted(steps, key=lambda each: each.kind != TOTAL):
            root = totals.get(window_of(step), step.token)
            if root == step.token:
                self.begin_chain(step)
            else:
                self._adopt(step.token, root)

    def begin_chain(self, step: Step) -> None:
        """This step is the first page of a list, so that the portal's total can be held against what follows."""
        self.roots[step.token] = step.token
        self.chains[step.token] = Chain()

    def follow_chain(self, step: Step, keys: Sequence[str], total: int | None, steps: Iterable[Step]) -> int:
        """Count a list page and hand its chain on to the pages after it; how many rows this run had not seen."""
        fresh = self.rows.update(keys)
        root = self.roots.get(step.token)
        if root is not None:
            chain = self.chains[root]
            chain.rows.update(keys)
            if total is not None:  # rows may go while we read: the smallest total is what we can be held to
                chain.total = total if chain.total is None else min(chain.total, total)
                chain.most = max(chain.most, total)
            for each in steps:
                self._adopt(each.token, root)
        else:
            loose = self.loose.setdefault(step.token, Loose())
            loose.rows.update(keys)
            loose.next += [each.token for each in steps]
        return fresh

    def _adopt(self, token: str, root: str) -> None:
        """A page belongs to this chain; where it was read before the page that leads to it, with all it led to."""
        if token in self.roots:
            return
        self.roots[token] = root
        loose = self.loose.pop(token, Loose())
        self.chains[root].rows.join(loose.rows)
        for each in loose.next:
            self._adopt(each, root)

    def end_chain(self, step: Step) -> None:
        """The rest of a list is known from earlier runs and not read: its total counts no more."""
        chain = self.chains.get(self.roots.get(step.token, ""))
        if chain is not None:
            chain.total = None

    def split_chain(self, step: Step, halves: Iterable[Step]) -> None:
        """A full window: its halves are lists of their own, and its own total counts no more; they stay in a list
        that it was only a part of."""
        root = self.roots.get(step.token, step.token)
        if root != step.token:
            for half in halves:
                self._adopt(half.token, root)
            return
        self.chains.pop(self.roots.pop(step.token, ""), None)
        for half in halves:
            self.begin_chain(half)

    def count(self, notices: Sequence[Notice], partial: Container[str] = (), *, once: bool = False) -> None:
        """Count the notices of a page, and which fields those have that were read whole: `partial` are keys of rows.

        `once`: rows that were read before are not read whole again; those that never lead to more are no sample then,
        and only the new ones count.
        """
        self.keys.update([notice.key for notice in notices])
        if partial or once:
            whole = (notice for notice in notices if notice.key not in partial)
            notices = [notice for notice in whole if not once or notice.key in self.fresh]
        self.read += len(notices)
        group = _Group.of(notices)
        self._add("", group, self.filled)
        new = [notice for notice in notices if notice.key in self.fresh]
        if new:
            own = group if len(new) == len(notices) else _Group.of(new)
            self._add(NEW, own, self.groups.setdefault(NEW + ALL, Counter()))

    def _add(self, which: str, group: "_Group", filled: Counter[str]) -> None:
        filled.update(group.filled)
        self.groups.setdefault(which + CALLS, Counter()).update(group.in_calls)
        self.reads[which + ALL] += group.read
        self.reads[which + CALLS] += group.calls

    def counts(self) -> dict[str, tuple[int, dict[str, int]]]:
        """Of all notices and of calls alone, and of the new ones among them: how many were read, and how many of them
        have each field."""
        groups = {ALL: self.filled, **self.groups}
        return {name: (self.reads[name], dict(filled)) for name, filled in groups.items()}

    def claimed(self) -> int | None:
        """The portal's own total over all lists of this run, None where it tells none."""
        totals = [chain.total for chain in self.chains.values() if chain.total is not None]
        return sum(totals) if totals else None

    def short(self, unfinished: Container[str]) -> list[str]:
        """The tokens of lists that hold fewer rows than the portal counts, but of those with pages still to read."""
        counted = {root: chain for root, chain in self.chains.items() if chain.total is not None}
        short = {root for root, chain in counted.items() if len(chain.rows) < chain.most}
        short -= {root for token, root in self.roots.items() if token in unfinished}
        return [token for token, root in self.roots.items() if root in short]

    def slipped(self) -> int:
        """How many rows may have slipped from a page not read yet to one that was, in lists that got shorter while
        they were read: those that the portal counted at its most and nobody saw."""
        return sum(max(0, chain.most - len(chain.rows)) for chain in self.chains.values() if chain.total is not None)
