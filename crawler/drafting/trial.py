"""What trying a source showed: reached or not, read or not and why, and which fields are empty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crawler.drafting.asking import take_sample
from domain.config import Settings
from domain.errors import SourceRefused, TenderwatchError
from domain.sources import IssueKind, Source

FIELDS = ("title", "description", "buyer", "deadline", "published", "value", "codes", "regions", "url", "documents")
_KEYS = {"buyer": "buyers", "deadline": "deadline_at", "published": "published_at"}
# What a sample cannot have: the whole list, and as much as a run brings.
_OF_WHOLE_RUNS = {IssueKind.TOTAL_DIFFERS.value, IssueKind.TOO_FEW.value}
_MISREAD = {IssueKind.SOURCE_CHANGED.value, IssueKind.UNREADABLE.value}


class TrialState(StrEnum):
    """read: all that was asked was understood; partly: some of it; misread: pages came that were not understood;
    refused: the portal said no; not reached: nothing came; not tried: something is missing on this side."""

    READ = "read"
    PARTLY = "partly"
    MISREAD = "misread"
    REFUSED = "refused"
    NOT_REACHED = "not reached"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Trial:
    """One source, tried. `filled` is the share of the notices read with each field (0 to 1), empty without notices;
    `pages` are what was asked, in order. `live`: its own portal was asked, no stand-in."""

    source: str
    state: TrialState
    why: str
    live: bool
    notices: int = 0
    filled: Mapping[str, float] | None = None
    pages: tuple[Mapping[str, Any], ...] = ()
    issues: tuple[Mapping[str, Any], ...] = ()

    @property
    def reached(self) -> bool:
        """The portal answered at least once, whatever it said."""
        return any("hash" in page or page.get("why", "").startswith("HTTP ") for page in self.pages)

    @property
    def is_verified(self) -> bool:
        """The source's own portal was reached and read."""
        return self.live and self.state in (TrialState.READ, TrialState.PARTLY)

    @property
    def empty(self) -> tuple[str, ...]:
        """The fields that no notice of the sample has."""
        return tuple(name for name, share in (self.filled or {}).items() if not share)


def try_source(settings: Settings, source: Source, endpoint: str | None = None) -> Trial:
    """Read a little of a source: its newest list page that has rows, and a detail or two. Nothing is stored."""
    live = endpoint is None
    try:
        told = take_sample(settings, source.id, endpoint)
    except SourceRefused as error:
        return Trial(source.id, TrialState.NOT_REACHED, str(error), live)
    except TenderwatchError as error:
        return Trial(source.id, TrialState.NOT_TRIED, str(error), live)
    return judge(source.id, told, live=live)


def judge(source: str, told: Mapping[str, Any], *, live: bool) -> Trial:
    """The trial of what a sample told (asking.take_sample)."""
    pages, notices = told["pages"], told["notices"]
    state, why = _judge(told)
    filled = {name: _share(notices, _KEYS.get(name, name)) for name in FIELDS} if notices else None
    shown = tuple({key: value for key, value in page.items() if key != "token"} for page in pages)
    issues = tuple(issue for issue in told["issues"] if issue["what"] not in _OF_WHOLE_RUNS)
    return Trial(source, state, why, live, len(notices), filled, shown, issues)


def _judge(told: Mapping[str, Any]) -> tuple[TrialState, str]:
    pages = told["pages"]
    lost = [page for page in pages if "why" in page]
    faults = [fault for page in pages for fault in page.get("faults", ())]
    first = lost[0]["why"] if lost else faults[0] if faults else ""
    if told["unable"]:
        return TrialState.NOT_TRIED, told["unable"]
    if told["refusal"]:
        return TrialState.REFUSED, told["refusal"]
    if not pages:
        return TrialState.NOT_REACHED, "nothing was asked"
    if len(lost) < len(pages):
        found = f"{len(lost)} of {len(pages)} pages" if lost else f"{len(faults)} records"
        return (TrialState.PARTLY, f"{found} could not be read: {first}") if first else (TrialState.READ, "")
    if any(page["what"] in _MISREAD for page in lost):
        return TrialState.MISREAD, first
    return (TrialState.REFUSED if first.startswith("HTTP 4") else TrialState.NOT_REACHED), first


def _share(notices: Iterable[Mapping[str, Any]], key: str) -> float:
    found = [bool(notice[key]) for notice in notices]
    return round(sum(found) / len(found), 2)
