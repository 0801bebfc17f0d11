"""What it costs to compare a new notice with all that is stored: made-up notices of portals, some published twice.

    python -m benchmarks.joins [--stored 1000 10000 100000] [--measured 1000]

For each size: so many notices are stored with their keys, then further ones are compared in pages of AT_ONCE.
Prints CPU milliseconds for each notice compared, those of the longest transaction, the rows of keys for each notice,
and how many of the measured copies were found.
"""

import argparse
import logging
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import structlog
from sqlalchemy import Engine, func, select

from domain.notices import Buyer, Code, Kind, Money, Notice, Precision, Status
from matching.joining.keys import to_keys
from matching.joining.run import AT_ONCE, join_stored
from matching.joining.side import to_side
from storage.engine import open_engine, reading, writing
from storage.joining import find_join_due, mark_compared, save_keys
from storage.migrate import upgrade
from storage.notices import count_notices, save_notices
from storage.schema import join_keys
from storage.sources import release_lease, take_lease

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PORTALS, BUYERS, COPIES, PAGE = 40, 3_000, 0.1, AT_ONCE
FIRST = ("road", "school", "water", "medic", "soft", "clean", "bridge", "fuel", "glove", "paint")
LAST = ("works", "service", "supply", "ware", "ing", "ers", "al", "age", "ment", "ation")
WORDS = [f"{first}{last}" for first in FIRST for last in LAST]


def make_notices(count: int, chance: random.Random) -> Iterator[Notice]:
    """Tenders of few buyers with few words, so that many look alike; one of ten comes again on another portal."""
    for number in range(count):
        notice = _make(number, chance)
        yield notice
        if chance.random() < COPIES:
            yield _copy(notice, chance)


def _make(number: int, chance: random.Random) -> Notice:
    portal, buyer = chance.randrange(PORTALS), int(BUYERS * chance.random() ** 2)
    published = NOW - timedelta(minutes=chance.randrange(60 * 24 * 365))
    title = " ".join(chance.choices(WORDS, k=chance.randint(3, 9)))
    return Notice(
        source=f"p{portal:02}",
        key=f"N-{number:07}",
        kind=Kind.TENDER,
        status=Status.OPEN,
        url=f"https://p{portal:02}.example/notices/{number}",
        language="en",
        title={"en": title.capitalize()},
        description={"en": " ".join(chance.choices(WORDS, k=60))},
        buyers=(Buyer(f"Town of {WORDS[buyer % 100]} {buyer}", country="GB"),),
        country="GB",
        codes=(Code("CPV", f"{chance.randrange(10, 99)}000000"),),
        value=Money(Decimal(chance.randrange(1_000, 9_000_000)), "GBP") if chance.random() < 0.6 else None,
        published_at=published,
        deadline_at=published + timedelta(days=chance.randint(14, 60)),
        deadline_precision=Precision.MINUTE,
    )


def _copy(notice: Notice, chance: random.Random) -> Notice:
    buyer = notice.buyers[0]
    return replace(
        notice,
        source=f"q{chance.randrange(PORTALS):02}",
        key=f"C-{notice.key}",
        url=None,
        title={"en": notice.title["en"].upper()},
        buyers=(replace(buyer, name=f"{buyer.name.upper()} LTD."),),
    )


def fill(engine: Engine, page: list[Notice]) -> None:
    """Saves notices, a transaction for each source."""
    for source in dict.fromkeys(notice.source for notice in page):
        with writing(engine) as c:
            lease = take_lease(c, source, NOW, timedelta(minutes=5))
            own = [notice for notice in page if notice.source == source]
            save_notices(c, own, run_id=lease.run_id, now=NOW, baseline=False, page=None)
            release_lease(c, lease)


def keep_keys(engine: Engine) -> None:
    """Gives all that is stored its keys, as comparing does, without comparing."""
    while True:
        with writing(engine) as c:
            due = find_join_due(c, 1000)
            sides = {each.stored.id: to_side(each.stored.notice, each.stored.first_seen_at) for each in due}
            save_keys(c, {number: to_keys(side).kept for number, side in sides.items()})
            mark_compared(c, list(sides))
        if not due:
            return


def main() -> None:
    """Fill, compare, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stored", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--measured", type=int, default=1000)
    given = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'joins.db'}"
        upgrade(address, None)
        engine, made = open_engine(address), make_notices(10**9, random.Random(1))
        for stored in given.stored:
            _measure(engine, made, stored, given.measured)


def _measure(engine: Engine, made: Iterator[Notice], stored: int, measured: int) -> None:
    with reading(engine) as c:
        there = count_notices(c)
    for start in range(there, stored, 5000):
        fill(engine, list(islice(made, min(5000, stored - start))))
        keep_keys(engine)
    spent, copies, joined = [], 0, 0
    for _ in range(0, measured, PAGE):
        page = list(islice(made, PAGE))
        fill(engine, page)
        began = time.process_time()
        joined += join_stored(engine, NOW).joined
        spent.append(time.process_time() - began)
        copies += sum(notice.key.startswith("C-") for notice in page)
    with reading(engine) as c:
        keys = c.execute(select(func.count()).select_from(join_keys)).scalar_one() / count_notices(c)
    print(
        f"{stored:>9,} stored: {sum(spent) / measured * 1000:.2f} ms CPU for each notice compared, "
        f"{max(spent) * 1000:.0f} ms for the dearest transaction of {PAGE}; {keys:.1f} keys each; "
        f"{joined} joined, {copies} published twice",
        flush=True,
    )


if __name__ == "__main__":
    main()
