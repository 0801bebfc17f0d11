"""What it costs to compare a new notice with all that is stored: made-up notices of portals, some published twice.

    python -m benchmarks.joins [--stored 100000] [--page 100]

Prints, at each tenth of the way, CPU and wall milliseconds for each notice compared, the longest transaction, the rows
of keys for each notice, and how many of the copies were found.
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
from pathlib import Path

import structlog
from sqlalchemy import Engine, func, select

from domain.notices import Buyer, Code, Kind, Money, Notice, Precision, Status
from matching.joining.run import join_stored
from storage.engine import open_engine, reading, writing
from storage.migrate import upgrade
from storage.notices import save_notices
from storage.schema import join_keys, notices, procedure_joins
from storage.sources import release_lease, take_lease

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PORTALS, BUYERS, COPIES = 40, 3_000, 0.1
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


def main() -> None:
    """Fill, compare, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stored", type=int, default=100_000)
    arguments.add_argument("--page", type=int, default=100)
    given = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'joins.db'}"
        upgrade(address, None)
        _measure(open_engine(address), given.stored, given.page)


def _measure(engine: Engine, stored: int, size: int) -> None:
    made = make_notices(int(stored / (1 + COPIES)), random.Random(1))
    spent = waited = longest = 0.0
    done = since = 0
    while page := [notice for _, notice in zip(range(size), made, strict=False)]:
        fill(engine, page)
        began, cpu = time.perf_counter(), time.process_time()
        join_stored(engine, NOW)
        took = time.perf_counter() - began
        spent, waited, longest = spent + time.process_time() - cpu, waited + took, max(longest, took)
        done, since = done + len(page), since + len(page)
        if since >= stored / 10:
            print(f"{done:>8,} stored: {spent / since * 1000:.2f} ms CPU, {waited / since * 1000:.2f} ms a notice, "
                  f"longest transaction {longest * 1000:.0f} ms")  # fmt: skip
            spent = waited = longest = since = 0
    with reading(engine) as c:
        total, keys = (
            c.execute(select(func.count()).select_from(table)).scalar_one() for table in (notices, join_keys)
        )
        joined = c.execute(select(func.count()).select_from(procedure_joins)).scalar_one()
        copies = c.execute(select(func.count()).where(notices.c.key.startswith("C-"))).scalar_one()
    print(f"{total:,} notices, {keys / total:.1f} keys each; {joined:,} joins, {copies:,} copies")


if __name__ == "__main__":
    main()
