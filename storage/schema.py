"""The tables. `revisions.document` is the only place of a notice's content; other columns find and sort."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.types import CleanText, Exact, Id, Instant, Json, Points

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Crawling.

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
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("source", "ocid", "digest"),
)

# Notices.

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
    Column("document", Text, nullable=False),
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
    Column("document", Text, nullable=False),
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

# Matching.

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

# What stored notices can be found by, so that an edited list is held against those only that it can touch.

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

# Alerts.

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("opportunity_id", Id, ForeignKey("opportunities.id")),
    Column("happened_at", Instant, nullable=False),
    Column("payload", Json, nullable=False),
    Column("routed_at", Instant),
    Column("note", CleanText),
    Column("key", Text, unique=True),  # of what must happen once: a digest of a time, a reminder of a deadline
    Index(
        "ix_events_unrouted",
        "id",
        sqlite_where=text("routed_at IS NULL"),
        postgresql_where=text("routed_at IS NULL"),
    ),
    Index(None, "opportunity_id"),
)

destinations = Table(
    "destinations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("operators", Boolean, nullable=False, server_default=text("false")),
    Column("language", Text, nullable=False, server_default="en"),
    Column("zone", Text),
    Column("schedule", Json),  # null: at once
    Column("digested_until", Instant),  # all digests up to this moment were made, or missed
    Column("removed_at", Instant),  # nothing goes there any more
)

templates = Table(  # what users write in place of our own text of an opportunity
    "templates",
    metadata,
    Column("destination_id", Text, ForeignKey("destinations.id"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

secrets = Table(  # encrypted with the key file of the installation
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

throttles = Table(  # a token bucket for each destination, and for each account that several share
    "throttles",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),  # the service asked to be left alone until then
)

rules = Table(
    "rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("profile", Text),
    Column("min_score", Integer, nullable=False),
    Column("recipient", Text, nullable=False),  # a destination, a person or a team: no foreign key
    Column("document", Json, nullable=False),  # its other terms, and how it follows up
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("destination_id", Text, ForeignKey("destinations.id"), unique=True),  # null: was removed
    Column("document", Json, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Json, nullable=False),
    Column("removed_at", Instant),  # nothing is given out by it any more; whose turn it was is kept
)

alert_settings = Table(  # `default`: who gets what no rule sends anywhere; `holidays`: days off by country
    "alert_settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Json, nullable=False),
)

assignments = Table(  # who is to deal with an opportunity; of a team, the person whose turn it was
    "assignments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("opportunity_id", Id, ForeignKey("opportunities.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("team_id", Text, ForeignKey("teams.id")),
    Column("in_turn", Boolean, nullable=False),  # it was their turn in the team: the default owner's is none
    Column("why", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),  # declined, handed on, or taken by another
    Index(None, "opportunity_id"),
    Index(None, "person_id"),
    Index(None, "team_id", "id"),
)

decisions = Table(  # appended; the newest of an opportunity holds
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("opportunity_id", Id, ForeignKey("opportunities.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_by", Text, ForeignKey("people.id"), nullable=False),
    Column("to_person", Text, ForeignKey("people.id")),
    Column("why", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "opportunity_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("destination_id", Text, ForeignKey("destinations.id"), nullable=False),
    Column("state", String(8), nullable=False),
    Column("rules", Json, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("known_as", Text),  # what its service calls the message, where later ones can be replies to it
    Column("reason", CleanText),
    Column("lease_holder", Text),
    Column("lease_expires_at", Instant),
    Column("sent_at", Instant),
    Column("due_at", Instant, nullable=False),  # the first `next_try_at`, from which its age is counted
    Column("told", Integer, nullable=False, server_default="0"),  # opportunities that earlier parts of it held
    Column("doubt", CleanText),  # why an earlier part may not have arrived
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", CleanText),
    Column("reported_at", Instant),  # the operators were told then that it is dead or unknown
    UniqueConstraint("event_id", "destination_id"),
    Index(
        "ix_deliveries_known",
        "message_id",
        sqlite_where=text("known_as IS NOT NULL"),
        postgresql_where=text("known_as IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_queued",
        "destination_id",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_deliveries_sending",
        "destination_id",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_deliveries_waiting",
        "destination_id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_unreported",
        "id",
        sqlite_where=text("state IN ('dead', 'unknown') AND reported_at IS NULL"),
        postgresql_where=text("state IN ('dead', 'unknown') AND reported_at IS NULL"),
    ),
)
