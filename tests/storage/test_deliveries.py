"""The ledger: what is leased together, what holds what back, and who may record."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from domain.alerts import DeliveryState, Destination, EventKind
from storage.deliveries import (
    NewDelivery,
    count_deliveries,
    expire_leases,
    find_holders,
    lease_deliveries,
    lease_one,
    list_deliveries,
    requeue,
    save_dead,
    save_deliveries,
    save_retry,
    save_sent,
    save_unknown,
)
from storage.destinations import save_destination
from storage.engine import reading, writing
from storage.events import append_event
from storage.matches import Assessed, Match, save_assessments
from storage.profiles import find_epoch
from storage.schema import opportunities
from storage.told import find_summed, find_thread, find_told
from tests.factories import NOW, a_notice, a_score, a_version, stored

TTL = timedelta(minutes=5)
SENT, QUEUED, DEAD, UNKNOWN = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.DEAD, DeliveryState.UNKNOWN


def places(c: Connection, *names: str) -> None:
    for name in names or ("sales",):
        save_destination(c, Destination(name, name, f"tendermail://{name}@b.example"))


def opportunity(c: Connection, count: int = 1) -> None:
    """Opportunities 1 to `count`."""
    version = a_version(c)
    found = stored(c, *(a_notice(key=f"n{number}") for number in range(count)))
    matches = [Match(each, (Assessed(version, a_score()),)) for each in found]
    save_assessments(c, find_epoch(c), matches, model_version="test", now=NOW)


def queue(
    c: Connection,
    number: int | None = 1,
    kind: EventKind = EventKind.NEW,
    place: str = "sales",
    due: datetime = NOW,
    **payload: Any,
) -> int:
    """A delivery of a new event of this opportunity; the event's number, which is in its Message-ID."""
    event_id = append_event(c, kind, number, payload, NOW)
    assert save_deliveries(c, [NewDelivery(event_id, place, ("rule",), f"m{event_id}", due)]) == 1
    return event_id


def lease(engine: Engine, now: datetime = NOW, holder: str = "me", **limits: int) -> list[int]:
    """The events of the next message."""
    with writing(engine) as c:
        return [delivery.event_id for delivery in lease_deliveries(c, now, TTL, holder, limits)]


def ids(c: Connection, *event_ids: int) -> list[int]:
    return [view.delivery.id for view in list_deliveries(c) if view.delivery.event_id in event_ids]


def test_an_event_is_queued_once_for_a_destination(engine: Engine) -> None:
    with writing(engine) as c:
        places(c, "sales", "board")
        opportunity(c)
        event_id = queue(c)
        rows = [NewDelivery(event_id, place, ("other",), "m", NOW) for place in ("sales", "board")]
        assert save_deliveries(c, rows) == 1
        assert save_deliveries(c, rows) == 0
        assert count_deliveries(c, QUEUED) == 2
        assert count_deliveries(c, QUEUED, "sales") == 1


def test_what_is_leased_together(engine: Engine) -> None:
    with writing(engine) as c:
        places(c)
        opportunity(c, 3)
        new = [queue(c, number) for number in (1, 2)]
        changed = queue(c, 1, EventKind.CHANGED)
        new.append(queue(c, 3))
        other = queue(c, 2, EventKind.CANCELLED)
        moved = queue(c, 1, EventKind.DEADLINE_MOVED)
        summary = queue(c, None, EventKind.BASELINE, baseline="first run", opportunities=[1], count=1)
        test = queue(c, None, EventKind.TEST)
    for wanted in (new, [changed, moved], [other], [summary], [test], []):
        assert lease(engine) == wanted
        assert lease(engine) == [], "somebody is sending to this destination"
        with writing(engine) as c:
            found = ids(c, *wanted)
            if wanted:
                shared = {view.delivery.message_id for view in list_deliveries(c) if view.delivery.id in found}
                assert shared == {f"m{wanted[0]}"}
            save_sent(c, found, "me", NOW, "250")
    with reading(engine) as c:
        assert count_deliveries(c, SENT) == 8


def test_a_message_holds_at_most_what_its_destination_takes(engine: Engine) -> None:
    with writing(engine) as c:
        places(c, "sales", "chat")
        opportunity(c, 5)
        mails = [queue(c, number) for number in range(1, 6)]
        chats = [queue(c, number, place="chat") for number in range(1, 6)]
    assert lease(engine, chat=2) == mails
    assert lease(engine, chat=2) == chats[:2]


def test_what_waits_for_its_next_try_holds_back_the_later_ones(engine: Engine) -> None:
    with writing(engine) as c:
        places(c, "sales", "board")
        opportunity(c, 2)
        first = [queue(c, 1), queue(c, 2)]
    assert lease(engine) == first
    with writing(engine) as c:
        save_retry(c, ids(c, *first), "me", NOW + timedelta(hours=1), "421")
        later = queue(c, 1, EventKind.CHANGED)
        elsewhere = queue(c, 1, place="board")
    assert lease(engine) == [elsewhere]
    assert lease(engine, NOW + timedelta(minutes=59)) == []
    assert lease(engine, NOW + timedelta(hours=1)) == first, "together, as they were"
    with writing(engine) as c:
        save_sent(c, ids(c, *first), "me", NOW, None)
    assert lease(engine, NOW + timedelta(hours=1)) == [later]


