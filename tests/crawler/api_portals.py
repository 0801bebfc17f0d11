"""Portals with an API of their own in JSON, on this machine: each with the quirks that its source's YAML tells of.

A portal asserts what the real one asks for: parameters that it needs, those that it refuses, its largest page.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from tests.crawler.portals import Answer

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
DAYS = [date(2026, 11, 15) + timedelta(days=n) for n in range(6)]
KEY = "t1cket-of/ours+1"


def to_json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status)


def asked(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def only(url: str, *names: str) -> dict[str, str]:
    """The parameters, which are these and no others: many portals answer 400 to what they do not know."""
    found = asked(url)
    assert set(found) == set(names), f"{url} has other parameters than {names}"
    return found


@dataclass
class Api:
    """A portal: `answer` by its address, and the keys of the notices that a crawl must find. `failing` addresses
    are answered with an error body and 200, once."""

    answer: Callable[[str], Answer]
    keys: set[str]
    key: str | None = None
    failing: list[str] = field(default_factory=list)
    error: Any = None

    def __call__(self, url: str) -> Answer:
        for part in self.failing:
            if part in url:
                self.failing.remove(part)
                return to_json(self.error)
        return self.answer(url)


def pncp() -> Api:
    """Pages of at most 50 of one kind of procedure; 204 without a body where a day has none; local times."""
    rows = [
        {
            "orgaoEntidade": {"cnpj": "11222333000181", "razaoSocial": "MUNICÍPIO DE SERRA CLARA"},
            "anoCompra": 2026,
            "sequencialCompra": number,
            "modalidadeId": 6 if number % 10 else 8,
            "dataAtualizacao": f"{DAYS[4 + number % 2]}T{number % 24:02}:15:00",
            "dataPublicacaoPncp": "2026-11-19T09:00:00",
            "dataEncerramentoProposta": "2026-12-03T09:30:00",
            "numeroControlePNCP": f"11222333000181-1-{number:06}/2026",
            "valorTotalEstimado": 0.0,
            "objetoCompra": f"Aquisição de {number} bombas",
            "situacaoCompraNome": "Divulgada no PNCP",
            "tipoInstrumentoConvocatorioNome": "Edital",
        }
        for number in range(1, 131)
    ]

    def answer(url: str) -> Answer:
        query = only(url, "dataInicial", "dataFinal", "codigoModalidadeContratacao", "pagina", "tamanhoPagina")
        assert urlsplit(url).path == "/api/consulta/v1/contratacoes/atualizacao"
        assert 10 <= (size := int(query["tamanhoPagina"])) <= 50
        low, high = (datetime.strptime(query[name], "%Y%m%d").date() for name in ("dataInicial", "dataFinal"))
        kind, page = int(query["codigoModalidadeContratacao"]), int(query["pagina"])
        found = [
            row
            for row in rows
            if row["modalidadeId"] == kind and low <= datetime.fromisoformat(row["dataAtualizacao"]).date() <= high
        ]
        if not found:
            return Answer(b"", 204)
        told = {"totalRegistros": len(found), "totalPaginas": -(-len(found) // size), "numeroPagina": page}
        return to_json({"data": found[(page - 1) * size : page * size], **told, "empty": False})

    return Api(answer, {row["numeroControlePNCP"] for row in rows}, error={"status": 500, "message": "Erro interno"})


def world_bank() -> Api:
    """Rows from an offset, as a list or as an object by turns, with totals that are texts; newest first."""
    rows = [
        {
            "id": f"OP{number:08}",
            "notice_type": "Invitation for Bids",
            "noticedate": "15-Nov-2026",
            "notice_status": "Published",
            "notice_lang_name": "English",
            "submission_deadline_date": f"2026-12-{1 + number % 28:02}T00:00:00Z",
            "submission_deadline_time": "10:30",
            "project_ctry_name": "Kenya",
            "project_id": "P1",
            "bid_reference_no": f"B{number}",
            "bid_description": f"Supply of {number} pumps",
            "contact_organization": "Upland Water Agency",
            "contact_ctry_name": "Kenya",
        }
        for number in range(250)
    ]

    def answer(url: str) -> Answer:
        query = only(url, "format", "srt", "order", "deadline_strdate", "rows", "os")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", query["deadline_strdate"])
        found = [row for row in rows if row["submission_deadline_date"][:10] >= query["deadline_strdate"]]
        offset, size = int(query["os"]), int(query["rows"])
        page: Any = found[offset : offset + size]
        if offset // size % 2:
            page = {row["id"]: row for row in page}
        return to_json({"rows": str(size), "os": str(offset), "total": str(len(found)), "procnotices": page})

    return Api(answer, {row["id"] for row in rows}, error={"error": "backend unavailable"})


def tenderned() -> Api:
    """Pages from 0 of at most 100, days of publication, a document for each notice."""
    rows = [
        {
            "publicatieId": str(900000 + number),
            "publicatieDatum": f"{DAYS[4 + number % 2]}",
            "typePublicatie": {"code": "AOO", "omschrijving": "Aankondiging van een opdracht"},
            "aanbestedingNaam": f"Levering van {number} pompen",
            "opdrachtgeverNaam": "Waterschap Noorderbrug",
            "sluitingsDatum": "2026-12-18T12:00:00",
            "kenmerk": 700000 + number,
        }
        for number in range(260)
    ]

    def answer(url: str) -> Answer:
        path = urlsplit(url).path
        assert path.startswith("/papi/tenderned-rs-tns/v2/publicaties")
        if not path.endswith("publicaties"):
            number = path.rpartition("/")[2]
            row = next(row for row in rows if row["publicatieId"] == number)
            codes = [{"code": "42122000-0", "isHoofdOpdracht": True}]
            return to_json({**row, "publicatieId": int(number), "typePublicatie": "Aankondiging", "cpvCodes": codes})
        query = only(url, "publicatieDatumVanaf", "publicatieDatumTot", "page", "size")
        if (size := int(query["size"])) > 100:
            return to_json({"message": "size"}, 400)
        low, high = query["publicatieDatumVanaf"], query["publicatieDatumTot"]
        found = [row for row in rows if low <= row["publicatieDatum"] <= high]
        page = int(query["page"])
        part = found[page * size : (page + 1) * size]
        last = (page + 1) * size >= len(found)
        return to_json({"content": part, "totalElements": len(found), "number": page, "last": last})

    return Api(answer, {row["publicatieId"] for row in rows}, error={"message": "Er is iets misgegaan"})


def simap() -> Api:
    """A search needs a filter; 20 projects a page, which go on behind the last one's date and number; documents."""
    rows = [
        {
            "id": f"0a000000-0000-4000-8000-{number:012}",
            "title": {"de": f"Ersatz von {number} Pumpen", "en": None, "fr": None, "it": None},
            "projectNumber": f"{90000 + number}",
            "projectSubType": ("supply", "service", "construction")[number % 3],
            "publicationId": f"0b000000-0000-4000-8000-{number:012}",
            "publicationDate": f"{DAYS[4 + number % 2]}",
            "publicationNumber": f"{90000 + number}-01",
            "pubType": "tender",
            "procOfficeName": {"de": "Gemeindewerke Seeblick", "fr": None},
        }
        for number in range(95)
    ]

    def answer(url: str) -> Answer:
        if "publication-details" in url:
            _, project, _, publication = urlsplit(url).path.rsplit("/", 3)
            row = next(row for row in rows if row["publicationId"] == publication)
            assert row["id"] == project
            base = {
                "publicationNumber": row["publicationNumber"],
                "title": row["title"],
                "cpvCode": {"code": "42122000"},
            }
            dates = {"offerDeadline": "2026-12-18T16:00:00+01:00"}
            return to_json({"id": publication, "type": "tender", "base": base, "dates": dates, "lots": []})
        assert urlsplit(url).path == "/api/publications/v2/project/project-search"
        query = {name: values for name, values in parse_qs(urlsplit(url).query).items()}
        low, high = query["newestPublicationFrom"][0], query["newestPublicationUntil"][0]
        found = [
            row
            for row in rows
            if low <= row["publicationDate"] <= high and row["projectSubType"] in query["projectSubTypes"]
        ]
        found.sort(key=place, reverse=True)
        behind = query.get("lastItem", ["99999999|"])[0]
        page = [row for row in found if place(row) < behind][:20]
        return to_json(
            {"projects": page, "pagination": {"lastItem": place(page[-1]) if page else behind, "itemsPerPage": 20}}
        )

    def place(row: dict[str, Any]) -> str:
        return f"{row['publicationDate'].replace('-', '')}|{row['projectNumber']}"

    return Api(answer, {row["publicationId"] for row in rows}, error={"errorCode": "UNEXPECTED"})


