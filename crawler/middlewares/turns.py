"""One crawl at a time asks a host, whichever sources they are of; and nobody asks one that wants to be left alone.

Turns and pauses stand in the database, so that they hold over processes, runs and machines. A turn is looked at once a
second at most: where no other crawl waits, it costs one short reading.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from domain.errors import HostPaused
from storage.engine import reading, writing
from storage.hosts import find_pause, give_turn_up, is_wanted, take_turn

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session

SLICE = 1.0  # seconds until a turn is looked at again
IDLE = 2.0  # seconds without a request after which a turn is given up
AGAIN = 0.2  # seconds until who waits looks again
PATIENCE = timedelta(minutes=2)  # a longer pause puts the run off; that of the run's own making is waited out


@dataclass(slots=True)
class _Turn:
    """This crawl's turn to ask one host; `under_way` are the requests that were let through and not answered yet."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    mine: bool = False
    until: float = 0.0
    under_way: int = 0
    idle: asyncio.TimerHandle | None = None


class TurnsMiddleware:
    """Holds a request until its host is this crawl's to ask. The last one before the network."""

    def __init__(self, session: "Session", delay: float) -> None:
        self._session, self._delay = session, delay
        self._turns: dict[str, _Turn] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """With the delay that this crawl keeps: another crawl keeps it too before it asks after this one."""
        return cls(crawler.settings["TENDERWATCH_SESSION"], crawler.settings.getfloat("DOWNLOAD_DELAY"))

    async def process_request(self, request: Request) -> None:
        """Wait for the turn; raises HostPaused where that takes too long."""
        host = urlsplit(request.url).netloc
        turn = self._turns.setdefault(host, _Turn())
        async with turn.lock:
            while turn.until <= time.monotonic():
                await self._look(host, turn)
            turn.under_way += 1
            if turn.idle is not None:
                turn.idle.cancel()
        request.meta["turn"] = host

    def process_response(self, request: Request, response: Response) -> Response:
        """The response as it is."""
        self._end(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002 (Scrapy's signature)
        """The request is over."""
        self._end(request)

    async def _look(self, host: str, turn: _Turn) -> None:
        if self._session.stopping:
            raise IgnoreRequest("the crawl stops")
        wait = await self._session.in_writer(self._take, host, turn)
        if wait:
            await asyncio.sleep(wait)
        else:
            turn.until = time.monotonic() + SLICE

    def _take(self, host: str, turn: _Turn) -> float:
        """Seconds to wait before looking again; 0 where the host may be asked."""
        session, now = self._session, self._session.clock()
        with reading(session.engine) as c:
            pause = find_pause(c, host, now)
            wanted = turn.mine and is_wanted(c, host, session.lease.run_id, now)
        if pause is not None:
            if pause.until - now > PATIENCE and host not in session.own_pauses:
                raise HostPaused(f"{host} is not asked before {pause.until:%Y-%m-%d %H:%M} UTC: {pause.reason}")
            return min(1.0, (pause.until - now).total_seconds())
        if turn.mine and (not wanted or turn.under_way):
            return AGAIN if wanted else 0.0
        with writing(session.engine) as c:
            if turn.mine:
                give_turn_up(c, host, session.lease.run_id, now + timedelta(seconds=self._delay))
            turn.mine = take_turn(c, host, session.lease.run_id, now)
        return 0.0 if turn.mine else AGAIN

    def _end(self, request: Request) -> None:
        host = request.meta.pop("turn", None)
        if host is None:
            return
        turn = self._turns[host]
        turn.under_way -= 1
        if not turn.under_way:
            turn.idle = asyncio.get_running_loop().call_later(IDLE, self._give_up, host, turn)

    def _give_up(self, host: str, turn: _Turn) -> None:
        """Nothing is asked of the host at present; what comes next waits for its turn again."""
        turn.until = 0.0
        self._session.later(self._release, host, turn)

    def _release(self, host: str, turn: _Turn) -> None:
        session = self._session
        if turn.mine and not turn.under_way:
            turn.mine = False
            since = timedelta(seconds=max(0.0, self._delay - IDLE))
            with writing(session.engine) as c:
                give_turn_up(c, host, session.lease.run_id, session.clock() + since)
