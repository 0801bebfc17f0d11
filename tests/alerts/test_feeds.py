"""Feeds as calendars and feed readers see them: read back by rules of RFC 5545 and RFC 4287, and by other libraries.

icalendar and feedparser forgive what others do not (long lines, ids that stand twice), so that both are asked.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import Engine

from alerts.decide import decline, hand
from alerts.feeds import Written, write_feeds
from alerts.route import route
from domain.alerts import EventKind
from domain.config import Mail, Settings
from domain.notices import Precision, Status
from storage.engine import reading
from tests.alerts.cases import happen
from tests.alerts.desk import BOOK, at, import_text
from tests.alerts.foreign import read_entries, read_events
from tests.factories import NOW, a_notice

ATOM = "{http://www.w3.org/2005/Atom}"
RULES = "rules:\n  - {id: all, min_score: 40, person: mira}\n"
HOSTILE = "Pumps; \\n, “valves”\r\nBEGIN:VEVENT </summary><script>x</script> &lt;b&gt; \u202e насосы " + "ñ" * 90


def write(engine: Engine, folder: Path, now: datetime = NOW) -> Written:
    settings = Settings(data_dir=folder, mail=Mail(sender="tenders@bidder.example"), zone="Europe/Madrid")
    with reading(engine) as c:
        return write_feeds(c, folder / "feeds", settings, now)


def events_of(folder: Path, name: str) -> list[dict[str, str]]:
    """The events of a calendar, property by property; asserts what RFC 5545 asks of any."""
    content = (folder / "feeds" / f"{name}.ics").read_bytes()
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    raw = content.split(b"\r\n")
    assert max(len(line) for line in raw) <= 75, "octets"
    for line in raw:
        line.decode()  # no character is cut in two
    lines = content.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    found: list[dict[str, str]] = []
    inside = False
    for line in lines[1:-1]:
        if line in ("BEGIN:VEVENT", "END:VEVENT"):
            assert inside == (line == "END:VEVENT")
            inside = not inside
            found += [{}] if inside else []
        elif inside:
            name, _, value = line.partition(":")
            assert re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[^;:]+)*", name), line
            assert name not in found[-1], "each of these may stand once"
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value)
            found[-1][name] = value
    for each in found:
        assert {"UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "STATUS"} <= each.keys()
        assert re.fullmatch(r"\d{8}T\d{6}Z", each["DTSTAMP"])
        assert re.fullmatch(r"\d+", each["SEQUENCE"])
        assert int(each["SEQUENCE"]) < 2**31
        assert each["STATUS"] in ("CONFIRMED", "CANCELLED", "TENTATIVE")
        starts = {key: value for key, value in each.items() if key.startswith("DTSTART")}
        ((key, start),) = starts.items()
        assert re.fullmatch(r"\d{8}" if key == "DTSTART;VALUE=DATE" else r"\d{8}T\d{6}Z", start)
        assert not re.search(r"(?<!\\)(\\\\)*[;,]", each["SUMMARY"]), "escaped"
    assert len({each["UID"] for each in found}) == len(found)
    assert [each.uid for each in read_events(content)] == [each["UID"] for each in found]
    return found


def feed_of(folder: Path, name: str) -> etree._Element:
    """An Atom feed; asserts what RFC 4287 asks of any."""
    content = (folder / "feeds" / f"{name}.atom").read_bytes()
    root = etree.fromstring(content)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for tag in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{tag}")) == 1, tag
        assert re.match(r"tag:[a-z.]+,\d{4}:", element.findtext(f"{ATOM}id") or "")
        updated = datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
        assert updated.tzinfo is not None
        for link in element.findall(f"{ATOM}link"):
            assert link.get("href", "").startswith("http")
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [each.text for each in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    theirs = [(each.id, each.title) for each in read_entries(content)]
    assert theirs == [(each.findtext(f"{ATOM}id"), each.findtext(f"{ATOM}title")) for each in root.iter(f"{ATOM}entry")]
    return root


def test_feeds_of_a_profile_and_of_people(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    day = a_notice(key="day", deadline_at=at("2026-12-02 23:59"), deadline_precision=Precision.DAY)
    happen(engine, a_notice(title={"en": HOSTILE}), day, a_notice(key="none", deadline_at=None))
    route(engine, NOW)
    assert write(engine, tmp_path) == Written(8, 8)
    first, second = events_of(tmp_path, "profiles/pumps")
    assert (first["UID"], first["DTSTART"]) == ("opportunity-1@bidder.example", "20261201T120000Z")
    assert second["DTSTART;VALUE=DATE"] == "20261202"
    assert [each["UID"] for each in events_of(tmp_path, "people/mira")] == [first["UID"], second["UID"]]
    assert events_of(tmp_path, "people/olga") == []
    assert events_of(tmp_path, "people/mira")[1]["SUMMARY"] == "Plazo: Supply of water pumps"
    entries = feed_of(tmp_path, "profiles/pumps").findall(f"{ATOM}entry")
    assert len(entries) == 3
    assert feed_of(tmp_path, "people/jun").findall(f"{ATOM}entry") == []
    hostile = next(each for each in entries if "valves" in (each.findtext(f"{ATOM}title") or ""))
    assert "</summary><script>x</script> &lt;b&gt;" in (hostile.findtext(f"{ATOM}title") or ""), "text, not markup"
    assert not list(hostile.iter("script"))


def test_nothing_is_written_where_nothing_has_changed(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    route(engine, NOW)
    write(engine, tmp_path)
    assert write(engine, tmp_path, NOW + timedelta(days=3)) == Written(8, 0)


def test_a_move_and_a_cancellation_reach_the_same_event(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    route(engine, NOW)
    write(engine, tmp_path)
    (first,) = events_of(tmp_path, "people/mira")
    later = NOW + timedelta(hours=1)
    moved = a_notice(deadline_at=datetime(2026, 12, 9, 12, tzinfo=UTC))
    happen(engine, moved, kind=EventKind.DEADLINE_MOVED, now=later, changes=[])
    write(engine, tmp_path, later)
    (second,) = events_of(tmp_path, "people/mira")
    gone = NOW + timedelta(hours=2)
    happen(engine, a_notice(status=Status.CANCELLED), kind=EventKind.CANCELLED, now=gone, changes=[])
    write(engine, tmp_path, gone)
    (third,) = events_of(tmp_path, "profiles/pumps")
    assert first["UID"] == second["UID"] == third["UID"]
    assert int(first["SEQUENCE"]) < int(second["SEQUENCE"]) < int(third["SEQUENCE"])
    assert [each["STATUS"] for each in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert second["DTSTART"] == "20261209T120000Z"


@pytest.mark.parametrize("decided", ["declined", "handed"])
def test_what_a_person_has_done_with_is_struck_out_for_that_person(
    engine: Engine, tmp_path: Path, decided: str
) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    route(engine, NOW)
    if decided == "declined":
        decline(engine, 1, "mira", "", NOW)
    else:
        hand(engine, 1, "mira", "olga", "", NOW)
    write(engine, tmp_path)
    assert [each["STATUS"] for each in events_of(tmp_path, "people/mira")] == ["CANCELLED"]
    assert [each["STATUS"] for each in events_of(tmp_path, "profiles/pumps")] == ["CONFIRMED"]
    olga = [each["STATUS"] for each in events_of(tmp_path, "people/olga")]
    assert olga == ([] if decided == "declined" else ["CONFIRMED"])
