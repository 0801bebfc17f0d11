"""What a release announces and how its tender stands, from its tags, its status and what it holds."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from crawler.readers.ocds_merge import STAGES, tags_of
from domain.notices import Kind, Status

_KINDS = (Kind.PLANNING, Kind.TENDER, Kind.AWARD)
# OCDS tenderStatus codelist 1.1, and `planned` of 1.0.
_STATUSES = {
    "planning": Status.PLANNED,
    "planned": Status.PLANNED,
    "active": Status.OPEN,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
    "unsuccessful": Status.CANCELLED,
    "withdrawn": Status.CANCELLED,
}
_NOTHING_WON = {"cancelled", "canceled", "unsuccessful"}

Words = tuple[tuple[str, str], ...]


def find_kind(release: Mapping[str, Any], status: Status | None, by_release: bool) -> tuple[Kind | None, Words]:
    """The furthest stage of the tags, else of what the release holds; and the tags that the codelist lacks.

    `by_release`: the source's notices are single releases, so one that only amends a contract is a modification.
    """
    stage, unknown, is_cancellation, is_amendment = _read_tags(tuple(tags_of(release)))
    if by_release and is_amendment:
        return Kind.MODIFICATION, unknown
    if status is Status.CANCELLED or is_cancellation:
        return Kind.CANCELLATION, unknown
    return _kind_by_content(release, status) if stage is None else _KINDS[stage], unknown


@lru_cache(maxsize=1024)
def _read_tags(printed: tuple[str, ...]) -> tuple[int | None, Words, bool, bool]:
    """The furthest stage, the words that the codelist lacks, whether it ends cancelled, whether it only amends."""
    tags = [tag.lower() for tag in printed]
    unknown = tuple(("tag", tag) for tag in tags if tag not in STAGES and tag != "compiled")
    stage = max((STAGES[tag] for tag in tags if tag in STAGES), default=None)
    return stage, unknown, tags[-1:] == ["tendercancellation"], set(tags) == {"contractamendment"}


def find_status(
    release: Mapping[str, Any], tender: Mapping[str, Any], words: Mapping[str, Status]
) -> tuple[Status | None, Words]:
    """`tender.status` by the source's own words and OCDS's; where it is missing, by tags and awards."""
    tags = tuple(tags_of(release))
    if _read_tags(tags)[2]:
        return Status.CANCELLED, ()
    printed = tender.get("status")
    if not isinstance(printed, str) or not printed.strip():
        return _status_by_stage(release, tags), ()
    word = printed.strip()
    if word in words:
        return words[word], ()
    folded = word.lower()
    if folded in _STATUSES:
        return _STATUSES[folded], ()
    if folded == "complete":
        return (Status.AWARDED if _is_awarded(release, tags) else Status.CLOSED), ()
    return None, (("tender.status", word),)


def _status_by_stage(release: Mapping[str, Any], tags: Sequence[str]) -> Status | None:
    if _is_awarded(release, tags):
        return Status.AWARDED
    stage = _read_tags(tuple(tags))[0]
    return Status.PLANNED if stage == 0 or (stage is None and _holds_only_planning(release)) else None


def _is_awarded(release: Mapping[str, Any], tags: Sequence[str]) -> bool:
    """Something is awarded or signed, and not all of it was taken back; else the tags say so."""
    for section in ("contracts", "awards"):
        found = release.get(section)
        if isinstance(found, list) and found:
            return any(isinstance(one, dict) and one.get("status") not in _NOTHING_WON for one in found)
    return any(STAGES.get(tag.lower()) == 2 and tag.lower() != "awardcancellation" for tag in tags)


def _kind_by_content(release: Mapping[str, Any], status: Status | None) -> Kind | None:
    """For compiled releases, whose tag says nothing."""
    if release.get("contracts") or release.get("awards"):
        return Kind.AWARD
    if status is Status.PLANNED or _holds_only_planning(release):
        return Kind.PLANNING
    return Kind.TENDER if release.get("tender") else None


def _holds_only_planning(release: Mapping[str, Any]) -> bool:
    return bool(release.get("planning")) and not release.get("tender")
