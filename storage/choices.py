"""Which sources an operator has turned on or off; the others are as their YAML says."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from domain.choices import Choice
from storage.schema import source_choices


def save_choices(c: Connection, choices: Sequence[Choice]) -> None:
    """In place of what was chosen for these sources before."""
    forget_choices(c, [choice.source for choice in choices])
    rows = [
        {"source": each.source, "enabled": each.enabled, "said": each.said, "chosen_at": each.at} for each in choices
    ]
    if rows:
        c.execute(insert(source_choices), rows)


def find_choices(c: Connection) -> dict[str, Choice]:
    """All that was chosen, by the source's id."""
    rows = c.execute(select(source_choices).order_by(source_choices.c.source))
    return {row.source: Choice(row.source, row.enabled, row.said, row.chosen_at) for row in rows}


def forget_choices(c: Connection, sources: Sequence[str]) -> int:
    """These sources are as their YAML says again; how many had been chosen otherwise."""
    return c.execute(delete(source_choices).where(source_choices.c.source.in_(list(sources)))).rowcount
