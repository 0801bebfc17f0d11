import subprocess
import sys
from pathlib import Path

import pytest

from crawler.readers.ted import read_xml
from crawler.readers.xml import MAX_TAGS, find, load_xml, text_at
from domain.errors import SourceChanged, Unreadable

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><TED_EXPORT>&i;</TED_EXPORT>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><TED_EXPORT>&f;</TED_EXPORT>'
PARAMETER = '<!-- c --><?p q?>\n<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><TED_EXPORT/>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("body", [BOMB, EXTERNAL, PARAMETER], ids=["bomb", "external", "parameter"])
def test_what_needs_a_doctype_is_refused(body: str, encoding: str):
    with pytest.raises(Unreadable, match="DOCTYPE"):
        load_xml(body.encode(encoding))


def test_an_encoding_that_hides_markup_is_refused():
    with pytest.raises(Unreadable, match="UTF-7"):
        load_xml(b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE x+AD4-<x/>')


def test_a_text_that_speaks_of_doctypes_is_a_text():
    root = load_xml(b'<?xml version="1.0"?><!-- <!DOCTYPE x> --><a><b><![CDATA[<!DOCTYPE x>]]></b></a>')
    assert text_at(root, "b") == "<!DOCTYPE x>"


@pytest.mark.parametrize("body", [b"", b" \n\0", b'{"error": 1}', b"<html><body/></html>", b"null", b"[]0"])
def test_what_is_no_xml_is_a_changed_source(body: bytes):
    with pytest.raises(SourceChanged):
        read_xml(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<a/>",
        b'<ContractNotice xmlns="urn:x"/>',
        b"<TED_EXPORT/>",
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
    ],
)
def test_another_root_is_a_changed_source_that_names_it(body: bytes):
    with pytest.raises(SourceChanged, match="neither eForms nor TED_EXPORT") as caught:
        read_xml(body)
    assert caught.value.element


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<a><b></a>", "not XML"),
        (b"<a>\xff\xfe\xfa</a>", "not XML"),
        (b"<a>" * 300 + b"</a>" * 300, "not XML"),
        (b"<a>" + b"<b/>" * (MAX_TAGS + 1) + b"</a>", "tags"),
        (b"<a " + b" ".join(b'b%d=""' % n for n in range(400_001)) + b"/>", "attributes"),
        (b"<a>" + b"x" * (33 * 1024 * 1024) + b"</a>", "bytes"),
        (b"<a>" + b"x" * (11 * 1024 * 1024) + b"</a>", "not XML"),
    ],
    ids=["unclosed", "bytes", "deep", "tags", "attributes", "large", "long text"],
)
def test_what_is_too_much_is_refused(body: bytes, what: str):
    with pytest.raises(Unreadable, match=what):
        load_xml(body)


def test_paths_go_by_local_names():
    root = load_xml('<a xmlns="x" xmlns:y="y"><y:b><c> é </c></y:b><b><d>other</d></b></a>'.encode())
    assert text_at(root, "b/c") == "é"
    assert find(root, "b/d") is None


MEASURE = """
import sys
sys.path.insert(0, sys.argv[1])
from crawler.readers.ted import read_xml
from domain.errors import Unreadable
from tests.memory import peak_mib
bodies = {
    "hundred": lambda: b"<TED_EXPORT>" + b"<P>word</P>" * 9_500_000 + b"</TED_EXPORT>",
    "tags": lambda: b"<TED_EXPORT>" + b"<a/>" * 999_990 + b"</TED_EXPORT>",
    "attributes": lambda: b"<TED_EXPORT>" + b'<a b="c"/>' * 399_990 + b"</TED_EXPORT>",
    "both": lambda: b"<TED_EXPORT>" + b'<a b="cdefghijk">lm</a>' * 399_990 + b"</TED_EXPORT>",
    "text": lambda: b"<TED_EXPORT>" + (b"<a>" + b"x" * 9_000_000 + b"</a>") * 3 + b"</TED_EXPORT>",
}
try:
    read_xml(bodies[sys.argv[2]]())
except Unreadable as error:
    print(error)
print(peak_mib())
"""


@pytest.mark.parametrize("body", ["hundred", "tags", "attributes", "both", "text"])
def test_the_worst_bodies_stay_under_500_megabytes(body: str):
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", MEASURE, root, body], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) < 500
