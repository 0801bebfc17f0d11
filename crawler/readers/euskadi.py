"""The Basque Country's notices in XML, in the three shapes that its open data has had.

`contractingAnnouncement` (since 2021), `record` of named items (until then), `contratosOpenData` (contracts awarded).
All print amounts as 47.307,5 and days as dd/mm/yyyy, but for the last, which prints 43687.82 and ISO.
"""

import re
from collections.abc import Iterator

from crawler.readers.results import known
from crawler.readers.xml import Element, child, children, find, find_all, load_xml, name_of, text_at, text_of
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status

SITE = "https://www.contratacion.euskadi.eus"
# Codes as documents print them; the portal's list of them was not found, so others are told.
_STATES = {
    "AL": (Kind.TENDER, Status.OPEN),
    "AD": (Kind.AWARD, Status.AWARDED),
    "FO": (Kind.AWARD, Status.AWARDED),
}
_NUMBER = re.compile(r"([A-Z]\d{7}[0-9A-Z]|\d{8}[A-Z]) - (.+)", re.DOTALL)
_FOLDER = re.compile(r"/anuncio_contratacion/([^/]+)/")


def read_euskadi(body: bytes) -> tuple[RawNotice, ...]:
    """The notices of one document. Raises SourceChanged for what is none of the three shapes, Unreadable where the
    notice has no name of its own."""
    root = load_xml(body)
    shape = name_of(root)
    if shape == "contractingAnnouncement":
        return (_read_announcement(root),)
    if shape == "record":
        return (_read_record(root),)
    if shape == "contratosOpenData":
        return tuple(_read_contract(each) for each in children(root, "contratoOpenData"))
    raise SourceChanged("no notice of the Basque Country's", shape[:100])


def _read_announcement(root: Element) -> RawNotice:
    notice, language = child(root, "contracting"), text_at(root, "language") or "es"
    path = text_at(root, "url")
    state = find(notice, "processingStatus")
    kind, status, words = _state(state.get("id") if state is not None else None, text_of(state))
    title = text_at(notice, "subject")
    return RawNotice(
        key=_key(path or root.get("id")),
        kind=kind,
        status=status,
        url=f"{SITE}{path}" if path else None,
        language=language,
        title=_text(title, language),
        buyers=_read_buyers(notice),
        regions=tuple(filter(None, map(text_of, find_all(notice, "placeExecutionNUTS/placeExecution/code")))),
        codes=_read_codes(notice),
        value=_money(text_at(notice, "budgetEstimated") or text_at(notice, "budgetWithoutVAT")),
        published=text_at(notice, "firstPublicationDate"),
        deadline=text_at(notice, "deadlineSubmissionOffer/date"),
        lots=tuple(_read_lots(notice, language)),
        raw=known({"format": shape_of(root), "state": text_of(state), "results": list(_read_results(notice))}),
        unknown_words=words,
        identifier=text_at(notice, "codExp"),
    )


def shape_of(root: Element) -> str:
    """The document's shape, for people."""
    return f"Euskadi {name_of(root)}"


def _read_record(root: Element) -> RawNotice:
    notice = _item(root, "contratacion")
    language = _value(root, "v79_idioma") or "es"
    path = _value(root, "v79_rutaContenido") or ""
    state = _item(notice, "contratacion_estado_tramitacion")
    kind, status, words = _state(_value(state, "codigo"), _value(state, "valor"))
    buyer = _item(notice, "contratacion_poder_adjudicador")
    name = _value(buyer, "valor")
    nuts = _value(buyer, "contratacion_codigo_nuts")
    more = {"scheme": "NIF", "region": nuts, "url": _value(buyer, "direccion_web")}
    places = _item(notice, "lugar_ejecucion_principal")
    regions = (_value(_inside(each), "codigo") for each in children(places, "item"))
    return RawNotice(
        key=_key(path),
        kind=kind,
        status=status,
        url=f"{SITE}{path}" if path else None,
        language=language,
        title=_text(_value(notice, "contratacion_titulo_contrato"), language),
        description=_text(_value(notice, "contratacion_objeto_contrato"), language),
        buyers=(RawBuyer(name, id=_value(buyer, "contratacion_nifcif"), **more),) if name else (),
        regions=tuple(filter(None, regions)),
        value=_money(_value(notice, "contratacion_valor_estimado") or _value(notice, "contratacion_presupuesto")),
        published=_value(notice, "contratacion_fecha_de_publicacion_documento"),
        deadline=_value(notice, "contratacion_fecha_limite_presentacion"),
        raw={"format": shape_of(root), "state": _value(state, "valor")},
        unknown_words=words,
        identifier=_value(notice, "contratacion_expediente"),
    )


