"""What is bought, in TED_EXPORT: titles, descriptions, CPV, places and the notice's own total."""

from collections.abc import Iterator, Sequence

from crawler.readers.amounts import first_told
from crawler.readers.ted_export_forms import Form, in_languages, line_of, lines_of
from crawler.readers.xml import Element, child, children, descendants, find_all, text_of
from domain.notices import Kind, RawMoney

# R2.0.8's lots stand inside its object: what is looked for in the object lies outside these.
OLD_LOTS = frozenset(
    ("F01_ANNEX_B", "F02_ANNEX_B", "F05_ANNEX_B", "F17_ANNEX_B", "F19_ANNEX_B", "ANNEX_B", "LOT_PRIOR_INFORMATION")
)
_OLD_RESULTS = frozenset(
    ("AWARD_OF_CONTRACT_DEFENCE", "AWARD_OF_CONTRACT", "AWARD_CONTRACT", "AWARD_AND_CONTRACT_VALUE")
)
_TITLES = ("TITLE_CONTRACT", "TITLE_DESIGN_CONTACT_NOTICE", "TITLE_CONTACT_NOTICE_RESULT", "TI_DOC")
_DESCRIPTIONS = ("SHORT_CONTRACT_DESCRIPTION", "DESCRIPTION_OF_CONTRACT", "TOTAL_QUANTITY_OR_SCOPE")
_COSTS = ("COSTS_RANGE_AND_CURRENCY", "COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE")
_OLD_TOTALS = ("TOTAL_FINAL_VALUE", "NATURE_QUANTITY_SCOPE", "QUANTITY_SCOPE_WORKS_DEFENCE", "QUANTITY_SCOPE_WORKS")
# Not DESCRIPTION_PROCUREMENT's VAL_TOTAL: some buyers print there the price before the change, some the difference.
_MODIFIED = (
    "MODIFICATIONS_CONTRACT/INFO_MODIFICATIONS/VALUES/VAL_TOTAL_AFTER",
    "MODIFICATIONS_CONTRACT/INFO_MODIFICATIONS/VAL_TOTAL_AFTER",
)


def read_titles(forms: Sequence[Form]) -> dict[str, str]:
    """The buyer's own title in each official language; ML_TI_DOC is not it: that is the portal's label of the CPV."""
    return in_languages(forms, [_title_of(form) for form in forms])


def read_descriptions(forms: Sequence[Form]) -> dict[str, str]:
    """SHORT_DESCR (II.1.4); where the form has none (F08, F12, F20), that of its only OBJECT_DESCR (II.2.4).

    Of several objects the first one's own, never that of its part.
    """
    return in_languages(forms, [_description_of(form) for form in forms])


def _title_of(form: Form) -> str | None:
    first = next(iter(form.objects), None)
    if first is not None and (title := line_of(child(first, "TITLE"))):
        return title
    top = first if first is not None else form.body
    return next(filter(None, map(line_of, descendants(top, *_TITLES, outside=OLD_LOTS | _OLD_RESULTS))), None)


def _description_of(form: Form) -> str | None:
    first = next(iter(form.objects), None)
    if first is None:
        return None
    if description := lines_of(child(first, "SHORT_DESCR")):
        return description
    parts = list(children(first, "OBJECT_DESCR"))
    if len(parts) == len(form.objects) == 1:
        return lines_of(child(parts[0], "SHORT_DESCR"))
    for name in _DESCRIPTIONS:
        found = filter(None, map(lines_of, descendants(first, name, outside=OLD_LOTS | _OLD_RESULTS)))
        if description := next(found, None):
            return description
    return None


def read_codes(form: Form, coded: Element | None) -> tuple[tuple[str, str], ...]:
    """All CPV codes: the object's main ones, the additional ones of object and parts, then the coded section's rest.

    The coded section alone may list another code before the main one; of F14 only it has those of the parts.
    """
    main, additional = [], []
    for top in (*form.objects, *children(form.body, "MODIFICATIONS_CONTRACT")):
        main += [code for each in descendants(top, "CPV_MAIN", outside=OLD_LOTS) for code in codes_in(each)]
        additional += [code for each in descendants(top, "CPV_ADDITIONAL") for code in codes_in(each)]
        additional += [
            code
            for lot in descendants(top, *OLD_LOTS)
            for each in descendants(lot, "CPV_MAIN")
            for code in codes_in(each)
        ]
    original = [("CPV", code) for each in find_all(coded, "NOTICE_DATA/ORIGINAL_CPV") if (code := each.get("CODE"))]
    return tuple(dict.fromkeys((*main, *additional, *original)))


def codes_in(element: Element) -> list[tuple[str, str]]:
    """The codes of a CPV_MAIN or CPV_ADDITIONAL; supplementary ones (DA01) are another vocabulary and left out."""
    return [("CPV", code) for each in children(element, "CPV_CODE") if (code := each.get("CODE"))]


def read_regions(form: Form, coded: Element | None) -> tuple[str, ...]:
    """NUTS codes of the places of performance: of object and parts, else the coded section's. Not the buyer's."""
    found = [code for top in form.objects for each in descendants(top, "NUTS") if (code := each.get("CODE"))]
    found = found or [code for each in find_all(coded, "NOTICE_DATA/PERFORMANCE_NUTS") if (code := each.get("CODE"))]
    return tuple(dict.fromkeys(found))


def read_value(form: Form, kind: Kind | None) -> RawMoney | None:
    """The notice's own total: VAL_TOTAL, else VAL_ESTIMATED_TOTAL of its only object; of F20 that after the change.

    Never VAL_RANGE_TOTAL (the range of offers, at times of unit prices), nor one contract's or one part's amount.
    """
    if kind is Kind.MODIFICATION:
        candidates: Iterator[Element] = (each for path in _MODIFIED for each in find_all(form.body, path)[:1])
    elif len(form.objects) != 1:
        return None
    elif form.is_old:
        candidates = _old_totals(form.objects[0])
    else:
        candidates = (each for name in ("VAL_TOTAL", "VAL_ESTIMATED_TOTAL") for each in children(form.objects[0], name))
    return first_told(map(money_of, candidates))


def _old_totals(top: Element) -> Iterator[Element]:
    for name in _OLD_TOTALS:
        for section in descendants(top, name, outside=OLD_LOTS | _OLD_RESULTS):
            yield from (cost for each in children(section, *_COSTS) for cost in children(each, "VALUE_COST"))


def money_of(element: Element | None) -> RawMoney | None:
    """The amount with its currency: FMTVAL where R2.0.8 prints "14 040 133,70"."""
    if element is None:
        return None
    printed = element.get("FMTVAL") or text_of(element)
    above = element.getparent()
    currency = element.get("CURRENCY") or (above.get("CURRENCY") if above is not None else None)
    return RawMoney(printed, currency) if printed else None
