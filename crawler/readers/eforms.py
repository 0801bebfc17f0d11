"""eForms, the EU's notices since 2022: UBL documents of any SDK release and national extension, read by BT-numbers.

The customization (eforms-sdk-1.3 … 1.15, those of Germany and Norway) is not looked at: the paths are the same.
"""

from collections.abc import Sequence

from crawler.normalise.languages import to_language
from crawler.readers.amounts import first_told
from crawler.readers.eforms_kinds import read_changed, read_identifier, read_reasons, read_status, read_type, to_earlier
from crawler.readers.eforms_lots import lots_of, read_documents, read_groups, read_lots
from crawler.readers.eforms_organisations import read_buyers, read_organisations
from crawler.readers.eforms_results import read_results
from crawler.readers.eforms_values import in_languages, read_codes, read_estimate, read_moment, read_money, read_regions
from crawler.readers.results import bounded, known, to_plain
from crawler.readers.ted_numbers import to_key, to_published_key, to_url
from crawler.readers.xml import Element, child, children, find, find_all, name_of, text_at, text_of
from domain.errors import Unreadable
from domain.notices import Correction, Kind, RawMoney, RawNotice

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = frozenset(
    [(f"{_UBL}{name}-2", name) for name in ("PriorInformationNotice", "ContractNotice", "ContractAwardNotice")]
    + [
        (
            "http://data.europa.eu/p27/eforms-business-registration-information-notice/1",
            "BusinessRegistrationInformationNotice",
        )
    ]
)
"""Namespace and local name of the documents that eForms are."""

_EXTENSION = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension"


def read_eforms(root: Element) -> RawNotice:
    """All fields of one notice. Raises Unreadable where it has no identifier (BT-701)."""
    # Nations put extensions of their own beside the EU's.
    extension = next(iter(find_all(root, _EXTENSION)), None)
    identifier = read_identifier(root)
    number = to_published_key(text_at(extension, "Publication/NoticePublicationID"))
    key = number or identifier
    if not key:
        raise Unreadable("missing (BT-701), and no publication number either", f"{name_of(root)}/cbc:ID")
    language = to_language(text_at(root, "NoticeLanguageCode") or "")
    organisations = read_organisations(extension)
    lots = lots_of(root)
    project = child(root, "ProcurementProject")
    announced, unknown_words = read_type(root)
    changes = read_changed(extension)
    return RawNotice(
        key=key,
        kind=Kind.CHANGE if changes else announced,
        status=read_status(announced, extension),
        url=to_url(number) if number else text_at(root, "URI"),
        procedure_id=text_at(root, "ContractFolderID"),
        language=language,
        title=_read_texts(project, lots, "Name", language),
        description=_read_texts(project, lots, "Description", language),
        buyers=read_buyers(root, organisations, language),
        regions=tuple(dict.fromkeys(code for each in _projects(project, lots) for code in read_regions(each))),
        codes=tuple(dict.fromkeys(code for each in _projects(project, lots) for code in read_codes(each))),
        value=_read_value(announced, extension, project),
        published=text_at(extension, "Publication/PublicationDate") or read_moment(root, "IssueDate", "IssueTime"),
        lots=read_lots(lots, language),
        documents=read_documents(lots),
        changes=changes,
        raw=known(
            {
                "format": f"eForms {text_at(root, 'CustomizationID') or ''}".strip(),
                "subtype": text_at(extension, "NoticeSubType/SubTypeCode"),
                "notice_id": identifier,
                "previous": _read_previous(root, extension, lots),
                "change_reasons": read_reasons(extension),
                "lot_groups": read_groups(root),
                "framework_maximum": to_plain(_read_framework_maximum(extension, project)),
                "results": bounded(read_results(extension, organisations, language)),
            }
        ),
        unknown_words=unknown_words,
        identifier=identifier if identifier != key else None,
        correction=_read_correction(changes, announced, identifier),
    )


def _read_correction(changes: str | None, announced: Kind | None, identifier: str | None) -> Correction | None:
    """A change notice is a whole new version of what it names; "uuid-03" is one of "uuid-02", as in Germany."""
    if announced is None:
        return None
    earlier = changes or to_earlier(identifier)
    return Correction(earlier, replaces=announced) if earlier else None


def _projects(project: Element | None, lots: Sequence[Element]) -> list[Element | None]:
    return [project, *(child(lot, "ProcurementProject") for lot in lots)]


def _read_texts(project: Element | None, lots: Sequence[Element], name: str, language: str | None) -> dict[str, str]:
    """BT-21 and BT-24 of the procedure; of plans that have no procedure, those of the only part."""
    found = in_languages(children(project, name), language)
    if not found and len(lots) == 1:
        found = in_languages(children(child(lots[0], "ProcurementProject"), name), language)
    return found


def _read_value(kind: Kind | None, extension: Element | None, project: Element | None) -> RawMoney | None:
    """BT-161 (the total of what was awarded), else BT-27 of the procedure. Never a lot's or a tender's."""
    total = read_money(find(extension, "NoticeResult/TotalAmount")) if kind is not Kind.TENDER else None
    return first_told((total, read_estimate(project)))


def _read_framework_maximum(extension: Element | None, project: Element | None) -> RawMoney | None:
    """BT-118 of awards, BT-271 of calls."""
    path = f"RequestedTenderTotal/{_EXTENSION}/FrameworkMaximumAmount"
    found = [*find_all(extension, "NoticeResult/OverallMaximumFrameworkContractsAmount"), *find_all(project, path)]
    return first_told(map(read_money, found))


def _read_previous(root: Element, extension: Element | None, lots: Sequence[Element]) -> list[str]:
    """BT-125 (earlier notices of the procedure or lot) and BT-1501 (the notice of a contract that is modified)."""
    path = "TenderingProcess/NoticeDocumentReference/ID"
    printed = [*find_all(root, path), *(each for lot in lots for each in find_all(lot, path))]
    printed += find_all(extension, "ContractModification/ChangedNoticeIdentifier")
    texts = filter(None, map(text_of, printed))
    return list(dict.fromkeys(to_key(text) or text for text in texts))
