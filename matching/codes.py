"""Classification codes as prefixes: what a list of codes means, and under which prefixes a notice's code is found."""

import re

SHORTEST = 2
LONGEST = 32
CPV_DIGITS = 8


def to_prefix(scheme: str, written: str) -> tuple[str, str]:
    """(scheme, prefix) of a code as somebody wrote it.

    CPV is a tree whose branches end in zeros: 33000000 and 33000000-0 mean division 33, as 33 does. ValueError says
    how to mend what is no code.
    """
    scheme, code = scheme.strip().upper(), written.strip().upper()
    if scheme == "CPV":
        return scheme, _to_cpv_prefix(code)
    if not SHORTEST <= len(code) <= LONGEST or not re.fullmatch(r"\w[\w.\-/]*", code):
        raise ValueError(f"write a code of {SHORTEST} to {LONGEST} letters, digits and dots")
    return scheme, code


def prefixes(scheme: str, code: str) -> list[tuple[str, str]]:
    """All (scheme, prefix) pairs under which a notice's code can be found, shortest first."""
    scheme, code = scheme.strip().upper(), code.strip().upper()[:LONGEST]
    return [(scheme, code[:length]) for length in range(SHORTEST, len(code) + 1)]


def _to_cpv_prefix(code: str) -> str:
    match = re.fullmatch(r"(\d{2,8})(?:-\d)?\*?", code)
    if not match:
        raise ValueError("a CPV code is two to eight digits, such as 33 or 33100000")
    digits = match[1]
    if len(digits) < CPV_DIGITS:
        return digits
    return digits.rstrip("0").ljust(SHORTEST, "0")
