"""A page is refused where it is not what the source promised; what is only thin is left to `health.py`."""

from collections.abc import Sequence

from crawler.reading import Reading
from domain.errors import SourceChanged
from domain.notices import Notice
from domain.sources import Source

MANY = 5  # rows from which a page speaks for the portal, not for one odd record


def validate(reading: Reading, notices: Sequence[Notice], source: Source) -> None:
    """Raises SourceChanged where hardly a row could be read, or none of many has a field that all must have."""
    rows = len(notices) + len(reading.faults)
    sound = notices or reading.details or len(reading.keys or ()) > len(reading.faults)
    if reading.faults and (not sound or (rows >= MANY and len(reading.faults) * 2 > rows)):
        first = reading.faults[0]
        raise SourceChanged(f"{len(reading.faults)} of {rows} rows cannot be read; the first: {first}", first.element)
    for name, has in (("title", "title"), ("buyer", "buyers")):
        promised = source.expect.filled.get(name, 0.0)
        if promised >= 0.9 and len(notices) >= MANY and not any(getattr(notice, has) for notice in notices):
            raise SourceChanged(f"none of {len(notices)} notices has a {name}; the page has changed", name)
