"""Prozorro.Sale: auctions by the day of their last change, the oldest first; a day runs on into the days after it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler.addresses import with_parameters
from crawler.listing.detail import to_reading
from crawler.readers.json_notices import read_list
from crawler.readers.limits import load_json
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider
from domain.errors import SourceChanged


class ProzorroSaleSpider(SourceSpider):
    """A page is followed by the next one until a short one, or until what it holds changed after the window's end."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A page of procedures, each of them whole. 204 says that there are none."""
        if fetched.status == HTTPStatus.NO_CONTENT:
            return Reading(keys=())
        page = read_list(fetched.body, self.source, fetched.url)
        return to_reading(fetched.step, page, self._next(fetched))

    def _next(self, fetched: Fetched) -> str | None:
        """Raises SourceChanged where the last procedure does not tell when it was changed."""
        rows = load_json(fetched.body)[0]
        asked = dict(parse_qsl(urlsplit(fetched.step.url).query))
        high = datetime.fromisoformat(fetched.step.high) if fetched.step.high else None
        if len(rows) < int(asked["limit"]) or (high and _changed_at(rows[-1]) >= high):
            return None
        return with_parameters(fetched.step.url, {"page": str(int(asked["page"]) + 1)})


def _changed_at(row: Any) -> datetime:
    try:
        return datetime.fromisoformat(row["dateModified"]).astimezone(UTC)
    except (TypeError, KeyError, ValueError) as error:
        raise SourceChanged("no moment of change", "dateModified") from error
