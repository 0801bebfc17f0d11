"""What crawls know: sources, runs, steps, pages, issues, and what portals gave as it came."""

from sqlalchemy import (
    Boolean,
    Column,
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

sources = Table(
    "sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_run_id", Id),  # no foreign key: runs point to sources already
    Column("lease_taken_at", Instant),
    Column("lease_expires_at", Instant),
    Column("reported_run_id", Id),  # the newest run that the operators' events were made of
    Column("trouble", String(16)),  # the worst state that they were told of, until it is mended
    Column("trouble_since", Instant),
    Column("told_at", Instant),
    Column("accepted_at", Instant),  # a person said then that the portal is as it should be
)

verifications = Table(  # that a source's own portal was reached and read by `sources try`
    "verifications",
    metadata,
    Column("source", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("version", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, ForeignKey("sources.source"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("state", String(16), nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("since", Instant),  # the period that a person asked for
    Column("until", Instant),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("new", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("same", Integer, nullable=False, server_default="0"),
    Column("claimed", Integer),
    Column("issues", Integer, nullable=False, server_default="0"),
    Column("steps_left", Integer, nullable=False, server_default="0"),
    Column("chain_complete", Boolean, nullable=False, server_default=text("false")),
    Column("reason", CleanText),
    Column("facts", Json),
    Column("not_modified", Integer, nullable=False, server_default="0"),  # pages that were answered by 304
    Column("interrupted", Boolean, nullable=False, server_default=text("false")),  # stopped or killed
    Index(None, "source", "id"),
)

supervisors = Table(
    "supervisors",
    metadata,
    Column("name", Text, primary_key=True),  # machine, process, and a word that no other has
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("parts", Json, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, ForeignKey("sources.source"), nullable=False),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False),
    Column("token", CleanText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("state", String(8), nullable=False),
    Column("body", CleanText),
    Column("low", Text),
    Column("high", Text),
    Column("key", CleanText),
    Column("tries", Integer, nullable=False),
    Column("reason", CleanText),
    Column("baseline", Boolean, nullable=False),  # of a backfill: nobody is told of each notice that it brings
    UniqueConstraint("source", "token"),
    Index(None, "source", "state"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, ForeignKey("sources.source"), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("url", CleanText, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("media_type", CleanText),
    Column("size", Id, nullable=False),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False),
    UniqueConstraint("source", "hash", "url"),
    Index(None, "hash"),
    Index(None, "fetched_at"),
)

issues = Table(
    "issues",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("element", CleanText),
    Column("key", CleanText),
    Column("url", CleanText),
    Column("page", String(64)),
    Column("run_id", Id, ForeignKey("runs.id")),
    Column("identity", String(64), nullable=False),
    Column("seen", Integer, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index(
        "uq_issues_open",
        "source",
        "identity",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(None, "page"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),  # with its port, as in an address
    Column("paused_until", Instant),
    Column("pause_reason", CleanText),
    Column("robots", CleanText),
    Column("robots_at", Instant),
    Column("turn_run_id", Id),  # no foreign keys: a turn is worth as much as its run's lease
    Column("wanted_run_id", Id),
    Column("wanted_at", Instant),
    Column("next_at", Instant),  # the pace of the crawl that gave its turn up
)

validators = Table(
    "validators",
    metadata,
    Column("source", Text, ForeignKey("sources.source"), nullable=False),
    Column("url", CleanText, nullable=False),
    Column("etag", CleanText),
    Column("last_modified", CleanText),
    Column("pages", Json, nullable=False),  # hashes of the bodies that were read and stored
    Column("saved_at", Instant, nullable=False),
    PrimaryKeyConstraint("source", "url"),
)

versions = Table(
    "versions",
    metadata,
    Column("source", Text, ForeignKey("sources.source"), nullable=False),
    Column("key", CleanText, nullable=False),  # a deleted entry's too, whose notice may never have been stored
    Column("at", Instant, nullable=False),  # the portal's own moment of the newest version
    Column("deleted", Boolean, nullable=False),
    PrimaryKeyConstraint("source", "key"),
)

watched = Table(  # what a page that is followed by difference showed when it was last read
    "watched",
    metadata,
    Column("source", Text, ForeignKey("sources.source"), nullable=False),
    Column("url", CleanText, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("rules", CleanText, nullable=False),
    Column("blocks", CleanText, nullable=False),  # JSON
    PrimaryKeyConstraint("source", "url"),
)

source_choices = Table(  # which sources an operator has turned on or off
    "source_choices",
    metadata,
    Column("source", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("said", CleanText, nullable=False),  # how it was chosen, such as "--country ES,PT"
    Column("chosen_at", Instant, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("source", Text, nullable=False),
    Column("ocid", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the body
    Column("release_id", CleanText),
    Column("date", CleanText),  # as printed
    Column("saved_at", Instant, nullable=False),
    Column("body", Utf8, nullable=False),
    PrimaryKeyConstraint("source", "ocid", "digest"),
)
