"""Which event a match gives: what people are told of an opportunity, or in a baseline's summary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.alerts import Event, EventKind, FieldChange
from domain.notices import Kind, Status
from domain.opportunities import Score, points_to_json
from domain.profiles import ProfileVersion
from storage.matches import NewEvent
from storage.revisions import is_empty
from storage.stored import StoredNotice
from storage.unmatched import Unmatched

MATERIAL = {"title", "description", "lots", "documents", "value", "deadline_at", "codes", "kind", "status"}
OVER = {Status.CANCELLED, Status.AWARDED, Status.CLOSED}
MOST_TEXT = 600  # code points of an old or new value in an event; the revision has the whole


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of (procedure, profile) before this match: whether people were told of it, and by which events."""

    announced: bool = False
    events: tuple[Event, ...] = ()


def decide(found: Unmatched, version: ProfileVersion, score: Score, standing: Standing) -> tuple[NewEvent, ...]:
    """NEW for what qualifies and was not announced; for what was announced, what became of it (not of changes that
    are held); at most one event.

    Storage writes NEW once for each opportunity, so that a procedure on two portals is announced once. A notice that
    its portal calls over is never NEW; whether a deadline has passed is decided when the event is routed.
    """
    stored = found.stored
    if standing.announced:
        if found.held:
            return ()
        changes = _find_news(found, standing)
        kind = _to_kind(changes)
        return (NewEvent(kind, {**_payload(stored, score), "changes": to_json(changes)}),) if kind else ()
    qualified = not score.stopped and score.points >= version.profile.threshold
    if not qualified or stored.notice.status in OVER:
        return ()
    cause = find_cause(found, version)
    return (NewEvent(EventKind.NEW, {**_payload(stored, score), **({"baseline": cause} if cause else {})}),)


def find_cause(found: Unmatched, version: ProfileVersion) -> str | None:
    """Why a NEW is baseline: the source's first run, a backfill, or an edit (the notice was matched before and is
    unchanged)."""
    if not found.matched_revision:
        cause = "backfill" if found.backfill else "first run"
        return f"{cause} of {found.stored.notice.source}" if found.stored.baseline else None
    if found.previous and not found.looked_at:
        return None
    return f"edit of profile {version.profile.id} (version {version.version})"


def to_json(changes: Sequence[FieldChange]) -> list[dict[str, Any]]:
    """Changes as they stand in an event's payload; long texts are cut."""
    return [{"field": each.field, "old": _cut(each.old), "new": _cut(each.new)} for each in changes]


def _payload(stored: StoredNotice, score: Score) -> dict[str, Any]:
    notice = stored.notice
    return {
        "source": notice.source,
        "notice": f"{notice.source}:{notice.key}",
        "notice_id": stored.id,
        "revision": stored.revision,
        "kind": notice.kind.value,
        "status": notice.status.value,
        "deadline_at": notice.deadline_at.isoformat() if notice.deadline_at else None,
        "score": points_to_json(score.points),
    }


def _find_news(found: Unmatched, standing: Standing) -> list[FieldChange]:
    """The material changes that no other notice of the procedure has told of already."""
    first = not found.matched_revision
    changes = _first_sight(found.stored) if first else found.previous
    return [change for change in changes if _is_material(change) and not _is_told(change, found, standing)]


def _first_sight(stored: StoredNotice) -> tuple[FieldChange, ...]:
    """A further notice of an announced procedure is news where it ends it: an award or a cancellation."""
    notice = stored.notice
    if notice.kind in (Kind.AWARD, Kind.CANCELLATION):
        return (FieldChange("kind", None, notice.kind.value),)
    if notice.status is Status.CANCELLED:
        return (FieldChange("status", None, notice.status.value),)
    return ()


def _is_material(change: FieldChange) -> bool:
    """What a buyer changes. A field that is no longer stated is a revision, but no news: portals drop fields when they
    are rebuilt, and a broken page must not tell sales that a deadline is gone.
    """
    if change.field == "status":  # open -> closed is the clock's doing
        return change.new in (Status.CANCELLED, Status.AWARDED) or change.old in (Status.CANCELLED, Status.PLANNED)
    if is_empty(change.new) and not change.field.endswith("]"):  # a lot that is gone was taken back
        return False
    return change.field.split(".")[0].partition("[")[0] in MATERIAL


def _to_kind(changes: Sequence[FieldChange]) -> EventKind | None:
    if any(change.new in (Kind.CANCELLATION, Status.CANCELLED) for change in changes if change.field in _STAGE):
        return EventKind.CANCELLED
    if any(change.field.endswith("deadline_at") for change in changes):
        return EventKind.DEADLINE_MOVED
    return EventKind.CHANGED if changes else None


_STAGE = ("kind", "status")


def _is_told(change: FieldChange, found: Unmatched, standing: Standing) -> bool:
    """Another notice has brought the same: another portal's copy, or a change notice that is changed in its turn.

    Or this one has, before it was joined or separated, since when it is matched as if for the first time.
    """
    for event in reversed(standing.events):
        for told in event.payload.get("changes", ()):
            if _is_alike(told, change):
                other = event.payload.get("notice_id") != found.stored.id or not found.matched_revision
                return other and _value(told["new"]) == _value(_cut(change.new))
    return False


def _is_alike(told: Mapping[str, Any], change: FieldChange) -> bool:
    return told["field"] == change.field or (told["field"] in _STAGE and change.field in _STAGE)


def _value(printed: Any) -> Any:
    """An instant, whatever its offset; a cancellation, whether the kind or the status says so."""
    if printed in (Kind.CANCELLATION, Status.CANCELLED):
        return Status.CANCELLED
    try:
        return datetime.fromisoformat(printed)
    except (TypeError, ValueError):
        return printed


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else f"{value[:MOST_TEXT]}…"
    if isinstance(value, Mapping):
        return {key: _cut(each) for key, each in value.items()}
    return [_cut(each) for each in value] if isinstance(value, list) else value
