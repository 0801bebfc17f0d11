"""One notice of each portal that never changes: years old, in no list any more, still under its own address.

The sources of the demo name it as their canary (crawler/sources/demo_*.yml).
"""

from datetime import date, datetime
from decimal import Decimal

from app.demo.nouns import UK, Buyer, Corpus, Notice, Portal
from app.demo.wording import suppliers

_TITLES: dict[Portal, tuple[str, str]] = {
    "ocds": ("en", "Supply of sampling pumps for the waterworks"),
    "html": ("ru", "Поставка насосов для отбора проб воды"),
    "js": ("nl", "Levering van bemonsteringspompen voor het waterbedrijf"),
    "ted": ("de", "Lieferung von Probenahmepumpen für das Wasserwerk"),
}
_KEYS: dict[Portal, str] = {
    "ocds": "ocds-tw0dmo-000001",
    "html": "32400000001",
    "js": "OTD-24-00001",
    "ted": "7f1d3c52-3f0e-5a5b-8f2c-0c5d5e6a7b81",
}
_COUNTRIES: dict[Portal, tuple[str, str]] = {
    "ocds": ("GB", "UKM50"),
    "html": ("RU", "RU-MOW"),
    "js": ("NL", "NL329"),
    "ted": ("DE", "DE300"),
}


def known(portal: Portal) -> Corpus:
    """A corpus that holds this portal's known notice and nothing else."""
    language, title = _TITLES[portal]
    country, region = _COUNTRIES[portal]
    buyer = Buyer(
        name=f"Waterworks of Northmere ({country})",
        type="water",
        country=country,
        region=region,
        city="Northmere",
        street="1 Reservoir Road",
        postcode="10001",
        zone="Europe/London",
        site="https://www.example.org/",
    )
    notice = Notice(
        portal=portal,
        key=_KEYS[portal],
        kind="tender",
        language=language,
        title=title,
        description=f"{title}.",
        buyers=(buyer,),
        codes=("42122000",),
        category="goods",
        value=Decimal("48000.00"),
        currency={"GB": "GBP", "RU": "RUB"}.get(country, "EUR"),
        published_at=datetime(2024, 3, 4, 9, 30, tzinfo=UK),
        deadline_at=datetime(2024, 4, 15, 12, tzinfo=UK),
        lots=(),
        method="open",
        supplier=suppliers()[0],
    )
    return Corpus(date(2024, 3, 5), (notice,))
