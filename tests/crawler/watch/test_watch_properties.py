"""Whatever the page: its blocks in another order and other noise tell nothing; one block changed is told alone."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.watch.look import look
from tests.crawler.watch.pages import MONDAY, URL, a_source

WORDS = (
    "pump",
    "valve",
    "pipe",
    "steel",
    "school",
    "bridge",
    "road",
    "cleaning",
    "supply",
    "repair",
    "software",
    "licence",
    "tower",
    "crane",
    "paper",
    "server",
)
SUBJECTS = st.lists(st.sampled_from(WORDS), min_size=3, max_size=6, unique=True).map(" ".join)
TENDERS = st.lists(st.tuples(SUBJECTS, st.integers(1, 27)), min_size=3, max_size=12, unique_by=lambda each: each[0])
SHAPES = st.sampled_from(["table", "list", "cards", "paragraphs"])


def to_block(shape: str, number: int, subject: str, day: int) -> str:
    deadline, link = f"Deadline: {day:02}.03.2026", f'<a href="/t/{number}">{subject}</a>'
    return {
        "table": f"<tr><td>T-{number}</td><td>{link}</td><td>{day:02}.03.2026</td></tr>",
        "list": f"<li>{link} {deadline}</li>",
        "cards": f'<div class="card"><h3>{link}</h3><div>{deadline}</div></div>',
        "paragraphs": f"<p>{link}, number T-{number}. {deadline}</p>",
    }[shape]


def to_page(shape: str, blocks: list[str], at: datetime, noise: int) -> bytes:
    around = {"table": "table", "list": "ul"}.get(shape, "section")
    return (
        f"<html><body><div>{at:%d.%m.%Y %H:%M}</div><p>Visitors online: {noise}</p>"
        f"<{around}>{''.join(blocks)}</{around}><div style='display:none'>{noise}</div>"
        f"<p>{noise} results found</p><footer>Last updated: {at:%d %B %Y}</footer></body></html>"
    ).encode()


@given(SHAPES, TENDERS, st.randoms(use_true_random=False), st.integers(0, 10**9), st.integers(0, 40 * 24 * 60))
def test_order_and_noise_tell_nothing(
    shape: str, tenders: list[tuple[str, int]], random: random.Random, noise: int, minutes: int
) -> None:
    blocks = [to_block(shape, 2001 + place, *tender) for place, tender in enumerate(tenders)]
    then = MONDAY + timedelta(minutes=minutes)
    first = look(to_page(shape, blocks, MONDAY, 17), a_source(), URL, MONDAY, None)
    random.shuffle(blocks)
    found = look(to_page(shape, blocks, then, noise), a_source(), URL, then, first.watched)
    assert [(each.what, each.block.lines) for each in found.findings if each.is_told or each.what == "gone"] == []
    keys = {block.lines: block.key for block in first.watched.blocks}
    assert all(keys[each.lines] == each.key for each in found.watched.blocks if each.lines in keys)


@given(SHAPES, TENDERS, st.data(), st.sampled_from(["deadline", "subject", "new", "gone"]), st.integers(0, 10**9))
def test_one_change_is_told_alone(
    shape: str, tenders: list[tuple[str, int]], data: st.DataObject, change: str, noise: int
) -> None:
    place = data.draw(st.integers(0, len(tenders) - 1))
    before = [to_block(shape, 2001 + each, *tender) for each, tender in enumerate(tenders)]
    subject, day = tenders[place]
    now = list(before)
    if change == "deadline":
        now[place] = to_block(shape, 2001 + place, subject, day + 1)
    elif change == "subject":
        now[place] = to_block(shape, 2001 + place, f"{subject} amended", day)
    elif change == "new":
        now.insert(place, to_block(shape, 3001, "turbine blades for the second unit", 9))
    else:
        del now[place]
    then = MONDAY + timedelta(days=1)
    first = look(to_page(shape, before, MONDAY, 17), a_source(), URL, MONDAY, None)
    found = look(to_page(shape, data.draw(st.permutations(now)), then, noise), a_source(), URL, then, first.watched)
    told = [(each.what, " ".join(each.block.lines)) for each in found.told]
    if change == "gone":
        assert told == []
        assert [subject in " ".join(each.block.lines) for each in found.findings if each.what == "gone"] == [True]
        return
    assert [what for what, _ in told] == ["new" if change == "new" else "changed"]
    assert ("turbine blades" if change == "new" else subject) in told[0][1]
