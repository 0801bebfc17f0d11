"""The bank's files of rates: three forms of the same, and what is none."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from crawler.readers.ecb_rates import read_ecb_rates
from domain.errors import Unreadable

HISTORY = b"Date,USD,GBP,ISK,\n2026-11-20,1.1034,0.85120,N/A,\n2026-11-19,1.1,0.85,150.2,\n"
DAILY = b"Date, USD, GBP, \n20 November 2026, 1.1034, 0.85120, \n"
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><Cube>
<Cube time='2026-11-20'><Cube currency='USD' rate='1.1034'/><Cube currency='GBP' rate='0.85120'/></Cube>
<Cube time='2026-11-19'><Cube currency='USD' rate='1.1'/></Cube></Cube></gesmes:Envelope>"""
FRIDAY = {"USD": Decimal("1.1034"), "GBP": Decimal("0.85120")}


def zipped(body: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("eurofxref-hist.csv", body)
    return target.getvalue()


@pytest.mark.parametrize("body", [HISTORY, DAILY, XML, zipped(HISTORY), b"\xef\xbb\xbf" + HISTORY])
def test_the_same_in_every_form(body: bytes) -> None:
    assert read_ecb_rates(body)[date(2026, 11, 20)] == FRIDAY


def test_a_currency_that_was_not_quoted_is_left_out() -> None:
    assert read_ecb_rates(HISTORY)[date(2026, 11, 19)]["ISK"] == Decimal("150.2")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"Day,USD\n2026-11-20,1.1\n", "must be headed Date"),
        (b"Date,USD\n20.11.2026,1.1\n", "line 2: '20.11.2026' is no date"),
        (b"Date,USD\n2026-11-20,-1\n", "line 2: USD '-1' is no rate"),
        (b"Date,USD\n", "no rates"),
        (b"<html><body>Sorry</body></html>", "no XML"),
        (b"PK\x03\x04 broken", "the zip is damaged"),
        (b"\xff\xfe\x00", "not text"),
    ],
)
def test_what_is_none_is_told(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_ecb_rates(body)
