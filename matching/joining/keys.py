"""Keys by which notices find one another: two that share none are never compared, so a new notice costs a few look-ups.

Hashes of 8 bytes: that two things share one by chance costs a comparison, and no more.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from matching.joining.names import to_number
from matching.joining.numbers import find_own, find_quoted
from matching.joining.side import Side

MOST_NAMES = 5  # of buyers: joint ones are many, and the first are the same on each portal
MOST_TITLES = 3
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Keys:
    """`kept` are stored with the notice; `sought` are those that its candidates may have stored."""

    kept: tuple[str, ...]
    sought: tuple[str, ...]


def to_keys(side: Side) -> Keys:
    """Number; buyer and deadline's day; buyer and title in a month; title and deadline's day."""
    buyers, titles = list(_buyers(side))[:MOST_NAMES], [_bag(each.words) for each in side.titles][:MOST_TITLES]
    own, quoted = find_own(side.notice), find_quoted(side.notice)
    month = side.notice.published_at or side.seen_at
    kept = [*(f"o {each}" for each in own), *(f"q {each}" for each in quoted)]
    sought = [*(f"o {each}" for each in own), *(f"q {each}" for each in own), *(f"o {each}" for each in quoted)]
    for deadline in side.deadlines:
        names = [*(f"b {each}" for each in buyers), *(f"t {each}" for each in titles)]
        kept += [f"{name} {_day(deadline)}" for name in names]
        sought += [f"{name} {_day(deadline + days)}" for name in names for days in (-DAY, 0 * DAY, DAY)]
    both = [f"{name} {title}" for name in buyers for title in titles]
    kept += [f"m {each} {_month(month)}" for each in both]
    sought += [f"m {each} {_month(month, step)}" for each in both for step in (-1, 0, 1)]
    return Keys(tuple(_hash(kept)), tuple(_hash(sought)))


def _buyers(side: Side) -> Iterator[str]:
    yield from (_bag(name) for _, name in side.names)
    for buyer in side.notice.buyers:
        if number := to_number(buyer):
            yield number


def _bag(words: Iterable[str]) -> str:
    return "".join(sorted(words))


def _day(moment: datetime) -> str:
    return str(moment.date())


def _month(moment: datetime, step: int = 0) -> int:
    return moment.year * 12 + moment.month + step


def _hash(texts: Iterable[str]) -> Iterator[str]:
    for text in dict.fromkeys(texts):
        yield urlsafe_b64encode(blake2b(text.encode(errors="replace"), digest_size=8).digest()).decode().rstrip("=")
