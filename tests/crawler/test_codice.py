"""PLACSP's chain of files: newest first, read back to the last run's; updates, deletions, and what comes meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.parse import parse
from crawler.registry import SHIPPED, load_sources
from domain.sources import RunState, StepState
from storage.engine import reading
from storage.sources import find_cursor
from storage.steps import find_unfinished_steps
from tests.crawler.codice_making import a_file, a_tombstone, above, an_entry
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MADRID = ZoneInfo("Europe/Madrid")
HEAD = "licitacionesPerfilesContratanteCompleto3"
SOURCES = load_sources()


class Placsp:
    """Files by name. `publish` closes the newest under a name with its moment, and begins another."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[datetime, list[str], str | None]] = {}
        self.broken: set[str] = set()
        self.meanwhile: Callable[[], None] | None = None

    def publish(self, at: datetime, *entries: str) -> None:
        if HEAD in self.files:
            made, held, following = self.files[HEAD]
            name = f"{HEAD}_{made.astimezone(MADRID):%Y%m%d_%H%M%S}"
            self.files[name] = made, held, following
            self.files[HEAD] = at, list(entries), name
        else:
            self.files[HEAD] = at, list(entries), None

    def answer(self, request: Any) -> Answer:
        name = request.url.rpartition("/")[2].removesuffix(".atom")
        if name in self.broken:
            return Answer(b"<html><body>Error</body></html>", 500)
        made, entries, following = self.files[name]
        body = a_file(*entries, updated=made, next_name=f"{following}.atom" if following else None)
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return Answer(body)


@pytest.fixture
def es(place: Place) -> Place:
    return declared(place)


def declared(place: Place) -> Place:
    assert place.settings.sources_dir
    text = (SHIPPED / "es_placsp.yml").read_text(encoding="utf-8")
    (place.settings.sources_dir / "xx_test.yml").write_text(text, encoding="utf-8")
    return place


def drive(place: Place, portal: Placsp, now: datetime = NOW, **options: Any) -> SpiderDrive:
    return SpiderDrive(place, portal.answer, now, **options)


def names(asked: list[str]) -> list[str]:
    """What was asked, without what all files' names have in common."""
    return [url.rpartition("/")[2].removeprefix(HEAD).removesuffix(".atom") or "newest" for url in asked]


def cursor(place: Place) -> str | None:
    with place.engine() as engine, reading(engine) as c:
        return find_cursor(c, "xx_test")


def statuses(place: Place) -> dict[str, str]:
    return {notice["key"]: notice["status"] for notice in place.notices()}


def five_days(portal: Placsp) -> Placsp:
    for day in range(5, 0, -1):
        at = NOW - timedelta(days=day)
        portal.publish(at, an_entry(100 + day, at - HOUR))
    portal.publish(NOW - HOUR, an_entry(100, NOW - 2 * HOUR))
    return portal


def test_the_chain_is_read_back_to_where_the_last_run_began(es: Place) -> None:
    portal = five_days(Placsp())
    first = drive(es, portal)
    assert first.run().state is RunState.OK  # type: ignore[union-attr]
    # Three days: the file of the fourth is the first that is old enough.
    assert names(first.asked) == [
        "newest", "_20261119_130000", "_20261118_130000", "_20261117_130000", "_20261116_130000",
    ]  # fmt: skip
    assert cursor(es) == "2026-11-20T12:00:00+00:00"
    assert list(statuses(es)) == ["100", "101", "102", "103", "104"]
    before = es.revisions()
    second = drive(es, portal, NOW + HOUR)
    assert second.run().state is RunState.OK  # type: ignore[union-attr]
    assert names(second.asked) == ["newest", "_20261119_130000", "_20261118_130000"]  # a day's overlap
    assert es.revisions() == before


def test_what_is_published_while_the_chain_is_read_is_in_the_next_run(es: Place) -> None:
    portal = five_days(Placsp())
    late = NOW + timedelta(seconds=1)
    portal.meanwhile = lambda: portal.publish(late, an_entry(99, late), an_entry(101, late, "ANUL"))
    drive(es, portal).run()
    assert "99" not in statuses(es)
    drive(es, portal, NOW + HOUR).run()
    assert statuses(es)["99"] == "open"
    assert statuses(es)["101"] == "cancelled"


def test_a_killed_run_leaves_the_rest_of_its_chain_and_the_older_version_comes_too_late(either_place: Place) -> None:
    es, portal = declared(either_place), five_days(Placsp())
    portal.files[HEAD][1].append(an_entry(103, NOW - HOUR, "EV", title="Bombas, con el plazo cerrado"))
    assert drive(es, portal).run(steps=2) is None
    assert cursor(es) == "2026-11-17T12:00:00+00:00/2026-11-20T12:00:00+00:00"
    portal.publish(NOW + HOUR, an_entry(98, NOW + HOUR))
    after = drive(es, portal, NOW + 2 * HOUR)
    after.run()
    # The rest of the first chain down to its own end, and the newest files down to the overlap.
    assert names(after.asked) == [
        "_20261118_130000", "newest", "_20261117_130000", "_20261120_120000", "_20261116_130000", "_20261119_130000",
    ]  # fmt: skip
    assert cursor(es) == "2026-11-20T14:00:00+00:00"
    found = {notice["key"]: notice for notice in es.notices()}
    assert list(found) == ["100", "101", "102", "103", "104", "98"]
    assert found["103"]["title"] == {"es": "Bombas, con el plazo cerrado"}
    assert (found["103"]["status"], len(es.revisions()["103"])) == ("closed", 1)


