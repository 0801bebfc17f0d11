"""Notices in XML: which reader is told by the root element and its namespace, never by a date or a file's name."""

import io

from crawler.readers.archives import read_documents
from crawler.readers.boamp import ROOT as ROOT_OF_BOAMP
from crawler.readers.boamp import read_boamp
from crawler.readers.eforms import ROOTS, read_eforms
from crawler.readers.ted_export import read_ted_export
from crawler.readers.xml import Element, load_xml, name_of, namespace_of
from domain.errors import SourceChanged, Unreadable
from domain.notices import RawNotice

FORMATS = ("ted", "eforms", "ted_export", "boamp")
"""What `read_xml` can be told to expect; `ted` is either of the two after it."""


def read_xml(body: bytes, expected: str = "ted") -> tuple[RawNotice, ...]:
    """The notice in one XML document: eForms of any SDK or nation, TED_EXPORT R2.0.8 or R2.0.9, or BOAMP's own.

    Raises SourceChanged for what is not the format expected, Unreadable where its key is missing or the XML is refused.
    """
    root = load_xml(body)
    if expected in ("ted", "eforms") and is_eforms(root):
        return (read_eforms(root),)
    if expected in ("ted", "ted_export") and is_ted_export(root):
        return (read_ted_export(root),)
    if expected == "boamp" and name_of(root) == ROOT_OF_BOAMP:
        return (read_boamp(root),)
    promised = {"boamp": "no ANNONCE of BOAMP's", "eforms": "no eForms", "ted_export": "no TED_EXPORT"}.get(
        expected, "neither eForms nor TED_EXPORT"
    )
    raise SourceChanged(promised, f"{{{namespace_of(root)}}}{name_of(root)}"[:200])


def read_bundle(body: bytes, expected: str = "ted") -> tuple[tuple[RawNotice, ...], tuple[Unreadable, ...]]:
    """The notices of an archive (tar.gz, tar, zip), and the files in it that could not be read.

    Of one that is broken or beyond the limits, what came before is given, with the fault as the last. Raises
    SourceChanged for what is no archive, Unreadable where nothing came before; nothing at all is an empty one.
    """
    notices: list[RawNotice] = []
    faults: list[Unreadable] = []
    try:
        for name, document in read_documents(io.BytesIO(body)) if body else ():
            try:
                notices += _read_document(document, expected)
            except Unreadable as fault:
                faults.append(Unreadable(fault.reason, f"{name[:200]}: {fault.element or 'the file'}"))
    except Unreadable as fault:
        if not notices and not faults:
            raise
        faults.append(fault)
    return tuple(notices), tuple(faults)


def _read_document(document: bytes | Unreadable, expected: str) -> tuple[RawNotice, ...]:
    if isinstance(document, Unreadable):
        raise document
    return read_xml(document, expected)


def is_eforms(root: Element) -> bool:
    """One of the UBL documents that eForms are written in."""
    return (namespace_of(root), name_of(root)) in ROOTS


def is_ted_export(root: Element) -> bool:
    """TED_EXPORT in one of its four namespaces, or in one of another release: all have `ted` as a part."""
    return name_of(root) == "TED_EXPORT" and "ted" in namespace_of(root).split("/")
