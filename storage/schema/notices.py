"""Notices with their revisions, what they name, and the procedures that they belong to."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.schema.base import metadata
from storage.types import CleanText, Id, Instant, Json, Utf8

procedures = Table(
    "procedures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("merged_into", Id, ForeignKey("procedures.id", deferrable=True, initially="DEFERRED")),
    Column("moves", Integer, nullable=False, server_default="0"),  # how often notices came or went by joining
)

procedure_references = Table(
    "procedure_references",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("procedure_id", Id, ForeignKey("procedures.id"), nullable=False),
    Index(None, "procedure_id"),
    sqlite_with_rowid=False,  # small rows found by their key: one tree instead of two
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("procedure_id", Id, ForeignKey("procedures.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("folded", Text, nullable=False),  # titles and buyers' names, case-folded, for plain searches
    Column("identifier", Text),  # how other notices name it, where that is not its key
    Column("url", Text),
    Column("country", Text),
    Column("amount", Text),
    Column("amount_sort", Float(53)),
    Column("currency", Text),
    Column("published_at", Instant),
    Column("deadline_at", Instant),
    Column("listed_at", Instant, nullable=False),  # published, else first seen
    Column("changes", Text),
    Column("content_hash", String(64), nullable=False),
    Column("page", String(64)),
    Column("baseline", Boolean, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("corrected", Boolean, nullable=False),  # by another notice: its own page stands in `originals`
    Column("first_seen_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("matched_revision", Integer, nullable=False),  # 0: never
    Column("matched_status", String(16)),
    Column("matched_epoch", Integer, nullable=False),  # 0: must be matched
    Column("awaits_run", Id),  # that changed it, until its verdict says whether the change may be told
    Column("join_due", Boolean, nullable=False, server_default=text("true")),  # to be compared with other portals'
    UniqueConstraint("source", "key"),
    Index(None, "procedure_id"),
    Index(None, "matched_epoch"),
    Index(None, "listed_at"),
    Index(None, "url"),
    Index(
        "ix_notices_identifier",
        "identifier",
        sqlite_where=text("identifier IS NOT NULL"),
        postgresql_where=text("identifier IS NOT NULL"),
    ),
    Index(
        "ix_notices_awaiting",
        "source",
        "awaits_run",
        sqlite_where=text("awaits_run IS NOT NULL"),
        postgresql_where=text("awaits_run IS NOT NULL"),
    ),
    Index("ix_notices_join_due", "id", sqlite_where=text("join_due"), postgresql_where=text("join_due")),
)

corrections = Table(
    "corrections",
    metadata,
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),  # of the notice that corrects
    Column("target", Text, nullable=False),  # the notice that it names, by key or identifier
    Column("at", Instant, nullable=False),  # its publication, where unknown our first sight: they apply in this order
    Column("replaces", String(16)),
    Column("moves", Json, nullable=False),
    PrimaryKeyConstraint("source", "key"),
    Index(None, "source", "target"),
)

originals = Table(
    "originals",
    metadata,
    Column("notice_id", Id, ForeignKey("notices.id"), primary_key=True, autoincrement=False),
    Column("document", Utf8, nullable=False),
    Column("status", String(16), nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("moved", Json, nullable=False),  # field -> when the notice's own page was seen to have moved it
)

procedure_joins = Table(
    "procedure_joins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("procedure_id", Id, ForeignKey("procedures.id"), nullable=False),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("from_procedure_id", Id, ForeignKey("procedures.id")),  # where a merge took it from
    Column("evidence", Text, nullable=False),
    Column("confidence", Float(53), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "procedure_id"),
)

join_keys = Table(  # by which a notice is found as a candidate: hashes of buyer and day, buyer and title, numbers, …
    "join_keys",
    metadata,
    Column("key", String(11), nullable=False),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    PrimaryKeyConstraint("key", "notice_id"),
    sqlite_with_rowid=False,
)

join_suggestions = Table(  # pairs of notices that may be of one procedure; the lower id first
    "join_suggestions",
    metadata,
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("other_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("confidence", Float(53), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("obstacle", Text),
    Column("made_at", Instant, nullable=False),
    PrimaryKeyConstraint("notice_id", "other_id"),
    Index(None, "other_id"),
)

procedure_words = Table(  # what people said of two notices, the lower id first; the newest word on a pair counts
    "procedure_words",
    metadata,
    Column("id", Id, primary_key=True),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("other_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("same", Boolean, nullable=False),
    Column("said_by", CleanText, nullable=False),
    Column("why", CleanText, nullable=False),
    Column("said_at", Instant, nullable=False),
    Index(None, "notice_id", "other_id"),
    Index(None, "other_id"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False),
    Column("page", String(64)),
    Column("status", String(16), nullable=False),
    Column("brought_by", Text),  # the key of the notice that corrected it; null: its own page
    Column("changes", Json, nullable=False),
    Column("document", Utf8, nullable=False),
    PrimaryKeyConstraint("notice_id", "number"),
)

lots = Table(
    "lots",
    metadata,
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("deadline_at", Instant),
    Column("amount", Text),
    Column("amount_sort", Float(53)),
    Column("currency", Text),
    PrimaryKeyConstraint("notice_id", "position"),
    sqlite_with_rowid=False,
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scheme", Text),
    Column("register_id", Text),
    Column("country", Text),
    Column("url", Text),
    Column("email", Text),
    Column("phone", Text),
)

notice_organisations = Table(
    "notice_organisations",
    metadata,
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("role", String(16), nullable=False),
    PrimaryKeyConstraint("notice_id", "position"),
    sqlite_with_rowid=False,
)
