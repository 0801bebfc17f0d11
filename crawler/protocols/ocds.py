"""Portals that publish OCDS: releases are kept raw, and a notice is the merge of all of its ocid, in date order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from crawler.canary import is_canary
from crawler.listing.asking import FILE
from crawler.protocols.archive import ArchiveSpider
from crawler.readers.archives import Document, is_archive
from crawler.readers.json_stream import WHOLE
from crawler.readers.ocds import merge_releases, read_page, read_release
from crawler.readers.ocds_files import find_documents, read_file
from crawler.readers.ocds_shape import Shape
from crawler.reading import Fetched, FindReleases, Reading
from domain.errors import Unreadable
from domain.notices import RawNotice
from domain.sources import Step

Release = dict[str, Any]


class OcdsSpider(ArchiveSpider):
    """Any OCDS endpoint; how its list is walked stands in the YAML. Documents that are no list may be of any size."""

    small = WHOLE

    def is_archive(self, step: Step) -> bool:
        """Files and windows that are one document each: how a list goes on stands in its page, which is read whole."""
        if step.kind != "window" or is_canary(step):
            return step.kind == FILE
        listing = self.source.listing
        return not ({"pages", "next", "links"} & listing.keys() or "halve_when_full" in listing["window"])

    def read_documents(self, file: IO[bytes]) -> Iterator[Document]:
        """The releases, records and small packages of a file."""
        return find_documents(file, Shape.read(self.source.ocds))

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """A page of releases or records, or a portion of a file, merged with those that were stored before."""
        shape, encoding = Shape.read(self.source.ocds), self.source.encoding
        portion = fetched.more or is_archive(fetched.body)
        whole = self.is_archive(fetched.step) and not portion
        if whole and not fetched.body and fetched.status == 200:
            return Reading(keys=())  # an archive without files, as of a day without notices; an empty body has failed
        page = (read_file if portion or whole else read_page)(fetched.body, encoding, shape)
        releases = [_with_text_ocid(release) for release in page.releases]
        merges = releases if self.source.identity == "release" else _merge(releases, find_releases)
        notices: list[RawNotice] = []
        faults = list(page.faults)
        for merged in merges:
            if isinstance(merged, Unreadable):
                faults.append(merged)
                continue
            try:
                notices.append(read_release(merged, self.source))
            except Unreadable as fault:
                faults.append(fault)
        return Reading(
            notices=tuple(notices),
            keys=None if portion or fetched.step.kind == "detail" else _keys(releases, len(page.faults)),
            faults=tuple(faults),
            total=page.total,
            pages=page.pages,
            next_url=page.next_url,
            releases=tuple(releases),
        )


def _merge(releases: Sequence[Release], find_releases: FindReleases) -> Iterable[Release | Unreadable]:
    """One merged release for each ocid of the page, in the page's order; the stored ones take part."""
    groups: dict[str, list[Release]] = {}
    for release in releases:
        groups.setdefault(release["ocid"], []).append(release)
    stored = find_releases(list(groups))
    for ocid, group in groups.items():
        if len(group) == 1 and ocid not in stored:
            yield group[0]
            continue
        known = list(stored.get(ocid, ()))
        known += [release for release in group if release not in known]
        # Of two with one date, the order must not depend on which page came first.
        known.sort(key=lambda release: (str(release.get("date") or ""), str(release.get("id") or "")))
        try:
            yield merge_releases(known)
        except Unreadable as fault:
            yield fault


def _with_text_ocid(release: Release) -> Release:
    return release if isinstance(release["ocid"], str) else {**release, "ocid": str(release["ocid"])}


def _keys(releases: Sequence[Release], faults: int) -> tuple[str, ...]:
    rows = (f"{release['ocid']} {release.get('id')} {release.get('date')}" for release in releases)
    return (*rows, *(f"fault {number}" for number in range(faults)))
