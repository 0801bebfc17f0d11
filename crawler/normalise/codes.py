"""Classification codes: CPV as eight digits in the portal's order without repeats, others in their own form."""

import re
from collections.abc import Iterable
from functools import lru_cache

from domain.notices import Code

_CPV = re.compile(r"(?<!\d)(\d{8})(?:-\d)?(?!\d)")
# DK 021:2015 is Ukraine's edition of the CPV, code by code; portals print its name in both alphabets.
_SAME_AS_CPV = {"CPV", "CPV2008", "CPV-2008", "ДК021", "ДК 021", "ДК021:2015", "ДК 021:2015", "DK021", "DK021:2015"}


def to_codes(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[Code, ...], list[str]]:
    """The codes, and the printed ids that are no code of their scheme."""
    found: list[Code] = []
    odd: list[str] = []
    as_printed = True
    for scheme, printed in dict.fromkeys(pairs):
        code = to_code(scheme, printed)
        if code is None:
            odd.append(f"{scheme} {printed}")
        else:
            found.append(code)
            as_printed = as_printed and code.id == printed and code.scheme == scheme
    # Codes that stand as they were printed are as different as what was printed; to compare them is slow.
    return tuple(found if as_printed else dict.fromkeys(found)), odd


@lru_cache(maxsize=16384)
def to_code(scheme: str, printed: str) -> Code | None:
    """One code, None where it is not one. A CPV's check digit ("45000000-7") is left out."""
    if scheme == "CPV" and len(printed) == 8 and printed.isascii() and printed.isdigit():
        return Code("CPV", printed)
    scheme, printed = scheme.strip(), printed.strip()
    if scheme.upper() in _SAME_AS_CPV:
        match = _CPV.search(printed)
        return Code("CPV", match[1]) if match else None
    return Code(scheme, printed) if scheme and printed else None
