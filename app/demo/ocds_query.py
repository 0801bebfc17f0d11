"""The rules of Find a Tender's `ocdsReleasePackages`: what may be asked, and with what a wrong question is refused."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from app.demo.nouns import UK

PARAMETERS = {"limit", "updatedFrom", "updatedTo", "stages", "cursor"}
STAGES = {"planning", "tender", "award"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class BadQuery(Exception):
    """The question breaks a rule; the message is what the portal's 400 says."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question that may be answered: both ends of the window belong to it."""

    limit: int
    updated_from: datetime | None
    updated_to: datetime | None
    stages: frozenset[str]
    start: int


def to_query(pairs: list[tuple[str, str]]) -> Query:
    """Read the parameters, or raise BadQuery."""
    given = dict(pairs)
    if unknown := sorted(given.keys() - PARAMETERS):
        raise BadQuery(f"unknown parameter: {', '.join(unknown)}")
    if "updatedFrom" in given and given["updatedFrom"] == given.get("updatedTo"):
        raise BadQuery("updatedFrom and updatedTo are the same moment")
    return Query(
        limit=_limit(given.get("limit", "100")),
        updated_from=_moment("updatedFrom", given.get("updatedFrom"), fold=0),
        updated_to=_moment("updatedTo", given.get("updatedTo"), fold=1),
        stages=_stages(given.get("stages")),
        start=_start(given.get("cursor")),
    )


def next_query(pairs: list[tuple[str, str]], start: int) -> str:
    """Return the query of the next page: the same one with a cursor."""
    cursor = base64.urlsafe_b64encode(f"after:{start}".encode()).decode()
    return urlencode([*((name, text) for name, text in pairs if name != "cursor"), ("cursor", cursor)])


def _limit(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or not 1 <= int(text) <= 100:
        raise BadQuery("limit must be a number from 1 to 100")
    return int(text)


def _moment(name: str, text: str | None, fold: int) -> datetime | None:
    """Read a time of the United Kingdom; `fold` is which of the hour's two passes is meant when summer time ends."""
    if text is None:
        return None
    if not _TIME.fullmatch(text):
        raise BadQuery(f"{name} must be YYYY-MM-DDTHH:MM:SS")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UK, fold=fold)
    except ValueError as error:
        raise BadQuery(f"{name}: {error}") from error


def _stages(text: str | None) -> frozenset[str]:
    stages = frozenset(text.split(",")) if text is not None else frozenset(STAGES)
    if not stages <= STAGES:
        raise BadQuery("stages must be some of planning, tender, award")
    return stages


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadQuery("cursor is not one of ours") from error
    if word != "after" or not number.isdecimal():
        raise BadQuery("cursor is not one of ours")
    return int(number)
