"""Lengths of time as they are written in a source's YAML: `90s`, `15m`, `6h`, `3d`."""

import re
from datetime import timedelta

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def to_span(text: str) -> timedelta:
    """`6h` as a timedelta; raises ValueError for anything but a whole number and one of s, m, h, d."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is no length of time; write a number and s, m, h or d, such as 6h")
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])
