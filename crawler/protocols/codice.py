"""Spain's syndication: the newest ATOM file, then older ones by rel=next; the same entry again at each update."""

from crawler.readers.codice import read_codice
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider


class CodiceSpider(SourceSpider):
    """Each file is a list of whole folders; what it says of an entry counts only where nothing newer was read."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """The entries of a file, and those that were deleted."""
        page = read_codice(fetched.body, self.source)
        return Reading(
            notices=page.rows,
            keys=(*(row.key for row in page.rows), *(f"fault {number}" for number in range(len(page.faults)))),
            faults=page.faults,
            next_url=page.next_url,
            made_at=page.made_at,
            versions=page.versions,
            deleted=page.deleted,
        )
