"""Notices in XML: which reader is told by the root element and its namespace, never by a date or a file's name."""

from crawler.readers.eforms import ROOTS, read_eforms
from crawler.readers.ted_export import read_ted_export
from crawler.readers.xml import Element, load_xml, name_of, namespace_of
from domain.errors import SourceChanged
from domain.notices import RawNotice


def read_xml(body: bytes) -> tuple[RawNotice, ...]:
    """The notice in one XML document: eForms of any SDK or nation, or TED_EXPORT R2.0.8 or R2.0.9.

    Raises SourceChanged for what is no such document, Unreadable where its key is missing or the XML is refused.
    """
    return (read_root(load_xml(body)),)


def read_root(root: Element) -> RawNotice:
    """The notice whose root element this is. Raises as `read_xml`."""
    if is_eforms(root):
        return read_eforms(root)
    if is_ted_export(root):
        return read_ted_export(root)
    raise SourceChanged("neither eForms nor TED_EXPORT", f"{{{namespace_of(root)}}}{name_of(root)}"[:200])


def is_eforms(root: Element) -> bool:
    """One of the UBL documents that eForms are written in."""
    return (namespace_of(root), name_of(root)) in ROOTS


def is_ted_export(root: Element) -> bool:
    """TED_EXPORT in one of its four namespaces, or in one of another release: all have `ted` as a part."""
    return name_of(root) == "TED_EXPORT" and "ted" in namespace_of(root).split("/")
