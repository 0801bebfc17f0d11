"""Platforms of open data that all answer alike: a YAML says its dataset, its column of dates and its fields, no more.

    protocol: opendatasoft                  or socrata
    endpoint: https://HOST/api/explore/v2.1/catalog/datasets/DATASET/records
    listing: {window: {first: 3d}}
    json: {date: COLUMN, order: COLUMN, where: "type = 'call'", list: {fields: {key: …}}}

What else the json_api protocol needs stands here, and what the YAML itself says goes before it. Days are asked whole,
unless the YAML has a window's `size`: then the column holds times of day, and a full window is asked in halves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from crawler.listing.templates import PLACE

OWN_KEYS = ("date", "order", "where")
DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Preset:
    """One platform. `literal` is a moment in its query language, and `day` how the bounds of days are printed; `last`
    orders rows that the columns do not; a window cannot give more than `most` rows (None: it can)."""

    query: str
    order: str
    literal: str
    day: str
    last: str | None
    most: int | None
    pages: Mapping[str, Any]
    rows: Mapping[str, Any]


PRESETS = {
    # Explore API v2.1: limit is at most 100, and offset + limit at most 10,000.
    "opendatasoft": Preset(
        query="where",
        order="order_by",
        literal="date'{}'",
        day=DAY,
        last=None,
        most=10_000,
        pages={"param": "offset", "unit": "row", "first": 0, "size": 100, "size_param": "limit", "ceiling": 100},
        rows={"rows": "results", "total": "total_count", "error": "message"},
    ),
    # SODA 2.1 gives no total; without $order its pages are in no order.
    "socrata": Preset(
        query="$where",
        order="$order",
        literal="'{}'",
        day=MOMENT,
        last=":id",
        most=None,
        pages={"param": "$offset", "unit": "row", "first": 0, "size": 1000, "size_param": "$limit"},
        rows={"rows": "@", "error": "message"},
    ),
}


def expand(values: dict[str, Any]) -> dict[str, Any]:
    """A source's values with what its platform adds; as they are where its protocol is no preset, or lacks its date."""
    preset, block = PRESETS.get(values.get("protocol", "")), values.get("json")
    if preset is None or not isinstance(block, Mapping) or not isinstance(block.get("date"), str):
        return values
    window = dict(values["listing"].get("window", {}))
    by_days = "size" not in window
    if by_days:
        window.setdefault("by", "day")
    elif preset.most:
        window.setdefault("halve_when_full", preset.most)
    of_list = block.get("list")
    return {
        **values,
        "endpoint": _ask(values["endpoint"], preset, block, by_days),
        "listing": {"pages": preset.pages, **values["listing"], "window": window},
        "json": {
            **{name: each for name, each in block.items() if name not in OWN_KEYS},
            "list": {**preset.rows, **of_list} if isinstance(of_list, Mapping) else of_list,
        },
    }


def _ask(endpoint: str, preset: Preset, block: Mapping[str, Any], by_days: bool) -> str:
    """The endpoint with the question for a window's rows, in an order that the next page keeps."""
    column, form = block["date"], preset.day if by_days else MOMENT
    low, high = (preset.literal.format(f"{{{name}:{form}}}") for name in ("low", "high"))
    conditions = [f"{column} >= {low}", f"{column} {'<=' if by_days else '<'} {high}"]
    if extra := block.get("where"):
        conditions.append(f"({extra})")
    order = ",".join(filter(None, (column, block.get("order"), preset.last)))
    asked = f"{preset.query}={_quoted(' AND '.join(conditions))}&{preset.order}={_quoted(order)}"
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{asked}"


def _quoted(text: str) -> str:
    """As a part of an address, but for the places that a window is put into."""
    parts, position = [], 0
    for place in PLACE.finditer(text):
        parts += [quote(text[position : place.start()], safe=":,"), place[0]]
        position = place.end()
    return "".join([*parts, quote(text[position:], safe=":,")])
