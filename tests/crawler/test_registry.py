"""A source's YAML: what is wrong is told with its line and how to mend it, all at once."""

from pathlib import Path

import pytest

from crawler.registry import SHIPPED, SPIDERS, check_sources, find_source_ids, load_sources
from domain.errors import BadSource
from tests.crawler.imitation.facts import DRAFTS, FACTS
from tests.crawler.portals import write_source

ROOT = Path(__file__).parents[2]


def test_the_shipped_sources_are_sound() -> None:
    count, problems = check_sources()
    assert problems == []
    assert {"gb_find_a_tender", "gb_contracts_finder", "gb_scotland", "ru_eis", "demo_ocds"} <= set(load_sources())
    assert count == len(load_sources())


def test_one_word_three_places() -> None:
    """The id names the YAML, the folder of saved pages, and the module where there is one. OCDS publications have one
    reader, and a portal on this machine in place of saved pages."""
    ids = set(find_source_ids())
    imitated = FACTS.keys() | DRAFTS.keys()
    assert ids - imitated <= {folder.name for folder in (ROOT / "tests" / "sources").iterdir() if folder.is_dir()}
    modules = {file.stem for file in SPIDERS.glob("*.py")} - {"__init__"}
    assert modules <= ids
    assert {file.suffix for file in SHIPPED.iterdir() if file.stem in ids} == {".yml"}


def test_every_problem_is_told_with_its_line_and_mend(tmp_path: Path) -> None:
    (tmp_path / "xx_bad.yml").write_text(
        "title: Bad\n"
        "publisher: {name: A, country: gb}\n"
        "url: https://a.invalid/\n"
        "licence: none stated\n"
        "zone: Europe/London\n"
        "protocol: ocds\n"
        "endpont: https://a.invalid/\n"
        "listing:\n"
        "  window: {from: a, to: b, sise: 6h, overlap: 2 hours}\n"
        "pace: {at_once: 4}\n"
        "every: 1h\n"
    )
    (tmp_path / "xx_worse.yml").write_text("title: [")
    _, problems = check_sources(tmp_path)
    text = "\n".join(problems)
    file = tmp_path / "xx_bad.yml"
    assert f"{file}, line 7: endpont: no such key; did you mean endpoint?" in text
    assert f"{file}, line 2: publisher.country: 'gb' does not match" in text
    assert "write ISO 3166 alpha-2, such as GB" in text
    assert f"{file}, line 9: listing.window.sise: no such key; did you mean size?" in text
    assert f"{file}, line 9: listing.window.overlap: '2 hours' does not match" in text
    assert f"{file}, line 1: endpoint is missing; write endpoint:" in text
    assert f"{file}, line 1: expect is missing; write expect:" in text
    assert f"{file}, line 10: pace: reason is missing" in text
    assert f"{tmp_path / 'xx_worse.yml'}, line 2: not YAML: " in text
    with pytest.raises(BadSource, match="line 7: endpont"):
        load_sources(tmp_path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"draft": True, "enabled": True}, "a draft is off; remove this line"),
        ({"why_off": "slow"}, "why_off: it is on; remove this line, or write enabled: false"),
        ({"key_from": "https://a.invalid/key"}, "no key is asked for"),
        ({"covered_by": "xx_none"}, "there is no source xx_none"),
        ({"covered_by": "xx_test"}, "xx_test is covered itself"),
        ({"protocol": "watch"}, "protocol: watch and watch: {…} belong together"),
        ({"protocol": "watch", "watch": {"select": "p["}, "listing": {"file": {}}}, "'p[' is no CSS selector"),
        ({"protocol": "watch", "watch": {"keep": ["date"]}, "listing": {"file": {}}}, "write invisible, ads, dates"),
        ({"protocol": "watch", "watch": {"regexes": ["("]}, "listing": {"file": {}}}, "no regular expression"),
        ({"protocol": "watch", "watch": {}}, "a page that is followed has no list"),
        ({"zone": "Europe/Londres"}, "zone: 'Europe/Londres' is no time zone"),
        ({"protocol": None}, "no protocol and no"),
        ({"protocol": "html"}, "the html protocol needs its selectors"),
        (
            {"protocol": "html", "html": {"list": {"row": "li", "fields": {"key": "a", "titel": "b"}}}},
            "html.list.fields.titel: no such key",
        ),
        ({"endpoint": "https://a.invalid/?api_key=s3cret"}, "api_key holds a key; write api_key={key} and key_env"),
        ({"endpoint": "https://a.invalid/?api_key={key}"}, "{key} without key_env"),
        ({"endpoint": "https://me:pw@a.invalid/"}, "a user or password in an address"),
        ({"endpoint": "ftp://a.invalid/"}, "endpoint: 'ftp://a.invalid/' does not match"),
        ({"robots": {"obey": False}}, "robots: reason is missing"),
        ({"listing": {"window": {"from": "a"}}}, "a window needs its end"),
        ({"listing": {"file": {}, "next": {}}}, "file stands alone"),
        ({"expect": {"notices": [5, 1], "filled": {}, "silence": "1d"}}, "5 is more than 1"),
        ({"expect": {"notices": [1, 5], "filled": {"titel": 1}, "silence": "1d"}}, "did you mean title?"),
        ({"statuses": {"Lezárt": "shut"}}, "'shut' is not one of"),
        ({"replaces": True}, "there is no source xx_test to replace"),
    ],
)
def test_what_a_schema_alone_does_not_see(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    write_source(tmp_path, **changes)
    _, problems = check_sources(tmp_path)
    assert len(problems) == 1, problems
    assert told in problems[0]
    assert "line " in problems[0] or "xx_test.yml" in problems[0]


def test_a_key_written_twice_is_told(tmp_path: Path) -> None:
    write_source(tmp_path)
    with (tmp_path / "xx_test.yml").open("a") as file:
        file.write("zone: UTC\n")
    assert "zone is written twice" in check_sources(tmp_path)[1][0]


def test_a_shipped_source_is_replaced_only_where_that_is_meant(tmp_path: Path) -> None:
    write_source(tmp_path, "gb_scotland")
    assert "add `replaces: true`" in check_sources(tmp_path)[1][0]
    write_source(tmp_path, "gb_scotland", replaces=True, title="Mine")
    assert load_sources(tmp_path)["gb_scotland"].title == "Mine"


def test_a_file_must_have_a_name_that_is_an_id(tmp_path: Path) -> None:
    write_source(tmp_path, "My Portal")
    assert "name the file COUNTRY_PORTAL.yml" in check_sources(tmp_path)[1][0]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no such folder" in check_sources(tmp_path / "none")[1][0]