def test_deleted_entries(either_place: Place) -> None:
    es, portal = declared(either_place), Placsp()
    yesterday, morning = NOW - timedelta(days=1), NOW - 4 * HOUR
    portal.publish(yesterday, an_entry(1, yesterday), an_entry(2, yesterday), an_entry(3, yesterday))
    portal.publish(morning, a_tombstone(2, morning), a_tombstone(9, morning))
    drive(es, portal).run()
    # 2 was never stored before: its deletion was read first. Nothing is known of 9.
    assert statuses(es) == {"1": "open", "2": "cancelled", "3": "open"}
    portal.publish(NOW + HOUR, a_tombstone(1, NOW + HOUR), an_entry(3, NOW + HOUR, "EV"))
    drive(es, portal, NOW + 2 * HOUR).run()
    assert statuses(es) == {"1": "cancelled", "2": "cancelled", "3": "closed"}
    before = es.revisions()
    drive(es, portal, NOW + 3 * HOUR).run()
    assert es.revisions() == before
    assert statuses(es) == {"1": "cancelled", "2": "cancelled", "3": "closed"}
    # What comes back is there again.
    portal.publish(NOW + 4 * HOUR, an_entry(1, NOW + 4 * HOUR))
    drive(es, portal, NOW + 5 * HOUR).run()
    assert statuses(es)["1"] == "open"


def test_a_deletion_outlives_the_run_that_read_it(es: Place) -> None:
    portal, yesterday, morning = Placsp(), NOW - timedelta(days=1), NOW - 4 * HOUR
    portal.publish(yesterday, an_entry(2, yesterday))
    portal.publish(morning, a_tombstone(2, morning), an_entry(4, morning))
    assert drive(es, portal).run(steps=1) is None
    drive(es, portal, NOW + HOUR).run()
    assert statuses(es) == {"2": "cancelled", "4": "open"}


def test_a_file_that_cannot_be_had_is_asked_again_and_holds_the_mark(es: Place) -> None:
    portal = five_days(Placsp())
    portal.broken = {f"{HEAD}_20261118_130000"}
    verdict = drive(es, portal).run()
    assert verdict is not None
    assert verdict.state is RunState.PARTIAL
    assert cursor(es) == "2026-11-17T12:00:00+00:00/2026-11-20T12:00:00+00:00"
    with es.engine() as engine, reading(engine) as c:
        assert [step.state for step in find_unfinished_steps(c, "xx_test")] == [StepState.FAILED]
    portal.broken = set()
    drive(es, portal, NOW + HOUR).run()
    assert list(statuses(es)) == ["100", "101", "102", "103", "104"]
    assert cursor(es) == "2026-11-20T13:00:00+00:00"


def test_the_newest_file_that_failed_is_followed_as_far_as_the_failed_run_would_have(es: Place) -> None:
    portal = five_days(Placsp())
    drive(es, portal, NOW - timedelta(days=4, hours=12)).run()
    portal.broken = {HEAD}
    drive(es, portal, NOW - timedelta(days=3)).run()
    portal.broken = set()
    drive(es, portal).run()
    assert list(statuses(es)) == ["100", "101", "102", "103", "104", "105"]


def test_a_chain_that_breaks_off_is_told(es: Place) -> None:
    portal = five_days(Placsp())
    drive(es, portal).run()
    portal.files[HEAD] = NOW + HOUR, [an_entry(90, NOW)], None
    verdict = drive(es, portal, NOW + 2 * HOUR).run()
    assert verdict is not None
    assert verdict.state is RunState.PARTIAL
    assert any("chain is broken" in each.issue.reason for each in es.issues())


def test_since_reads_further_back(es: Place) -> None:
    portal = five_days(Placsp())
    back = drive(es, portal, since=NOW - timedelta(days=30))
    back.run()
    assert len(back.asked) == 6
    assert len(statuses(es)) == 6


def ids(scheme: str, id_: str) -> str:
    return f'<cac:PartyIdentification><cbc:ID schemeName="{scheme}">{id_}</cbc:ID></cac:PartyIdentification>'


def address(zone: str) -> str:
    country = "<cac:Country><cbc:IdentificationCode>ES</cbc:IdentificationCode></cac:Country>"
    return f"<cac:PostalAddress><cbc:PostalZone>{zone}</cbc:PostalZone>{country}</cac:PostalAddress>"


def one(**changes: Any) -> dict[str, Any]:
    from domain.notice_json import to_json

    body = a_file(an_entry(7, NOW, **changes), updated=NOW)
    parsed = parse("es_placsp", body, SOURCES)
    assert not parsed.faults
    return to_json(parsed.notices[0])


@pytest.mark.parametrize(
    ("told", "at", "zone"),
    [
        ({}, "2026-12-18T14:00:00+01:00", "source"),
        ({"ids": ids("DIR3", "L01380999")}, "2026-12-18T14:00:00+00:00", "buyer"),
        ({"ids": ids("DIR3", "A05012345")}, "2026-12-18T14:00:00+00:00", "buyer"),
        ({"ids": ids("DIR3", "L02000035")}, "2026-12-18T14:00:00+00:00", "buyer"),
        ({"party": address("35001")}, "2026-12-18T14:00:00+00:00", "buyer"),
        ({"party": address("28035")}, "2026-12-18T14:00:00+01:00", "buyer"),
        ({"above": above("Cabildo de Norte", "Canarias")}, "2026-12-18T14:00:00+00:00", "buyer"),
    ],
)
def test_the_clock_of_a_deadline(told: dict[str, str], at: str, zone: str) -> None:
    notice = one(**told)
    assert (notice["deadline_at"], notice["deadline_zone"]) == (at, zone)
