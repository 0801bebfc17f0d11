"""The parts of a TED_EXPORT notice: OBJECT_DESCR, in R2.0.8 the annexes B. LOT_NO comes again in awards: not here."""

from collections.abc import Sequence

from crawler.readers.amounts import first_told
from crawler.readers.ted_export_forms import Form, in_languages, line_of, lines_of
from crawler.readers.ted_export_object import OLD_LOTS, codes_in, money_of
from crawler.readers.xml import Element, child, children, descendants, find, text_at
from domain.notices import RawLot, RawMoney

_DESCRIPTIONS = (
    "SHORT_DESCR",
    "LOT_DESCRIPTION",
    "NATURE_QUANTITY_SCOPE/TOTAL_QUANTITY_OR_SCOPE",
    "QUANTITY_SCOPE_WORKS_DEFENCE/TOTAL_QUANTITY_OR_SCOPE",
)


def read_lots(forms: Sequence[Form]) -> tuple[RawLot, ...]:
    """Each part with its own texts, codes and value. Other languages' texts are those at the same place of their form.

    Its key is LOT_NO, else its ITEM or (of several objects) its place; where that is another part's, with a mark.
    """
    if not forms:
        return ()
    by_form = [_parts_of(form) for form in forms]
    numbers = [_number_of(part) for part in by_form[0]]
    taken = {number for number in numbers if number}
    several = len(forms[0].objects) > 1
    found: dict[str, RawLot] = {}
    for place, part in enumerate(by_form[0]):
        key = numbers[place] or _fallback(None if several else part.get("ITEM"), place, taken)
        while key in found:
            key = f"{key}*"
        # A form of another language with another number of parts is not the same list.
        alike = [(form, each[place]) for form, each in zip(forms, by_form, strict=True) if len(each) == len(by_form[0])]
        found[key] = _read_lot(key, alike, _object_of(part) if several else None)
    return tuple(found.values())


def _parts_of(form: Form) -> list[Element]:
    """R2.0.8: its annexes; where a plan (form 16) has several objects without any, these."""
    if not form.is_old:
        return [part for each in form.objects for part in children(each, "OBJECT_DESCR")]
    parts = [part for each in form.objects for part in descendants(each, *OLD_LOTS)]
    return parts or list(form.objects if len(form.objects) > 1 else ())


def _number_of(part: Element) -> str | None:
    return text_at(part, "LOT_NO") or text_at(part, "LOT_NUMBER")


def _fallback(item: str | None, place: int, taken: set[str]) -> str:
    key = item or str(place + 1)
    return f"#{place + 1}" if key in taken else key


def _object_of(part: Element) -> Element | None:
    """The object that this part alone describes: what is said of it is said of the part."""
    above = part.getparent()
    return above if sum(1 for _ in children(above, "OBJECT_DESCR")) == 1 else None


def _read_lot(key: str, alike: Sequence[tuple[Form, Element]], whole: Element | None) -> RawLot:
    forms = [form for form, _ in alike]
    part = alike[0][1]
    return RawLot(
        key=key,
        title=in_languages(forms, [_title_of(each, whole is not None) for _, each in alike]),
        description=in_languages(forms, [_description_of(each) for _, each in alike]),
        codes=tuple(dict.fromkeys((*_codes_of(child(whole, "CPV_MAIN")), *_codes_in(part)))),
        value=_value_of(part) or money_of(child(whole, "VAL_ESTIMATED_TOTAL")),
    )


def _title_of(part: Element, of_object: bool) -> str | None:
    for name in ("TITLE", "LOT_TITLE", "TITLE_CONTRACT"):
        if title := line_of(child(part, name)):
            return title
    return line_of(child(part.getparent(), "TITLE")) if of_object else None


def _description_of(part: Element) -> str | None:
    for path in _DESCRIPTIONS:
        if text := lines_of(find(part, path)):
            return text
    return None


def _codes_in(part: Element) -> list[tuple[str, str]]:
    return [
        code for name in ("CPV_MAIN", "CPV_ADDITIONAL") for each in descendants(part, name) for code in _codes_of(each)
    ]


def _codes_of(element: Element | None) -> list[tuple[str, str]]:
    return codes_in(element) if element is not None else []


def _value_of(part: Element) -> RawMoney | None:
    return first_told(map(money_of, descendants(part, "VAL_OBJECT", "VALUE_COST")))
