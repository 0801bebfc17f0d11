"""SAM.gov: windows of days, pages counted from 0, and a second request for each notice's description.

All of them need the key, which is put into an address at the moment of asking, and only for the endpoint's own host.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from crawler.addresses import KEY, with_parameters
from crawler.listing.detail import read_row, to_detail, version_of
from crawler.readers.sam import as_version, read_description, read_sam
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider
from domain.errors import SourceChanged
from domain.sources import Step


class SamSpider(SourceSpider):
    """A row is a notice without its description. A row that has changed since is another detail to read."""

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Fetched]:
        """A 404 is how SAM says that the key is wrong (MED), or of a description that there is none."""
        step: Step = response.meta["step"]
        if response.status != 404:
            yield from super().parse(response, **kwargs)
        elif step.kind == "detail":
            yield Fetched(step, response.url, b"", response.meta.get("page"), status=404)
        else:
            self._refuse(step, f"the portal answers HTTP 404; the key in {self.source.key_env} may be wrong")

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A page of rows, or one notice's description."""
        step = fetched.step
        if step.kind == "detail":
            row = read_row(step)
            if row is None:
                raise SourceChanged("its row is missing", "description")
            whole = as_version(row) if fetched.status == 404 else read_description(fetched.body, row)
            return Reading(notices=(whole,))
        page = read_sam(fetched.body, self.source)
        return Reading(
            notices=page.rows,
            keys=(*(row.key for row in page.rows), *(f"fault {number}" for number in range(len(page.faults)))),
            faults=page.faults,
            total=page.total,
            details=tuple(
                to_detail(step, row, self._with_key(page.descriptions[row.key]), version_of(row))
                for row in page.rows
                if row.key in page.descriptions
            ),
            once=True,
        )

    def _with_key(self, url: str) -> str:
        """Raises SourceChanged for an address elsewhere, which the key must not be sent to."""
        parts, own = urlsplit(url), urlsplit(self.source.endpoint)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise SourceChanged(f"a description at {parts.hostname}, not at {own.hostname}", "description")
        return with_parameters(url, {"api_key": KEY})
