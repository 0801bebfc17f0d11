"""Our calendars and feeds as other people's libraries read them: icalendar and feedparser."""

from collections.abc import Sequence

import feedparser
from icalendar import Calendar, Event


def read_events(content: bytes) -> Sequence[Event]:
    """The events of a calendar that icalendar takes as valid, with nothing in it that it could not read."""
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    calendar.validate()
    assert [fault for component in calendar.walk() for fault in component.errors] == []
    again = Calendar.from_ical(calendar.to_ical())
    assert isinstance(again, Calendar)
    assert [each.uid for each in again.events] == [each.uid for each in calendar.events], "it can write it again"
    assert all(event.start and event.end for event in calendar.events), "raises where they do not go together"
    return calendar.events


def read_entries(content: bytes) -> Sequence[feedparser.FeedParserDict]:
    """The entries of a feed that feedparser takes as well-formed Atom."""
    found = feedparser.parse(content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    assert found.encoding == "utf-8"
    assert found.feed.title
    assert found.feed.id
    assert found.feed.updated_parsed
    for each in found.entries:
        assert each.id
        assert each.updated_parsed
        assert each.published_parsed
        assert (each.summary_detail.type, each.title_detail.type) == ("text/plain", "text/plain")
    return found.entries
