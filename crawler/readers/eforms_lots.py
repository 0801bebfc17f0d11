"""Lots (LOT-0001) and parts of a plan (PAR-0001). A group of lots (GLO-0001) is not a lot."""

from collections.abc import Sequence

from crawler.readers.eforms_values import in_languages, read_codes, read_estimate, read_moment
from crawler.readers.xml import Element, child, children, find, find_all, text_at, text_of
from domain.notices import Document, RawLot

# The first step that a newcomer must take in time: a request to participate comes before its tender.
_LIMITS = ("ParticipationRequestReceptionPeriod", "TenderSubmissionDeadlinePeriod")
_EXTENSION = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension"


def lots_of(root: Element) -> list[Element]:
    """The lots and parts, without groups."""
    return [lot for lot in children(root, "ProcurementProjectLot") if not _is_group(lot)]


def _is_group(lot: Element) -> bool:
    element = child(lot, "ID")
    scheme = element.get("schemeName") if element is not None else None
    return scheme == "LotsGroup" or (text_of(element) or "").startswith("GLO-")


def read_lots(lots: Sequence[Element], language: str | None) -> tuple[RawLot, ...]:
    """Each with its own texts (BT-21, BT-24), codes, estimate and deadline; one without an id is named by its place."""
    found: dict[str, RawLot] = {}
    for place, lot in enumerate(lots):
        key = text_at(lot, "ID") or f"#{place + 1}"
        while key in found:
            key = f"{key}*"
        project = child(lot, "ProcurementProject")
        found[key] = RawLot(
            key=key,
            title=in_languages(children(project, "Name"), language),
            description=in_languages(children(project, "Description"), language),
            codes=tuple(dict.fromkeys(read_codes(project))),
            value=read_estimate(project),
            deadline=read_deadline(lot),
        )
    return tuple(found.values())


def read_deadline(lot: Element) -> str | None:
    """BT-1311 (requests to participate), else BT-131 (tenders), else BT-630 (expressions of interest)."""
    process = child(lot, "TenderingProcess")
    for name in _LIMITS:
        for period in children(process, name):
            if moment := read_moment(period):
                return moment
    interest = find_all(process, f"{_EXTENSION}/InterestExpressionReceptionPeriod")
    return next(filter(None, map(read_moment, interest)), None)


def read_documents(lots: Sequence[Element]) -> tuple[Document, ...]:
    """BT-15 and BT-615: the addresses of the procurement documents, each once."""
    path = "TenderingTerms/CallForTendersDocumentReference/Attachment/ExternalReference/URI"
    printed = (text_of(each) for lot in lots for each in find_all(lot, path))
    return tuple(Document(url) for url in dict.fromkeys(filter(None, printed)))


def read_groups(root: Element) -> dict[str, list[str]]:
    """BT-330 and BT-1375: each group of lots and its lots."""
    found = {}
    for group in find_all(root, "TenderingTerms/LotDistribution/LotsGroup"):
        lots = filter(None, map(text_of, find_all(group, "ProcurementProjectLotReference/ID")))
        if key := text_of(find(group, "LotsGroupID")):
            found[key] = list(lots)
    return found
