"""The supervisor's row in the database: it works, since when, and which of its parts fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.holders import find_gone
from app.console import Installation, now
from domain.supervision import Part, Supervisor
from storage.engine import writing
from storage.supervisors import save_supervisor

EVERY = timedelta(seconds=10)
FRESH = timedelta(seconds=60)  # a stalled disk may eat a few beats


@dataclass(slots=True)
class Heart:
    """Beats for one supervisor; `failing` gives the parts that fail at this moment."""

    place: Installation
    name: str
    started_at: datetime
    failing: Callable[[], Sequence[Part]]

    def beat(self) -> None:
        """Say that it works."""
        self._save(None)

    def end(self) -> None:
        """Say that it ended, and by whom: cleanly."""
        self._save(now())

    def _save(self, ended_at: datetime | None) -> None:
        moment = now()
        row = Supervisor(self.name, self.started_at, moment, ended_at, tuple(self.failing()))
        with writing(self.place.engine) as connection:
            save_supervisor(connection, row)


def is_alive(supervisor: Supervisor, moment: datetime) -> bool:
    """It has not ended, said so a moment ago, and where it runs on this machine its process is there."""
    is_fresh = supervisor.ended_at is None and moment - supervisor.beat_at <= FRESH
    return is_fresh and not find_gone([supervisor.name])
