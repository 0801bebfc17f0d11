"""Hostile bodies are refused, with the process alive and small."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.readers.limits import MAX_BODY, MAX_DEPTH, decode, load_json, load_json_texts
from domain.errors import SourceChanged, Unreadable

ROOT = Path(__file__).parents[2]
MEASURE = """
import sys
sys.path.insert(0, sys.argv[1])
from crawler.parse import parse
from crawler.registry import load_sources
from domain.errors import Unreadable
from tests.memory import peak_mib
body = eval(sys.argv[3])
try:
    print("read", len(parse(sys.argv[2], body, load_sources()).notices))
except Unreadable as error:
    print("refused", error)
print(peak_mib())
"""


@pytest.mark.parametrize(
    ("reader", "body", "said"),
    [
        ("ocds", "b'[' * 100_000", "nested"),
        ("ocds", "b'{\"a\":' * 100_000", "nested"),
        ("ocds", "b'[\"]\",' * 3_000", "nested"),
        ("ocds", "b'[' + b'[],' * 11_000_000 + b'[]]'", "values"),
        ("ocds", "b'[' + b'{\"a\":1},' * 1_000_000 + b'1]'", "values"),
        ("ocds", "b'x' * (33 * 1024 * 1024)", "not JSON"),
        ("html:ru_eis", "b'<p>x</p>' * (50 * 1024 * 1024 // 8)", "bytes"),
        ("html:ru_eis", "b'<b>' * 11_000_000", "tags"),
        ("html:ru_eis", "b'<b ' + b'a ' * 15_000_000 + b'>'", "attributes"),
        ("html:ru_eis", "b'<div>' * 250_000", "no rows"),
        ("html:ru_eis", "b'<p>' + b'x' * (31 * 1024 * 1024)", "no rows"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_hostile_body_is_refused_in_under_500_mb(reader: str, body: str, said: str):
    command = [sys.executable, "-c", MEASURE, str(ROOT), reader, body]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    first, last = done.stdout.splitlines()[0], done.stdout.splitlines()[-1]
    assert first.startswith("refused")
    assert said in first
    assert int(last) < 500


def test_a_gzip_bomb_that_was_not_unpacked_is_no_page():
    bomb = gzip.compress(b"0" * (64 * 1024 * 1024))
    with pytest.raises(Unreadable):
        load_json(bomb)


def test_the_largest_body_that_passes():
    with pytest.raises(Unreadable, match="not JSON"):
        load_json(b"x" * MAX_BODY)


@pytest.mark.parametrize("body", [b"", b"\n", b"\0\0", b"<html>", b"  <?xml version='1.0'?>"])
def test_a_body_without_json_is_a_changed_source(body: bytes):
    with pytest.raises(SourceChanged):
        load_json(body)


def test_numbers_that_a_double_cannot_hold_stay_text():
    text = b'{"a": 1e9999, "b": NaN, "c": 1.5, "d": 12345678901234567890.12, "e": 0.1, "f": 1000.50}'
    assert load_json(text) == [
        {"a": "1e9999", "b": "NaN", "c": 1.5, "d": "12345678901234567890.12", "e": 0.1, "f": 1000.5}
    ]


def test_several_texts_in_one_file():
    assert load_json(b'{"a": 1}{"a": 2}\n\n[3]\x1e{"a": 4}') == [{"a": 1}, {"a": 2}, [3], {"a": 4}]


def test_a_line_that_is_no_json_does_not_hide_the_others():
    texts, faults = load_json_texts(b'{"a": 1}\r\n{"a": \r\n{"a": 3}\r\n')
    assert texts == [{"a": 1}, {"a": 3}]
    assert [fault.element for fault in faults] == ["line 2"]


def test_a_cut_package_is_unreadable_and_nothing_of_it_is_believed():
    with pytest.raises(Unreadable, match="cut off"):
        load_json(b'{\n "releases": [\n  {"a": 1},\n  {"b": 2}')


@pytest.mark.parametrize(
    ("body", "declared", "text"),
    [
        ("ñ€".encode(), None, "ñ€"),
        ("\ufeffñ".encode(), None, "ñ"),
        ("ñ".encode("utf-16"), None, "ñ"),
        ("ñ – €".encode("cp1252"), None, "ñ – €"),
        ("ñ – €".encode("cp1252"), "ISO-8859-1", "ñ – €"),
        ("ж".encode("cp1251"), "windows-1251", "ж"),
        (b"\xf1\x81", "no such encoding", "ñ\x81"),
    ],
)
def test_bodies_in_all_encodings(body: bytes, declared: str | None, text: str):
    assert decode(body, declared) == text


def test_what_no_database_holds_is_left_out():
    assert load_json(rb'{"a\u0000": ["x\ud800y", "\ud83d\ude00", "\\ud800"]}') == [{"a": ["xy", "😀", "\\ud800"]}]
    assert json.dumps(load_json(rb'"\udfff"')[0], ensure_ascii=False).encode() == b'""'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": 1e308}', "1e308"),
        (b'{"a": 1.5E+300}', "1.5E+300"),
        (b'{"a":12345678901234567890123}', 12345678901234567890123),
        (b'{"a": -0.12345678901234567}', "-0.12345678901234567"),
        (b'{"a":"12345678901234567890, 9e999"}', "12345678901234567890, 9e999"),
        (b'{"a":"ocds-9e123-1e999-.................."}', "ocds-9e123-1e999-.................."),
        (b'{"a": 1000.5, "b": 1e5}', 1000.5),
        (b'{"a": "a [1] {\\" ]"}', 'a [1] {" ]'),
    ],
)
def test_the_quick_way_reads_numbers_and_texts_as_printed(text, value):
    assert load_json(text)[0]["a"] == value


@pytest.mark.parametrize("mark", [(b"[", b"]"), (b'{"a":', b"}")])
def test_as_deep_as_can_be_written_and_no_deeper(mark):
    opened, closed = mark
    assert load_json(opened * MAX_DEPTH + b"1" + closed * MAX_DEPTH)
    with pytest.raises(Unreadable, match="deep"):
        load_json(opened * (MAX_DEPTH + 1) + b"1" + closed * (MAX_DEPTH + 1))


@pytest.mark.parametrize(("body", "texts"), [(b"[1],[2]", [[1], [2]]), (b"1 ,2", [1, 2]), (b" [] ", [[]])])
def test_texts_with_commas_between_them_are_several(body, texts):
    assert load_json(body) == texts


@pytest.mark.parametrize("body", [b"1],[2", b"]", b"],[", b"1]],[[2", b"[1]]", b"[[1]"])
def test_brackets_that_do_not_match_are_no_json(body):
    with pytest.raises(Unreadable):
        load_json(body)


@pytest.mark.parametrize("text", [b'"]",', b'"\\"]\\"",'])
def test_brackets_in_texts_do_not_hide_depth(text):
    deep = (b"[" + text) * 300 + b'"' + b"[" * 300 + b'"' + b"]" * 300
    with pytest.raises(Unreadable, match="deep"):
        load_json(deep)
    shallow = (b"[" + text) * 150 + b'"x"' + b"]" * 150
    assert load_json(shallow)
