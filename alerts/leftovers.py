"""What is saved and an alerts file does not name: it stays until it is removed, or the file replaces what is saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from alerts.book import Book, check_profiles, read_book, save_book
from storage.destinations import delete_rule, find_destinations, find_rules
from storage.engine import writing
from storage.people import find_default, find_people, find_teams, save_default
from storage.profiles import find_profiles
from storage.removal import remove_team


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Ids of what is saved and not named; `default` is who gets what no rule sends anywhere."""

    rules: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    default: str | None = None

    def __str__(self) -> str:
        """In words; empty where there is nothing."""
        return "; ".join(self._name())

    def _name(self) -> Iterator[str]:
        kinds = {"rule": self.rules, "team": self.teams, "person": self.people, "destination": self.destinations}
        for kind, ids in kinds.items():
            if ids:
                yield f"{kind} {', '.join(ids)}"
        if self.default is not None:
            yield f"default {self.default}"


@dataclass(frozen=True, slots=True)
class Imported:
    """A book that was saved, what was removed since it does not name it, and what is still there all the same."""

    book: Book
    removed: Leftovers
    left: Leftovers


def import_file(engine: Engine, file: Path, now: datetime, replace: bool = False) -> Imported:
    """Saves what a file holds, over what has the same id; raises BadRule as `read_book` does.

    `replace`: rules and teams that it does not name are removed, and so is a default that it does not have. People and
    destinations stay, since what is theirs must go to somebody: `alerts.removal.remove`.
    """
    book = read_book(file)
    with writing(engine) as c:
        check_profiles(book, {version.profile.id for version in find_profiles(c)})
        save_book(c, book)
        left = find_leftovers(c, book)
        if not replace:
            return Imported(book, Leftovers(), left)
        _remove(c, left, now)
        removed = Leftovers(left.rules, left.teams, default=left.default)
        return Imported(book, removed, find_leftovers(c, book))


def find_leftovers(c: Connection, book: Book) -> Leftovers:
    """What is saved and the book does not name; a destination that is a person's mail is the person."""
    rules, teams, people, places = (
        {each.id for each in some} for some in (book.rules, book.teams, book.people, book.destinations)
    )
    known, default = find_people(c), find_default(c)
    return Leftovers(
        tuple(each.id for each in find_rules(c) if each.id not in rules),
        tuple(each for each in find_teams(c) if each not in teams),
        tuple(each for each in known if each not in people),
        tuple(each.id for each in find_destinations(c) if each.id not in places and each.id not in known),
        default if default != book.default else None,
    )


def _remove(c: Connection, left: Leftovers, now: datetime) -> None:
    for rule in left.rules:
        delete_rule(c, rule)
    for team in left.teams:
        remove_team(c, team, now)
    if left.default is not None:
        save_default(c, None)
