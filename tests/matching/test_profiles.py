"""Profile files: read, refused with a mend, written and read again."""

import re
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadProfile
from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange
from matching.profiles import digest, read_profile, write_profile
from matching.yaml_nodes import MOST_BYTES

HEAD = "id: lab\nname: Lab\nlanguage: en\n"


def read(folder: Path, text: str | bytes) -> Profile:
    file = folder / "lab.yml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_profile(file)


def refusal(folder: Path, text: str | bytes) -> list[str]:
    """The lines of the refusal, without the file's name, which each must have."""
    with pytest.raises(BadProfile) as caught:
        read(folder, text)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{folder / 'lab.yml'}") for line in lines)
    return [line.removeprefix(str(folder / "lab.yml")).lstrip(",: ") for line in lines]


FULL = """
id: lab-supplies
name: "Lab: supplies"
language: no
keywords:
  include: [medical device*, "x-ray", no, 2026]
  exclude:
    - rental
catalogue:
  - {sku: 007, name: Centrifuge, description: "2 l", codes: "42931100-2; UNSPSC:41103900"}
  - sku: AX-200
    codes: {CPV: [33100000.0]}
codes:
  CPV: [33, 03, 33100000-1]
  OKPD2: ["26.60"]
places: [gb, FR10]
value: {min: 1000, max: 250_000.50, currency: eur}
threshold: 55
"""


def test_a_full_profile(tmp_path: Path) -> None:
    assert read(tmp_path, FULL) == Profile(
        id="lab-supplies",
        name="Lab: supplies",
        language="no",
        keywords=Keywords(("medical device*", "x-ray", "no", "2026"), ("rental",)),
        catalogue=(
            CatalogueItem("007", "Centrifuge", "2 l", (("CPV", "42931100-2"), ("UNSPSC", "41103900"))),
            CatalogueItem("AX-200", "", "", (("CPV", "33100000"),)),
        ),
        codes={"CPV": ("33", "03", "33100000-1"), "OKPD2": ("26.60",)},
        places=("GB", "FR10"),
        value=ValueRange(Decimal(1000), Decimal("250000.50"), "EUR"),
        threshold=55,
    )


def test_a_short_profile(tmp_path: Path) -> None:
    profile = read(tmp_path, HEAD + "keywords: {include: [pump]}\ncodes:\nplaces: []\nvalue: ~\n")
    assert profile == Profile("lab", "Lab", "en", Keywords(("pump",)))
    assert profile.threshold == 40


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_that_programs_save(tmp_path: Path, encoding: str) -> None:
    text = HEAD + "keywords: {include: [Gerät]}\n"
    assert read(tmp_path, text.encode(encoding)).keywords.include == ("Gerät",)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = refusal(
        tmp_path,
        """id: my lab
name: Lab
langauge: en
keywords:
  include: [pump*, "*valve", {a: b}]
  excludes: []
  exclude:
    - PUMP*
    -
codes: {CPV: [x, 3]}
places: [Germany, nowhere]
value: {min: 10, max: 5, currency: Euro}
threshold: 400
catalogue:
  - {sku: 1, nmae: x, codes: §}
  - {}
""",
    )
    expected = [
        r"line 3: langauge: no such key; did you mean language\?",
        "line 1: id: write up to 64 letters",
        "language: it is missing; write the language",
        "line 6: keywords.excludes: no such key; did you mean exclude",
        r"line 5: keywords.include\[2\]: write one value",
        r"line 5, character 21: keywords.include\[1\]: '\*valve': a \* may only stand at the end",
        r"line 9: keywords.exclude\[1\]: nothing is written here",
        r"line 8: keywords.exclude\[0\]: 'PUMP\*' is also keywords.include\[0\]",
        r"line 15: catalogue\[0\].nmae: no such key; did you mean name",
        r"line 15: catalogue\[0\].codes: '§' is no code; write codes such as",
        r"line 16: catalogue\[1\]: it has neither sku nor name",
        r"line 10: codes.CPV\[0\]: a CPV code is two to eight digits",
        r"line 10: codes.CPV\[1\]: a CPV code is two to eight digits",
        r"line 11: places\[0\]: 'Germany' is no place; did you mean DE",
        r"line 11: places\[1\]: 'nowhere' is no place; write ISO 3166",
        "line 12: value.currency: write the currency",
        "line 12: value: min 10 is larger than max 5",
        "line 13: threshold: '400' is no threshold; write a number from 1 to 100",
    ]
    assert len(told) == len(expected)
    for line, pattern in zip(told, expected, strict=True):
        assert re.match(pattern, line), line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty; write the keys id"),
        ("- id: x", "line 1: the whole file: write keys with values"),
        ("id: [a", "line 2: not YAML"),
        ("id: a\n\tname: b", "line 2: not YAML"),
        ("id: &a x\nname: *a", r"line 2: write the value out; references"),
        ("[" * 50, "line 1: nested more than 8 deep"),
        (b"id: \x00", "not YAML"),
        (HEAD, "nothing to look for"),
        (HEAD + "id: other\nkeywords: {include: [a1]}", "line 4: id: it stands here twice"),
        (HEAD + "keywords: [pump]", "line 4: keywords: write keys with values here, such as include, exclude"),
        (HEAD + "keywords: {include: pump}", "line 4: keywords.include: write a list"),
        (HEAD + "catalogue: nowhere.csv", "line 4: catalogue: there is no file"),
        (HEAD + "catalogue: {a: b}", "line 4: catalogue: write a list of items, or the path"),
        (HEAD + "value: {min: 1e99, currency: EUR}\ncodes: {CPV: [33]}", "line 4: value.min: '1e99' is no amount"),
        (HEAD + "value: {min: NaN, currency: EUR}\ncodes: {CPV: [33]}", "line 4: value.min: 'NaN' is no amount"),
        (HEAD + "value: {min: 1,000, currency: EUR}\ncodes: {CPV: [33]}", "line 4: value."),
        (HEAD + "value: {max: 1}\ncodes: {CPV: [33]}", "line 4: value.currency: write the currency"),
        (HEAD + "keywords: {include: [" + "a1, " * 5001 + "]}", "line 4: keywords.include: it has 5001 lines"),
    ],
)
def test_refusals(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert re.match(told, refusal(tmp_path, text)[0])


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match=r"lab.yml: it cannot be read: No such file"):
        read_profile(tmp_path / "lab.yml")
    assert "put the catalogue into a CSV" in refusal(tmp_path, b" " * (MOST_BYTES + 1))[0]


