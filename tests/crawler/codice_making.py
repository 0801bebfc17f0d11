"""PLACSP's ATOM files as the tests make them: entries with a folder beside an empty content, tombstones, links."""

from datetime import datetime
from html import escape

SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:cbc-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonBasicComponents-2" '
    'xmlns:cac-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:dgpe:names:draft:codice:schema:xsd:CommonBasicComponents-2" '
    'xmlns:cac="urn:dgpe:names:draft:codice:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
)
ID = "https://contrataciondelestado.es/sindicacion/licitacionesPerfilContratante/"
BUDGET = (
    '<cac:BudgetAmount><cbc:EstimatedOverallContractAmount currencyID="EUR">90000</cbc:EstimatedOverallContractAmount>'
    '<cbc:TotalAmount currencyID="EUR">36300</cbc:TotalAmount>'
    '<cbc:TaxExclusiveAmount currencyID="EUR">30000</cbc:TaxExclusiveAmount></cac:BudgetAmount>'
)
TOWN = '<cac:PartyIdentification><cbc:ID schemeName="DIR3">L01280999</cbc:ID></cac:PartyIdentification>' + (
    '<cac:PartyIdentification><cbc:ID schemeName="NIF">P2899900X</cbc:ID></cac:PartyIdentification>'
)
CODES = (
    "<cac:RequiredCommodityClassification><cbc:ItemClassificationCode>42122000</cbc:ItemClassificationCode>"
    "</cac:RequiredCommodityClassification><cac:RealizedLocation>"
    "<cbc:CountrySubentityCode>ES300</cbc:CountrySubentityCode></cac:RealizedLocation>"
)
DEADLINE = "<cbc:EndDate>2026-12-18</cbc:EndDate><cbc:EndTime>14:00:00</cbc:EndTime>"


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def an_entry(
    number: int,
    updated: datetime,
    state: str = "PUB",
    *,
    title: str | None = None,
    buyer: str = "Alcaldía del Ayuntamiento de Villanorte",
    ids: str = TOWN,
    party: str = "",
    above: str = "",
    budget: str = BUDGET,
    project: str = CODES,
    deadline: str | None = DEADLINE,
    notices: tuple[tuple[str, str], ...] = (("DOC_CN", "2026-11-16"),),
    more: str = "",
) -> str:
    title = escape(title or f"Suministro de {number} bombas de agua", quote=False)
    period = f"<cac:TenderSubmissionDeadlinePeriod>{deadline}</cac:TenderSubmissionDeadlinePeriod>" if deadline else ""
    published = "".join(
        f"<cac-place-ext:ValidNoticeInfo><cbc-place-ext:NoticeTypeCode>{code}</cbc-place-ext:NoticeTypeCode>"
        "<cac-place-ext:AdditionalPublicationStatus><cac-place-ext:AdditionalPublicationDocumentReference>"
        f"<cbc:IssueDate>{day}</cbc:IssueDate></cac-place-ext:AdditionalPublicationDocumentReference>"
        "</cac-place-ext:AdditionalPublicationStatus></cac-place-ext:ValidNoticeInfo>"
        for code, day in notices
    )
    return f"""<entry><id>{ID}{number}</id>
<link href="https://contrataciondelestado.es/wps/poc?uri=deeplink:detalle_licitacion&amp;idEvl={number}%3D"/>
<summary type="text">Id licitación: {number}/2026; Estado: {state}</summary>
<title>{title}</title><updated>{stamp(updated)}</updated>
<cac-place-ext:ContractFolderStatus>
<cbc:ContractFolderID>{number}/2026</cbc:ContractFolderID>
<cbc-place-ext:ContractFolderStatusCode languageID="es">{state}</cbc-place-ext:ContractFolderStatusCode>
<cac-place-ext:LocatedContractingParty><cac:Party>{ids}
<cac:PartyName><cbc:Name>{escape(buyer, quote=False)}</cbc:Name></cac:PartyName>{party}</cac:Party>{above}
</cac-place-ext:LocatedContractingParty>
<cac:ProcurementProject><cbc:Name>{title}</cbc:Name><cbc:TypeCode>1</cbc:TypeCode>{budget}{project}</cac:ProcurementProject>
<cac:TenderingProcess><cbc:ProcedureCode>1</cbc:ProcedureCode>{period}</cac:TenderingProcess>
{more}{published}
</cac-place-ext:ContractFolderStatus></entry>"""


def a_tombstone(number: int, when: datetime) -> str:
    return f'<at:deleted-entry ref="{ID}{number}" when="{stamp(when)}"/>'


def a_file(
    *entries: str,
    updated: datetime | None,
    next_name: str | None = None,
    encoding: str = "UTF-8",
    declared: bool = True,
) -> bytes:
    following = f'<link href="{next_name}" rel="next"/>' if next_name else ""
    made = f"<updated>{stamp(updated)}</updated>" if updated else ""
    prolog = f'<?xml version="1.0" encoding="{encoding}" standalone="yes"?>\n' if declared else ""
    text = f"""{prolog}<feed {SPACES}>
<author><name>Plataforma de Contratación del Sector Público</name></author>
<id>https://contrataciondelestado.es/sindicacion/sindicacion_643/licitaciones.atom</id>
<link href="licitaciones.atom" rel="self"/>{following}
<title>Licitaciones publicadas</title>{made}
{"".join(entries)}
</feed>"""
    return text.encode(encoding)


def above(*names: str) -> str:
    """The bodies that a buyer belongs to, from the nearest up."""
    if not names:
        return ""
    name = f"<cac:PartyName><cbc:Name>{names[0]}</cbc:Name></cac:PartyName>"
    return f"<cac-place-ext:ParentLocatedParty>{name}{above(*names[1:])}</cac-place-ext:ParentLocatedParty>"
