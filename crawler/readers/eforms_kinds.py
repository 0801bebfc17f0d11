"""What an eForms notice is: notice type (BT-02), form type (BT-03), what it changes (BT-758), how it ended (BT-142)."""

import re

from crawler.readers.ted_numbers import to_published_key
from crawler.readers.xml import Element, child, find_all, text_at, text_of
from domain.notices import Kind, Status

_TYPES = {
    "pin-buyer": Kind.PLANNING,
    "pin-only": Kind.PLANNING,
    "pin-rtl": Kind.PLANNING,
    "pin-tran": Kind.PLANNING,
    "pmc": Kind.PLANNING,  # prior market consultation
    "cei": Kind.TENDER,  # call for expressions of interest
    "cn-standard": Kind.TENDER,
    "cn-social": Kind.TENDER,
    "cn-desg": Kind.TENDER,
    "pin-cfc-standard": Kind.TENDER,
    "pin-cfc-social": Kind.TENDER,
    "qu-sy": Kind.TENDER,
    "subco": Kind.TENDER,
    "veat": Kind.AWARD,
    "can-standard": Kind.AWARD,
    "can-social": Kind.AWARD,
    "can-desg": Kind.AWARD,
    "can-tran": Kind.AWARD,
    "can-modif": Kind.MODIFICATION,
    "compl": Kind.OTHER,  # completion of a contract
    "brin-ecs": Kind.OTHER,  # registration of a European company
    "brin-eeig": Kind.OTHER,
}
# For types that newer SDKs or nations add.
_FORMS = {
    "planning": Kind.PLANNING,
    "consultation": Kind.PLANNING,
    "competition": Kind.TENDER,
    "change": Kind.CHANGE,
    "dir-awa-pre": Kind.AWARD,
    "result": Kind.AWARD,
    "cont-modif": Kind.MODIFICATION,
    "completion": Kind.OTHER,
    "bri": Kind.OTHER,
}
_STATUSES = {
    Kind.PLANNING: Status.PLANNED,
    Kind.TENDER: Status.OPEN,
    Kind.AWARD: Status.AWARDED,
    Kind.MODIFICATION: Status.AWARDED,
}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
WON, LOST, UNDECIDED = "selec-w", "clos-nw", "open-nw"
"""BT-142: a winner was chosen; none was and the competition is closed; none is yet."""


def to_kind(type_: str | None) -> Kind | None:
    """The kind of a notice type (BT-02), None for a type that is not known."""
    return _TYPES.get(type_ or "")


def to_status(kind: Kind | None) -> Status:
    """What a notice of this kind says of itself, as long as nothing more is known."""
    return _STATUSES.get(kind, Status.UNKNOWN) if kind else Status.UNKNOWN


def read_type(root: Element) -> tuple[Kind | None, tuple[tuple[str, str], ...]]:
    """The kind by notice type, else by form type; None with the word, where neither is known."""
    element = child(root, "NoticeTypeCode")
    code, form = text_of(element), element.get("listName") if element is not None else None
    kind = to_kind(code) or _FORMS.get(form or "")
    return kind, () if kind else (("BT-02 NoticeTypeCode", code or "missing"),)


def read_status(kind: Kind | None, extension: Element | None) -> Status:
    """By kind; an award that chose no winner in any lot is closed, and a notice that cancels one is cancelled."""
    if "cancel" in read_reasons(extension):
        return Status.CANCELLED
    if kind is Kind.AWARD:
        codes = set(map(text_of, find_all(extension, "NoticeResult/LotResult/TenderResultCode")))
        return Status.AWARDED if WON in codes or not codes & {LOST, UNDECIDED} else Status.CLOSED
    return to_status(kind)


def read_reasons(extension: Element | None) -> list[str]:
    """BT-140: why a notice was changed (cancel, cor-buy, update-add, …)."""
    found = map(text_of, find_all(extension, "Changes/ChangeReason/ReasonCode"))
    return [code for code in found if code]


def read_changed(extension: Element | None) -> str | None:
    """BT-758: the notice that this one changes, in the form of its key."""
    found = filter(None, map(text_of, find_all(extension, "Changes/ChangedNoticeIdentifier")))
    printed = next(found, None)
    return (to_published_key(printed) or _lower(printed)) if printed else None


def read_identifier(root: Element) -> str | None:
    """BT-701 and BT-757: "uuid-02", as other notices refer to this one; an id that is no UUID stays alone."""
    id_, version = text_at(root, "ID"), text_at(root, "VersionID")
    if not id_ or not _UUID.fullmatch(id_):
        return id_
    return f"{id_.lower()}-{version}" if version else id_.lower()


def to_earlier(identifier: str | None) -> str | None:
    """The version before "uuid-03", which is "uuid-02"; None of a first one, and of what is no such identifier."""
    id_, _, version = (identifier or "").rpartition("-")
    if not _UUID.fullmatch(id_) or not re.fullmatch(r"\d{2}", version) or version < "02":
        return None
    return f"{id_}-{int(version) - 1:02}"


def _lower(printed: str) -> str:
    return printed.lower() if _UUID.match(printed) else printed
