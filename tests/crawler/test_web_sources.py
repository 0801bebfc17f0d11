"""The shipped sources that are web pages, each crawled whole against an imitation of its own portal."""

from datetime import datetime, timedelta

import pytest

from crawler.registry import load_sources
from domain.sources import RunState
from tests.crawler.browsing import need_browser
from tests.crawler.portals import Place
from tests.crawler.web_pages import bids
from tests.crawler.web_portals import Cppp, b2b_center, the_portal

NOW = datetime.now().replace(microsecond=0)  # noqa: DTZ005  # portals print the time of their own clocks
COUNTS = {"us_commbuys": 60, "us_boston": 24, "in_cppp": 35, "ru_rostender": 41, "ph_philgeps": 12,
          "us_nevadaepro": 30, "in_gem": 35, "ru_roseltorg": 35,
          "ru_b2b_center": 45, "int_ungm": 35, "ua_prozorro_sale": 60}  # fmt: skip


@pytest.mark.parametrize("source", COUNTS)
def test_a_source_is_read_whole_and_again_without_a_revision(place: Place, source: str) -> None:
    if load_sources()[source].browser:
        need_browser()
    count = COUNTS[source]
    with the_portal(source, count, NOW) as portal:
        first, again = place.crawl(portal, source), place.crawl(portal, source)
    assert (first.state, first.reason, first.new) == (RunState.OK, None, count)
    assert (again.state, again.reason, again.new, again.changed) == (RunState.OK, None, 0, 0)
    assert again.same <= count  # of windows the overlap, of lists newest first the pages down to what is known
    assert set(map(len, place.revisions(source).values())) == {1}
    assert [each.issue for each in place.issues()] == []


def test_b2b_center_that_forbids_is_asked_no_more(place: Place) -> None:
    with b2b_center(bids(100, NOW, first=1001), most=2) as portal:
        run = place.crawl(portal, "ru_b2b_center")
        assert len(portal.log) == 3
    assert (run.state, run.new, run.reason) == (RunState.BLOCKED, 40, "the portal answers HTTP 403")


def test_a_list_newest_first_is_read_down_to_what_is_known(place: Place) -> None:
    """CPPP: a session's links are new with each run, the notices behind them are not."""
    portal = Cppp(bids(95, NOW, first=1001))
    with portal.portal() as web:
        place.crawl(web, "in_cppp")
        begin = len(web.log)
        portal.rows = [*bids(12, NOW + timedelta(days=1), first=1096), *portal.rows]
        run = place.crawl(web, "in_cppp")
        asked = len(web.log) - begin
    assert (begin, run.state, run.reason, run.new, run.changed) == (10, RunState.OK, None, 12, 0)
    assert asked == 5  # two pages with what is new, and three of what is known
    assert len(place.notices("in_cppp")) == 107
