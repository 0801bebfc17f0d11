"""How good a profile is, by what people judged: precision and recall with honest intervals, over time and by word."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from domain.judgements import Judged
from domain.opportunities import Score
from domain.profiles import Profile
from domain.rates import NO_RATES, Rates
from matching.meaning.heads import Heads
from matching.score import prepare, score

Z = 1.959964  # of a normal distribution: 95% lie within


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, with the 95% interval of Wilson (Wilson 1927): what a few judgements can and cannot say."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """0 to 1; None where nothing was judged."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """The lowest and the highest share that the figures still allow; (0, 1) where nothing was judged."""
        if not self.of:
            return 0.0, 1.0
        share, n = self.count / self.of, self.of
        middle = share + Z * Z / (2 * n)
        spread = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        whole = 1 + Z * Z / n
        low, high = (middle - spread) / whole, (middle + spread) / whole
        return max(min(low, share), 0.0), min(max(high, share), 1.0)  # they meet at 0 and 1, but for rounding


@dataclass(frozen=True, slots=True)
class Measure:
    """`precision`: of the judged alerts, those that were relevant. `recall`: of all that was judged relevant, what was
    an alert. Recall counts only misses that somebody found and judged, so that the truth is this or lower.
    """

    name: str
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class WordRecord:
    """What the alerts that a keyword, code or item gave points to were judged as."""

    rule: str
    matched: str
    relevant: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Quality:
    """`whole` by the scores of the day, `now` by the list as it is now; then by month (2026-01) and by version."""

    whole: Measure
    now: Measure
    months: tuple[Measure, ...]
    versions: tuple[Measure, ...]
    words: tuple[WordRecord, ...]
    verdicts: tuple[tuple[str, int], ...]


def measure(
    profile: Profile,
    judged: Sequence[Judged],
    to_month: Callable[[Judged], str],
    rates: Rates = NO_RATES,
    heads: Heads | None = None,
) -> Quality:
    """`judged` are those of this profile that hold, oldest first; `to_month` says under which month one is counted."""
    return Quality(
        whole=_measure("all", [(each, each.judgement.qualified) for each in judged]),
        now=_measure(
            "as the list is now", list(zip(judged, find_qualified(profile, judged, rates, heads), strict=True))
        ),
        months=_by(judged, to_month),
        versions=_by(judged, lambda each: f"version {each.judgement.profile_version}"),
        words=_by_word(judged),
        verdicts=_count_verdicts(judged),
    )


def find_qualified(
    profile: Profile, judged: Sequence[Judged], rates: Rates = NO_RATES, heads: Heads | None = None
) -> list[bool]:
    """Whether each would be an alert of this profile."""
    prepared = prepare(profile)
    return [is_qualified(score(each.notice, prepared, heads, rates), profile) for each in judged]


def is_qualified(scored: Score, profile: Profile) -> bool:
    """Enough points, and nothing stops it."""
    return not scored.stopped and scored.points >= profile.threshold


def _measure(name: str, judged: Iterable[tuple[Judged, bool]]) -> Measure:
    given = [(each.judgement.verdict.is_relevant, found) for each, found in judged]
    alerts = [relevant for relevant, found in given if found]
    wanted = [found for relevant, found in given if relevant]
    return Measure(name, Share(sum(alerts), len(alerts)), Share(sum(wanted), len(wanted)))


def _by(judged: Sequence[Judged], to_name: Callable[[Judged], str]) -> tuple[Measure, ...]:
    groups: dict[str, list[tuple[Judged, bool]]] = defaultdict(list)
    for each in judged:
        groups[to_name(each)].append((each, each.judgement.qualified))
    return tuple(_measure(name, groups[name]) for name in sorted(groups, key=_in_order))


def _in_order(name: str) -> tuple[int, str]:
    return len(name), name


def _by_word(judged: Sequence[Judged]) -> tuple[WordRecord, ...]:
    """Those that led to most rejections first. A word counts once for each alert that it gave points to."""
    records: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in judged:
        if not each.judgement.qualified:
            continue
        for word in set(_words_of(each)):
            records[word][not each.judgement.verdict.is_relevant] += 1
    found = [WordRecord(rule, matched, *counts) for (rule, matched), counts in records.items()]
    return tuple(sorted(found, key=lambda word: (-word.rejected, word.relevant, word.rule, word.matched)))


def _words_of(judged: Judged) -> Iterator[tuple[str, str]]:
    for reason in judged.reasons:
        family = to_family(reason.rule)
        if reason.points > 0 and reason.matched and family:
            # A keyword in other words is followed by what they mean: `pump: bombas = pump`.
            meant = reason.rule.startswith("keyword meant")
            yield family, reason.matched.split(": ")[0] if meant else reason.matched


def to_family(rule: str) -> str | None:
    """`keyword in title` and `further words` are one thing to whoever keeps the list; None: place and value are no
    words of it."""
    first = rule.split()[0]
    return {"keyword": "word", "further": "word", "item": "item", "code": "code", "place": None, "value": None}.get(
        first, rule
    )


def _count_verdicts(judged: Sequence[Judged]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for each in judged:
        counts[each.judgement.verdict.value] += 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
