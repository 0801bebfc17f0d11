"""The Basque Country: an API in JSON lists what is open; its open data holds the same notices in XML."""

from crawler.listing.detail import to_reading
from crawler.readers.euskadi import read_euskadi
from crawler.readers.json_notices import read_list
from crawler.readers.limits import check_size
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider
from domain.errors import SourceChanged


class EuskadiSpider(SourceSpider):
    """Rows of the API by the paths in the YAML; a document in XML by its own reader."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A page of the API, or a document of the open data."""
        start = fetched.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html")):
            raise SourceChanged("a web page, which tells of no notice: the portal draws its lists by script")
        if start.startswith(b"<"):
            return Reading(notices=read_euskadi(fetched.body))
        check_size(fetched.body)
        return to_reading(fetched.step, read_list(fetched.body, self.source, fetched.url))
