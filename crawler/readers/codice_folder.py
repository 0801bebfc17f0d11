"""One ContractFolderStatus of CODICE becomes a RawNotice: the whole folder of a procedure, as it stands by now."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.readers.amounts import first_told
from crawler.readers.codice_buyers import read_above, read_buyers
from crawler.readers.codice_states import read_published, read_results, read_state
from crawler.readers.eforms_values import read_money
from crawler.readers.results import bounded, known, to_plain
from crawler.readers.xml import Element, child, children, find_all, text_at, text_of
from domain.notices import Document, RawLot, RawMoney, RawNotice

_PERIODS = ("ParticipationRequestReceptionPeriod", "TenderSubmissionDeadlinePeriod")
_DOCUMENTS = ("LegalDocumentReference", "TechnicalDocumentReference", "AdditionalDocumentReference")
_GENERAL = "GeneralDocument/GeneralDocumentDocumentReference"
_PUBLISHED = "ValidNoticeInfo/AdditionalPublicationStatus/AdditionalPublicationDocumentReference"
_CLOCKS = {"peninsular": ZoneInfo("Europe/Madrid"), "canari": ZoneInfo("Atlantic/Canary")}


def read_folder(folder: Element, key: str, url: str | None, title: str | None, language: str | None) -> RawNotice:
    """All fields of a folder; `title` is the entry's own, for a folder that has none."""
    kind, status, unknown_words = read_state(folder)
    project = child(folder, "ProcurementProject")
    name, description = text_at(project, "Name") or title, text_at(project, "Description")
    spoken = language or "und"
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=url,
        procedure_id=_read_procedure(folder),
        language=language,
        title={spoken: name} if name else {},
        description={spoken: description} if description and description != name else {},
        buyers=read_buyers(folder),
        regions=tuple(dict.fromkeys(_read_regions(folder, project))),
        codes=tuple(dict.fromkeys(code for each in _projects(folder, project) for code in _read_codes(each))),
        value=read_value(project),
        published=read_published(folder, kind),
        deadline=read_deadline(child(folder, "TenderingProcess")),
        lots=tuple(_read_lots(folder, spoken)),
        documents=tuple(_read_documents(folder)),
        raw=known(
            {
                "format": "CODICE",
                "state": text_at(folder, "ContractFolderStatusCode"),
                "type": text_at(project, "TypeCode"),
                "procedure": text_at(folder, "TenderingProcess/ProcedureCode"),
                "buyer_of": read_above(folder),
                "value_with_tax": to_plain(_read_amount(project, "TotalAmount")),
                "results": bounded(read_results(folder)),
            }
        ),
        unknown_words=unknown_words,
        identifier=text_at(folder, "ContractFolderID"),
    )


def read_value(project: Element | None) -> RawMoney | None:
    """BT-27 is the estimated value: without tax, with options and renewals; else the budget without tax. Never
    TotalAmount, which is with tax."""
    names = ("EstimatedOverallContractAmount", "TaxExclusiveAmount")
    return first_told(_read_amount(project, name) for name in names)


def read_deadline(process: Element | None) -> str | None:
    """Requests to participate, else tenders; a local time, or with the offset of the clock that it names in words."""
    for period in (child(process, name) for name in _PERIODS):
        day, time = text_at(period, "EndDate"), text_at(period, "EndTime")
        if day:
            return _with_clock(f"{day}T{time}", text_at(period, "Description")) if time else day
    return None


def _with_clock(printed: str, words: str | None) -> str:
    """ "Hora peninsular" of a buyer in the Canaries, and the reverse."""
    told = (words or "").casefold()
    clock = next((zone for word, zone in _CLOCKS.items() if "hora" in told and word in told), None)
    if clock is None:
        return printed
    try:
        return datetime.fromisoformat(printed).replace(tzinfo=clock).isoformat()
    except ValueError:
        return printed


def _read_amount(project: Element | None, name: str) -> RawMoney | None:
    return next(filter(None, map(read_money, find_all(project, f"BudgetAmount/{name}"))), None)


def _read_procedure(folder: Element) -> str | None:
    """The identifier that the procedure has at TED. A folder's own number comes again at other buyers, and some number
    their contracts anew each year: it joins nothing."""
    found = (text_of(each) for each in children(folder, "UUID") if each.get("schemeName") == "TED")
    return next(filter(None, found), None)


def _projects(folder: Element, project: Element | None) -> Iterator[Element | None]:
    yield project
    for lot in children(folder, "ProcurementProjectLot"):
        yield child(lot, "ProcurementProject")


def _read_regions(folder: Element, project: Element | None) -> Iterator[str]:
    for each in _projects(folder, project):
        yield from filter(None, map(text_of, find_all(each, "RealizedLocation/CountrySubentityCode")))


def _read_codes(project: Element | None) -> Iterator[tuple[str, str]]:
    for element in find_all(project, "RequiredCommodityClassification/ItemClassificationCode"):
        if code := text_of(element):
            yield "CPV", code


def _read_lots(folder: Element, language: str) -> Iterator[RawLot]:
    taken: set[str] = set()
    for position, lot in enumerate(children(folder, "ProcurementProjectLot"), 1):
        project = child(lot, "ProcurementProject")
        key = text_at(lot, "ID") or f"#{position}"
        while key in taken:
            key += "*"
        taken.add(key)
        title, description = text_at(project, "Name"), text_at(project, "Description")
        yield RawLot(
            key=key,
            title={language: title} if title else {},
            description={language: description} if description and description != title else {},
            codes=tuple(dict.fromkeys(_read_codes(project))),
            value=read_value(project),
        )


def _read_documents(folder: Element) -> Iterator[Document]:
    """Specifications first, then other papers, then the published notices."""
    references = [each for name in _DOCUMENTS for each in children(folder, name)]
    references += [*find_all(folder, _GENERAL), *find_all(folder, _PUBLISHED)]
    seen: set[str] = set()
    for reference in references:
        for external in find_all(reference, "Attachment/ExternalReference"):
            url = text_at(external, "URI")
            if url and url not in seen:
                seen.add(url)
                yield Document(url, text_at(external, "FileName") or text_at(reference, "ID"))
