"""The numbers that TED gives to notices, in all their printed forms, and the addresses that they lead to."""

import re

_NUMBER = re.compile(r"0*(\d{1,8})-((?:19|20)\d\d)", re.ASCII)
_JOURNAL = re.compile(r"((?:19|20)\d\d)/S\s*\d{1,3}-0*(\d{1,8})", re.ASCII)


def to_key(printed: str | None) -> str | None:
    """`{int(number)}-{year}` of "000002-2019", "00522031-2023" or "2021/S 005-004358"; None for anything else."""
    text = printed.strip() if printed else ""
    if found := _NUMBER.fullmatch(text):
        return f"{found[1]}-{found[2]}"
    if found := _JOURNAL.fullmatch(text):
        return f"{found[2]}-{found[1]}"
    return None


def to_published_key(printed: str | None) -> str | None:
    """Only of the form that a notice is numbered in: Doffin prints an earlier notice's "2021/S 005-004358" there."""
    return to_key(printed) if printed and _NUMBER.fullmatch(printed.strip()) else None


def to_url(key: str) -> str:
    """The notice's page on TED for people, as the Search API's `links.html` has it."""
    return f"https://ted.europa.eu/en/notice/-/detail/{key}"
