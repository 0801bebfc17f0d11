"""Numbers of rows as portals print them."""

import re

GROUPS = re.compile(r"[0-9]{1,3}(?P<mark>[,. '\u2019\u00a0\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]{1,11}")
MOST = 10**11


def to_count(printed: object) -> int | None:
    """A whole number, or a text that is one: `1234`, `"1,234"`, `"1 234"`; None for anything else."""
    if isinstance(printed, str):
        found = GROUPS.fullmatch(printed.strip())
        printed = int("".join(re.findall("[0-9]", found[0]))) if found else None
    if isinstance(printed, bool) or not isinstance(printed, int):
        return None
    return printed if 0 <= printed < MOST else None
