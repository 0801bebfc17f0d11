"""What pages that are followed by difference showed when they were last read."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Insert, delete, select

from domain.watch import Block, Watched
from storage.ids import upserting
from storage.schema import watched


def save_watched(c: Connection, source: str, seen: Watched) -> None:
    """Keeps it in place of the last look, in the transaction that stores what the difference tells."""
    blocks = json.dumps([_to_json(block) for block in seen.blocks], ensure_ascii=False)
    row = {"source": source, "url": seen.url, "seen_at": seen.seen_at, "rules": seen.rules, "blocks": blocks}
    c.execute(_upsert(c.dialect.name), row)


def find_watched(c: Connection, source: str, url: str) -> Watched | None:
    """The last look at this address of the source; None where there was none."""
    row = c.execute(select(watched).where((watched.c.source == source) & (watched.c.url == url))).one_or_none()
    if row is None:
        return None
    return Watched(row.url, row.seen_at, row.rules, tuple(map(_to_block, json.loads(row.blocks))))


def find_all_watched(c: Connection, source: str) -> list[Watched]:
    """The last look at each address of the source, in order."""
    query = select(watched.c.url).where(watched.c.source == source).order_by(watched.c.url)
    return [seen for url in c.execute(query).scalars().all() if (seen := find_watched(c, source, url))]


def forget_watched(c: Connection, source: str) -> int:
    """The next look at each page of the source is its first; how many pages were known."""
    return c.execute(delete(watched).where(watched.c.source == source)).rowcount


def _to_json(block: Block) -> dict[str, Any]:
    """Without what is empty, as of most blocks most is."""
    values = {name: value for name, value in asdict(block).items() if value}
    return {**values, "gone_at": block.gone_at.isoformat()} if block.gone_at else values


def _to_block(values: dict[str, Any]) -> Block:
    gone = values.get("gone_at")
    texts = {name: tuple(values.get(name, ())) for name in ("lines", "links")}
    return Block(**{**values, **texts, "gone_at": datetime.fromisoformat(gone) if gone else None})


@lru_cache
def _upsert(dialect: str) -> Insert:
    statement = upserting(dialect, watched)
    new = statement.excluded
    newest: Insert = statement.on_conflict_do_update(
        index_elements=[watched.c.source, watched.c.url],
        set_={name: new[name] for name in ("seen_at", "rules", "blocks")},
    )
    return newest
