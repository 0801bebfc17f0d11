"""The demo's four portals, each on its own port, since politeness is counted by host."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Self

from app.demo.eis_portal import EisPortal
from app.demo.js_portal import JsPortal
from app.demo.nouns import Corpus
from app.demo.ocds_portal import OcdsPortal
from app.demo.server import Call, Pace
from app.demo.ted_portal import TedPortal

DEMO_PACE = Pace(calls=12, seconds=10.0, retry_after=2)


class DemoPortals:
    """Serves a corpus while it is entered.

    `as_of` is the moment that the portals live in (default: the start of the corpus's day, when everything in it has
    been published). Given an earlier one, they show what was known then; `advance` moves them on, so that a second
    crawl finds new notices, moved deadlines and cancellations. `ports` are by source (`demo_ocds`), any free one where
    none is named. `html_pace` is None, since EIS tells no limit; the first `ted_timeouts` searches of TED time out.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        as_of: datetime | None = None,
        ports: Mapping[str, int] | None = None,
        ocds_pace: Pace | None = DEMO_PACE,
        html_pace: Pace | None = None,
        ted_timeouts: int = 0,
    ) -> None:
        self.corpus = corpus
        ports = ports or {}
        with ExitStack() as opened:  # where one of them has no port, those before it give theirs back
            self.ocds = OcdsPortal(corpus, as_of, ports.get("demo_ocds", 0), ocds_pace)
            opened.callback(self.ocds.close)
            self.html = EisPortal(corpus, as_of, ports.get("demo_html", 0), html_pace)
            opened.callback(self.html.close)
            self.js = JsPortal(corpus, as_of, ports.get("demo_js", 0))
            opened.callback(self.js.close)
            self.ted = TedPortal(corpus, as_of, ports.get("demo_ted", 0), timeouts=ted_timeouts)
            opened.pop_all()
        self._portals = {"demo_ocds": self.ocds, "demo_html": self.html, "demo_js": self.js, "demo_ted": self.ted}
        self._running = ExitStack()

    @property
    def endpoints(self) -> dict[str, str]:
        """Where each portal is, by source, without a slash at the end."""
        return {source: portal.url for source, portal in self._portals.items()}

    @property
    def ports(self) -> dict[str, int]:
        """The port of each portal, by source."""
        return {source: portal.port for source, portal in self._portals.items()}

    @property
    def ocds_url(self) -> str:
        """Where the OCDS portal is, without a slash at the end."""
        return self.ocds.url

    @property
    def html_url(self) -> str:
        """Where the HTML portal is, without a slash at the end."""
        return self.html.url

    @property
    def log(self) -> list[Call]:
        """All requests to all of them, in the order in which they came; `.ocds.log` and so on are apart."""
        return sorted(call for portal in self._portals.values() for call in portal.log)

    def advance(self, moment: datetime) -> None:
        """Let the portals live in another moment from now on."""
        for portal in (self.ocds, self.html, self.js, self.ted):
            portal.as_of = moment

    def __enter__(self) -> Self:
        for portal in self._portals.values():
            self._running.enter_context(portal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()
