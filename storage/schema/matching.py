"""Profiles, opportunities and what people say of them; and what stored notices can be found by, so that an edited
list is held against those only that it can touch."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from storage.schema.base import metadata
from storage.types import CleanText, Exact, Id, Instant, Json, Points

epoch = Table("epoch", metadata, Column("id", Integer, primary_key=True), Column("value", Integer, nullable=False))

profiles = Table(
    "profiles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("head", Integer, nullable=False),
    Column("settled", Integer, nullable=False, server_default="0"),  # the version that all stored notices know
    Column("scored", Integer, nullable=False, server_default="0"),  # the version that all kept scores are of
)

profile_versions = Table(
    "profile_versions",
    metadata,
    Column("profile_id", Text, ForeignKey("profiles.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Json, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("origin", Text),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("profile_id", "version"),
)

opportunities = Table(
    "opportunities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("procedure_id", Id, ForeignKey("procedures.id"), nullable=False),
    Column("profile_id", Text, ForeignKey("profiles.id"), nullable=False),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("assessment_id", Id),  # the one that counts; no foreign key: assessments point here
    Column("score", Points, nullable=False),
    Column("qualified", Boolean, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("announced", Boolean, nullable=False),  # a NEW event was written
    Column("merged_into", Id, ForeignKey("opportunities.id", deferrable=True, initially="DEFERRED")),
    Index(  # one that was merged into another stays where it was, and may stand beside a later one
        "uq_opportunities_live",
        "procedure_id",
        "profile_id",
        unique=True,
        sqlite_where=text("merged_into IS NULL"),
        postgresql_where=text("merged_into IS NULL"),
    ),
    Index(None, "profile_id", "score"),
    Index(
        "ix_opportunities_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("opportunity_id", Id, ForeignKey("opportunities.id"), nullable=False),
    Column("notice_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("profile_version", Integer, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("score", Points, nullable=False),
    Column("qualified", Boolean, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "opportunity_id", "notice_id"),
)

judgements = Table(  # what people said of opportunities; appended, the newest of a procedure and profile holds
    "judgements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Text, ForeignKey("profiles.id"), nullable=False),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opportunity_id", Id, ForeignKey("opportunities.id")),  # null: the profile saw nothing in the notice
    Column("assessment_id", Id, ForeignKey("assessments.id")),
    Column("profile_version", Integer, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("score", Points, nullable=False),
    Column("qualified", Boolean, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("why", CleanText, nullable=False),
    Column("made_by", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "profile_id"),
)

exchange_rates = Table(  # the European Central Bank's reference rates: what one euro is in each currency on a day
    "exchange_rates",
    metadata,
    Column("day", String(10), primary_key=True),  # ISO 8601
    Column("per_euro", Json, nullable=False),  # currency (ISO 4217) -> decimal text
    Column("saved_at", Instant, nullable=False),
)

search_segments = Table(
    "search_segments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("words_version", Text, nullable=False),  # of the words; those of another one find nothing
    Column("meaning_version", Text, nullable=False),  # of the model that chances and meanings are by
    Column("chances", LargeBinary),  # of its notices: see storage/meanings.py; null while it is built
    Column("numbers", LargeBinary),  # of its notices, 8 bytes each, little-endian; null while it is built
)

search_postings = Table(  # which notices of a segment have a word: see storage/postings.py
    "search_postings",
    metadata,
    Column("word", Exact, nullable=False),
    Column("segment_id", Id, nullable=False),
    Column("notices", LargeBinary, nullable=False),
    PrimaryKeyConstraint("word", "segment_id"),
    sqlite_with_rowid=False,
)

search_meanings = Table(  # which notices of a segment have a word that means this English form
    "search_meanings",
    metadata,
    Column("form", Exact, nullable=False),
    Column("segment_id", Id, nullable=False),
    Column("notices", LargeBinary, nullable=False),
    PrimaryKeyConstraint("form", "segment_id"),
    sqlite_with_rowid=False,
)

search_words = Table(  # all words of postings, for those that are looked for by a part of them
    "search_words",
    metadata,
    Column("word", Exact, primary_key=True),
    sqlite_with_rowid=False,
)

search_loose = Table(  # notices that stand in no segment yet
    "search_loose",
    metadata,
    Column("notice_id", Id, nullable=False),
    Column("digest", String(32), nullable=False),  # of version and words: the same key is the same row
    Column("words_version", Text, nullable=False),
    Column("words", Text, nullable=False),  # each between two line ends
    Column("meaning_version", Text, nullable=False),
    Column("meanings", Text, nullable=False),  # English forms with how surely they are meant, each a line
    Column("chances", LargeBinary, nullable=False),
    PrimaryKeyConstraint("notice_id", "digest"),
)

notice_vectors = Table(  # what an encoder made of a notice's title, so that it is not encoded again
    "notice_vectors",
    metadata,
    Column("notice_id", Id, primary_key=True, autoincrement=False),
    Column("encoder", Text, nullable=False),  # its name; vectors of another one are not comparable
    Column("digest", String(16), nullable=False),  # of the text
    Column("numbers", LargeBinary, nullable=False),  # float16, little-endian
)
