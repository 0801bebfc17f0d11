"""Lists that are paged by a click: a step for each page, and a line at the end of its saved body that says what its
button was, so that what follows from a page is read from its bytes."""

import re

_STEP = re.compile(r"#click=(\d+)$")
_MARK = re.compile(rb"<!-- tenderwatch: next=(more|disabled|gone) -->\n\Z")


def split_clicks(url: str) -> tuple[str, int]:
    """The list's address, and how many clicks lead to the page of this step."""
    found = _STEP.search(url)
    return (url[: found.start()], int(found[1])) if found else (url, 0)


def after_click(url: str) -> str:
    """The address of the step that reads the page after this one."""
    base, clicks = split_clicks(url)
    return f"{base}#click={clicks + 1}"


def write_mark(state: str) -> str:
    """The line that is put behind a rendered page; the last one counts, and it is ours."""
    return f"\n<!-- tenderwatch: next={state} -->\n"


def read_mark(body: bytes) -> str | None:
    """more, disabled or gone; None where the page was not rendered for a list of clicks."""
    found = _MARK.search(body[-100:])
    return found[1].decode() if found else None
