"""BOAMP's own XML: a call with lots, an award of some of them, and what is refused."""

import pytest

from crawler.readers.ted import read_xml
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawNotice, Status


def a_notice(nature: str = "<APPEL_OFFRE/>", data: str = "", management: str = "", number: str = "26-1001") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?><ANNONCE><GESTION><REFERENCE><IDWEB>{number}</IDWEB><TYPE_AVIS>
<FAMILLE><MAPA/></FAMILLE><NATURE>{nature}</NATURE><STATUT><INITIAL/></STATUT></TYPE_AVIS></REFERENCE>{management}
<INDEXATION><DATE_PUBLICATION>2026-11-18</DATE_PUBLICATION><RESUME_OBJET>pompes</RESUME_OBJET></INDEXATION></GESTION>
<DONNEES><IDENTITE><DENOMINATION>Ville de Pontnord</DENOMINATION>
<CODE_IDENT_NATIONAL>26830000000015</CODE_IDENT_NATIONAL>
<ADJUDICATEUR_NUTS>FRY4</ADJUDICATEUR_NUTS><MEL>marches@pontnord.example</MEL></IDENTITE>{data}</DONNEES></ANNONCE>""".encode()


def read(*arguments: str, **more: str) -> RawNotice:
    return read_xml(a_notice(*arguments, **more), "boamp")[0]


LOTS = """<OBJET><TITRE_MARCHE>Pompes et tuyaux</TITRE_MARCHE><OBJET_COMPLET>Pompes pour quatre écoles.</OBJET_COMPLET>
<CPV><PRINCIPAL>42122000</PRINCIPAL></CPV>
<CARACTERISTIQUES><VALEUR_MIN DEVISE="EUR">1000</VALEUR_MIN></CARACTERISTIQUES>
<LOTS><LOT><NUM>1</NUM><INTITULE>Pompes</INTITULE><CPV><PRINCIPAL>42122130</PRINCIPAL></CPV><CODE_NUTS>FRY40</CODE_NUTS>
<VALEUR DEVISE="EUR">30000</VALEUR></LOT><LOT><INTITULE>Tuyaux</INTITULE></LOT></LOTS></OBJET>
<CONDITION_DELAI><RECEPT_OFFRES>2026-12-18T15:00:00+04:00</RECEPT_OFFRES></CONDITION_DELAI>"""


def test_a_call_with_lots() -> None:
    notice = read(data=LOTS)
    assert (notice.key, notice.kind, notice.status) == ("26-1001", Kind.TENDER, Status.OPEN)
    assert (notice.title, notice.published) == ({"fr": "Pompes et tuyaux"}, "2026-11-18")
    assert (notice.deadline, notice.value) == ("2026-12-18T15:00:00+04:00", None)
    assert notice.codes == (("CPV", "42122000"), ("CPV", "42122130"))
    assert [(lot.key, lot.title) for lot in notice.lots] == [("1", {"fr": "Pompes"}), ("#2", {"fr": "Tuyaux"})]
    assert (notice.buyers[0].id, notice.buyers[0].region, notice.regions) == ("26830000000015", "FRY4", ("FRY40",))


WON = "<DECISION><ATTRIBUE/><NUM_LOT>1</NUM_LOT><TITULAIRE><DENOMINATION>Pompes Nord</DENOMINATION></TITULAIRE>" + (
    '<RENSEIGNEMENT><MONTANT DEVISE="EUR">28000</MONTANT><NB_OFFRE_RECU>3</NB_OFFRE_RECU></RENSEIGNEMENT></DECISION>'
)
LOST = "<DECISION><INFRUCTUEUX/><NUM_LOT>2</NUM_LOT></DECISION>"


def test_an_award_of_some_lots() -> None:
    earlier = "<MARCHE><ANNONCE_ANTERIEUR><REFERENCE><IDWEB>26-900</IDWEB></REFERENCE></ANNONCE_ANTERIEUR></MARCHE>"
    notice = read("<ATTRIBUTION/>", f"<ATTRIBUTION>{WON}{LOST}</ATTRIBUTION>", earlier)
    assert (notice.kind, notice.status, notice.changes) == (Kind.AWARD, Status.AWARDED, None)
    assert (notice.raw or {})["previous"] == ["26-900"]
    assert [each["outcome"] for each in (notice.raw or {})["results"]] == ["awarded", "none"]
    assert read("<ATTRIBUTION/>", f"<ATTRIBUTION>{LOST}</ATTRIBUTION>").status is Status.CLOSED
    assert read("<RECTIFICATIF/>", "", earlier).changes == "26-900"


def test_an_award_that_only_names_who_won() -> None:
    """As notices of adapted procedures print it, without a word of the outcome."""
    notice = read("<ATTRIBUTION/>", f"<ATTRIBUTION>{WON.replace('<ATTRIBUE/>', '')}</ATTRIBUTION>")
    assert notice.status is Status.AWARDED
    assert [each["outcome"] for each in (notice.raw or {})["results"]] == ["awarded"]


def test_a_nature_that_no_list_has_is_told() -> None:
    assert read("<AUTRE_CHOSE/>").unknown_words == (("NATURE", "AUTRE_CHOSE"),)


def test_what_is_no_notice_of_theirs_is_refused() -> None:
    with pytest.raises(SourceChanged, match="BOAMP"):
        read_xml(b"<feed/>", "boamp")
    with pytest.raises(Unreadable, match="IDWEB"):
        read(number="")
