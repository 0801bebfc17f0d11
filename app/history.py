"""A notice's revisions as a person reads them: what moved, from what to what, and what brought it."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.console import in_zone
from domain.alerts import FieldChange
from storage.revisions import Revision

AROUND = 6  # words on either side of what changed
MOMENTS = {"deadline_at": "deadline", "published_at": "published"}
_LOT = re.compile(r"lots\[(.*)\](?:\.(\w+))?", re.DOTALL)
_QUIET = {"deadline_precision", "deadline_zone"}  # they say how the deadline beside them was printed


def tell_history(revisions: Sequence[Revision], source: str, zone: str) -> Iterator[tuple[str, list[str]]]:
    """For each revision a heading and its lines, oldest first."""
    for each in revisions:
        lines = [line for change in each.changes for line in _tell(change, each.changes)]
        yield _heading(each, source, zone), lines or ["as it was first read" if each.number == 1 else "nothing else"]


def _heading(each: Revision, source: str, zone: str) -> str:
    told = [f"Revision {each.number}", in_zone(each.made_at, zone), f"run {each.run_id}"]
    told += [f"page {each.page[:12]}…"] if each.page else []
    told += [f"brought by {source}:{each.brought_by}"] if each.brought_by else []
    return " · ".join(told)


def _tell(change: FieldChange, beside: Iterable[FieldChange]) -> Iterator[str]:
    if change.field in _QUIET and any(each.field == "deadline_at" for each in beside):
        return
    lot = _LOT.fullmatch(change.field)
    if lot and lot[2] is None:
        yield _tell_lot(lot[1], change)
        return
    name, label = (lot[2], f"lot {lot[1]}, ") if lot else (change.field, "")
    for line in _tell_field(name, change.old, change.new):
        yield f"{label}{line}"


def _tell_lot(key: str, change: FieldChange) -> str:
    lot: Mapping[str, Any] = change.new or change.old
    title = next(iter(lot["title"].values()), "")
    return f"lot {key} {'came' if change.old is None else 'went'}" + (f": {title}" if title else "")


def _tell_field(name: str, old: Any, new: Any) -> Iterator[str]:
    if name in MOMENTS:
        yield f"{MOMENTS[name]}: {_tell_moments(old, new)}"
    elif name == "value":
        yield f"value: {_tell_money(old, new)}"
    elif name in ("title", "description"):
        for language in dict.fromkeys([*(old or {}), *(new or {})]):
            yield f"{name} ({language}): {compare_words((old or {}).get(language), (new or {}).get(language))}"
    elif isinstance(old, list) and isinstance(new, list):
        yield f"{name}: {_tell_lists(old, new)}"
    else:
        yield f"{name}: {_plain(old)} → {_plain(new)}"


def _tell_moments(old: str | None, new: str | None) -> str:
    if not (old and new):
        return f"{_moment(old)} → {_moment(new)}"
    gap = datetime.fromisoformat(new) - datetime.fromisoformat(old)
    return f"{_moment(old)} → {_moment(new)}, {_span(gap)}"


def _moment(printed: str | None) -> str:
    """In the offset that the portal printed or its zone had, with the weekday."""
    if printed is None:
        return "none"
    moment = datetime.fromisoformat(printed)
    return f"{moment:%a %d %b %Y %H:%M} {moment.isoformat()[-6:]}"


def _span(gap: timedelta) -> str:
    word, size = ("later" if gap > timedelta(0) else "earlier"), abs(gap)
    if not size:
        return "the same moment"
    hours, minutes = divmod(size.seconds // 60, 60)
    parts = [(size.days, "day"), (hours, "hour"), (minutes, "minute")]
    return " ".join(f"{count} {name}{'s' if count != 1 else ''}" for count, name in parts if count) + f" {word}"


def _tell_money(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> str:
    before, after = (f"{Decimal(each['amount']):,f} {each['currency']}" if each else "none" for each in (old, new))
    share = ""
    if old and new and old["currency"] == new["currency"] and Decimal(old["amount"]):
        share = f" ({(Decimal(new['amount']) / Decimal(old['amount']) - 1) * 100:+.1f}%)"
    return f"{before} → {after}{share}"


def _tell_lists(old: Sequence[Any], new: Sequence[Any]) -> str:
    came, went = [each for each in new if each not in old], [each for each in old if each not in new]
    told = [f"added {', '.join(map(_plain, came))}"] if came else []
    told += [f"removed {', '.join(map(_plain, went))}"] if went else []
    return "; ".join(told) or "in another order"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        if set(value) == {"scheme", "id"}:
            return f"{value['scheme']} {value['id']}"
        return str(value.get("name") or value.get("title") or value.get("url") or value.get("key") or dict(value))
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return "none" if value is None else str(value)


def compare_words(old: str | None, new: str | None) -> str:
    """The text with [-words that went-] and {+words that came+}, shortened to what stands around them."""
    before, after = (old or "").split(), (new or "").split()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    told: list[str] = []
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "equal":
            told.append(_shorten(before[first:last], first == 0, last == len(before)))
            continue
        told += [f"[-{' '.join(before[first:last])}-]"] if first < last else []
        told += [f"{{+{' '.join(after[begin:end])}+}}"] if begin < end else []
    return " ".join(filter(None, told))


def _shorten(words: Sequence[str], at_start: bool, at_end: bool) -> str:
    head, tail = (0 if at_start else AROUND), (0 if at_end else AROUND)
    if len(words) <= head + tail + 1:
        return " ".join(words)
    return " ".join([*words[:head], "…", *(words[-tail:] if tail else [])])
