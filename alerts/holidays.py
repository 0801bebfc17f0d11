"""Days off from an .ics file (RFC 5545), such as public calendars give for a country."""

import re
from datetime import date, timedelta
from pathlib import Path

from domain.errors import BadRule

MAX_SIZE = 4 * 1024 * 1024
LONGEST = 31  # days of one event


def read_calendar(file: Path) -> frozenset[date]:
    """The days of its all-day events; raises BadRule with file and line for what is not understood."""
    if not file.is_file():
        raise BadRule(f"{file}: no such file; name an .ics file beside the alerts file, or list the days")
    if file.stat().st_size > MAX_SIZE:
        raise BadRule(f"{file}: larger than 4 MiB, which no calendar of holidays is")
    days: set[date] = set()
    start, end = None, None
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if line == "BEGIN:VEVENT":
            start, end = None, None
        elif line.startswith("RRULE"):
            raise BadRule(f"{file}, line {number}: an event that repeats; write each of its days as an event")
        elif line.startswith(("DTSTART", "DTEND")):
            day = _to_day(file, number, line)
            start, end = (day, end) if line.startswith("DTSTART") else (start, day)
        elif line == "END:VEVENT" and start is not None:
            length = min(max((end - start).days, 1), LONGEST) if end else 1
            days |= {start + timedelta(days=count) for count in range(length)}
    if not days:
        raise BadRule(f"{file}: no all-day event is in it; is it an .ics file of holidays?")
    return frozenset(days)


def _to_day(file: Path, number: int, line: str) -> date:
    match = re.fullmatch(r"DT(?:START|END)(?:;[^:]*)?:(\d{4})(\d\d)(\d\d)(?:T\d{6}Z?)?", line.strip())
    try:
        if match is None:
            raise ValueError
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise BadRule(f"{file}, line {number}: {line[:60]} is no day; write DTSTART;VALUE=DATE:20261225") from error
