"""Secrets of destinations, as ciphertext: the key never comes near the database."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from storage.schema import secrets


def save_secret(c: Connection, name: str, value: str, now: datetime) -> None:
    """Writes an encrypted secret, over the one of this name."""
    row = {"name": name, "value": value, "saved_at": now}
    if not c.execute(update(secrets).where(secrets.c.name == name).values(**row)).rowcount:
        c.execute(insert(secrets), [row])


def find_secret(c: Connection, name: str) -> str | None:
    """The ciphertext of this name."""
    return c.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()


def find_secrets(c: Connection) -> dict[str, datetime]:
    """The names that are kept, and since when."""
    rows = c.execute(select(secrets.c.name, secrets.c.saved_at).order_by(secrets.c.name))
    return {row.name: row.saved_at for row in rows}


def delete_secret(c: Connection, name: str) -> bool:
    """Whether there was such a secret."""
    return bool(c.execute(delete(secrets).where(secrets.c.name == name)).rowcount)
