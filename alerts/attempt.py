"""One try of one message, in a thread of its own with a limit of time; whatever happens, it ends with an outcome."""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import Engine

from alerts.compose import Parcel, compose
from alerts.http import watched
from alerts.outcome import Fate, HandOver, Outcome, TooLate
from alerts.services import Service, hand_over, open_service, to_manner
from domain.alerts import Delivery, Destination
from domain.config import Settings
from domain.errors import BadRule, BadSettings
from storage.engine import reading

log = structlog.get_logger()

LAST_WORDS = 5.0  # seconds that a service has for its answer once we are told to stop


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a message, and of a digest in parts, how many are `told` then and whether it was the `last`.

    `fault`: the users' own template could not be used, and why.
    """

    outcome: Outcome
    told: int = 0
    last: bool = True
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs, the same for all messages of a round."""

    engine: Engine
    settings: Settings
    read_secret: Callable[[str], str]
    limit: timedelta
    stop: Event | None = None

    def open(self, place: Destination) -> Service | Outcome:
        """The service of a destination, or why it cannot be written to."""
        try:
            return open_service(place, self.read_secret)
        except BadSettings as error:
            return Outcome(Fate.TEMPORARY, str(error))
        except BadRule as error:
            return Outcome(Fate.PERMANENT, str(error))

    def send(self, service: Service | Outcome, place: Destination, batch: Sequence[Delivery], now: datetime) -> Result:
        """The result of one message, in at most `limit`; a time-out is unknown only if the message may have left."""
        if isinstance(service, Outcome):
            return Result(service)
        leaving = HandOver()
        found: list[Result] = []

        def work() -> None:
            try:
                found.append(self._attempt(service, place, batch, now, leaving))
            except TooLate:
                return
            except Exception as error:  # noqa: BLE001  the border of sending: the ledger must say whatever happens
                ids = [each.id for each in batch]
                text = service.hide(f"{type(error).__name__}: {error}")
                trace = service.hide(traceback.format_exc())
                log.error("a message could not be sent", destination=place.id, deliveries=ids, trace=trace)
                fate = Fate.UNKNOWN if leaving.abandon() else Fate.TEMPORARY
                found.append(Result(Outcome(fate, f"an error of Tenderwatch's own ({text})")))

        thread = Thread(target=work, name=f"send to {place.id}", daemon=True)
        thread.start()
        seconds = f"no answer in {_wait(thread, self.limit.total_seconds(), self.stop):.3g} s"
        left = leaving.abandon()
        if found:
            return found[0]
        return Result(
            Outcome(Fate.UNKNOWN, f"handed over, but {seconds}") if left else Outcome(Fate.TEMPORARY, seconds)
        )

    def _attempt(
        self, service: Service, place: Destination, batch: Sequence[Delivery], now: datetime, leaving: HandOver
    ) -> Result:
        with reading(self.engine) as c:
            parcel: Parcel = compose(c, batch, now, to_manner(service, place, self.settings))
        with watched(leaving, self.settings.allowed_addresses) as watch:
            outcome = hand_over(service, parcel, place, self.settings, watch, now)
        return Result(replace(outcome, reason=service.hide(outcome.reason)), parcel.told, parcel.last, parcel.fault)


def _wait(thread: Thread, limit: float, stop: Event | None) -> float:
    """Until the thread has ended, for `limit` seconds at most, or LAST_WORDS from a stop; how long it was."""
    begun, last = time.monotonic(), limit
    while thread.is_alive() and (waited := time.monotonic() - begun) < last:
        if stop is not None and stop.is_set():
            last, stop = min(last, waited + LAST_WORDS), None
        thread.join(min(last - waited, 0.2) if stop is not None else last - waited)
    return last
