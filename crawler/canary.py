"""The known notice of a source's YAML: once a day it must still parse, and show what it is known to show."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from crawler.addresses import Endpoint
from crawler.reading import Fetched
from domain.errors import Unreadable
from domain.health import Facts
from domain.notices import Notice
from domain.sources import Canary, Source, Step

if TYPE_CHECKING:
    from crawler.session import Session

PREFIX = "canary:"
EVERY = timedelta(hours=20)  # once a day, however the crawls of two days fall; after a bad one in each run
NEVER_RESOLVES = ".invalid"  # RFC 2606: of such a portal the stand-in is all there is

SHOWN: Mapping[str, Callable[[Notice], str | None]] = {
    "key": lambda notice: notice.key,
    "title": lambda notice: notice.shown_title(),
    "buyer": lambda notice: notice.buyers[0].name if notice.buyers else None,
    "kind": lambda notice: notice.kind.value,
    "status": lambda notice: notice.status.value,
    "country": lambda notice: notice.country,
    "language": lambda notice: notice.language,
    "deadline": lambda notice: notice.deadline_at.isoformat() if notice.deadline_at else None,
    "published": lambda notice: notice.published_at.isoformat() if notice.published_at else None,
    "value": lambda notice: f"{notice.value.amount} {notice.value.currency}" if notice.value else None,
    "codes": lambda notice: ", ".join(code.id for code in notice.codes) or None,
}
"""The fields that `canary:` may name, as they are compared."""


def is_canary(step: Step) -> bool:
    """The step asks for the known notice, not for what is new: nothing of it is stored."""
    return step.token.startswith(PREFIX)


def to_steps(source: Source, endpoint: Endpoint | None, earlier: Sequence[Facts]) -> list[Step]:
    """The step that asks for the known notice, where it is due; `earlier` are the runs of the last EVERY, newest first.

    A stand-in for the portal need not hold the notice, and is not asked for it, unless it is all there is.
    """
    canary = source.canary
    if canary is None or canary.url is None:
        return []
    if endpoint is not None and NEVER_RESOLVES not in canary.url.partition("//")[2].partition("/")[0]:
        return []
    if next((facts.canary for facts in earlier if facts.canary is not None), False):
        return []
    return [Step(PREFIX + canary.url, _to_kind(source), canary.url, key=canary.fields.get("key"))]


def look(session: "Session", fetched: Fetched) -> None:
    """Read the known notice's page, and note whether it shows what it must."""
    canary = session.source.canary
    assert canary is not None
    try:
        found = session.read(fetched, lambda ocids: {})
        notices, _ = session.normalise(found.notices, fetched.page)
    except Unreadable as error:
        note(session, f"the known notice cannot be read: {error}")
        return
    key = canary.fields.get("key")
    notice = next((each for each in notices if key in (None, each.key)), None)
    if notice is None:
        keys = ", ".join(each.key for each in notices[:5]) or "no notice"
        note(session, f"the known notice {key or ''} does not stand on its page, which shows {keys}".replace("  ", " "))
        return
    note(session, differences(canary, notice))


def watch(session: "Session", notices: Sequence[Notice]) -> None:
    """A known notice without a page of its own: it goes by in the list."""
    canary = session.source.canary
    if canary is not None and canary.url is None:
        for notice in notices:
            if notice.key == canary.fields["key"]:
                note(session, differences(canary, notice))


def note(session: "Session", wrong: str | None) -> None:
    """Whether the known notice is as it must be; None: it is."""
    session.tally.canary = (wrong is None, wrong or "")


def miss(session: "Session") -> None:
    """At the end of a run that read the whole list: a known notice that did not go by is missing."""
    canary = session.source.canary
    whole = session.whole and not session.stopped and not session.tally.failed
    if canary is not None and canary.url is None and session.tally.canary is None and whole:
        note(session, f"the known notice {canary.fields['key']} does not stand in the list")


def differences(canary: Canary, notice: Notice) -> str | None:
    """Which of the known fields differ, what they are and what they should be; None where none does."""
    wrong = []
    for name, expected in canary.fields.items():
        seen = SHOWN[name](notice)
        if not _same(name, seen, expected):
            wrong.append(f"{name} is {seen[:200] if seen else 'empty'} where {expected[:200]} is known")
    return f"the known notice {notice.key}: {'; '.join(wrong)}" if wrong else None


def _same(name: str, seen: str | None, expected: str) -> bool:
    if seen is None:
        return False
    if name in ("deadline", "published"):
        return datetime.fromisoformat(seen) == datetime.fromisoformat(expected)
    if name == "value":
        (amount, currency), (known, of) = seen.split(), expected.split()
        return (Decimal(amount), currency) == (Decimal(known), of)
    if name == "codes":
        return {each.strip() for each in expected.split(",")} <= set(seen.split(", "))
    return " ".join(seen.split()) == " ".join(expected.split())


def _to_kind(source: Source) -> str:
    """The page of one notice where the source reads such pages, else a page like those of its list."""
    one = source.protocol in ("ted", "eforms") or (source.protocol == "html" and "detail" in source.html)
    return "detail" if one else "page"
