"""People, teams and their schedules, as an alerts file gives them."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from alerts.book import read_book, save_book
from domain.people import Person, Span
from storage.engine import writing

# Madrid, Manila and Moscow: two that keep one time all year, and one that does not.
BOOK = """
holidays:
  ES: [2026-11-09]
destinations:
  - {id: board, name: Board, url: "tendermail://board@bidder.example"}
people:
  - {id: mira, name: Mira, email: mira@bidder.example, language: es, zone: Europe/Madrid, country: ES}
  - {id: jun, name: Jun, email: jun@bidder.example, language: fil, zone: Asia/Manila, capacity: 2}
  - {id: olga, name: Olga, email: olga@bidder.example, language: ru, zone: Europe/Moscow}
teams:
  - {id: pumps-team, name: Pumps, people: [mira, jun, olga]}
"""


def import_text(engine: Engine, folder: Path, text: str) -> None:
    """An alerts file, saved."""
    file = folder / "alerts.yml"
    file.write_text(text, encoding="utf-8")
    book = read_book(file)
    with writing(engine) as c:
        save_book(c, book)


def a_person(**fields: Any) -> Person:
    """Somebody in Madrid."""
    given: dict[str, Any] = {"id": "mira", "name": "Mira", "email": "m@b.example", "destination": "mira"}
    return Person(**{**given, "zone": "Europe/Madrid", "hours": Span(time(9), time(18)), **fields})


def at(text: str) -> datetime:
    """`2026-11-02 09:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
