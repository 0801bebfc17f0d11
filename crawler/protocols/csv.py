"""Portals that publish a table: a list in one file or several, of any size."""

from collections.abc import Iterator
from typing import IO

from crawler.protocols.archive import ArchiveSpider
from crawler.readers.archives import Document, is_archive
from crawler.readers.csv_file import read_csv
from crawler.readers.csv_portions import read_portion, split_csv
from crawler.reading import Fetched, FindReleases, Reading


class CsvSpider(ArchiveSpider):
    """Rows are whole notices. What a smaller version says of one counts only where no higher one was read."""

    small = 4 * 1024 * 1024

    def read_documents(self, file: IO[bytes]) -> Iterator[Document]:
        """Tables of some dozen rows."""
        return split_csv(file, self.source)

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """The rows of a table, or of a portion of one."""
        portion = is_archive(fetched.body)
        page, versions = (read_portion if portion else read_csv)(fetched.body, self.source)
        keys = None if portion else tuple(row.key for row in page.rows)
        return Reading(notices=page.rows, keys=keys, faults=page.faults, versions=versions)
