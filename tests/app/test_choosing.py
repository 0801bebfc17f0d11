"""`sources enable` and `disable`: what a company needs is on, and why each source is on or off is told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.catalogue import Wish, find_wished
from app.catalogue_page import to_markdown
from crawler.parse import ANY_OCDS
from crawler.registry import load_sources
from domain.choices import Choice, find_standing, with_choices
from domain.errors import WrongUse
from domain.sources import About, Source
from storage.choices import find_choices, forget_choices, save_choices
from storage.engine import reading, writing
from tests.app.test_cli import ROOT, tenderwatch
from tests.crawler.portals import T0, write_source


def a_source(id: str, language: str | None, protocol: str = "ocds", **more: Any) -> Source:  # noqa: A002
    country = more.pop("country", id[:2].upper())
    about = About(**{name: more.pop(name) for name in list(more) if name in About.__slots__})
    declared = not (about.covered_by or about.ended or about.draft)
    return replace(
        ANY_OCDS, id=id, country=country, language=language, protocol=protocol, about=about, declared_on=declared,
        enabled=declared, **more,
    )  # fmt: skip


SOURCES = {
    each.id: each
    for each in (
        a_source("demo_ocds", "es", country="ES"),
        a_source("eu_ted", None, "ted"),
        a_source("es_place", "es", "codice"),
        a_source("es_euskadi", "es", "html", covered_by="es_place"),
        a_source("es_old", "es", ended=2019),
        a_source("pt_base", "pt"),
        a_source("pt_draft", "pt", draft=True),
        a_source("cl_compra", "es", key_env="TENDERWATCH_KEY_CL", key_from="https://cl.example/key"),
        a_source("int_bank", "en", "json_api", country="US"),
    )
}


@pytest.mark.parametrize(
    ("wish", "meant", "left"),
    [
        (Wish(countries=("ES", "PT"), languages=("es",)), ["eu_ted", "es_place"], ["es_euskadi", "es_old"]),
        (Wish(countries=("PT",)), ["eu_ted", "pt_base"], ["pt_draft"]),
        (Wish(languages=("es",)), ["eu_ted", "es_place", "cl_compra"], ["es_euskadi", "es_old"]),
        (Wish(countries=("ES",), kinds=("html", "codice")), ["es_place"], ["es_euskadi"]),
        (Wish(all_of=("ES",)), ["eu_ted", "es_place", "es_euskadi"], ["es_old"]),
        (Wish(countries=("INT",)), ["int_bank"], []),
        (Wish(countries=("CL",)), ["cl_compra"], []),
        (Wish(names=("es_euskadi", "demo_ocds")), ["demo_ocds", "es_euskadi"], []),
    ],
)
def test_what_a_company_needs(wish: Wish, meant: list[str], left: list[str]) -> None:
    found = find_wished(wish, SOURCES)
    assert [source.id for source in found.meant] == meant
    assert [source.id for source, _ in found.left] == left


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish(countries=("Spian",)), "no source of the country 'Spian'; did you mean ES (Spain)?"),
        (Wish(languages=("spansh",)), "no source in the language 'spansh'; did you mean es (Spanish)?"),
        (Wish(kinds=("htlm",)), "no source of the kind 'htlm'; did you mean html?"),
        (Wish(names=("es_plase",)), "no source 'es_plase'; did you mean es_place?"),
    ],
)
def test_what_nobody_has_is_told_with_the_nearest(wish: Wish, told: str) -> None:
    with pytest.raises(WrongUse) as error:
        find_wished(wish, SOURCES)
    assert told in str(error.value)


def test_why_a_source_is_on_or_off() -> None:
    def why(name: str, choice: bool | None = None, has_key: bool = False) -> tuple[bool, str]:
        made = None if choice is None else Choice(name, choice, "--country ES", T0)
        standing = find_standing(SOURCES[name], made, has_key)
        return standing.on, standing.why

    assert why("es_place") == (True, "default")
    assert why("es_place", choice=False) == (False, "turned off (--country ES)")
    assert why("es_euskadi") == (False, "covered by es_place")
    assert why("es_euskadi", choice=True) == (True, "turned on (--country ES)")
    assert why("es_old") == (False, "ended in 2019")
    assert why("pt_draft")[1].startswith("a draft")
    needs = (False, "needs a key in TENDERWATCH_KEY_CL; get one at https://cl.example/key")
    assert why("cl_compra") == why("cl_compra", choice=True) == needs
    assert why("cl_compra", has_key=True) == (True, "its key is set")
    chosen = with_choices(SOURCES, {"es_old": Choice("es_old", True, "", T0)}, {"cl_compra": False})
    assert [name for name, source in chosen.items() if source.enabled] == [
        "demo_ocds", "eu_ted", "es_place", "es_old", "pt_base", "int_bank",
    ]  # fmt: skip


def test_choices_are_kept(engine: Engine) -> None:
    choices = [Choice("es_place", True, "--country ES", T0), Choice("pt_base", False, "--all", T0)]
    with writing(engine) as c:
        save_choices(c, choices)
        save_choices(c, [replace(choices[1], enabled=True)])
    with reading(engine) as c:
        assert find_choices(c) == {"es_place": choices[0], "pt_base": replace(choices[1], enabled=True)}
    with writing(engine) as c:
        assert forget_choices(c, ["es_place"]) == 1


def test_the_command_line(tmp_path: Path) -> None:
    assert tenderwatch("init", ".", cwd=tmp_path).returncode == 0
    finland = {"publisher": {"name": "A", "country": "FI"}, "language": "fi"}
    write_source(tmp_path / "sources", "fi_portal", **finland, enabled=False)

    def standing(*command: str) -> dict[str, str]:
        if command:
            assert tenderwatch("sources", *command, cwd=tmp_path).returncode == 0
        done = tenderwatch("sources", "list", "--json", cwd=tmp_path)
        return {row["source"]: f"{row['on']} {row['why']}" for row in json.loads(done.stdout)}

    assert standing()["fi_portal"] == "no its file says enabled: false"
    assert standing("enable", "--country", "Finland")["fi_portal"] == "yes turned on (--country FI)"
    only = standing("enable", "fi_portal", "--only")
    assert [name for name, why in only.items() if why.startswith("yes")] == ["fi_portal"]
    doctor = tenderwatch("doctor", cwd=tmp_path).stdout
    assert "fi_portal" in doctor
    assert "eu_ted" not in doctor
    assert json.loads(tenderwatch("status", "--json", cwd=tmp_path).stdout)["sources"][0]["source"] == "fi_portal"
    assert standing("disable", "--all")["fi_portal"] == "no turned off (--all)"
    assert standing("enable", "--as-shipped")["eu_ted"] == "yes default"
    for wrong, code in ((("--country", "XX"), 2), ((), 2), (("--country", "GB", "--language", "fi"), 1)):
        assert tenderwatch("sources", "enable", *wrong, cwd=tmp_path).returncode == code


def test_the_page_of_all_sources_is_what_their_files_say() -> None:
    """Where this fails: `make docs`."""
    assert (ROOT / "docs" / "sources.md").read_text() == to_markdown(load_sources())


def test_the_default_set_needs_no_key() -> None:
    on = [source for source in load_sources().values() if find_standing(source, None, False).on]
    assert on
    assert not [source.id for source in on if source.key_env]


def test_the_page_tells_why_a_source_is_off() -> None:
    page = to_markdown({name: replace(each, title=name, url="https://x.example/") for name, each in SOURCES.items()})
    assert "demo_ocds" not in page
    assert "**8 sources** of 3 countries; 4 are on without a key or a choice, 1 are drafts." in page
    assert "no: covered by es_place" in page
    assert "with a key in `TENDERWATCH_KEY_CL`, from <https://cl.example/key>" in page
