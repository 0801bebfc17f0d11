"""TED's change notices, from a portal like TED to an inbox: a moved deadline as old -> new, a cancellation; once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alerts.book import import_book
from alerts.route import route
from alerts.send import send_due
from app.demo.corpus import build_corpus
from app.demo.mailbox import Mailbox
from app.demo.ted_notice import publications
from app.demo.ted_portal import TedPortal
from crawler.child import crawl_in_child
from domain.alerts import EventKind
from domain.config import Mail, Settings
from domain.notices import Status
from domain.profiles import Keywords
from domain.sources import RunState
from matching.run import match_stored
from storage.engine import open_engine, reading, writing
from storage.migrate import upgrade
from storage.notices import find_notice, find_revisions
from storage.schema import events
from tests.factories import a_version

ALERTS = """
destinations: [{id: desk, name: Desk, url: "tendermail://desk@example.org"}]
rules: [{id: desk, profile: all, min_score: 0, destination: desk}]
"""
DAY = timedelta(days=1)


def test_what_change_notices_move_is_told_once_from_old_to_new(tmp_path: Path) -> None:
    corpus = build_corpus(datetime.now(ZoneInfo("Europe/London")).date())
    begin = corpus.moment - 2 * DAY
    fresh = [made for made in publications(corpus) if made.reason and made.earlier and made.at > begin]
    targets = {made.earlier.key: made for made in fresh if made.earlier and made.earlier.at <= begin}
    moved = {key: made for key, made in targets.items() if made.reason == "update-add"}
    ended = {key: made for key, made in targets.items() if made.reason == "cancel"}
    assert moved
    upgrade(f"sqlite:///{tmp_path / 'tenderwatch.db'}", None)
    (tmp_path / "alerts.yml").write_text(ALERTS)
    with TedPortal(corpus, begin) as portal, Mailbox(tmp_path / "mails") as mailbox:
        settings = Settings(data_dir=tmp_path, mail=Mail(host="127.0.0.1", port=mailbox.port))
        engine = open_engine(settings.database)
        with writing(engine) as c:
            codes = tuple({code[:2] for notice in corpus.on("ted") for code in notice.codes})
            a_version(c, id="all", name="All", threshold=1, codes={"CPV": codes}, keywords=Keywords(("zzz",), ()))
        import_book(engine, tmp_path / "alerts.yml")

        def look(moment: datetime) -> None:
            portal.as_of = moment
            run = crawl_in_child("demo_ted", settings, endpoint=portal.url, until=moment)
            assert run.state in (RunState.OK, RunState.SUSPICIOUS), run.reason
            match_stored(engine, datetime.now(UTC))
            route(engine, datetime.now(UTC))
            send_due(engine, settings, lambda: datetime.now(UTC))

        look(begin - 8 * DAY)  # one summary; what comes after is told one by one
        look(begin)
        known = len(mailbox.messages())
        look(corpus.moment)
        after = mailbox.messages()[known:]
        for key, made in targets.items():
            with reading(engine) as c:
                found = find_notice(c, "demo_ted", key)
                assert found is not None
                versions = find_revisions(c, found.id)
            assert made.key in [each.brought_by for each in versions]
            if key in moved:
                assert found.notice.deadline_at == made.deadline_at
            else:
                assert found.notice.status is Status.CANCELLED
        with reading(engine) as c:
            told = c.execute(select(events.c.kind, events.c.payload).where(events.c.opportunity_id.is_not(None))).all()
        for kind, keys in ((EventKind.DEADLINE_MOVED, moved), (EventKind.CANCELLED, ended)):
            names = [payload["notice"] for each, payload in told if each == kind]
            assert sorted(names) == sorted(f"demo_ted:{key}" for key in keys)
        cancelled = [mail for mail in after if "ancelled" in str(mail["Subject"])]
        assert cancelled
        bodies = [str(mail.get_body(("plain",)) or "") + str(mail["Subject"]) for mail in after]
        assert sum("Deadline moved" in body and " -> " in body for body in bodies) == len(moved)
        count = len(mailbox.messages())
        look(corpus.moment)
        assert len(mailbox.messages()) == count
        engine.dispose()
