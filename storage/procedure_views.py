"""A procedure as people see it: its notices, by what evidence they came together, and what was said of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.joining import Suggestion, find_suggestions
from storage.schema import notices, opportunities, procedure_joins
from storage.stored import SELECT_STORED, StoredNotice, find_stored
from storage.words import Word, find_words_of


@dataclass(frozen=True, slots=True)
class Join:
    """How a notice came to a procedure: `made_by` is "shared id", "comparison" or a person's name."""

    procedure_id: int
    notice_id: int
    from_procedure_id: int | None
    evidence: tuple[str, ...]
    confidence: float
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """A procedure with its notices (those of `others` are named by words and suggestions), oldest first."""

    id: int
    notices: tuple[StoredNotice, ...]
    joins: tuple[Join, ...]
    words: tuple[Word, ...]
    suggestions: tuple[Suggestion, ...]
    opportunities: tuple[tuple[int, str], ...]
    others: dict[int, str]


def view_procedure(c: Connection, procedure_id: int) -> ProcedureView:
    """All that is known of a procedure."""
    own = tuple(find_stored(c, SELECT_STORED.where(notices.c.procedure_id == procedure_id).order_by(notices.c.id)))
    ids = [each.id for each in own]
    words, suggestions = tuple(find_words_of(c, ids)), tuple(find_suggestions(c, 20, ids))
    live = (opportunities.c.procedure_id == procedure_id) & opportunities.c.merged_into.is_(None)
    found = c.execute(select(opportunities.c.id, opportunities.c.profile_id).where(live).order_by(opportunities.c.id))
    pairs: list[Word | Suggestion] = [*words, *suggestions]
    named = {each for pair in pairs for each in (pair.notice_id, pair.other_id)}
    return ProcedureView(
        procedure_id,
        own,
        tuple(find_joins(c, ids)),
        words,
        suggestions,
        tuple((row.id, row.profile_id) for row in found),
        name_notices(c, named),
    )


def find_joins(c: Connection, notice_ids: list[int]) -> list[Join]:
    """Every join and separation of these notices, oldest first."""
    query = select(procedure_joins).where(procedure_joins.c.notice_id.in_(notice_ids)).order_by(procedure_joins.c.id)
    return [
        Join(row.procedure_id, row.notice_id, row.from_procedure_id, tuple(row.evidence.split("\n")), row.confidence,
             row.made_by, row.made_at)
        for row in c.execute(query)
    ]  # fmt: skip


def name_notices(c: Connection, notice_ids: set[int]) -> dict[int, str]:
    """What notices are called, SOURCE:KEY, by id."""
    query = select(notices.c.id, notices.c.source, notices.c.key).where(notices.c.id.in_(notice_ids))
    return {row.id: f"{row.source}:{row.key}" for row in c.execute(query)}
