"""OCDS in files: archives of JSON, a release on each line, one package of any size; and portions of them."""

import io
import re
from collections.abc import Iterator
from typing import IO, Any

from crawler.readers.archives import Document, is_archive
from crawler.readers.json_files import read_json_documents
from crawler.readers.ocds import USUAL, OcdsPage, read_page
from crawler.readers.ocds_shape import Shape
from domain.errors import SourceChanged, Unreadable


def find_documents(file: IO[bytes], shape: Shape = USUAL) -> Iterator[Document]:
    """The releases, records and small packages of a file; raises as `read_json_documents`."""
    wanted = frozenset(re.findall(r"[A-Za-z_]\w*", shape.paths.get("rows", "")))
    ocid = shape.paths.get("ocid", "ocid")
    return read_json_documents(file, wanted, ocid if ocid.isidentifier() else "ocid", shape.only)


def read_file(body: bytes, encoding: str | None = None, shape: Shape = USUAL) -> OcdsPage:
    """All releases of a file or of a portion of one. Of what is cut off, broken or refused in it, what came before or
    stands beside it is given, with the fault. Raises as `read_page` where nothing could be read."""
    if not is_archive(body):
        try:
            return read_page(body, encoding, shape)
        except SourceChanged:
            raise
        except Unreadable as fault:
            page = _read_documents(body, encoding, shape)
            if not page.releases:
                raise fault from None
            return page
    page = _read_documents(body, encoding, shape)
    if page.faults and not page.releases:
        raise SourceChanged(
            f"none of its files can be read; the first: {page.faults[0].reason}", page.faults[0].element
        )
    return page


def _read_documents(body: bytes, encoding: str | None, shape: Shape) -> OcdsPage:
    releases: list[dict[str, Any]] = []
    faults: list[Unreadable] = []
    try:
        for name, document in find_documents(io.BytesIO(body), shape):
            try:
                page = _read_document(document, encoding, shape)
            except Unreadable as fault:
                faults.append(Unreadable(fault.reason, f"{name[:200]}: {fault.element or 'the file'}"))
                continue
            releases += page.releases
            faults += page.faults
    except Unreadable as fault:
        if not releases and not faults:
            raise
        faults.append(fault)
    return OcdsPage(tuple(releases), faults=tuple(faults))


def _read_document(document: bytes | Unreadable, encoding: str | None, shape: Shape) -> OcdsPage:
    if isinstance(document, Unreadable):
        raise document
    if shape.nothing.is_said(document):
        return OcdsPage(())
    return read_page(document, encoding, shape)
