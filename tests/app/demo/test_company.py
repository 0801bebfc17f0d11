"""The demo's company: profiles that find something in the corpus, in many languages, and not everything."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

import app.demo
from app.demo.corpus import build_corpus
from app.demo.wording import cpv_labels

COMPANY = Path(app.demo.__file__).parent / "company"
CORPUS = build_corpus(date(2026, 9, 14))


def profile(name: str) -> dict:
    return yaml.safe_load((COMPANY / name / "profile.yml").read_text(encoding="utf-8"))


def hits(words: list[str], text: str) -> list[str]:
    return [
        word
        for word in words
        if re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)".replace(r"\*", r"\w*"), text.casefold())
    ]


@pytest.mark.parametrize("name", ["laboratory", "water"])
def test_a_profile_is_whole(name):
    data = profile(name)
    assert data["id"] == name
    assert set(data) == {
        "id", "name", "language", "keywords", "catalogue", "codes", "places", "value", "threshold",
    }  # fmt: skip
    words = data["keywords"]["include"] + data["keywords"]["exclude"]
    assert len(words) == len(set(words))
    assert all("*" not in re.sub(r"\*(?= |$)", "", word) for word in words)  # only at the end of a word
    with (COMPANY / name / data["catalogue"]).open(encoding="utf-8", newline="") as file:
        items = list(csv.DictReader(file))
    assert len(items) >= 10
    assert all(set(item) == {"sku", "name", "description", "codes"} for item in items)
    codes = {code.removeprefix("CPV:") for item in items for code in item["codes"].split()}
    assert codes <= cpv_labels().keys()


@pytest.mark.parametrize(("name", "least"), [("laboratory", 50), ("water", 30)])
def test_a_profile_finds_some_of_the_corpus_in_most_languages(name, least):
    include = profile(name)["keywords"]["include"]
    found = [notice for notice in CORPUS.notices if hits(include, f"{notice.title} {notice.description}")]
    assert least < len(found) < len(CORPUS.notices) / 2
    assert len({notice.language for notice in found}) == 10
