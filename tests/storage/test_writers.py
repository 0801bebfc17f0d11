"""Many that write at once, in threads and in processes: nobody is told that the database is locked."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from domain.alerts import DeliveryState, Destination, EventKind
from domain.sources import StepState
from storage.deliveries import NewDelivery, count_deliveries, lease_deliveries, save_deliveries, save_sent
from storage.destinations import save_destination
from storage.engine import open_engine, reading, writing
from storage.events import append_event
from storage.issues import find_issues, save_issues
from storage.notices import count_notices, list_notices, save_notices
from storage.releases import save_releases
from storage.sources import check_lease, take_lease
from storage.steps import add_steps, find_unfinished_steps, save_step
from tests.factories import NOW, a_notice, a_release, a_step, an_issue

TTL = timedelta(minutes=5)
ROOT = Path(__file__).resolve().parents[2]
PAGES, ON_A_PAGE = 5, 40


def crawl(url: str, source: str) -> None:
    """What a crawl's child process does, page after page."""
    engine = open_engine(url)
    with writing(engine) as c:
        lease = take_lease(c, source, NOW, TTL)
        add_steps(c, source, lease.run_id, [a_step(str(page)) for page in range(PAGES)])
    for page in range(PAGES):
        keys = [f"ocds-{page}-{number}" for number in range(ON_A_PAGE)]
        with writing(engine) as c:
            check_lease(c, lease)
            save_releases(c, source, [a_release(key) for key in keys], NOW)
            # The same procedures and buyers as the other crawls have.
            given = [a_notice(source=source, key=key, procedure_id=f"ocds-tw0wri-{key}") for key in keys]
            save_notices(c, given, run_id=lease.run_id, now=NOW, baseline=False, page=None)
            save_step(c, source, str(page), StepState.DONE)
    engine.dispose()


def dispatch(engine: Engine, sent: list[int], holder: str, busy: dict[str, str]) -> None:
    """Leases and sends until nothing is queued; notes where two would send to one destination."""
    while True:
        with writing(engine) as c:
            leased = lease_deliveries(c, NOW, TTL, holder)
            waiting = count_deliveries(c, DeliveryState.QUEUED)
        if not leased:
            if not waiting:
                return
            continue
        destination = leased[0].destination_id
        assert busy.setdefault(destination, holder) == holder
        sent += [delivery.id for delivery in leased]
        del busy[destination]
        with writing(engine) as c:
            save_sent(c, [delivery.id for delivery in leased], holder, NOW, "250 OK")


def queue(engine: Engine, count: int) -> None:
    with writing(engine) as c:
        for number in range(4):
            save_destination(c, Destination(f"d{number}", "Mira", "json://localhost"))
        events = [append_event(c, EventKind.TEST, None, {}, NOW) for _ in range(count)]
        rows = [NewDelivery(event, f"d{event % 4}", ("r",), f"m{event}", NOW) for event in events]
        assert save_deliveries(c, rows) == count


def in_threads(*works: Callable[[], None]) -> None:
    """Runs all at once; what one raises is raised."""
    failed: list[BaseException] = []
    barrier = threading.Barrier(len(works))

    def work(each: Callable[[], None]) -> None:
        barrier.wait(60)
        try:
            each()
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []


def test_three_crawls_the_dispatcher_and_200_writes_at_once(engine: Engine, database: str) -> None:
    queue(engine, 40)
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.storage.test_writers import crawl; "
    crawls = [
        subprocess.Popen([sys.executable, "-c", f"{program} crawl({database!r}, 's{number}')"], stderr=subprocess.PIPE)
        for number in range(3)
    ]
    sent: list[int] = []

    def write(number: int) -> None:
        with writing(engine) as c:
            save_issues(c, None, [an_issue(key=str(number))], NOW)

    writes: list[Callable[[], None]] = [lambda number=number: write(number) for number in range(200)]  # type: ignore[misc]
    in_threads(lambda: dispatch(engine, sent, "dispatcher", {}), *writes)
    for crawled in crawls:
        _, errors = crawled.communicate(timeout=120)
        assert (crawled.returncode, errors.decode()) == (0, "")
    with reading(engine) as c:
        assert count_notices(c) == 3 * PAGES * ON_A_PAGE
        assert [find_unfinished_steps(c, f"s{number}") for number in range(3)] == [[], [], []]
        assert len(find_issues(c, limit=1000)) == 200
        procedures = [each.procedure_id for each in list_notices(c, limit=2000)]
    assert len(set(procedures)) == PAGES * ON_A_PAGE
    assert sorted(sent) == list(range(1, 41))


def test_two_dispatchers_never_lease_the_same_delivery_nor_the_same_destination(engine: Engine) -> None:
    queue(engine, 60)
    sent: list[int] = []
    busy: dict[str, str] = {}
    in_threads(*(lambda name=name: dispatch(engine, sent, name, busy) for name in "abcd"))  # type: ignore[misc]
    assert sorted(sent) == list(range(1, 61))
    for number in range(4):
        own = [each for each in sent if each % 4 == number]
        assert own == sorted(own)
