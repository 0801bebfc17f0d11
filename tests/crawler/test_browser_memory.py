"""A hundred pages of an application that leaks: the whole process tree stays as it was after fifty."""

from benchmarks.browser import middle, read_pages
from tests.crawler.browsing import need_browser


def test_a_hundred_pages_take_no_more_memory_than_fifty() -> None:
    import asyncio

    need_browser()
    found = asyncio.run(read_pages(100))
    for at_fifty, at_end in zip(middle(found, 50), middle(found, 100), strict=True):
        assert at_end < 1.2 * at_fifty, found[::10]