def test_what_is_due_later_holds_nothing_back(engine: Engine) -> None:
    with writing(engine) as c:
        places(c)
        opportunity(c, 2)
        late = queue(c, 1, due=NOW + timedelta(hours=1))
        early = queue(c, 2)
    assert lease(engine) == [early]
    with writing(engine) as c:
        save_sent(c, ids(c, early), "me", NOW, None)
    assert lease(engine) == []
    assert lease(engine, NOW + timedelta(hours=1)) == [late]


def test_a_lease_that_ran_out_or_whose_holder_is_gone_is_unknown(engine: Engine) -> None:
    with writing(engine) as c:
        places(c, "a", "b", "c")
        opportunity(c)
        for place in ("a", "b", "c"):
            queue(c, place=place)
    for holder in ("dead", "slow", "good"):
        assert lease(engine, holder=holder)
    with writing(engine) as c:
        assert find_holders(c) == {"dead", "slow", "good"}
        assert expire_leases(c, NOW, ["dead"]) == 1
        assert count_deliveries(c, UNKNOWN, "a") == 1
        assert expire_leases(c, NOW + TTL) == 2
        rows = {view.delivery.destination_id: view.delivery.id for view in list_deliveries(c)}
        save_sent(c, [rows["b"]], "somebody else", NOW, None)
        assert count_deliveries(c, SENT) == 0, "only who held it may record"
        save_sent(c, [rows["b"]], "slow", NOW, "250")
        assert count_deliveries(c, SENT, "b") == 1, "it was only slow, and knows better"
        save_dead(c, [rows["b"]], "slow", "550")
        assert count_deliveries(c, DEAD) == 0, "what was sent stays sent"


def test_requeue(engine: Engine) -> None:
    with writing(engine) as c:
        places(c, "a", "b")
        opportunity(c)
        dead, unknown = queue(c, place="a"), queue(c, place="b")
    assert lease(engine) == [dead]
    assert lease(engine) == [unknown]
    with writing(engine) as c:
        save_dead(c, ids(c, dead), "me", "550")
        save_unknown(c, ids(c, unknown), "me", "cut")
        assert requeue(c, ids(c, dead), [UNKNOWN], NOW) == 0
        assert requeue(c, None, [DEAD], NOW) == 1
        assert requeue(c, ids(c, unknown), [DEAD, UNKNOWN], NOW) == 1
    assert lease(engine) == [dead]
    with reading(engine) as c:
        assert {view.delivery.message_id for view in list_deliveries(c)} == {f"m{dead}", f"m{unknown}"}


def test_threads_and_who_was_told(engine: Engine) -> None:
    with writing(engine) as c:
        places(c, "sales", "board")
        opportunity(c, 3)
        first = queue(c, 1)
        queue(c, None, EventKind.BASELINE, place="board", baseline="first run", opportunities=[2, 3], count=2)
    lease(engine)
    with writing(engine) as c:
        save_sent(c, ids(c, first), "me", NOW, None)
        second = queue(c, 1, EventKind.CHANGED)
        c.execute(opportunities.update().where(opportunities.c.id == 1).values(merged_into=2))
        third = queue(c, 2, EventKind.CHANGED)
        (before,) = ids(c, third)
        assert find_thread(c, "sales", 2, before) == [f"m{first}"], "that of the one that was merged into it"
        assert find_thread(c, "board", 2, before) == []
        assert find_thread(c, "sales", 1, ids(c, first)[0]) == []
        assert find_told(c, [2, 3]) == {2: {"sales"}, 3: set()}
        assert find_told(c, []) == {}
        assert find_summed(c) == {2: {"board"}, 3: {"board"}}
        assert second < third


def test_the_ledger(engine: Engine) -> None:
    with writing(engine) as c:
        places(c)
        opportunity(c)
        queue(c)
        queue(c, None, EventKind.BASELINE, baseline="first run of gb_test", opportunities=[1], count=1)
        event_id = queue(c, None, EventKind.TEST)
        delivery = lease_one(c, event_id, "sales", NOW, TTL, "me")
        assert delivery.state is DeliveryState.SENDING
    with reading(engine) as c:
        views = list_deliveries(c)
        assert [(view.kind, view.title) for view in views] == [
            (EventKind.TEST, "test"),
            (EventKind.BASELINE, "first run of gb_test"),
            (EventKind.NEW, "Supply of water pumps"),
        ]
        assert list_deliveries(c, DeliveryState.SENDING, 1) == views[:1]
        assert list_deliveries(c, delivery_id=views[1].delivery.id) == [views[1]]


def test_two_connections_never_lease_the_same(engine: Engine) -> None:
    """On PostgreSQL truly at once; SQLite lets one writer in at a time."""
    with writing(engine) as c:
        places(c, "a", "b")
        opportunity(c)
        first, second = queue(c, place="a"), queue(c, place="b")
    if engine.dialect.name == "sqlite":
        assert (lease(engine), lease(engine)) == ([first], [second])
        return
    with writing(engine) as one, writing(engine) as two:
        (mine,) = lease_deliveries(one, NOW, TTL, "one")
        (theirs,) = lease_deliveries(two, NOW, TTL, "two")
        assert (mine.event_id, theirs.event_id) == (first, second)


def test_queueing_does_not_hold_up_a_lease(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        return
    with writing(engine) as c:
        places(c)
        opportunity(c)
        event_id = queue(c)
    with writing(engine) as routing, writing(engine) as sending:
        queue(routing)
        assert [each.event_id for each in lease_deliveries(sending, NOW, TTL, "me")] == [event_id]
