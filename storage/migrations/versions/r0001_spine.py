"""The spine: every table of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_ = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "destinations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("operators", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("zone", sa.Text()),
        sa.Column("schedule", JSON_),
        sa.Column("digested_until", INSTANT),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_destinations"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("destination_id", sa.Text()),
        sa.Column("document", JSON_, nullable=False),
        sa.ForeignKeyConstraint(["destination_id"], ["destinations.id"], name="fk_people_destination_id_destinations"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("destination_id", name="uq_people_destination_id"),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", JSON_, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )
    op.create_table(
        "alert_settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", JSON_, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_settings"),
    )
    op.create_table(
        "templates",
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destinations.id"], name="fk_templates_destination_id_destinations"
        ),
        sa.PrimaryKeyConstraint("destination_id", name="pk_templates"),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "throttles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_throttles"),
    )
    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_epoch"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", ID, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text()),
        sa.Column("register_id", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("identity", name="uq_organisations_identity"),
    )
    op.create_table(
        "procedures",
        sa.Column("id", ID, nullable=False),
        sa.Column("merged_into", ID),
        sa.Column("moves", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["procedures.id"],
            name="fk_procedures_merged_into_procedures",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_procedures"),
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("scored", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
    )
    op.create_table(
        "search_segments",
        sa.Column("id", ID, nullable=False),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("meaning_version", sa.Text(), nullable=False),
        sa.Column("chances", sa.LargeBinary()),
        sa.Column("numbers", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_search_segments"),
    )
    op.create_table(
        "search_postings",
        sa.Column("word", EXACT, nullable=False),
        sa.Column("segment_id", ID, nullable=False),
        sa.Column("notices", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("word", "segment_id", name="pk_search_postings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_meanings",
        sa.Column("form", EXACT, nullable=False),
        sa.Column("segment_id", ID, nullable=False),
        sa.Column("notices", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("form", "segment_id", name="pk_search_meanings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_words",
        sa.Column("word", EXACT, nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_words"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_loose",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("meaning_version", sa.Text(), nullable=False),
        sa.Column("meanings", sa.Text(), nullable=False),
        sa.Column("chances", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "digest", name="pk_search_loose"),
    )
    op.create_table(
        "notice_vectors",
        sa.Column("notice_id", ID, autoincrement=False, nullable=False),
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name="pk_notice_vectors"),
    )
    op.create_table(
        "releases",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("release_id", sa.Text()),
        sa.Column("date", sa.Text()),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "ocid", "digest", name="pk_releases"),
    )
    op.create_table(
        "sources",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("lease_token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_run_id", ID),
        sa.Column("lease_taken_at", INSTANT),
        sa.Column("lease_expires_at", INSTANT),
        sa.Column("reported_run_id", ID),
        sa.Column("trouble", sa.String(length=16)),
        sa.Column("trouble_since", INSTANT),
        sa.Column("told_at", INSTANT),
        sa.Column("accepted_at", INSTANT),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )
    op.create_table(
        "verifications",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_verifications"),
    )
    op.create_table(
        "supervisors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("parts", JSON_, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_supervisors"),
    )
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("procedure_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("amount", sa.Text()),
        sa.Column("amount_sort", sa.Float(precision=53)),
        sa.Column("currency", sa.Text()),
        sa.Column("published_at", INSTANT),
        sa.Column("deadline_at", INSTANT),
        sa.Column("listed_at", INSTANT, nullable=False),
        sa.Column("changes", sa.Text()),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("page", sa.String(length=64)),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("matched_revision", sa.Integer(), nullable=False),
        sa.Column("matched_status", sa.String(length=16)),
        sa.Column("matched_epoch", sa.Integer(), nullable=False),
        sa.Column("awaits_run", ID),
        sa.Column("join_due", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedures.id"], name="fk_notices_procedure_id_procedures"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("source", "key", name="uq_notices_source_key"),
    )
    op.create_index("ix_notices_listed_at", "notices", ["listed_at"])
    op.create_index("ix_notices_matched_epoch", "notices", ["matched_epoch"])
    op.create_index("ix_notices_procedure_id", "notices", ["procedure_id"])
    op.create_index("ix_notices_url", "notices", ["url"])
    op.create_index(
        "ix_notices_identifier",
        "notices",
        ["identifier"],
        sqlite_where=sa.text("identifier IS NOT NULL"),
        postgresql_where=sa.text("identifier IS NOT NULL"),
    )
    op.create_index(
        "ix_notices_awaiting",
        "notices",
        ["source", "awaits_run"],
        sqlite_where=sa.text("awaits_run IS NOT NULL"),
        postgresql_where=sa.text("awaits_run IS NOT NULL"),
    )
    op.create_index(
        "ix_notices_join_due",
        "notices",
        ["id"],
        sqlite_where=sa.text("join_due"),
        postgresql_where=sa.text("join_due"),
    )
    op.create_table(
        "join_keys",
        sa.Column("key", sa.String(length=11), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_join_keys_notice_id_notices"),
        sa.PrimaryKeyConstraint("key", "notice_id", name="pk_join_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "join_suggestions",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("obstacle", sa.Text()),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_join_suggestions_notice_id_notices"),
        sa.ForeignKeyConstraint(["other_id"], ["notices.id"], name="fk_join_suggestions_other_id_notices"),
        sa.PrimaryKeyConstraint("notice_id", "other_id", name="pk_join_suggestions"),
    )
    op.create_index("ix_join_suggestions_other_id", "join_suggestions", ["other_id"])
    op.create_table(
        "procedure_words",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_procedure_words_notice_id_notices"),
        sa.ForeignKeyConstraint(["other_id"], ["notices.id"], name="fk_procedure_words_other_id_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_procedure_words"),
    )
    op.create_index("ix_procedure_words_notice_id_other_id", "procedure_words", ["notice_id", "other_id"])
    op.create_index("ix_procedure_words_other_id", "procedure_words", ["other_id"])
    op.create_table(
        "corrections",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("replaces", sa.String(length=16)),
        sa.Column("moves", JSON_, nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_corrections"),
    )
    op.create_index("ix_corrections_source_target", "corrections", ["source", "target"])
    op.create_table(
        "originals",
        sa.Column("notice_id", ID, autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("moved", JSON_, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_originals_notice_id_notices"),
        sa.PrimaryKeyConstraint("notice_id", name="pk_originals"),
    )
    op.create_table(
        "procedure_references",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("procedure_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedures.id"], name="fk_procedure_references_procedure_id_procedures"
        ),
        sa.PrimaryKeyConstraint("reference", name="pk_procedure_references"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_procedure_references_procedure_id", "procedure_references", ["procedure_id"])
    op.create_table(
        "profile_versions",
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", JSON_, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("origin", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name="fk_profile_versions_profile_id_profiles"),
        sa.PrimaryKeyConstraint("profile_id", "version", name="pk_profile_versions"),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text()),
        sa.Column("min_score", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("document", JSON_, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
    )
    op.create_table(
        "runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("since", INSTANT),
        sa.Column("until", INSTANT),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed", sa.Integer()),
        sa.Column("issues", sa.Integer(), server_default="0", nullable=False),
        sa.Column("steps_left", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chain_complete", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("facts", JSON_),
        sa.Column("not_modified", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interrupted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.source"], name="fk_runs_source_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_source_id", "runs", ["source", "id"])
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("paused_until", INSTANT),
        sa.Column("pause_reason", sa.Text()),
        sa.Column("robots", sa.Text()),
        sa.Column("robots_at", INSTANT),
        sa.Column("turn_run_id", ID),
        sa.Column("wanted_run_id", ID),
        sa.Column("wanted_at", INSTANT),
        sa.Column("next_at", INSTANT),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
    )
    op.create_table(
        "validators",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("pages", JSON_, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.source"], name="fk_validators_source_sources"),
        sa.PrimaryKeyConstraint("source", "url", name="pk_validators"),
    )
    op.create_table(
        "versions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.source"], name="fk_versions_source_sources"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_versions"),
    )
    op.create_table(
        "watched",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.source"], name="fk_watched_source_sources"),
        sa.PrimaryKeyConstraint("source", "url", name="pk_watched"),
    )
    op.create_table(
        "source_choices",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("chosen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_choices"),
    )
    op.create_table(
        "issues",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("element", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("page", sa.String(length=64)),
        sa.Column("run_id", ID),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_issues_run_id_runs"),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
    )
    op.create_index("ix_issues_page", "issues", ["page"])
    op.create_index(
        "uq_issues_open",
        "issues",
        ["source", "identity"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "lots",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("deadline_at", INSTANT),
        sa.Column("amount", sa.Text()),
        sa.Column("amount_sort", sa.Float(precision=53)),
        sa.Column("currency", sa.Text()),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_lots_notice_id_notices"),
        sa.PrimaryKeyConstraint("notice_id", "position", name="pk_lots"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notice_organisations",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_organisations_notice_id_notices"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_notice_organisations_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("notice_id", "position", name="pk_notice_organisations"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opportunities",
        sa.Column("id", ID, nullable=False),
        sa.Column("procedure_id", ID, nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("assessment_id", ID),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("merged_into", ID),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["opportunities.id"],
            name="fk_opportunities_merged_into_opportunities",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_opportunities_notice_id_notices"),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedures.id"], name="fk_opportunities_procedure_id_procedures"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name="fk_opportunities_profile_id_profiles"),
        sa.PrimaryKeyConstraint("id", name="pk_opportunities"),
    )
    op.create_index(
        "uq_opportunities_live",
        "opportunities",
        ["procedure_id", "profile_id"],
        unique=True,
        sqlite_where=sa.text("merged_into IS NULL"),
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "ix_opportunities_merged_into",
        "opportunities",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("ix_opportunities_profile_id_score", "opportunities", ["profile_id", "score"])
    op.create_table(
        "pages",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", INSTANT, nullable=False),
        sa.Column("media_type", sa.Text()),
        sa.Column("size", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_pages_run_id_runs"),
        sa.ForeignKeyConstraint(["source"], ["sources.source"], name="fk_pages_source_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sa.UniqueConstraint("source", "hash", "url", name="uq_pages_source_hash_url"),
    )
    op.create_index("ix_pages_fetched_at", "pages", ["fetched_at"])
    op.create_index("ix_pages_hash", "pages", ["hash"])
    op.create_table(
        "procedure_joins",
        sa.Column("id", ID, nullable=False),
        sa.Column("procedure_id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("from_procedure_id", ID),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_procedure_id"], ["procedures.id"], name="fk_procedure_joins_from_procedure_id_procedures"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_procedure_joins_notice_id_notices"),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedures.id"], name="fk_procedure_joins_procedure_id_procedures"),
        sa.PrimaryKeyConstraint("id", name="pk_procedure_joins"),
    )
    op.create_index("ix_procedure_joins_procedure_id", "procedure_joins", ["procedure_id"])
    op.create_table(
        "revisions",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("page", sa.String(length=64)),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("brought_by", sa.Text()),
        sa.Column("changes", JSON_, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_revisions_notice_id_notices"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_revisions_run_id_runs"),
        sa.PrimaryKeyConstraint("notice_id", "number", name="pk_revisions"),
    )
    op.create_table(
        "steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("low", sa.Text()),
        sa.Column("high", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_steps_run_id_runs"),
        sa.ForeignKeyConstraint(["source"], ["sources.source"], name="fk_steps_source_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_steps"),
        sa.UniqueConstraint("source", "token", name="uq_steps_source_token"),
    )
    op.create_index("ix_steps_source_state", "steps", ["source", "state"])
    op.create_table(
        "assessments",
        sa.Column("id", ID, nullable=False),
        sa.Column("opportunity_id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("reasons", JSON_, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_assessments_opportunity_id_opportunities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
    )
    op.create_index("ix_assessments_opportunity_id_notice_id", "assessments", ["opportunity_id", "notice_id"])
    op.create_table(
        "judgements",
        sa.Column("id", ID, nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", ID),
        sa.Column("assessment_id", ID),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name="fk_judgements_profile_id_profiles"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_judgements_notice_id_notices"),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_judgements_opportunity_id_opportunities"
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_judgements_assessment_id_assessments"),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
    )
    op.create_index("ix_judgements_profile_id", "judgements", ["profile_id"])
    op.create_table(
        "exchange_rates",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("per_euro", JSON_, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_exchange_rates"),
    )
    op.create_table(
        "events",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("opportunity_id", ID),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("payload", JSON_, nullable=False),
        sa.Column("routed_at", INSTANT),
        sa.Column("note", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_events_opportunity_id_opportunities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("key", name="uq_events_key"),
    )
    op.create_index("ix_events_opportunity_id", "events", ["opportunity_id"])
    op.create_index(
        "ix_events_unrouted",
        "events",
        ["id"],
        sqlite_where=sa.text("routed_at IS NULL"),
        postgresql_where=sa.text("routed_at IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("rules", JSON_, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("known_as", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("lease_holder", sa.Text()),
        sa.Column("lease_expires_at", INSTANT),
        sa.Column("sent_at", INSTANT),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubt", sa.Text()),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("acknowledged_by", sa.Text()),
        sa.Column("reported_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destinations.id"], name="fk_deliveries_destination_id_destinations"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_deliveries_event_id_events"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("event_id", "destination_id", name="uq_deliveries_event_id_destination_id"),
    )
    op.create_index(
        "ix_deliveries_queued",
        "deliveries",
        ["destination_id", "id"],
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_deliveries_sending",
        "deliveries",
        ["destination_id"],
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["destination_id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", ID, nullable=False),
        sa.Column("opportunity_id", ID, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text()),
        sa.Column("in_turn", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_assignments_opportunity_id_opportunities"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_assignments_person_id_people"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_assignments_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_opportunity_id", "assignments", ["opportunity_id"])
    op.create_index("ix_assignments_person_id", "assignments", ["person_id"])
    op.create_index("ix_assignments_team_id_id", "assignments", ["team_id", "id"])
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("opportunity_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("to_person", sa.Text()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_decisions_opportunity_id_opportunities"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_decisions_made_by_people"),
        sa.ForeignKeyConstraint(["to_person"], ["people.id"], name="fk_decisions_to_person_people"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_opportunity_id", "decisions", ["opportunity_id"])
    op.create_index(
        "ix_deliveries_known",
        "deliveries",
        ["message_id"],
        sqlite_where=sa.text("known_as IS NOT NULL"),
        postgresql_where=sa.text("known_as IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_unreported",
        "deliveries",
        ["id"],
        sqlite_where=sa.text("state IN ('dead', 'unknown') AND reported_at IS NULL"),
        postgresql_where=sa.text("state IN ('dead', 'unknown') AND reported_at IS NULL"),
    )
    op.execute("INSERT INTO epoch (id, value) VALUES (1, 1)")