def test_a_catalogue_file_beside_the_profile(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "items.csv").write_text("sku,name\nAX-200,Mixer\n")
    assert read(tmp_path, HEAD + "catalogue: lists/items.csv").catalogue == (CatalogueItem("AX-200", "Mixer"),)


def test_problems_of_the_catalogue_file_come_with_those_of_the_profile(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("sku,name\nAX-200,Mixer\n,,\nx,y,z\n".replace("x,y,z", "2024,"))
    (tmp_path / "bad.csv").write_text("name,codes\nMixer,§\n")
    with pytest.raises(BadProfile) as caught:
        read(tmp_path, HEAD + "catalogue: bad.csv\nthreshold: 0")
    assert "bad.csv, row 2: codes: '§' is no code" in str(caught.value)
    assert "line 5: threshold" in str(caught.value)


words = st.sampled_from(["pump", "x-ray*", "no", "012", "ü", "null", "医疗", "1.5", "a: b", "# x", "'q'", "2026-01-01"])
lines = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text).strip()
)
item_codes = st.lists(st.sampled_from([("CPV", "33"), ("CPV", "03000000-1"), ("UNSPSC", "42.1")]), unique=True)
items = st.builds(CatalogueItem, sku=words, name=lines, description=words, codes=item_codes.map(tuple))
amounts = st.none() | st.decimals(0, 10, places=2)
profiles = st.builds(
    Profile,
    id=st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,10}", fullmatch=True),
    name=words,
    language=st.sampled_from(["en", "no", "zh"]),
    keywords=st.builds(Keywords, st.lists(words, min_size=1).map(tuple), st.just(("never here",))),
    catalogue=st.lists(items).map(tuple),
    codes=st.dictionaries(st.sampled_from(["CPV", "NAICS"]), st.just(("33", "0312"))),
    places=st.lists(st.sampled_from(["NO", "FR10", "RU-MOW"])).map(tuple),
    value=st.none() | st.builds(ValueRange, amounts, st.none() | st.just(Decimal("1E+3")), st.just("EUR")),
    threshold=st.integers(1, 100),
)


@given(profiles)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> None:
    folder = tmp_path_factory.getbasetemp()
    again = read(folder, write_profile(profile))
    assert again == profile
    assert digest(again) == digest(profile)


def test_the_digest_ignores_how_the_file_is_written(tmp_path: Path) -> None:
    one = read(tmp_path, HEAD + "keywords: {include: [pump]}\ncodes: {CPV: [33]}")
    other = read(tmp_path, "codes:\n  CPV:\n    - '33'\nkeywords:\n  include:\n    - pump\n" + HEAD)
    assert digest(one) == digest(other)
    assert digest(one) != digest(read(tmp_path, HEAD + "codes: {CPV: [33]}"))


def test_what_looks_sound_but_is_not_is_told(tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    head = "id: p\nname: P\nlanguage: en\n"
    for body, told in {
        "keywords:\n  include:\n    - laboratory equipment\n     - centrifuge*\n": "goes over two lines",
        "places: [XX]\n": "'XX' is no place",
        "places: [ZZ9]\n": "'ZZ9' is no place",
        "catalogue: c.csv\n": "CSV UTF-8",
        "catalogue: q.csv\n": "q.csv",
    }.items():
        (tmp_path / "c.csv").write_bytes("sku,name\nA,Привет\n".encode("cp1251"))
        (tmp_path / "q.csv").write_text('sku,name\nA,"Centrifuge big\nB,Microscope\n', encoding="utf-8")
        file.write_text(head + body, encoding="utf-8")
        with pytest.raises(BadProfile, match=re.escape(told)):
            read_profile(file)


def test_western_catalogues_of_excel_are_read(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes("sku;name\nA;Café machine à été\n".encode("cp1252"))
    file = tmp_path / "p.yml"
    file.write_text("id: p\nname: P\nlanguage: fr\ncatalogue: c.csv\n", encoding="utf-8")
    assert read_profile(file).catalogue[0].name == "Café machine à été"
