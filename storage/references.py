"""What a procedure is called: numbers that are one of their kind everywhere, and those that only their portal gives."""

import re

from domain.notices import Notice

# An OCID, a UUID (BT-04 of eForms), the number of the Russian register (44-FZ: 19 digits, 223-FZ: 11).
GLOBAL = re.compile(
    r"ocds-[a-z0-9]{6}-.+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{19}|\d{11}", re.I | re.S
)


def to_reference(notice: Notice) -> str | None:
    """By what a notice joins its procedure: another portal's "2026-17" is another procedure."""
    printed = notice.procedure_id
    if not printed or GLOBAL.fullmatch(printed):
        return printed or None
    return scoped(notice.source, printed)


def scoped(source: str, printed: str) -> str:
    """The reference of a number that only this source gives."""
    return f"{source} {printed}"
