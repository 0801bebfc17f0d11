"""TED on this machine: its Search API with iteration tokens, the XML of each notice, and packages, as it would be."""

import io
import json
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from crawler.listing.packages import estimate_issue
from tests.crawler.portals import Answer, Portal
from tests.crawler.ted_making import NAMESPACES

SOURCE: dict[str, Any] = {
    "protocol": "ted",
    "publisher": {"name": "Publications Office", "country": "EU"},
    "zone": "Europe/Brussels",
    "language": None,
    "endpoint": "https://api.ted.invalid/v3/notices/search",
    "endpoints": {"xml": "https://ted.invalid/en/notice/{key}/xml"},
    "listing": {
        "window": {"by": "day", "from": "from", "to": "to", "format": "%Y%m%d", "overlap": "1d", "first": "3d"},
        "next": {"ceiling": 50},
        "package": {
            "daily": "https://ted.invalid/packages/daily/{year}{number}",
            "monthly": "https://ted.invalid/packages/monthly/{year}-{month}",
            "after": "2d",
        },
    },
    "robots": {"obey": False, "reason": "documented"},
}


@dataclass(frozen=True)
class Made:
    """One notice of TED's, in both its forms."""

    number: int
    day: date
    deadline: str = "2026-12-18"

    @property
    def key(self) -> str:
        return f"{self.number}-{self.day.year}"

    def row(self) -> dict[str, Any]:
        title = f"Supply of {self.number} water pumps"
        return {
            "publication-number": self.key,
            "publication-date": f"{self.day}+01:00",
            "notice-type": "cn-standard",
            "notice-title": {"eng": f"France – Pumps – {title}", "fra": f"France – Pompes – {title}"},
            "buyer-name": {"fra": ["Ville de Norbourg"]},
            "buyer-country": ["FRA"],
            "classification-cpv": ["42122000", "42122000"],
            "place-of-performance": ["FRA", "FR101"],
            "deadline-receipt-tender-date-lot": [f"{self.deadline}+01:00"],
            "deadline-receipt-tender-time-lot": ["12:00:00+01:00"],
            "links": {"xml": {"MUL": f"https://ted.invalid/en/notice/{self.key}/xml"}},
        }

    def xml(self) -> bytes:
        return f"""<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2" {NAMESPACES}>
            <ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>
            <efac:Organizations><efac:Organization><efac:Company>
            <cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification>
            <cac:PartyName><cbc:Name languageID="FRA">Ville de Norbourg</cbc:Name></cac:PartyName>
            <cac:PostalAddress><cac:Country><cbc:IdentificationCode>FRA</cbc:IdentificationCode></cac:Country>
            </cac:PostalAddress></efac:Company></efac:Organization></efac:Organizations>
            <efac:Publication><efbc:NoticePublicationID>{self.number:08}-{self.day.year}</efbc:NoticePublicationID>
            <efbc:PublicationDate>{self.day}+01:00</efbc:PublicationDate></efac:Publication>
            </efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>
            <cbc:ID>00000000-0000-4000-8000-{self.number:012}</cbc:ID><cbc:VersionID>01</cbc:VersionID>
            <cbc:ContractFolderID>10000000-0000-4000-8000-{self.number:012}</cbc:ContractFolderID>
            <cbc:NoticeTypeCode listName="competition">cn-standard</cbc:NoticeTypeCode>
            <cbc:NoticeLanguageCode>FRA</cbc:NoticeLanguageCode>
            <cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification>
            </cac:Party></cac:ContractingParty>
            <cac:ProcurementProject><cbc:Name languageID="FRA">Supply of {self.number} water pumps</cbc:Name>
            <cbc:Description languageID="FRA">Pompes pour l’usine de Norbourg</cbc:Description>
            <cac:MainCommodityClassification>
            <cbc:ItemClassificationCode listName="cpv">42122000</cbc:ItemClassificationCode>
            </cac:MainCommodityClassification></cac:ProcurementProject>
            <cac:ProcurementProjectLot><cbc:ID schemeName="Lot">LOT-0001</cbc:ID><cac:TenderingProcess>
            <cac:TenderSubmissionDeadlinePeriod><cbc:EndDate>{self.deadline}+01:00</cbc:EndDate>
            <cbc:EndTime>12:00:00+01:00</cbc:EndTime></cac:TenderSubmissionDeadlinePeriod></cac:TenderingProcess>
            </cac:ProcurementProjectLot></ContractNotice>""".encode()


