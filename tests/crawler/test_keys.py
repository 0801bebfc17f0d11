"""Which keys were seen: the same as a set tells."""

from hypothesis import given
from hypothesis import strategies as st

from crawler.keys import KeySet


@given(st.lists(st.text(max_size=3), max_size=200), st.lists(st.text(max_size=3), max_size=50))
def test_it_tells_what_a_set_tells(keys: list[str], others: list[str]) -> None:
    seen, meant = KeySet(), set[str]()
    for start in range(0, len(keys), 7):
        some = keys[start : start + 7]
        assert seen.update(some) == len(set(some) - meant)
        meant.update(some)
    assert len(seen) == len(meant)
    assert [key in seen for key in keys + others] == [key in meant for key in keys + others]
