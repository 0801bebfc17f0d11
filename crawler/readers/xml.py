"""XML held against limits and parsed without entities, DTD or network; and steps through it by local names."""

import codecs
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from crawler.readers.limits import check_size
from domain.errors import SourceChanged, Unreadable

Element: TypeAlias = Any
"""An element of lxml's, which has no types of its own."""

# An element costs libxml2 some 200 bytes with its text, an attribute 220. The largest notices of TED (awards with
# thousands of lots) stay below half of this; tests/crawler/test_xml.py measures that the worst body stays under 500 MB.
MAX_TAGS = 1_000_000
MAX_ATTRIBUTES = 400_000

_PROLOG = re.compile(rb"(?>\s++|<\?(?s:.*?)\?>|<!--(?s:.*?)-->)*+")
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
# Encodings in which markup is written in ASCII bytes: in others (UTF-7, EBCDIC) a DOCTYPE would go unseen.
_ENCODINGS = re.compile(r"utf-?8|us-ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d", re.IGNORECASE)
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def load_xml(body: bytes) -> Element:
    """The root element. Comments and processing instructions are left out.

    Raises SourceChanged for an empty body, HTML or JSON, Unreadable (with the line) for what is too large, too deep,
    no XML, or has a DOCTYPE: without one there are no entities, neither bombs nor files.
    """
    check_size(body)
    body, encoding = _to_narrow(body)
    _check(body)
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,  # so libxml2 refuses a depth of 256 and a text of 10 MB
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else 0
        raise Unreadable(f"not XML: {error.msg}", f"line {line}" if line else None) from error
    _check_tree(root)
    return root


def _to_narrow(body: bytes) -> tuple[bytes, str]:
    """Wide encodings as UTF-8, so that what is looked for in the bytes is found; and the encoding to parse with."""
    for mark, name in _WIDE:
        if body.startswith(mark):
            try:
                return body.decode(name).encode(), "utf-8"
            except UnicodeError as error:
                raise Unreadable(f"not {name}: {error}") from error
    body = body.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(body)
    encoding = declared[1].decode() if declared else "utf-8"
    if not _ENCODINGS.fullmatch(encoding):
        raise Unreadable(f"an encoding that notices are not written in: {encoding}", "line 1")
    return body, encoding


def _check(body: bytes) -> None:
    found = _PROLOG.match(body)
    start = found.end() if found else 0
    opening = body[start : start + 9].lower()
    if opening.startswith(b"<!"):
        line = body.count(b"\n", 0, start) + 1
        raise Unreadable("a DOCTYPE, which notices have none of and entities need", f"line {line}")
    if not opening.startswith(b"<") or opening.startswith(b"<html"):
        raise SourceChanged("the page is no XML")
    for what, count, most in (("tags", body.count(b"<"), MAX_TAGS), ("attributes", body.count(b"="), MAX_ATTRIBUTES)):
        if count > most:
            raise Unreadable(f"some {count:,} {what}, more than {most:,}")


def _check_tree(root: Element) -> None:
    """Once more by the parser's own account."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("a DOCTYPE, which notices have none of and entities need")


def name_of(element: Element) -> str:
    """The local name."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: Element) -> str:
    """The namespace, empty where there is none."""
    return str(element.tag).rpartition("}")[0].lstrip("{")


def child(element: Element | None, name: str) -> Element | None:
    """The first child with this local name."""
    return next(element.iterchildren("{*}" + name), None) if element is not None else None


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children with one of these local names, in their order."""
    return element.iterchildren(*("{*}" + name for name in names)) if element is not None else iter(())


def find(element: Element | None, path: str) -> Element | None:
    """The first element at a path of local names ("PROCEDURE/DATE_RECEIPT_TENDERS"), by way of first children."""
    for name in path.split("/"):
        element = child(element, name)
    return element


def find_all(element: Element | None, path: str) -> list[Element]:
    """All elements at a path of local names, by way of all children, in the document's order."""
    found = [element] if element is not None else []
    for name in path.split("/"):
        found = [each for parent in found for each in parent.iterchildren("{*}" + name)]
    return found


def descendants(element: Element | None, *names: str, outside: frozenset[str] = frozenset()) -> Iterator[Element]:
    """The elements below with one of these local names that lie in none named in `outside`, in document order."""
    for found in element.iter(*("{*}" + name for name in names)) if element is not None else ():
        if found is not element and not (outside and _lies_in(found, element, outside)):
            yield found


def _lies_in(found: Element, top: Element, names: frozenset[str]) -> bool:
    for above in found.iterancestors():
        if above is top:
            return False
        if name_of(above) in names:
            return True
    return False


def text_of(element: Element | None) -> str | None:
    """The text in an element and in those below it, stripped; None where there is none."""
    if element is None:
        return None
    text = element.text if len(element) == 0 else "".join(element.itertext())
    return (text.strip() or None) if text else None


def text_at(element: Element | None, path: str) -> str | None:
    """The text of the first element at a path of local names."""
    return text_of(find(element, path))


def attribute_at(element: Element | None, path: str, name: str) -> str | None:
    """An attribute (without a namespace) of the first element at a path of local names, stripped."""
    found = find(element, path)
    value = found.get(name) if found is not None else None
    return (value.strip() or None) if value else None
