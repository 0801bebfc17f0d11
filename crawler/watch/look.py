"""One look at a page: its blocks held against those of the last look, and what of the difference is told."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from crawler.watch.blocks import cut_page
from crawler.watch.compare import NO_DIFFERENCE, Difference, compare, is_noise
from crawler.watch.leaving_out import LeftOut
from crawler.watch.match import Pairs, match
from crawler.watch.noise import Looks
from crawler.watch.rules import Rules, read_rules
from domain.errors import SourceChanged
from domain.sources import Source
from domain.watch import Block, Watched

REMEMBERED = timedelta(days=90)  # for so long a block that has gone keeps its key
_MOST_GONE = 1_000
_FEW = 5
_SHARE = 0.2  # of the blocks must be left, or else
_PLACES = 0.34  # of the places where some stood: a list may well have none but new rows


@dataclass(frozen=True, slots=True)
class Finding:
    """One block and what became of it: `what` is first, same, noise, new, changed, moved, back, regrouped, other words
    or gone. `rules` name the noise; `difference` holds the lines that changed."""

    block: Block
    what: str
    rules: frozenset[str] = frozenset()
    difference: Difference = NO_DIFFERENCE

    @property
    def is_told(self) -> bool:
        """It becomes a notice."""
        return self.what in ("new", "changed", "moved")


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found, and what is to be remembered for the next one. `baseline`: it is the first, or the first by
    these rules, so that what stands there is where comparing begins."""

    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    watched: Watched
    baseline: bool

    @property
    def told(self) -> tuple[Finding, ...]:
        """Those that become notices."""
        return tuple(finding for finding in self.findings if finding.is_told)


def look(body: bytes, source: Source, url: str, at: datetime, before: Watched | None) -> Look:
    """The page got from `url` at a moment, held against what it showed `before` (None: never seen).

    Raises SourceChanged where it shows nothing, a selector finds nothing, or it is another page altogether; Unreadable
    as `cut_page` does.
    """
    rules = read_rules(source.watch)
    cut = cut_page(body, rules, url, source.encoding)
    if before is None:
        blocks = _with_keys(cut.blocks, url, set())
        findings = tuple(Finding(block, "first") for block in blocks)
        return Look(findings, cut.left_out, Watched(url, at, rules.cut, blocks), baseline=True)
    live = before.live
    pairs = match(live, cut.blocks)
    _refuse_another_page(source.id, live, cut.blocks, pairs)
    work = _Work(rules, Looks(before.seen_at, at, ZoneInfo(source.zone)), before, cut.blocks, pairs)
    findings = tuple(work.findings())
    if before.rules != rules.cut:
        findings = tuple(replace(each, what="first") if each.what == "new" else each for each in findings)
    gone = [each.block for each in findings if each.what == "gone"]
    there = [each.block for each in findings if each.what != "gone"]
    known = {block.key for block in (*there, *gone)}
    earlier = [each for each in before.gone if each.key not in known and at - (each.gone_at or at) < REMEMBERED]
    blocks = (*there, *(*gone, *earlier)[:_MOST_GONE])
    return Look(findings, cut.left_out, Watched(url, at, rules.cut, blocks), baseline=before.rules != rules.cut)


def _with_keys(blocks: Sequence[Block], url: str, taken: set[str]) -> tuple[Block, ...]:
    """Keys by page and text; of several alike, the later ones by their number among them."""
    found = []
    for block in blocks:
        text = "\n".join((url, *sorted(block.lines)))
        number, key = 1, _digest(text)
        while key in taken:
            number += 1
            key = _digest(f"{text}\n{number}")
        taken.add(key)
        found.append(replace(block, key=key))
    return tuple(found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def _refuse_another_page(source: str, before: Sequence[Block], now: Sequence[Block], pairs: Pairs) -> None:
    """An error page, a login or a new layout is no news: hardly a block is left, nor a place where blocks stood."""
    if len(before) < _FEW or len(pairs) >= _SHARE * len(before):
        return
    places = {block.path for block in before}
    if len(places & {block.path for block in now}) < _PLACES * len(places):
        told = f"of {len(before)} blocks {len(pairs)} are left, and the page is laid out otherwise; look at it, and"
        raise SourceChanged(f"{told} where it was rebuilt, begin again: `tenderwatch sources watch {source} --anew`")


@dataclass(frozen=True, slots=True)
class _Work:
    """The findings of one look, block by block."""

    rules: Rules
    looks: Looks
    before: Watched
    now: Sequence[Block]
    pairs: Pairs

    def findings(self) -> Iterator[Finding]:
        live, gone = self.before.live, self.before.gone
        missing = [live[place] for place in range(len(live)) if place not in set(self.pairs.values())]
        moved = self._moved()
        fresh = [place for place in range(len(self.now)) if place not in self.pairs]
        back = match(gone, [self.now[place] for place in fresh])
        returned = {fresh[place]: gone[other] for place, other in back.items()}
        loose = Counter(line for block in missing for line in block.lines)
        keys = {block.key for block in self.before.blocks}
        for place, block in enumerate(self.now):
            if place in self.pairs:
                yield self._held(block, live[self.pairs[place]], place in moved)
            elif place in returned:
                yield self._returned(block, returned[place])
            else:
                (block,) = _with_keys([block], self.before.url, keys)
                yield self._fresh(block, loose)
        for block in missing:
            yield Finding(replace(block, gone_at=self.looks.now), "gone")

    def _held(self, block: Block, old: Block, moved: bool) -> Finding:
        block = replace(block, key=old.key)
        difference = compare(old, block, self.looks, self.rules)
        if difference.is_change:
            return self._told(Finding(block, "changed", difference.rules, difference), old)
        if moved and "order" not in self.rules.in_force:
            return self._told(Finding(block, "moved", difference.rules), old)
        rules = difference.rules | ({"order"} if moved else set())
        return Finding(block, "noise" if rules else "same", frozenset(rules))

    def _returned(self, block: Block, old: Block) -> Finding:
        block = replace(block, key=old.key)
        difference = compare(old, block, self.looks, self.rules)
        if difference.is_change:
            return self._told(Finding(block, "changed", difference.rules, difference), old)
        if "returning" in self.rules.in_force:
            return Finding(block, "back", frozenset(("returning",)))
        return self._told(Finding(block, "new"), block)

    def _fresh(self, block: Block, loose: Counter[str]) -> Finding:
        """A block whose every line stood in blocks that have gone is those blocks, grouped otherwise."""
        if rule := is_noise(block, self.rules):
            return Finding(block, "noise", frozenset((rule,)))
        if "order" in self.rules.in_force and not Counter(block.lines) - loose:
            loose.subtract(Counter(block.lines))
            return Finding(block, "regrouped", frozenset(("order",)))
        return self._told(Finding(block, "new"), block)

    def _told(self, finding: Finding, old: Block) -> Finding:
        """Without one of the operator's words it is not told; of a change, the words may stand in what was there."""
        text = " ".join((*finding.block.lines, *old.lines, finding.block.heading or ""))
        return finding if self.rules.are_met_by(text) else replace(finding, what="other words")

    def _moved(self) -> set[int]:
        """Blocks now that stand in another order than before, as few as explain it."""
        before = sorted(self.pairs.values())
        now = [self.pairs[place] for place in sorted(self.pairs)]
        if before == now:
            return set()
        kept: set[int] = set()
        for part in SequenceMatcher(None, before, now, autojunk=False).get_matching_blocks():
            kept |= set(now[part.b : part.b + part.size])
        return {place for place, other in self.pairs.items() if other not in kept}