class Ted:
    """`size` rows a page. Faults are set by the test: `before` may answer in place of the API."""

    def __init__(self, notices: Iterable[Made], size: int = 4) -> None:
        self.notices, self.size = list(notices), size
        self.generation = 0  # tokens of another one are too old
        self.before: Callable[[dict[str, Any]], Answer | None] = lambda query: None
        self.no_xml: set[str] = set()
        self.packages: dict[str, Answer] = {}
        self.total: Callable[[int], Any] = str
        self.portal = Portal(self.get)
        self.portal.post = self.search

    def search(self, path: str, body: str) -> Answer:
        query = json.loads(body)
        if answer := self.before(query):
            return answer
        assert path == "/v3/notices/search"
        assert query["paginationMode"] == "ITERATION"
        assert query["fields"]
        assert query["limit"] <= 250
        words = query["query"].split(" AND ")
        low, high = (word.partition("=")[2] for word in words)
        found = [each for each in self.notices if low <= each.day.strftime("%Y%m%d") <= high]
        place = 0
        if token := query.get("iterationNextToken"):
            generation, _, position = token.partition("/")
            if int(generation) != self.generation:
                return Answer(b'{"message": "Iteration token expired"}', 400)
            place = int(position)
        rows = [each.row() for each in found[place : place + self.size]]
        answered: dict[str, Any] = {"notices": rows, "totalNoticeCount": self.total(len(found)), "timedOut": False}
        if place + self.size < len(found):
            answered["iterationNextToken"] = f"{self.generation}/{place + self.size}"
        return Answer(json.dumps(answered).encode())

    def get(self, path: str) -> Answer:
        if path.startswith("/packages/"):
            return self.packages.get(path.removeprefix("/packages/"), Answer(b"not found", 404))
        key = path.split("/")[3]
        made = next((each for each in self.notices if each.key == key), None)
        return Answer(b"", 404) if made is None or key in self.no_xml else Answer(made.xml())

    def answer(self, request: Request) -> Answer:
        """Without a network."""
        path, body = urlsplit(request.url).path, request.body.decode()
        self.portal.log.append(f"{path} {body}" if body else path)
        return self.search(path, body) if request.method == "POST" else self.portal.answer(path)

    def pack_day(self, day: date, shift: int = 0) -> str:
        """Puts the day's package there, `shift` issues from where the calendar expects it."""
        name = f"daily/{day.year}{estimate_issue(day) + shift:05}"
        self.packages[name] = Answer(a_package(each for each in self.notices if each.day == day))
        return name

    def pack_month(self, year: int, month: int) -> str:
        name = f"monthly/{year}-{month}"
        of_month = [each for each in self.notices if (each.day.year, each.day.month) == (year, month)]
        self.packages[name] = Answer(a_package(of_month))
        return name

    @property
    def searches(self) -> list[dict[str, Any]]:
        return [json.loads(each.partition(" ")[2]) for each in self.portal.log if each.startswith("/v3/")]

    def asked(self, part: str) -> list[str]:
        return [each for each in self.portal.log if part in each and not each.startswith("/v3/")]


def a_package(notices: Iterable[Made]) -> bytes:
    return a_tar((f"{each.number:08}_{each.day.year}.xml", each.xml()) for each in notices)


def a_tar(files: Iterable[tuple[str, bytes]], mode: str = "w:gz") -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files:
            entry = tarfile.TarInfo(f"20261118_2026/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return body.getvalue()