def bzp() -> Api:
    """At most 500 rows, of one kind and between two moments of UTC; PageNumber means nothing. 1,300 within an hour."""
    busy = datetime(2026, 11, 19, 9, tzinfo=UTC)
    moments = [busy + timedelta(seconds=2.7 * n) for n in range(1300)]
    moments += [datetime(2026, 11, 18, 16, tzinfo=UTC) + timedelta(minutes=11 * n) for n in range(200)]
    rows = [
        {
            "noticeType": "ContractNotice" if number % 50 else "TenderResultNotice",
            "noticeNumber": f"2026/BZP {900000 + number:08}/01",
            "publicationDate": moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z",
            "orderObject": f"Dostawa {number} pomp",
            "cpvCode": "42122000-0 (Pompy)",
            "submittingOffersDate": "2026-12-02T09:00:00Z" if number % 50 else None,
            "procedureResult": None if number % 50 else "zawarcieUmowy",
            "organizationName": "Gmina Zielony Most",
            "organizationCountry": "PL",
            "tenderId": f"ocds-148610-{number}",
            "objectId": f"{number}",
        }
        for number, moment in enumerate(moments)
    ]

    def answer(url: str) -> Answer:
        if urlsplit(url).path == "/mo-board/api/v1/notice/stats":
            query = only(url, "PublicationDateFrom", "PublicationDateTo")
            kinds = {row["noticeType"] for row in rows}
            counted = ((kind, len(within(query, kind))) for kind in sorted(kinds))
            return to_json([{"noticeType": kind, "numberOfNotices": count} for kind, count in counted if count])
        assert urlsplit(url).path == "/mo-board/api/v1/notice"
        query = only(url, "PageSize", "PublicationDateFrom", "PublicationDateTo", "NoticeType")
        if int(query["PageSize"]) > 500:
            return Answer(b"", 400)
        return to_json(within(query, query["NoticeType"])[: int(query["PageSize"])])

    def within(query: dict[str, str], kind: str) -> list[dict[str, Any]]:
        low, high = (datetime.fromisoformat(query[f"PublicationDate{name}"]) for name in ("From", "To"))
        assert low.tzinfo is not None
        return [
            row
            for row, moment in zip(rows, moments, strict=True)
            if row["noticeType"] == kind and low <= moment <= high
        ]

    return Api(answer, {row["noticeNumber"] for row, at in zip(rows, moments, strict=True) if at < NOW})


