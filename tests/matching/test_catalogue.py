"""Catalogues as people's programs save them."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from domain.profiles import CatalogueItem
from matching import sheets
from matching.catalogue import read_catalogue
from matching.problems import Problems
from matching.sheets import MOST_BYTES

ITEMS = (
    CatalogueItem("AX-200", "Mixer; large", "for pumps", (("CPV", "42931100"),)),
    CatalogueItem("100045", "Gerät", "", (("CPV", "33100000"), ("UNSPSC", "41103900"))),
)


def read(file: Path, body: bytes | str | None = None) -> tuple[tuple[CatalogueItem, ...], list[str]]:
    if body is not None:
        file.write_bytes(body.encode() if isinstance(body, str) else body)
    problems = Problems(Path("profile.yml"))
    items = read_catalogue(file, problems)
    return items, [each.removeprefix(str(file)).lstrip(",: ") for each in problems.found]


def sheet(file: Path, *tables: list[list[Any]]) -> Path:
    book = xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yy"})
    for rows in tables:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [
        ["Our products 2026"],
        [],
        [" SKU ", "Name", "DESCRIPTION", "Codes", "Price"],
        ["", "", "", "", ""],
        ["AX-200", '"Mixer; large"', "for  pumps", "42931100.0", "1"],
        ["100045", "Gerät", "", '"33100000; UNSPSC: 41103900, 33100000"'],
        [],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert read(tmp_path / "items.csv", text.encode(encoding)) == (ITEMS, [])


def test_excels_own_first_line(tmp_path: Path) -> None:
    assert read(tmp_path / "items.csv", "sep=;\r\nsku;name\r\nAX-200;Mixer\r\n")[0] == (
        CatalogueItem("AX-200", "Mixer"),
    )


def test_xlsx(tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "items.XLSX",
        [["A cover page"]],
        [
            [],
            ["Part number", "", "Product name", "Details", "CPV codes"],
            [],
            ["AX-200", "x", "Mixer; large", "for pumps", 42931100],
            [100045.0, None, "Gerät", None, "33100000 UNSPSC:41103900"],
            ["", "only extra"],
        ],
    )
    assert read(file) == (ITEMS, [])


def test_rows_are_named_as_the_program_shows_them(tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "items.xlsx",
        [
            [],
            ["sku", "name", "codes"],
            [],
            ["a1", "x", "§"],
            [None, None, "33"],
            [dt.date(2026, 3, 5), "x"],
            ["b2", "y", 3100000],
        ],
    )
    _, told = read(file)
    assert told == [
        "row 4: codes: '§' is no code; write codes such as 33140000; UNSPSC:42130000",
        "row 5: name: it has neither sku nor name; write one of them or remove the row",
        "row 6: sku: it became a date (2026-03-05); format the cell as text",
        "row 7: codes: 3100000 has seven digits; where the program dropped a leading zero, write 03100000 in a text"
        " column, else 31000000",
    ]


def test_lines_of_a_csv_count_line_breaks_in_cells(tmp_path: Path) -> None:
    told = read(tmp_path / "i.csv", 'name,codes\n"two\nlines",33\nx,§\n')[1]
    assert told[0].startswith("row 4: codes")


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("i.csv", "sku,name,descripton\n1,2,3\n", "row 1: descripton: no such column; did you mean description?"),
        ("i.csv", "a,b\n1,2\n", "no row with the headings sku, name, description, codes was found"),
        ("i.csv", "", "no row with the headings"),
        ("i.pdf", "x", ".pdf is not read; save it as CSV or XLSX"),
        ("i", "x", "a file without an ending is not read"),
        ("i.xlsx", "not a workbook", "it is damaged, or not what its ending says"),
        ("i.xls", "not a workbook", "it is damaged, or not what its ending says"),
        ("i.csv", "name\n" + "x" * 200_000, "it is damaged, or not what its ending says: field larger"),
        ("i.csv", b" " * (MOST_BYTES + 1), "split it over several"),
        ("i.csv", "name\n" + "x\n" * 100_001, "it has 100001 items, more than 100000"),
    ],
)
def test_refusals(tmp_path: Path, name: str, body: str | bytes, told: str) -> None:
    _, found = read(tmp_path / name, body)
    assert told in found[0]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert read(tmp_path / "i.csv")[1] == ["it cannot be read: No such file or directory"]


def test_a_sheet_with_a_cell_in_its_last_corner_is_refused_before_memory_is_filled(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "i.xlsx")
    page = book.add_worksheet()
    page.write(0, 0, "name")
    page.write(1_048_575, 16_383, "x")
    book.close()
    assert read(tmp_path / "i.xlsx")[1] == [
        "it unpacks to far more than a catalogue; save only the table itself as CSV"
    ]


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 10 << 20)  # packing half a gigabyte takes long
    with zipfile.ZipFile(tmp_path / "i.xlsx", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x", "w") as part:
        for _ in range(12):
            part.write(bytes(1 << 20))
    assert "it unpacks to far more" in read(tmp_path / "i.xlsx")[1][0]
