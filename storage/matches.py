"""What matching made of notices, saved with its events in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.alerts import EventKind
from domain.opportunities import Score
from domain.profiles import ProfileVersion
from storage.held import HELD
from storage.ids import allocate_ids, in_chunks
from storage.profiles import check_epoch
from storage.reasons import reasons_to_json
from storage.schema import assessments, events, notices, opportunities, procedures
from storage.search import Findable, Versions, forget_search, save_loose
from storage.standing import settle_opportunities
from storage.stored import StoredNotice
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that a match gives; its opportunity is the one of the assessment that it stands with."""

    kind: EventKind
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Assessed:
    """What one profile makes of the notice."""

    version: ProfileVersion
    score: Score
    events: tuple[NewEvent, ...] = ()

    @property
    def qualified(self) -> bool:
        """Good enough for the profile."""
        return not self.score.stopped and self.score.points >= self.version.profile.threshold


@dataclass(frozen=True, slots=True)
class Match:
    """A matched notice; profiles that see nothing in it need not be named. `held` and `moves` as when it was read.

    `found_by`: what it can be found by from now on (storage/search.py); None: that is known.
    """

    stored: StoredNotice
    assessed: tuple[Assessed, ...] = ()
    held: bool = False
    moves: int = 0
    found_by: Findable | None = None


@dataclass(slots=True)
class _Entry:
    """An assessment on its way: to which opportunity, of which match."""

    opportunity_id: int
    match: Match
    assessed: Assessed


_OWN = notices.c.id == bindparam("of_id")
_MARK_HELD = update(notices).where(_OWN).values(matched_epoch=bindparam("of_epoch"))
_MARK = (
    update(notices)
    .where(_OWN)
    .values(
        matched_revision=bindparam("of_revision"),
        matched_status=bindparam("of_status"),
        matched_epoch=bindparam("of_epoch"),
    )
)


def forget_matches(c: Connection) -> int:
    """Puts all notices back among the unmatched, found by no word; how many. What was assessed stays."""
    forget_search(c)
    return c.execute(update(notices).values(matched_epoch=0)).rowcount


def save_assessments(
    c: Connection,
    epoch: int,
    results: Sequence[Match],
    *,
    model_version: str,
    now: datetime,
    words_version: str = "",
    edited: bool = False,
    again: bool = False,
) -> int:
    """Saves what was matched with the profiles of `epoch`, its events with it; how many opportunities are NEW.
    Raises EpochMoved: nothing is written.

    A notice that was revised, matched or joined meanwhile is left as it is. NEW is written once for an opportunity.
    `edited`: only edited profiles were asked, so that a notice that is to be matched with all is left as it is;
    `again`: also notices that were matched at this epoch.
    """
    check_epoch(c, epoch)
    saving = _Saving(epoch, model_version, words_version, edited, again, now)
    return sum(_save(c, saving, chunk) for chunk in in_chunks(results))


@dataclass(frozen=True, slots=True)
class _Saving:
    """What all matches of a call share."""

    epoch: int
    model_version: str
    words_version: str
    edited: bool
    again: bool
    now: datetime

    def takes(self, match: Match, row: AnyRow | None) -> bool:
        """The notice is as it was when it was read."""
        stored = match.stored
        read = (stored.revision, stored.notice.status, stored.partial, stored.procedure_id, match.held)
        if row is None or (row.revision, row.status, row.partial, row.procedure_id, row.held) != read:
            return False
        return bool(self.edited <= row.matched_epoch < self.epoch + self.again)


def _save(c: Connection, saving: _Saving, results: list[Match]) -> int:
    epoch, now = saving.epoch, saving.now
    present = _lock_notices(c, [match.stored.id for match in results])
    moved = _find_moved(c, results)
    live = [match for match in results if saving.takes(match, present.get(match.stored.id))]
    live = [match for match in live if match.stored.procedure_id not in moved]
    entries = _find_opportunities(c, live, present, now)
    _append(c, entries, saving.model_version, now)
    settle_opportunities(c, [entry.opportunity_id for entry in entries])
    new = _write_events(c, entries, now)
    marks = [
        {
            "of_id": match.stored.id,
            "of_revision": match.stored.revision,
            "of_status": match.stored.notice.status,
            "of_epoch": epoch,
        }
        for match in live
        if not present[match.stored.id].held
    ]
    if marks:
        c.execute(_MARK, marks)
    held = [{"of_id": each.stored.id, "of_epoch": epoch} for each in live if present[each.stored.id].held]
    if held:
        c.execute(_MARK_HELD, held)
    findable = [(match.stored.id, match.found_by) for match in live if match.found_by is not None]
    if findable:
        save_loose(c, findable, Versions(saving.words_version, saving.model_version))
    return new


def _lock_notices(c: Connection, ids: list[int]) -> dict[int, AnyRow]:
    names = ("id", "revision", "status", "partial", "procedure_id", "matched_epoch")
    query = (
        select(*(notices.c[name] for name in names), HELD.label("held"))
        .where(notices.c.id.in_(ids))
        .order_by(notices.c.id)
        .with_for_update()
    )
    return {row.id: row for row in c.execute(query)}


