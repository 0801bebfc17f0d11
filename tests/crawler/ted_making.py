"""What the tests of XML notices share: TED as a source, saved cases, notices whose every text names its owner."""

from pathlib import Path
from typing import Any

from lxml import etree

from crawler.pipelines.normalise import to_notice
from crawler.readers.ted import read_xml
from domain.errors import Unreadable
from domain.notices import Notice, RawNotice
from domain.sources import Source
from tests.crawler.making import a_source

SAVED = Path(__file__).parents[1] / "sources" / "eu_ted"
REAL = Path(__file__).parents[3] / "shared" / "realdata"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
        "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
        "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
        "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
    }.items()
)


def ted() -> Source:
    return a_source(id="eu_ted", country="", zone="Europe/Brussels", protocol="ted")


def read(body: bytes | str) -> Notice:
    notice, issues = to_notice(read_raw(body), ted())
    assert not issues
    return notice


def read_raw(body: bytes | str) -> RawNotice:
    (raw,) = read_xml(body.encode() if isinstance(body, str) else body)
    return raw


def without(body: str, removed: list[int]) -> tuple[Any, RawNotice | None]:
    """The document with some of its elements taken out, and what is read from it; None where it is refused."""
    root = etree.fromstring(body.encode())
    elements = [each for each in root.iterdescendants() if isinstance(each.tag, str)]
    for place in removed:
        element = elements[place % len(elements)]
        if element.getparent() is not None:
            element.getparent().remove(element)
    try:
        raw = read_raw(etree.tostring(root))
    except Unreadable:
        return root, None
    to_notice(raw, ted())
    return root, raw


def owners(texts: Any) -> set[str]:
    """The owners that texts name: each text of a made-up notice begins with its owner's name and a blank."""
    return {text.split(" ")[0] for text in texts}


def check_owners(raw: RawNotice, amounts: dict[str, str]) -> None:
    """Nothing of a lot, a winner or another organisation stands where it does not belong.

    An only lot may speak for the notice.
    """
    alone = {"lot1", "lot2", "lot3"} if len(raw.lots) == 1 else set()
    assert owners([*raw.title.values(), *raw.description.values()]) <= {"whole", *alone}
    assert owners(buyer.name for buyer in raw.buyers) <= {"buyer"}
    assert raw.value is None or raw.value.amount in ("7770", "7771")
    seen: list[str] = []
    for lot in raw.lots:
        own = owners([*lot.title.values(), *lot.description.values()])
        own |= {f"lot{code[-1]}" for _, code in lot.codes} | ({amounts[lot.value.amount]} if lot.value else set())
        own |= {f"lot{lot.deadline[9]}"} if lot.deadline else set()
        assert len(own) <= 1
        seen += own
    assert len(seen) == len(set(seen))
    assert len({lot.key for lot in raw.lots}) == len(raw.lots)
    for result in (raw.raw or {}).get("results", []):
        won = owners(winner["name"] for winner in result.get("winners", []))
        assert len(won) <= 1
        assert won <= {f"winner{result['lot'][-1]}" if "lot" in result else "".join(won)}
