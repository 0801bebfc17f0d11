"""Deadlines as iCalendar, read back by the rules of RFC 5545."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from alerts.calendar import Deadline, to_calendar, to_deadlines
from alerts.route import route
from alerts.send import send_due
from alerts.words import words
from domain.notices import Precision
from tests.alerts.cases import happen, tell
from tests.alerts.foreign import read_events
from tests.alerts.post import Box, a_server, an_installation
from tests.alerts.test_render import a_card
from tests.factories import NOW, a_notice

EN = words("en")


def read_calendar(content: bytes) -> list[dict[str, str]]:
    """The events: lines end with CRLF, are at most 75 octets, and are unfolded; each property once.

    icalendar, which forgives all that, reads the same events.
    """
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    [line.decode() for line in lines]  # never cut inside a character
    unfolded = re.sub(r"\r\n[ \t]", "", content.decode())
    assert unfolded.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert unfolded.endswith("END:VCALENDAR\r\n")
    events = []
    for text in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", unfolded, re.S):
        pairs = [line.split(":", 1) for line in text.split("\r\n")[:-1]]
        assert len({name for name, _ in pairs}) == len(pairs)
        events.append(dict(pairs))
        assert {"UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "STATUS"} <= set(events[-1])
    for theirs, ours in zip(read_events(content), events, strict=True):
        assert (theirs.uid, theirs["SUMMARY"]) == (ours["UID"], unescape(ours["SUMMARY"]))
        assert theirs.sequence == int(ours["SEQUENCE"])
        moment = theirs["DTSTART"].dt
        assert f"{moment:%Y%m%d}" == (ours.get("DTSTART") or ours["DTSTART;VALUE=DATE"])[:8]
    return events


def unescape(text: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda match: "\n" if match[1] in "nN" else match[1], text)


def test_a_deadline_with_a_time_and_one_of_a_day() -> None:
    card = replace(a_card(), opportunity=7)
    (event,) = read_calendar(to_calendar(to_deadlines([card], EN, "bidder.example"), NOW))
    assert event["UID"] == "opportunity-7@bidder.example"
    assert event["DTSTART"] == "20261201T120000Z"
    assert event["SUMMARY"] == "Deadline: Supply of water pumps"
    assert event["URL"] == "https://portal.example/notice/ocds-test-1"
    assert event["STATUS"] == "CONFIRMED"
    day = replace(card, deadline_precision=Precision.DAY, cancelled=True)
    (event,) = read_calendar(to_calendar(to_deadlines([day], EN, "bidder.example"), NOW))
    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == ("20261201", "20261202")
    assert event["STATUS"] == "CANCELLED"
    assert to_deadlines([replace(card, deadline_at=None)], EN, "x") == []
    assert read_calendar(to_calendar([], NOW, "Nothing yet")) == []


def test_what_is_written_later_replaces_what_was_earlier() -> None:
    deadlines = to_deadlines([replace(a_card(), opportunity=7)], EN, "bidder.example")
    first, later = (read_calendar(to_calendar(deadlines, moment))[0] for moment in (NOW, NOW + timedelta(hours=1)))
    assert first["UID"] == later["UID"]
    assert int(later["SEQUENCE"]) > int(first["SEQUENCE"])


@given(st.text(max_size=300))
def test_any_text_survives(text: str) -> None:
    deadline = Deadline("u@x", text, NOW, None, None, text)
    shown = "".join(char for char in text.replace("\r", "") if char not in "\x00")
    if not re.search(r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]", text):
        (event,) = read_calendar(to_calendar([deadline], NOW))
        assert unescape(event["SUMMARY"]) == shown


def test_it_is_attached_to_the_mail(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    happen(engine, a_notice(title={"ru": "Поставка насосов"}, language="ru"))
    route(engine, NOW)
    box = Box()
    with a_server(box) as mail:
        with_way_out = mail.model_copy(update={"unsubscribe": "https://bids.bidder.example/out/{destination}"})
        place = an_installation(tmp_path, with_way_out, base_url="https://bids.bidder.example")
        assert send_due(engine, place, lambda: NOW).sent == 1
    (got,) = box.mails
    (attached,) = [part for part in got.walk() if part.get_content_type() == "text/calendar"]
    assert attached.get_filename() == "deadlines.ics"
    (event,) = read_calendar(attached.get_payload(decode=True))
    assert "Поставка насосов" in attached.get_content(), "as a reader that goes by the header decodes it"
    assert attached["Content-Type"].params["method"] == "PUBLISH"
    assert event["URL"] == "https://bids.bidder.example/opportunities/1"
    assert got["List-Unsubscribe"] == "<https://bids.bidder.example/out/sales>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Idempotency-Key"] == got["Message-ID"].strip("<>")
