"""Alembic's environment; `storage.migrate.upgrade` runs it."""