def mercado_publico() -> Api:
    """A day's calls in one answer, each by its code; without the ticket, or asked too quickly, an error with 200."""
    days = {day: [f"900001-{day.day}{number}-LE26" for number in range(6)] for day in DAYS}

    def answer(url: str) -> Answer:
        query = asked(url)
        assert urlsplit(url).path == "/servicios/v1/publico/licitaciones.json"
        if query.get("ticket") != KEY:
            return to_json({"Codigo": 203, "Mensaje": "Ticket no válido."})
        if "codigo" in query:
            return to_json({"Cantidad": 1, "Version": "v1", "Listado": [document(query["codigo"])]})
        day = datetime.strptime(only(url, "fecha", "ticket")["fecha"], "%d%m%Y").date()
        rows = [{name: document(code)[name] for name in SHORT} for code in days.get(day, [])]
        return to_json({"Cantidad": len(rows), "Version": "v1", "Listado": rows})

    def document(code: str) -> dict[str, Any]:
        return {
            "CodigoExterno": code,
            "Nombre": f"Adquisición {code}",
            "CodigoEstado": 5,
            "FechaCierre": "2026-12-01T15:00:00",
            "Descripcion": "Bombas",
            "Comprador": {"NombreOrganismo": "I. Municipalidad de Valle Azul", "RutUnidad": "0"},
            "MontoEstimado": 1500000.0,
            "Moneda": "CLP",
            "Fechas": {"FechaPublicacion": "2026-11-19T09:30:00", "FechaCierre": "2026-12-01T15:00:00"},
            "Items": {"Listado": [{"CodigoProducto": 40151503}]},
        }

    keys = {code for day in DAYS[-2:] for code in days[day]}
    error = {"Codigo": 10500, "Mensaje": "Lo sentimos. Hemos detectado que existen peticiones simultáneas."}
    return Api(answer, keys, KEY, error=error)


SHORT = ("CodigoExterno", "Nombre", "CodigoEstado", "FechaCierre")
ODS = re.compile(r"(\w+) >= date'([\d:T-]+)' AND \1 (<=?) date'([\d:T-]+)'(?: AND \((.+)\))?")
SOQL = re.compile(r"(\w+) >= '([\d:T-]+)' AND \1 (<=?) '([\d:T-]+)'(?: AND \((.+)\))?")


