"""The demo's two portals, each on its own port, since politeness is counted by host."""

from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Self

from app.demo.eis_portal import EisPortal
from app.demo.nouns import Corpus
from app.demo.ocds_portal import OcdsPortal
from app.demo.server import Call, Pace

DEMO_PACE = Pace(calls=12, seconds=10.0, retry_after=2)


class DemoPortals:
    """Serves a corpus while it is entered.

    `as_of` is the moment that the portals live in (default: the start of the corpus's day, when everything in it has
    been published). Given an earlier one, they show what was known then; `advance` moves them on, so that a second
    crawl finds new notices, moved deadlines and cancellations. `html_pace` is None, since EIS tells no limit.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        as_of: datetime | None = None,
        ocds_port: int = 0,
        html_port: int = 0,
        ocds_pace: Pace | None = DEMO_PACE,
        html_pace: Pace | None = None,
    ) -> None:
        self.corpus = corpus
        self.ocds = OcdsPortal(corpus, as_of, ocds_port, ocds_pace)
        self.html = EisPortal(corpus, as_of, html_port, html_pace)
        self._running = ExitStack()

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
        """All requests to both, in the order in which they came; `.ocds.log` and `.html.log` are apart."""
        return sorted([*self.ocds.log, *self.html.log])

    def advance(self, moment: datetime) -> None:
        """Let the portals live in another moment from now on."""
        self.ocds.as_of = self.html.as_of = moment

    def __enter__(self) -> Self:
        self._running.enter_context(self.ocds)
        self._running.enter_context(self.html)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()
