"""Digests, reminders, escalations and hand-overs as they arrive, over SMTP, in each reader's language and zone."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import Engine

from alerts.decide import hand
from alerts.queue import queue_due
from alerts.send import send_due
from domain.alerts import EventKind
from domain.notices import Status
from storage.engine import writing
from storage.health import Told, save_told
from tests.alerts.cases import happen
from tests.alerts.desk import BOOK, at, import_text
from tests.alerts.post import Box, a_server, an_installation, parts
from tests.factories import NOW, a_notice, a_run, a_source

DAY = timedelta(days=1)
RULES = "rules:\n  - {id: all, min_score: 40, person: mira, bid_days: 5, remind: [2], escalate: {hours: 8, to: olga}}\n"
HIGH = "  - {id: high, min_score: 80, person: mira}\n"
DIGEST = BOOK.replace("country: ES}", 'country: ES, when: {digest: ["08:30"], most: 2, heartbeat: true}}')


def receive(engine: Engine, folder: Path, *moments: datetime) -> list[EmailMessage]:
    """Everything that is due at each of these moments is queued and sent; the mails that arrived."""
    box = Box()
    with a_server(box) as mail:
        settings = an_installation(folder, mail)
        for moment in moments:
            queue_due(engine, [a_source(id="fr_never")], moment, "UTC")
            send_due(engine, settings, lambda moment=moment: moment)  # type: ignore[misc]
    return box.mails


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_digest_in_spanish(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, DIGEST + RULES + HIGH)
    near = at("2026-11-06 12:00")
    happen(engine, a_notice(key="low", title={"en": "The lowest"}), points=50)
    happen(engine, a_notice(key="near", title={"en": "The near one"}, deadline_at=near), points=60)
    happen(engine, a_notice(key="best", title={"en": "The best"}), points=90)
    happen(engine, a_notice(key="gone", title={"en": "Gone"}, deadline_at=at("2026-11-03 20:00")), points=70)
    queue_due(engine, [], NOW, "UTC")
    moved = a_notice(key="gone", title={"en": "Gone"}, deadline_at=NOW + timedelta(hours=1))
    happen(engine, moved, kind=EventKind.DEADLINE_MOVED, changes=[])
    with writing(engine) as c:
        run_id = a_run(c, "fr_never")
        save_told(c, "fr_never", Told(run_id, "blocked", NOW))
    (mail,) = receive(engine, tmp_path, at("2026-11-03 07:30"))
    assert mail["To"] == "mira@bidder.example"
    text, html = (words(part) for part in parts(mail))
    assert text.index("The best") < text.index("The near one")
    assert "The lowest" not in text
    assert "Coincide 1 más que espera al próximo resumen." in text
    assert "Demasiado tarde para ofertar: quedan menos de 5 días." in text
    assert "Coincidió 1 más que se cerró o retiró antes de este resumen." in text
    assert "fr_never (bloqueada, desde lun 2 nov 2026)" in text
    assert "opportunities list --summary" in text
    assert "13:00 CET" in text, "the deadline in Madrid"
    assert "fr_never" in html


def test_an_empty_digest_says_that_all_is_well_and_names_missed_ones(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, DIGEST + RULES)
    mails = receive(engine, tmp_path, NOW, NOW + DAY, NOW + 4 * DAY)
    assert len(mails) == 2
    first, second = (words(parts(mail)[0]) for mail in mails)
    assert "Este resumen incluye" not in first
    assert "fr_never (Último rastreo bueno: nunca)" in first
    assert "Este resumen incluye también 2 que no salieron porque Tenderwatch estaba parado." in second


def to(mail: EmailMessage) -> str:
    return str(mail["To"])


def test_what_happens_to_one_tender_is_one_thread(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    new = receive(engine, tmp_path, NOW)
    escalated = receive(engine, tmp_path, at("2026-11-02 17:00"))
    hand(engine, 1, by="olga", to="jun", why="<b>in Manila</b>", now=at("2026-11-03 09:00"))
    handed = receive(engine, tmp_path, at("2026-11-03 09:00"))
    reminded = receive(engine, tmp_path, at("2026-11-27 09:00"))
    change = {"field": "deadline_at", "old": "2026-12-01T12:00:00+00:00", "new": "2026-12-08T12:00:00+00:00"}
    later = a_notice(deadline_at=at("2026-12-08 12:00"))
    happen(engine, later, kind=EventKind.DEADLINE_MOVED, changes=[change])
    moved = receive(engine, tmp_path, at("2026-11-27 10:00"))
    happen(engine, a_notice(status=Status.CANCELLED), kind=EventKind.CANCELLED, changes=[])
    cancelled = receive(engine, tmp_path, at("2026-11-27 11:00"))
    assert [[*map(to, new)], [*map(to, escalated)], [*map(to, handed)], sorted(map(to, reminded))] == [
        ["mira@bidder.example"],
        ["olga@bidder.example"],
        ["jun@bidder.example"],
        ["jun@bidder.example", "olga@bidder.example"],
    ], "Jun has not dealt with it either; two destinations are written to at once"
    assert "Эту закупку получили: Mira; с пн, 2 нояб. 2026" in words(parts(escalated[0])[0])
    text, html = parts(handed[0])
    assert "Ipinasa ito sa inyo ni Olga: <b>in Manila</b>" in words(text)
    assert "&lt;b&gt;in Manila&lt;/b&gt;" in html
    arrived = (*handed, *reminded, *moved, *cancelled)
    to_jun = [mail for mail in arrived if mail["To"] == "jun@bidder.example"]
    assert len(to_jun) == 4
    assert {mail["References"].split()[0] for mail in to_jun[1:]} == {to_jun[0]["Message-ID"]}
    assert {mail["To"] for mail in moved} == {"jun@bidder.example", "olga@bidder.example"}, "Mira is relieved"


def test_three_people_on_three_clocks(engine: Engine, tmp_path: Path) -> None:
    """The same rule, each at half past eight of their own morning."""
    book = BOOK
    for name, rest in (("mira", "country: ES}"), ("jun", "capacity: 2}"), ("olga", "zone: Europe/Moscow}")):
        book = book.replace(rest, rest.replace("}", ', when: {digest: ["08:30"]}}')) if name in book else book
    rules = "".join(f"  - {{id: {name}, min_score: 40, person: {name}}}\n" for name in ("mira", "jun", "olga"))
    import_text(engine, tmp_path, book + "rules:\n" + rules)
    happen(engine)
    queue_due(engine, [], NOW, "UTC")
    arrived = {}
    for half_hours in range(48):
        moment = at("2026-11-02 22:00") + timedelta(minutes=30 * half_hours)
        for mail in receive(engine, tmp_path, moment):
            arrived[mail["To"]] = f"{moment:%d %H:%M}"
    assert arrived == {
        "jun@bidder.example": "03 00:30",
        "olga@bidder.example": "03 05:30",
        "mira@bidder.example": "03 07:30",
    }