def opendatasoft(rows: list[dict[str, Any]], path: str) -> Callable[[str], Answer]:
    """Explore v2.1: `where`, `order_by`, at most 100 rows, and offset + limit at most 10,000."""

    def answer(url: str) -> Answer:
        assert unquote(urlsplit(url).path) == path
        query = only(url, "where", "order_by", "limit", "offset")
        limit, offset = int(query["limit"]), int(query["offset"])
        if limit > 100 or offset + limit > 10_000:
            return to_json(
                {"message": "Invalid value for offset/limit", "error_code": "InvalidRESTParameterError"}, 400
            )
        found = chosen(rows, ODS, query["where"], query["order_by"])
        return to_json({"total_count": len(found), "results": found[offset : offset + limit]})

    return answer


def socrata(rows: list[dict[str, Any]], path: str) -> Callable[[str], Answer]:
    """SODA 2.1: `$where`, `$order`, `$limit`, `$offset`; a bare list, and no total."""

    def answer(url: str) -> Answer:
        assert urlsplit(url).path == path
        query = only(url, "$where", "$order", "$limit", "$offset")
        limit, offset = int(query["$limit"]), int(query["$offset"])
        assert query["$order"].endswith(",:id")
        return to_json(chosen(rows, SOQL, query["$where"], query["$order"])[offset : offset + limit])

    return answer


def chosen(rows: list[dict[str, Any]], form: re.Pattern[str], where: str, order: str) -> list[dict[str, Any]]:
    """The rows within the bounds. A bound without a time is that day's first moment, as it is to both platforms."""
    match = form.fullmatch(where)
    assert match, where
    column, low, sign, high, _ = match.groups()
    found = [
        row for row in rows if low <= row[column] and (row[column] < high or (sign == "<=" and row[column] == high))
    ]
    return sorted(found, key=lambda row: [row.get(name, "") for name in order.split(",")])


def boamp() -> Api:
    """Some 250 notices a day, whose `donnees` is JSON in a text."""
    own = {"OBJET": {"OBJET_COMPLET": "Fourniture de pompes", "CPV": {"PRINCIPAL": "42122000"}}}
    rows = [
        {
            "idweb": f"26-{900000 + number}",
            "dateparution": f"{DAYS[2 + number % 4]}",
            "datelimitereponse": "2026-12-18T11:00:00+00:00",
            "objet": f"Fourniture de {number} pompes",
            "nomacheteur": "Syndicat des eaux du Val Clair",
            "nature": "APPEL_OFFRE",
            "etat": "INITIAL",
            "annonce_lie": None,
            "donnees": json.dumps(own),
        }
        for number in range(1000)
    ]
    path = "/api/explore/v2.1/catalog/datasets/boamp/records"
    keys = {row["idweb"] for row in rows}
    return Api(opendatasoft(rows, path), keys, error={"error_code": "InternalError", "message": "Internal error"})


def secop() -> Api:
    """2,300 processes of four days; columns without a value are left out."""
    rows = [
        {
            "id_del_proceso": f"CO1.REQ.{9000000 + number}",
            "id_del_portafolio": f"CO1.BDOS.{9000000 + number}",
            "nombre_del_procedimiento": f"Suministro de {number} bombas",
            "entidad": "ALCALDÍA DE RÍO VERDE",
            "nit_entidad": "900000001",
            "estado_del_procedimiento": "Publicado",
            "adjudicado": "No",
            "fecha_de_publicacion_del": "2026-11-17T00:00:00.000",
            "fecha_de_ultima_publicaci": f"{DAYS[2 + number % 4]}T{number % 11:02}:00:00.000",
            "codigo_principal_de_categoria": "V1.40151500",
            **({"precio_base": "420000000"} if number % 3 else {}),
        }
        for number in range(2300)
    ]
    keys = {row["id_del_proceso"] for row in rows}
    return Api(socrata(rows, "/resource/p6dx-8zbt.json"), keys, error={"error": True, "message": "Timeout"})


PORTALS: dict[str, Callable[[], Api]] = {
    "br_pncp": pncp,
    "int_worldbank": world_bank,
    "nl_tenderned": tenderned,
    "ch_simap": simap,
    "pl_bzp": bzp,
    "cl_mercadopublico": mercado_publico,
    "fr_boamp": boamp,
    "co_secop2": secop,
}
