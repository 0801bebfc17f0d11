"""What a corrigendum (F14, section VII) moves in the notice that it names, as far as it tells it field by field."""

import re
from collections.abc import Iterator

from crawler.readers.ted_export_dates import LIMIT, join
from crawler.readers.ted_export_forms import Form, lines_of
from crawler.readers.xml import Element, child, descendants, find_all, text_at
from domain.notices import Correction, Kind, Move, Status

# The sections of the forms of 2014 that hold a text of the notice: of the whole, or of the part that LOT_NO names.
_TEXTS = {"II.1.1": "title", "II.1.4": "description", "II.2.1": "title", "II.2.4": "description"}
_CODES = ("CPV_MAIN", "CPV_ADDITIONAL")


def read_correction(form: Form, kind: Kind | None, status: Status, previous: list[str]) -> Correction | None:
    """Of a corrigendum what it moves; of an award without any contract, the end of its procedure."""
    if kind is Kind.CHANGE and previous:
        return Correction(previous[0], moves=tuple(_read_moves(form)))
    if kind is Kind.AWARD and status is Status.CANCELLED and len(previous) == 1:
        return Correction(previous[0], moves=(Move("status", Status.CANCELLED),))
    return None


def _read_moves(form: Form) -> Iterator[Move]:
    for change in find_all(form.body, "CHANGES/CHANGE"):
        section = re.sub(r"[^IVX\d.]", "", text_at(change, "WHERE/SECTION") or "").rstrip(".")
        lot = text_at(change, "WHERE/LOT_NO")
        lots = (lot,) if lot else ()
        old, new = child(change, "OLD_VALUE"), child(change, "NEW_VALUE")
        if LIMIT.search(section):
            if limit := join(text_at(new, "DATE"), text_at(new, "TIME")):
                yield Move("deadline_at", limit, join(text_at(old, "DATE"), text_at(old, "TIME")), lots)
        elif section in _TEXTS:
            yield from _read_text(_TEXTS[section], section, old, new, lots)
        yield from _read_codes(old, new, lots)


def _read_text(
    field: str, section: str, old: Element | None, new: Element | None, lots: tuple[str, ...]
) -> Iterator[Move]:
    """A part's text belongs to the part: without its number it is told of nothing that we know."""
    before, after = lines_of(child(old, "TEXT")), lines_of(child(new, "TEXT"))
    if before and after and (lots or section.startswith("II.1")):
        yield Move(field, after, before, lots if section.startswith("II.2") else ())


def _read_codes(old: Element | None, new: Element | None, lots: tuple[str, ...]) -> Iterator[Move]:
    """Main code for main code, and additional ones in their order; what has no other side came or went."""
    for name in _CODES:
        before, after = list(_codes(old, name)), list(_codes(new, name))
        for place in range(max(len(before), len(after))):
            gone, come = before[place : place + 1], after[place : place + 1]
            if gone != come:
                yield Move("codes", come[0] if come else None, gone[0] if gone else None, lots)


def _codes(value: Element | None, name: str) -> Iterator[str]:
    for each in descendants(value, name):
        for code in descendants(each, "CPV_CODE"):
            if printed := code.get("CODE"):
                yield printed
