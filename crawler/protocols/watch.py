"""Pages without structure: what is new or changed on them since the last look becomes notices."""

from datetime import datetime

import structlog

from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider
from crawler.watch.look import look
from crawler.watch.tell import to_raw
from domain.errors import SourceChanged
from storage.engine import reading
from storage.watched import find_watched

log = structlog.get_logger()


class WatchSpider(SourceSpider):
    """One or several pages; each is held against what is remembered of it, and the first look tells nothing."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """The difference to the last look, with what is to be remembered for the next one."""
        if fetched.page is None:
            raise SourceChanged("the body is empty")
        url, at = fetched.step.url, self._moment(fetched)
        with reading(self.session.engine) as c:
            before = find_watched(c, self.source.id, url)
        found = look(fetched.body, self.source, url, at, before)
        kinds = [finding.what for finding in found.findings]
        counts = {each.replace(" ", "_"): kinds.count(each) for each in dict.fromkeys(kinds)}
        log.info("page looked at", source=self.source.id, baseline=found.baseline, **counts)
        return Reading(
            notices=tuple(to_raw(each, self.source, url) for each in found.told),
            keys=tuple(block.key for block in found.watched.live),
            watched=found.watched,
        )

    def _moment(self, fetched: Fetched) -> datetime:
        """When the page came; one that was not sent again is as old as this moment."""
        assert fetched.page is not None
        return self.session.clock() if fetched.not_modified else fetched.page.fetched_at
