"""docs/notice.schema.json and the code say the same."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from crawler.pipelines.normalise import to_notice
from domain.notice_json import from_json, to_json
from domain.notices import Document, Kind, Precision, RawBuyer, RawLot, RawMoney, Status, ZoneFrom
from tests.crawler.making import a_raw, a_source

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "notice.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FULL = a_raw(
    url="https://portal.example.org/1",
    procedure_id="ocds-1",
    language="fr",
    title={"fr": "Pompes"},
    description={"fr": "Quatre pompes"},
    buyers=(RawBuyer("Ville", "1", "FR-SIRET", "France", "FR101", "www.ville.example.org", "a@b.fr", "+33 1"),),
    regions=("FR101",),
    codes=(("CPV", "42122130-0"),),
    value=RawMoney("1 000,50 €"),
    published="2026-10-05",
    deadline="2026-11-05T12:00:00",
    lots=(RawLot("1", {"fr": "Lot"}, {}, (("CPV", "42122130"),), RawMoney("5", "EUR"), "2026-11-04"),),
    documents=(Document("https://portal.example.org/1.pdf", "Cahier", "application/pdf"),),
    changes="0",
    raw={"law": "x"},
)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_a_full_and_an_empty_notice_pass():
    for raw in (FULL, a_raw(kind=None, status=None)):
        VALIDATOR.validate(to_json(to_notice(raw, a_source())[0]))


def test_the_keys_are_the_codes_in_its_order():
    data = to_json(to_notice(FULL, a_source())[0])
    assert list(SCHEMA["properties"]) == list(data) == SCHEMA["required"]
    for name, inner in (("buyer", data["buyers"][0]), ("lot", data["lots"][0]), ("document", data["documents"][0])):
        definition = SCHEMA["$defs"][name]
        assert list(definition["properties"]) == list(inner) == definition["required"]
        assert definition["additionalProperties"] is False
    assert SCHEMA["additionalProperties"] is False


def test_the_words_are_the_codes():
    words = SCHEMA["properties"]
    assert words["kind"]["enum"] == [kind.value for kind in Kind]
    assert words["status"]["enum"] == [status.value for status in Status]
    assert words["deadline_precision"]["enum"] == [*(each.value for each in Precision), None]
    assert words["deadline_zone"]["enum"] == [*(each.value for each in ZoneFrom), None]


def test_every_saved_page_passes():
    metas = sorted((ROOT / "tests" / "sources").glob("*/*/meta.json"))
    files = [meta.with_name("expected.json") for meta in metas]
    notices = [notice for file in files for notice in json.loads(file.read_text(encoding="utf-8"))["notices"]]
    assert len(notices) > 20
    for notice in notices:
        VALIDATOR.validate(notice)
        assert to_json(from_json(notice)) == notice
