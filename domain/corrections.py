"""What a notice becomes by the notices that correct it: pure, so that whichever arrives first, the end is the same."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.notices import Code, Correction, Kind, Move, Notice, Status, Texts

_WHOLE = (
    "language",
    "title",
    "description",
    "buyers",
    "country",
    "regions",
    "codes",
    "value",
    "deadline_at",
    "deadline_precision",
    "deadline_zone",
    "lots",
    "documents",
)
_LOT = re.compile(r"(?:lots?|los[e]?|partie?s?|deel|percee?l(?:en)?)?\s*(?:n[o°r]\.?)?\s*([\w-]+)", re.IGNORECASE)


def correct(
    target: Notice, kind: Kind | None, change: Notice, correction: Correction, own: Collection[str] = ()
) -> Notice:
    """The target as the change leaves it; the target itself where the change does not concern it.

    `kind` is what the target announces (of a change notice: what it is a version of). `own` are fields that the
    target's own page has moved since the change was published: its page knows better.
    """
    if correction.replaces is None:
        for move in correction.moves:
            if _field_of(move) not in own:
                target = _move(target, move)
        return target
    if kind is not correction.replaces:
        return target
    taken: dict[str, Any] = {name: getattr(change, name) for name in _WHOLE if _root(name) not in own}
    status = target.status if "status" in own or change.status is Status.UNKNOWN else change.status
    return replace(target, **taken, status=status)


def _root(name: str) -> str:
    return "deadline_at" if name.startswith("deadline_") else name


def _field_of(move: Move) -> str:
    return "lots" if move.lots else move.field


def _move(target: Notice, move: Move) -> Notice:
    if move.field == "status":
        return replace(target, status=Status(move.new)) if move.new else target
    if move.field == "deadline_at":
        return _move_deadline(target, move)
    to = _MOVERS[move.field]
    if not move.lots:
        return replace(target, **{move.field: to(getattr(target, move.field), move)})
    concerned = _find_lots(target, move.lots)
    lots = (
        replace(lot, **{move.field: to(getattr(lot, move.field), move)}) if lot.key in concerned else lot
        for lot in target.lots
    )
    return replace(target, lots=tuple(lots))


def _move_deadline(target: Notice, move: Move) -> Notice:
    """Of all, or of some lots; the notice's own is then the earliest, those of other lots being what they were.

    A lot that the target does not have moves nothing, but in a target without lots: there is one limit only.
    """
    if move.new is None:
        return target
    moment = datetime.fromisoformat(move.new)
    concerned = _find_lots(target, move.lots)
    if move.lots and target.lots:
        if not concerned:
            return target
        lots = tuple(replace(lot, deadline_at=moment) if lot.key in concerned else lot for lot in target.lots)
    else:
        lots = tuple(replace(lot, deadline_at=moment) if lot.deadline_at else lot for lot in target.lots)
    if move.lots and target.lots:
        limits = [limit for lot in lots if (limit := lot.deadline_at or target.deadline_at)]
        if min(limits, key=datetime.timestamp) != moment:
            return replace(target, lots=lots, deadline_at=min(limits, key=datetime.timestamp))
    return replace(
        target, lots=lots, deadline_at=moment, deadline_precision=move.precision, deadline_zone=move.zone_from
    )


def _find_lots(target: Notice, named: Iterable[str]) -> set[str]:
    """The target's lots of these names: "1", "Lot 1", "1, 2"."""
    known = {_plain(lot.key): lot.key for lot in target.lots}
    found = {_plain(part) for name in named for part in re.split(r"[,;/+&]|\bund\b|\bet\b|\band\b|\by\b", name)}
    return {known[name] for name in found if name in known}


def _plain(printed: str) -> str:
    found = _LOT.fullmatch(printed.strip())
    return (found[1] if found else printed.strip()).lstrip("0").casefold()


def _move_text(texts: Texts, move: Move) -> Texts:
    """A whole text, or the only place where the old words stand; where they do not stand once, nothing is guessed."""
    if not move.old or move.new is None:
        return texts
    return {language: _replace_words(text, move.old, move.new) for language, text in texts.items()}


def _replace_words(text: str, old: str, new: str) -> str:
    if " ".join(text.split()) == " ".join(old.split()):
        return new
    return text.replace(old, new) if text.count(old) == 1 else text


def _move_code(codes: tuple[Code, ...], move: Move) -> tuple[Code, ...]:
    """The new code in the old one's place; without an old one it is added, without a new one the old goes."""
    if move.old is not None and not any(code.id == move.old for code in codes):
        return codes
    new = Code("CPV", move.new) if move.new else None
    if move.old is None:
        return codes if new is None or new in codes else (*codes, new)
    moved = (new if code.id == move.old else code for code in codes)
    return tuple(dict.fromkeys(code for code in moved if code))


_MOVERS: dict[str, Callable[..., Any]] = {"title": _move_text, "description": _move_text, "codes": _move_code}
