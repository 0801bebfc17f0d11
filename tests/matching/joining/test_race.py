"""Crawls, matchers and people at once: each procedure is one in the end, announced once, and nothing is lost."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select

from domain.alerts import EventKind
from matching.joining import run as joining
from matching.joining.run import join_stored
from matching.profiles import digest
from matching.run import match_stored
from storage.engine import reading, writing
from storage.joining import find_unit, join_by_hand
from storage.notices import find_notice
from storage.profiles import save_profile
from storage.schema import assessments, events, join_keys, notices, opportunities
from storage.separating import separate
from tests.factories import NOW, a_notice, a_profile, stored
from tests.matching.joining.test_run import here, there

WORDS = (
    "roads",
    "schools",
    "bridges",
    "harbours",
    "hospitals",
    "libraries",
    "stations",
    "gardens",
    "museums",
    "towers",
)
COUNT = len(WORDS)


def together(*work: Callable[[], None]) -> None:
    """Runs these at once; the first failure is raised."""
    failed: list[BaseException] = []

    def guarded(each: Callable[[], None]) -> None:
        try:
            each()
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if failed:
        raise failed[0]


def test_each_procedure_is_announced_once_whoever_is_first(engine: Engine) -> None:
    profile = a_profile()
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest=digest(profile), now=NOW)
    crawled = threading.Barrier(2)
    done = threading.Event()

    def crawl(copy: Callable[..., object], source: str) -> None:
        crawled.wait(30)
        for number, word in enumerate(WORDS):
            with writing(engine) as c:
                title = {"en": f"Supply of water pumps for {word}"}
                stored(c, copy(source=source, key=str(number), title=title))  # type: ignore[arg-type]

    def match() -> None:
        while not done.is_set():
            match_stored(engine, NOW)
        match_stored(engine, NOW)

    def crawl_both() -> None:
        try:
            together(lambda: crawl(here, "gb_test"), lambda: crawl(there, "eu_test"))
        finally:
            done.set()

    together(crawl_both, match, match)
    with reading(engine) as c:
        assert c.execute(select(func.count(notices.c.procedure_id.distinct()))).scalar() == COUNT
        live = opportunities.c.merged_into.is_(None)
        assert c.execute(select(func.count()).select_from(opportunities).where(live)).scalar() == COUNT
        kinds = c.execute(select(events.c.kind)).scalars().all()
        assert kinds == [EventKind.NEW] * COUNT
        assert c.execute(select(func.count(assessments.c.notice_id.distinct()))).scalar() == 2 * COUNT


def test_people_and_matchers_at_once_lose_nothing(engine: Engine) -> None:
    profile = a_profile()
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest=digest(profile), now=NOW)
        stored(c, here(), there())
    match_stored(engine, NOW)

    def people() -> None:
        for _ in range(6):
            with writing(engine) as c:
                one, other = (find_notice(c, *each) for each in (("gb_test", "A"), ("eu_test", "B")))
                assert one is not None
                assert other is not None
                if one.procedure_id == other.procedure_id:
                    separate(c, one.procedure_id, find_unit(c, other.id), said_by="Mira", why="two", now=NOW)
                else:
                    join_by_hand(c, one.id, other.id, said_by="Mira", why="one", now=NOW)

    def match() -> None:
        for turn in range(6):
            with writing(engine) as c:
                stored(c, here(regions=(f"UKC1{turn}",)), there(regions=(f"UKC1{turn}",)))
            match_stored(engine, NOW)

    together(people, match)
    match_stored(engine, NOW)
    with reading(engine) as c:
        live = select(opportunities).where(opportunities.c.merged_into.is_(None))
        rows = c.execute(live).all()
        procedures = set(c.execute(select(notices.c.procedure_id)).scalars())
        assert {row.procedure_id for row in rows} == procedures
        pointing = set(c.execute(select(assessments.c.opportunity_id)).scalars())
        assert pointing <= {row.id for row in rows}


def test_what_is_killed_in_between_is_done_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(engine) as c:
        stored(c, here(), there(), a_notice(key="other"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(joining, "mark_compared", killed)
        with pytest.raises(KeyboardInterrupt):
            join_stored(engine, NOW)
    with reading(engine) as c:
        assert c.execute(select(join_keys)).all() == []
        assert c.execute(select(func.count(notices.c.procedure_id.distinct()))).scalar() == 3
    match_stored(engine, NOW)
    with reading(engine) as c:
        assert c.execute(select(func.count(notices.c.procedure_id.distinct()))).scalar() == 2


def test_a_crawl_that_holds_a_notice_is_waited_for(engine: Engine) -> None:
    with writing(engine) as c:
        stored(c, here(), there())
    held = threading.Event()

    def crawl() -> None:
        with writing(engine) as c:
            c.execute(notices.update().values(page="b" * 64))
            held.set()
            time.sleep(1.5)

    def match() -> None:
        held.wait(30)
        assert join_stored(engine, NOW).joined == 1

    together(crawl, match)
