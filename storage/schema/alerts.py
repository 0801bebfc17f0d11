"""Events, rules, people, and the ledger of what was sent to whom."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from storage.schema.base import metadata
from storage.types import CleanText, Id, Instant, Json

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