def _find_moved(c: Connection, results: list[Match]) -> set[int]:
    """Procedures that notices came to or left since they were read; asked after their notices are held."""
    moves = {match.stored.procedure_id: match.moves for match in results}
    query = select(procedures.c.id, procedures.c.moves).where(procedures.c.id.in_(moves))
    return {row.id for row in c.execute(query) if row.moves != moves[row.id]}


def _find_opportunities(c: Connection, live: list[Match], present: dict[int, AnyRow], now: datetime) -> list[_Entry]:
    """Finds or makes the opportunity of each assessment that is worth keeping."""
    procedures = {row.procedure_id for row in present.values()}
    query = select(opportunities.c.id, opportunities.c.procedure_id, opportunities.c.profile_id)
    query = query.where(opportunities.c.procedure_id.in_(procedures), opportunities.c.merged_into.is_(None))
    known: dict[tuple[int, str], int] = {(row.procedure_id, row.profile_id): row.id for row in c.execute(query)}
    pairs = [(match, assessed) for match in live for assessed in match.assessed]
    keys = [(present[match.stored.id].procedure_id, assessed.version.profile.id) for match, assessed in pairs]
    first = {
        key: pair
        for key, pair in zip(reversed(keys), reversed(pairs), strict=True)
        if key not in known and _counts(pair[1])
    }
    ids = allocate_ids(c, opportunities, len(first))
    rows = [
        _to_opportunity(number, key, *pair, now)
        for number, (key, pair) in zip(ids, reversed(first.items()), strict=True)
    ]
    if rows:
        c.execute(insert(opportunities), rows)
    known.update({(row["procedure_id"], row["profile_id"]): row["id"] for row in rows})
    return [_Entry(known[key], *pair) for key, pair in zip(keys, pairs, strict=True) if key in known]


def _counts(assessed: Assessed) -> bool:
    """Something speaks for it. (A minus-word alone would make an opportunity of every notice that has it.)"""
    return assessed.score.points > 0 or any(reason.points > 0 for reason in assessed.score.reasons)


def _to_opportunity(
    number: int, key: tuple[int, str], match: Match, assessed: Assessed, now: datetime
) -> dict[str, Any]:
    return {
        "id": number,
        "procedure_id": key[0],
        "profile_id": key[1],
        "notice_id": match.stored.id,
        "score": assessed.score.points,
        "qualified": assessed.qualified,
        "first_seen_at": now,
        "baseline": match.stored.baseline or any("baseline" in event.payload for event in assessed.events),
        "announced": False,
    }


def _append(c: Connection, entries: list[_Entry], model_version: str, now: datetime) -> None:
    known = _find_newest(c, [entry.opportunity_id for entry in entries])
    rows = []
    for entry in entries:
        stored, assessed = entry.match.stored, entry.assessed
        made_from = (stored.revision, assessed.version.version, model_version, assessed.score.points)
        if known.get((entry.opportunity_id, stored.id)) == made_from:
            continue
        rows.append(
            {
                "opportunity_id": entry.opportunity_id,
                "notice_id": stored.id,
                "revision": stored.revision,
                "profile_version": assessed.version.version,
                "model_version": model_version,
                "score": assessed.score.points,
                "qualified": assessed.qualified,
                "reasons": reasons_to_json(assessed.score.reasons),
                "made_at": now,
            }
        )
    ids = allocate_ids(c, assessments, len(rows))
    if rows:
        c.execute(insert(assessments), [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])


def _find_newest(c: Connection, opportunity_ids: list[int]) -> dict[tuple[int, int], tuple[int, int, str, Decimal]]:
    found = {}
    for chunk in in_chunks(sorted(set(opportunity_ids))):
        query = select(assessments).where(assessments.c.opportunity_id.in_(chunk)).order_by(assessments.c.id)
        for row in c.execute(query):
            made_from = (row.revision, row.profile_version, row.model_version, row.score)
            found[row.opportunity_id, row.notice_id] = made_from
    return found


def _write_events(c: Connection, entries: list[_Entry], now: datetime) -> int:
    """How many of them are NEW."""
    ids = sorted({entry.opportunity_id for entry in entries if entry.assessed.events})
    announced = select(opportunities.c.id).where(opportunities.c.id.in_(ids), opportunities.c.announced)
    told = set(c.execute(announced).scalars())
    rows, new = [], []
    for entry in entries:
        for event in entry.assessed.events:
            if event.kind is EventKind.NEW:
                if entry.opportunity_id in told:
                    continue
                told.add(entry.opportunity_id)
                new.append(entry.opportunity_id)
            rows.append(
                {
                    "kind": event.kind,
                    "opportunity_id": entry.opportunity_id,
                    "happened_at": now,
                    "payload": event.payload,
                }
            )
    if new:
        c.execute(update(opportunities).where(opportunities.c.id.in_(new)).values(announced=True))
    for number, row in zip(allocate_ids(c, events, len(rows)), rows, strict=True):
        row["id"] = number
    if rows:
        c.execute(insert(events), rows)
    return len(new)
