"""TED_EXPORT R2.0.8 and R2.0.9, TED's own XML until 2024: forms F01 to F25, T01, T02 and the defence forms 16 to 19.

Its four namespaces differ in nothing that matters, so elements are told by their local names.
"""

from typing import Any

from crawler.readers.results import bounded, known
from crawler.readers.ted_export_buyers import read_buyers
from crawler.readers.ted_export_dates import read_changes, read_deadline
from crawler.readers.ted_export_forms import Form, read_forms, read_languages
from crawler.readers.ted_export_kinds import read_kind, read_status
from crawler.readers.ted_export_lots import read_lots
from crawler.readers.ted_export_moves import read_correction
from crawler.readers.ted_export_object import read_codes, read_descriptions, read_regions, read_titles, read_value
from crawler.readers.ted_export_results import read_results
from crawler.readers.ted_numbers import to_key, to_url
from crawler.readers.xml import Element, attribute_at, child, descendants, find_all, text_at, text_of
from domain.errors import Unreadable
from domain.notices import Document, Kind, RawNotice


def read_ted_export(root: Element) -> RawNotice:
    """All fields of one notice. Raises Unreadable where its number or its form is missing."""
    coded = child(root, "CODED_DATA_SECTION")
    key = to_key(root.get("DOC_ID")) or to_key(text_at(coded, "NOTICE_DATA/NO_DOC_OJS"))
    if not key:
        raise Unreadable("missing, and NO_DOC_OJS too", "TED_EXPORT/@DOC_ID")
    forms = read_forms(root, coded)
    if not forms:
        raise Unreadable("without a form", "TED_EXPORT/FORM_SECTION")
    form = forms[0]
    kind, unknown_words = read_kind(coded)
    previous = _read_previous(form, coded, key)
    languages = read_languages(coded)
    status = read_status(kind, form.body)
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=to_url(key),
        procedure_id=_find_procedure(kind, key, previous),
        language=languages[0] if languages else form.language,
        title=read_titles(forms),
        description=read_descriptions(forms),
        buyers=read_buyers(root, form),
        country=attribute_at(coded, "NOTICE_DATA/ISO_COUNTRY", "VALUE"),
        regions=read_regions(form, coded),
        codes=read_codes(form, coded),
        value=read_value(form, kind),
        published=_read_published(coded),
        deadline=read_deadline(form, coded, kind),
        lots=read_lots(forms),
        documents=_read_documents(form),
        changes=previous[0] if kind is Kind.CHANGE and previous else None,
        raw=_read_raw(root, form, previous),
        unknown_words=unknown_words,
        correction=read_correction(form, kind, status, previous),
    )


def _read_published(coded: Element | None) -> str | None:
    """ "20200102", the day of the Official Journal."""
    printed = text_at(coded, "REF_OJS/DATE_PUB")
    return (
        f"{printed[:4]}-{printed[4:6]}-{printed[6:]}"
        if printed and len(printed) == 8 and printed.isdigit()
        else printed
    )


def _read_previous(form: Form, coded: Element | None, key: str) -> list[str]:
    """The keys of the notices that this one says went before: NOTICE_NUMBER_OJ of the form, then the coded ones."""
    printed = [*descendants(form.body, "NOTICE_NUMBER_OJ"), *find_all(coded, "NOTICE_DATA/REF_NOTICE/NO_DOC_OJS")]
    found = dict.fromkeys(filter(None, (to_key(text_of(each)) for each in printed)))
    return [each for each in found if each != key]


def _find_procedure(kind: Kind | None, key: str, previous: list[str]) -> str | None:
    """TED_EXPORT has no identifier of a procedure: the call's own number is taken, which what follows refers to.

    A call opens its procedure, also where a plan went before; what follows belongs to the notice that it names. Plans
    belong to none (one may announce several), nor does a notice that names two.
    """
    if kind is Kind.TENDER:
        return key
    if kind in (Kind.AWARD, Kind.CHANGE, Kind.MODIFICATION):
        if len(previous) == 1:
            return previous[0]
        return key if kind is Kind.AWARD and not previous else None
    return None


def _read_documents(form: Form) -> tuple[Document, ...]:
    """URL_DOCUMENT: where the procurement documents are; R2.0.8's URL_INFORMATION says the same."""
    printed = map(text_of, descendants(form.body, "URL_DOCUMENT", "URL_INFORMATION"))
    return tuple(Document(url) for url in dict.fromkeys(filter(None, printed)))


def _read_raw(root: Element, form: Form, previous: list[str]) -> dict[str, Any]:
    return known(
        {
            "format": f"TED_EXPORT {root.get('VERSION') or form.element.get('VERSION') or ''}".strip(),
            "form": form.element.get("FORM"),
            "previous": previous,
            "changes": read_changes(form),
            "results": bounded(read_results(form)),
        }
    )
