"""A dispatcher that is killed between sending and recording: what it left is unknown, and is not sent again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine

from alerts.route import route
from alerts.send import Sent, send_due
from domain.alerts import DeliveryState
from storage.deliveries import requeue
from storage.engine import writing
from tests.alerts.cases import happen, ledger, states, tell, tenders
from tests.alerts.post import Box, a_server, an_installation, wait_for
from tests.factories import NOW

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import sys
from datetime import datetime
from alerts.send import send_due
from domain.config import Settings
from storage.engine import open_engine
url, settings, now = sys.argv[1:]
send_due(open_engine(url), Settings.model_validate_json(settings), lambda: datetime.fromisoformat(now))
"""


def test_killed_after_the_server_has_the_mail(engine: Engine, database: str, tmp_path: Path) -> None:
    tell(engine)
    happen(engine, *tenders(3))
    route(engine, NOW)
    box = Box(delay=3)  # the mail is whole in the server's hands, and the answer is on its way
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail.model_copy(update={"timeout": 60}))
        command = [sys.executable, "-c", CHILD, database, settings.model_dump_json(), NOW.isoformat()]
        child = subprocess.Popen(command, cwd=ROOT)
        try:
            wait_for(lambda: box.tries == 1, 60)
            assert states(engine) == [DeliveryState.SENDING] * 3
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        wait_for(lambda: len(box.mails) == 1)
        box.delay = 0
        assert send_due(engine, settings, lambda: NOW) == Sent(), "at once: the child's process is gone"
        assert states(engine) == [DeliveryState.UNKNOWN] * 3
        assert "killed between sending and recording" in (ledger(engine)[0].delivery.reason or "")
        happen(engine, *tenders(4))
        assert route(engine, NOW).deliveries == 1
        assert send_due(engine, settings, lambda: NOW) == Sent(sent=1), "later ones go on"
        with writing(engine) as c:
            assert requeue(c, None, [DeliveryState.UNKNOWN], NOW) == 3
        assert send_due(engine, settings, lambda: NOW) == Sent(sent=3)
    first, _, again = box.mails
    assert first["Message-ID"] == again["Message-ID"], "a reader that drops doubles can tell"


def test_a_dispatcher_of_another_machine_keeps_its_lease_until_it_runs_out(engine: Engine, tmp_path: Path) -> None:
    from datetime import timedelta

    from storage.deliveries import lease_deliveries

    tell(engine)
    happen(engine)
    route(engine, NOW)
    with writing(engine) as c:
        lease_deliveries(c, NOW, timedelta(minutes=5), f"elsewhere/{os.getpid()}/abc")
    with a_server(Box()) as mail:
        settings = an_installation(tmp_path, mail)
        send_due(engine, settings, lambda: NOW)
        assert states(engine) == [DeliveryState.SENDING]
        send_due(engine, settings, lambda: NOW + timedelta(minutes=5))
        assert states(engine) == [DeliveryState.UNKNOWN]