def _read_contract(contract: Element) -> RawNotice:
    """A contract that was signed: its two languages, its winner, its amounts without tax."""
    key = text_at(contract, "codContrato")
    if not key:
        raise Unreadable("missing", "contratoOpenData/codContrato")
    titles = {"es": text_at(contract, "objetoContratoEs"), "eu": text_at(contract, "objetoContratoEu")}
    if titles["eu"] == titles["es"]:
        titles.pop("eu")
    buyer = text_at(contract, "poderAdjudicador/descripciones/descripcionEs")
    company = child(contract, "adjudicatario")
    winner = {"name": text_at(company, "razonSocial"), "id": text_at(company, "identificacion")}
    awarded = text_at(contract, "importeAdjudicacionSinIva")
    result = known(
        {
            "outcome": "awarded",
            "winners": [known(winner)] if winner["name"] else [],
            "value": {"amount": awarded, "currency": "EUR"} if awarded else None,
            "date": text_at(contract, "fechaAdjudicacion"),
            "tenders": text_at(contract, "numeroLicitadores"),
        }
    )
    codes = (text_of(each) for each in find_all(contract, "cpv/codCPV"))
    return RawNotice(
        key=key,
        kind=Kind.AWARD,
        status=Status.AWARDED,
        language="es",
        title={language: title for language, title in titles.items() if title},
        buyers=(RawBuyer(buyer),) if buyer else (),
        regions=tuple(filter(None, map(text_of, find_all(contract, "nutses/lugar/codigo")))),
        codes=tuple(("CPV", code) for code in codes if code),
        value=RawMoney(awarded, "EUR") if awarded else None,
        published=text_at(contract, "fechaPublicacion") or text_at(contract, "fechaFirma"),
        raw={"format": "Euskadi contratosOpenData", "results": [result]},
    )


def _state(code: str | None, word: str | None) -> tuple[Kind | None, Status | None, tuple[tuple[str, str], ...]]:
    if code in _STATES:
        return *_STATES[code], ()
    return None, None, (("processingStatus", f"{code or 'missing'} {word or ''}".strip()),)


def _key(path: str | None) -> str:
    """The notice's folder in each address of it ("expjaso315045"); older paths write it in capitals and without exp."""
    found = _FOLDER.search(path or "")
    name = (found[1] if found else path or "").lower()
    if not name:
        raise Unreadable("missing", "url")
    return name if name.startswith("exp") else f"exp{name}"


def _read_buyers(notice: Element | None) -> tuple[RawBuyer, ...]:
    """The authority with its region; the number stands before the name of the body that drives the contract."""
    authority = child(notice, "contractingAuthority")
    name = text_at(authority, "name")
    driving = _NUMBER.fullmatch(text_at(notice, "entityDriving/name") or "")
    if not name:
        return ()
    id_ = driving[1] if driving else None
    email = text_at(notice, "adminContactInfo/info/email")
    region = text_at(authority, "nutsCode")
    url = text_at(authority, "webPage")
    return (RawBuyer(name, id_, "NIF" if id_ else None, region=region, url=url, email=email),)


def _read_codes(element: Element | None) -> tuple[tuple[str, str], ...]:
    return tuple(("CPV", code) for each in find_all(element, "cpvs/cpv") if (code := each.get("id")))


def _read_lots(notice: Element | None, language: str) -> Iterator[RawLot]:
    for number, lot in enumerate(find_all(notice, "lots/lot"), 1):
        label = text_at(lot, "identificador")
        value = _money(text_at(lot, "budgetEstimated") or text_at(lot, "budgetWithoutVAT"))
        text = _text(text_at(lot, "subject"), language)
        yield RawLot(str(number), _text(label, language) or text, text if label else {}, _read_codes(lot), value)


def _read_results(notice: Element | None) -> Iterator[dict[str, object]]:
    for each in find_all(notice, "formalizations/formalization"):
        winner = known({"name": text_at(each, "businessName"), "id": text_at(each, "id")})
        yield known(
            {
                "outcome": "awarded",
                "winners": [winner] if winner else [],
                "contract": text_at(each, "contractCode"),
                "date": text_at(each, "dateCompanySignature"),
            }
        )


def _text(text: str | None, language: str) -> dict[str, str]:
    return {language: text} if text else {}


def _money(printed: str | None) -> RawMoney | None:
    """ "2.847.202,52", in which points only part the thousands."""
    if not printed:
        return None
    return RawMoney(printed.replace(".", "").replace(",", "."), "EUR")


def _item(element: Element | None, name: str) -> Element | None:
    """The value of the item with this name."""
    return next((_inside(each) for each in children(element, "item") if each.get("name") == name), None)


def _inside(item: Element) -> Element | None:
    return child(item, "value")


def _value(element: Element | None, name: str) -> str | None:
    found = _item(element, name)
    text = found.text if found is not None else None
    return text.strip() or None if text else None
