"""The feeds of an installation as files: a calendar of deadlines and an Atom feed for each profile and each person.

A file is written only where it differs, so that nothing moves that has not changed.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.atom import Entry, to_feed
from alerts.calendar import to_calendar, to_deadlines
from alerts.cards import Card, to_view_card
from alerts.words import Words, words
from domain.config import Settings
from storage.feeds import FeedEntry, find_of_person, find_of_profile
from storage.opportunities import find_these
from storage.people import find_people
from storage.profiles import find_profiles


@dataclass(frozen=True, slots=True)
class Written:
    """How many files there are, and how many of them are new or differ from what they were."""

    files: int
    changed: int


@dataclass(frozen=True, slots=True)
class Feed:
    """What one feed holds and how: `path` without its ending, `title`, language and zone of who reads it."""

    path: str
    title: str
    language: str
    zone: str
    entries: tuple[FeedEntry, ...]


def write_feeds(c: Connection, folder: Path, settings: Settings, now: datetime) -> Written:
    """Writes `profiles/ID.ics`, `profiles/ID.atom`, `people/ID.ics` and `people/ID.atom` below the folder."""
    files: dict[Path, bytes] = {}
    for feed in find_feeds(c, settings, now):
        cards = _find_cards(c, feed, settings, now)
        files[folder / f"{feed.path}.ics"] = _to_ics(feed, cards, settings, now)
        files[folder / f"{feed.path}.atom"] = _to_atom(feed, cards, settings)
    return Written(len(files), sum(_write(path, content) for path, content in files.items()))


def find_feeds(c: Connection, settings: Settings, now: datetime) -> list[Feed]:
    """All feeds: of each profile in English and the installation's zone, of each person in their own."""
    profiles = [version.profile for version in find_profiles(c)]
    feeds = [
        Feed(f"profiles/{each.id}", each.name, "en", settings.zone, tuple(find_of_profile(c, each.id, now)))
        for each in profiles
    ]
    for person in find_people(c).values():
        own = tuple(find_of_person(c, person.id, person.destination, now))
        feeds.append(Feed(f"people/{person.id}", person.name, person.language, person.zone, own))
    return feeds


def _find_cards(c: Connection, feed: Feed, settings: Settings, now: datetime) -> dict[int, Card]:
    """The card of each entry, by the number of the entry."""
    numbers = [each.shown for each in feed.entries]
    views = {view.opportunity.id: view for view in find_these(c, numbers, len(numbers))}
    cards = {}
    for each in feed.entries:
        view = views[each.shown]
        card = to_view_card(
            view,
            now=now,
            zone=feed.zone,
            language=feed.language,
            base_url=settings.base_url,
            opportunity=each.opportunity_id,
        )
        cards[each.opportunity_id] = replace(card, cancelled=each.cancelled)
    return cards


def _to_ics(feed: Feed, cards: Mapping[int, Card], settings: Settings, now: datetime) -> bytes:
    changed = {each.opportunity_id: each.changed_at for each in feed.entries}
    deadlines = [
        replace(deadline, changed_at=changed[number])
        for number, card in cards.items()
        for deadline in to_deadlines([card], words(feed.language), domain_of(settings))
    ]
    return to_calendar(deadlines, now, f"{words(feed.language)['product']}: {feed.title}")


def _to_atom(feed: Feed, cards: Mapping[int, Card], settings: Settings) -> bytes:
    w, domain = words(feed.language), domain_of(settings)
    entries = [
        Entry(
            f"tag:{domain},2026:opportunity/{each.opportunity_id}",
            _to_title(cards[each.opportunity_id], w),
            each.first_seen_at,
            each.changed_at,
            _to_summary(cards[each.opportunity_id], w),
            cards[each.opportunity_id].review or cards[each.opportunity_id].link,
            (cards[each.opportunity_id].profile,),
        )
        for each in feed.entries
    ]
    link = f"{settings.base_url.rstrip('/')}/opportunities" if settings.base_url else None
    return to_feed(f"tag:{domain},2026:{feed.path}", f"{w['product']}: {feed.title}", entries, link)


def domain_of(settings: Settings) -> str:
    """The domain that makes ids unique in the world: that of the mail's sender."""
    return settings.mail.sender.rpartition("@")[2]


def _to_title(card: Card, w: Words) -> str:
    cancelled = f"{w['cancelled']}: " if card.cancelled else ""
    return f"{cancelled}({card.score}) {card.title}"


def _to_summary(card: Card, w: Words) -> str:
    """What never changes by itself: no days left, as they would differ with every look."""
    lines = [
        f"{w['buyer']}: {card.buyer}, {card.country}",
        f"{w['deadline']}: {card.deadline}",
        f"{w['value']}: {card.value}",
        *_to_reasons(card),
    ]
    return "\n".join(lines)


def _to_reasons(card: Card) -> Sequence[str]:
    return [f"{line.points:+d} {line.sentence}" for line in card.lines]


def _write(path: Path, content: bytes) -> bool:
    """Whether the file was not so before; it appears whole or not at all."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
    return True
