"""A publication as eForms XML: what the template `pages/eforms.xml` needs beside the publication itself."""

from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.demo.ocds_parties import buyer_id, supplier_id
from app.demo.ted_notice import COUNTRIES, Publication
from app.demo.ted_rows import offset, split_moment

# Root element, form type (BT-03) and subtype by notice type (BT-02).
FORMS = {
    "pin-only": ("PriorInformationNotice", "planning", 4),
    "cn-standard": ("ContractNotice", "competition", 16),
    "can-standard": ("ContractAwardNotice", "result", 29),
    "veat": ("ContractAwardNotice", "dir-awa-pre", 25),
}
NATURES = {"goods": "supplies", "works": "works", "services": "services"}
PROCEDURES = {"open": "open", "restricted": "restricted", "below": "neg-w-call", "direct": "neg-wo-call"}
LEGAL_TYPES = {"health": "body-pl", "city": "la", "uni": "body-pl", "water": "body-pl-la"}
ACTIVITIES = {"health": "health", "city": "gen-pub", "uni": "education", "water": "water"}
# Made-up bodies of review: organisations of a notice that are not its buyers.
REVIEWERS = {
    "de": "Vergabekammer Hohenfeld", "es": "Tribunal de Recursos de Valdoria",
    "fr": "Tribunal administratif de Valmont", "it": "Tribunale amministrativo di Castelpiano",
    "nl": "Rechtbank Noordrand", "pl": "Izba Odwoławcza w Bursztynowie", "pt": "Tribunal Administrativo de Ribamonte",
}  # fmt: skip
_PAGES = Environment(
    loader=PackageLoader("app.demo", "pages"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_PAGES.filters["iso3"] = COUNTRIES.__getitem__


def to_xml(made: Publication, base: str) -> str:
    """The notice's XML; `base` is where the portal is."""
    notice = made.notice
    root, form, subtype = FORMS[made.type]
    printed = made.at.isoformat(timespec="seconds")
    awarded = None if notice.value is None else (notice.value * Decimal("0.94")).quantize(Decimal("0.01"))
    return _PAGES.get_template("eforms.xml").render(
        made=made,
        notice=notice,
        buyer=notice.buyer,
        buyer_number=_last_of(buyer_id(notice.buyer)),
        winner_number=_last_of(supplier_id(notice.supplier)),
        root=root,
        form=form,
        subtype=subtype,
        language=made.language.upper(),
        zone=offset(printed),
        day=f"{printed[:10]}{offset(printed)}",
        time=printed[11:],
        deadline=split_moment(made) if made.deadline_at and form == "competition" else None,
        nature=NATURES[notice.category],
        procedure=PROCEDURES[notice.method],
        legal_type=LEGAL_TYPES[notice.buyer.type],
        activity=ACTIVITIES[notice.buyer.type],
        reviewer=REVIEWERS[notice.language],
        winner=notice.supplier if root == "ContractAwardNotice" else None,
        awarded=awarded,
        base=base,
    )


def _last_of(id_: str) -> str:
    """An organisation's number without the scheme that the OCDS portal puts before it."""
    return id_.rpartition("-")[2]
