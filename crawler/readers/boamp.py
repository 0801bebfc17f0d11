"""BOAMP's notices in the XML of its own (`ANNONCE`, Boamp_v*.xsd), as France's journal published them before eForms."""

from collections.abc import Iterator
from typing import Any

from crawler.readers.results import bounded, known, to_plain
from crawler.readers.xml import Element, child, children, find, find_all, name_of, text_at, text_of
from domain.errors import Unreadable
from domain.notices import Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status

ROOT = "ANNONCE"
PAGE = "https://www.boamp.fr/avis/detail/{key}"
# REFERENCE/TYPE_AVIS/NATURE: the name of its child
_NATURES = {
    "PRE-INFORMATION": (Kind.PLANNING, Status.PLANNED),
    "PERIODIQUE": (Kind.PLANNING, Status.PLANNED),
    "APPEL_OFFRE": (Kind.TENDER, Status.OPEN),
    "QUALIFICATION": (Kind.TENDER, Status.OPEN),
    "ATTRIBUTION": (Kind.AWARD, Status.AWARDED),
    "INTENTION_CONCLURE": (Kind.AWARD, Status.AWARDED),
    "MODIFICATION": (Kind.MODIFICATION, Status.AWARDED),
    "RECTIFICATIF": (Kind.CHANGE, Status.OPEN),
    "ANNULATION": (Kind.CANCELLATION, Status.CANCELLED),
}
_DELAYS = ("RECEPT_CANDIDATURES", "RECEPT_CANDIDAT", "RECEPT_OFFRES")


def read_boamp(root: Element) -> RawNotice:
    """The notice of one document. Raises Unreadable where it has no number (IDWEB)."""
    management, data = child(root, "GESTION"), child(root, "DONNEES")
    key = text_at(management, "REFERENCE/IDWEB")
    if not key:
        raise Unreadable("missing", "GESTION/REFERENCE/IDWEB")
    kind, status, words = _read_nature(management, data)
    purpose = child(data, "OBJET")
    title = text_at(purpose, "TITRE_MARCHE") or text_at(management, "INDEXATION/RESUME_OBJET")
    lots = find_all(purpose, "LOTS/LOT")
    description = text_at(purpose, "OBJET_COMPLET") or (text_at(lots[0], "DESCRIPTION") if len(lots) == 1 else None)
    references = find_all(management, "MARCHE/ANNONCE_ANTERIEUR/REFERENCE/IDWEB")
    earlier = [text for each in references if (text := text_of(each))]
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=PAGE.format(key=key),
        language="fr",
        title={"fr": title} if title else {},
        description={"fr": description} if description else {},
        buyers=_read_buyers(data),
        regions=tuple(dict.fromkeys(_read_regions(purpose))),
        codes=tuple(dict.fromkeys(code for each in (purpose, *lots) for code in _read_codes(each))),
        value=_read_value(data),
        published=text_at(management, "INDEXATION/DATE_PUBLICATION"),
        deadline=next(filter(None, (text_at(data, f"CONDITION_DELAI/{name}") for name in _DELAYS)), None),
        lots=tuple(_read_lots(lots)) if len(lots) > 1 else (),
        changes=earlier[0] if earlier and kind in (Kind.CHANGE, Kind.CANCELLATION) else None,
        raw=known({"format": "BOAMP", "previous": earlier, "results": bounded(list(_read_results(data)))}),
        unknown_words=words,
    )


def _read_nature(
    management: Element | None, data: Element | None
) -> tuple[Kind | None, Status | None, tuple[tuple[str, str], ...]]:
    """By the nature; an award without any winner is closed."""
    nature = find(management, "REFERENCE/TYPE_AVIS/NATURE")
    word = next((name_of(each) for each in nature), "missing") if nature is not None else "missing"
    if word not in _NATURES:
        return None, None, (("NATURE", word),)
    kind, status = _NATURES[word]
    decisions = find_all(data, "ATTRIBUTION/DECISION")
    if kind is Kind.AWARD and decisions and not any(map(_is_awarded, decisions)):
        status = Status.CLOSED
    return kind, status, ()


def _is_awarded(decision: Element) -> bool:
    """It says so, or (in notices of adapted procedures) only names who won."""
    if child(decision, "INFRUCTUEUX") is not None:
        return False
    return child(decision, "ATTRIBUE") is not None or child(decision, "TITULAIRE") is not None


def _read_buyers(data: Element | None) -> tuple[RawBuyer, ...]:
    body = child(data, "IDENTITE")
    name = text_at(body, "DENOMINATION")
    number = text_at(body, "CODE_IDENT_NATIONAL")
    if not name:
        return ()
    buyer = RawBuyer(
        name,
        id=number,
        scheme="SIRET" if number else None,
        country="FR",
        region=text_at(body, "ADJUDICATEUR_NUTS"),
        url=text_at(body, "URL"),
        email=text_at(body, "MEL"),
        phone=text_at(body, "TEL"),
    )
    return (buyer,)


def _read_regions(purpose: Element | None) -> Iterator[str]:
    places = [*find_all(purpose, "LIEU_EXEC_LIVR/CODE_NUTS"), *find_all(purpose, "LOTS/LOT/CODE_NUTS")]
    yield from filter(None, map(text_of, places))


def _read_codes(element: Element | None) -> Iterator[tuple[str, str]]:
    for cpv in children(element, "CPV"):
        for each in children(cpv, "PRINCIPAL", "SUPPLEMENTAIRE"):
            if code := text_of(each):
                yield "CPV", code


def _read_value(data: Element | None) -> RawMoney | None:
    """The total of an award, else of the call; never VALEUR_MIN and VALEUR_MAX, nor one lot's."""
    places = ("ATTRIBUTION/VALEUR_TOTALE", "OBJET/CARACTERISTIQUES/VALEUR_TOTALE", "OBJET/CARACTERISTIQUES/VALEUR")
    return next(filter(None, (_money(find(data, place)) for place in places)), None)


def _money(element: Element | None) -> RawMoney | None:
    printed = text_of(element)
    return RawMoney(printed, element.get("DEVISE") or "EUR") if printed and element is not None else None


def _read_lots(lots: list[Element]) -> Iterator[RawLot]:
    for position, lot in enumerate(lots, 1):
        title, description = text_at(lot, "INTITULE"), text_at(lot, "DESCRIPTION")
        yield RawLot(
            key=text_at(lot, "NUM") or f"#{position}",
            title={"fr": title} if title else {},
            description={"fr": description} if description and description != title else {},
            codes=tuple(dict.fromkeys(_read_codes(lot))),
            value=_money(child(lot, "VALEUR")),
        )


def _read_results(data: Element | None) -> Iterator[dict[str, Any]]:
    for decision in find_all(data, "ATTRIBUTION/DECISION"):
        winners = [
            {"name": name} for each in find_all(decision, "TITULAIRE") if (name := text_at(each, "DENOMINATION"))
        ]
        information = child(decision, "RENSEIGNEMENT")
        yield known(
            {
                "lot": text_at(decision, "NUM_LOT"),
                "outcome": "awarded" if _is_awarded(decision) else "none",
                "reason": "unsuccessful" if child(decision, "INFRUCTUEUX") is not None else None,
                "winners": winners,
                "value": to_plain(_money(child(information, "MONTANT"))),
                "date": text_at(information, "DATE_ATTRIBUTION"),
                "tenders": text_at(information, "NB_OFFRE_RECU"),
            }
        )
