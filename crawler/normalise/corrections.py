"""What a corrigendum moves, as printed, into the words of a Notice; what cannot be read moves nothing."""

from collections.abc import Callable
from dataclasses import replace

from crawler.normalise.codes import to_codes
from crawler.normalise.dates import Moment
from crawler.normalise.text import to_line, to_text
from domain.notices import Correction, Move

_TEXTS: dict[str, Callable[[str], str]] = {"title": to_line, "description": to_text}


def to_correction(printed: Correction, to_moment: Callable[[str], Moment | None]) -> Correction:
    """Moments by `to_moment` (None: it cannot be read), texts cleaned as the notice's own are, CPV of eight digits."""
    moves = (_to_move(move, to_moment) for move in printed.moves)
    return replace(printed, moves=tuple(move for move in moves if move))


def _to_move(move: Move, to_moment: Callable[[str], Moment | None]) -> Move | None:
    if move.field == "deadline_at":
        moment = to_moment(move.new) if move.new else None
        return _at(move, moment) if moment else None
    if move.field == "codes":
        found = replace(move, old=_to_code(move.old), new=_to_code(move.new))
        return found if (found.old or found.new) and bool(found.old) is bool(move.old) else None
    to = _TEXTS.get(move.field)
    try:
        return replace(move, old=to(move.old) if move.old else None, new=to(move.new or "")) if to else move
    except ValueError:
        return None


def _at(move: Move, moment: Moment) -> Move:
    return replace(move, old=None, new=moment.at.isoformat(), precision=moment.precision, zone_from=moment.zone_from)


def _to_code(printed: str | None) -> str | None:
    codes, _ = to_codes([("CPV", printed)]) if printed else ((), ())
    return codes[0].id if codes else None
