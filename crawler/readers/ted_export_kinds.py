"""What a TED_EXPORT notice is: from the coded document type, never from the form's number (F01 is a plan or a call)."""

from crawler.readers.xml import Element, attribute_at, descendants, text_at
from domain.notices import Kind, Status

# TED's list of document types (TD_DOCUMENT_TYPE/@CODE).
_KINDS = {
    "0": Kind.PLANNING,  # prior information notice without call for competition
    "1": Kind.CHANGE,  # corrigendum
    "2": Kind.CHANGE,  # additional information
    "3": Kind.TENDER,  # contract notice
    "4": Kind.TENDER,  # prequalification notice
    "5": Kind.TENDER,  # request for proposals
    "6": Kind.OTHER,  # general information
    "7": Kind.AWARD,  # contract award notice
    "8": Kind.OTHER,  # other
    "9": Kind.OTHER,  # not applicable
    "A": Kind.TENDER,  # prior information notice with call for competition
    "B": Kind.PLANNING,  # buyer profile
    "C": Kind.TENDER,  # works concession
    "D": Kind.TENDER,  # design contest
    "E": Kind.TENDER,  # works contracts of a concessionaire
    "F": Kind.TENDER,  # subcontract notice
    "G": Kind.OTHER,  # European economic interest grouping
    "H": Kind.TENDER,  # services concession; for social services its call is a prior notice (2014/23/EU, article 31(3))
    "I": Kind.TENDER,  # call for expressions of interest
    "J": Kind.AWARD,  # concession award notice
    "K": Kind.MODIFICATION,  # modification of a contract or concession during its term
    "M": Kind.TENDER,  # periodic indicative notice with call for competition
    "O": Kind.TENDER,  # qualification system with call for competition
    "P": Kind.PLANNING,  # periodic indicative notice without call for competition
    "Q": Kind.PLANNING,  # qualification system without call for competition
    "R": Kind.AWARD,  # results of a design contest
    "S": Kind.OTHER,  # European company
    "V": Kind.AWARD,  # voluntary ex ante transparency notice
    "Y": Kind.TENDER,  # dynamic purchasing system
}
_STATUSES = {
    Kind.PLANNING: Status.PLANNED,
    Kind.TENDER: Status.OPEN,
    Kind.AWARD: Status.AWARDED,
    Kind.MODIFICATION: Status.AWARDED,
}
_AWARDED = ("AWARDED_CONTRACT", "AWARDED_PRIZE", "AWARD_OF_CONTRACT_DEFENCE", "AWARD_OF_CONTRACT")


def read_kind(coded: Element | None) -> tuple[Kind | None, tuple[tuple[str, str], ...]]:
    """The kind; None with the word, where the list of document types has no such code."""
    code = attribute_at(coded, "CODIF_DATA/TD_DOCUMENT_TYPE", "CODE")
    if code in _KINDS:
        return _KINDS[code], ()
    word = " ".join(filter(None, (code, text_at(coded, "CODIF_DATA/TD_DOCUMENT_TYPE"))))
    return None, (("TD_DOCUMENT_TYPE", word or "missing"),)


def read_status(kind: Kind | None, form: Element | None) -> Status:
    """A call is open and an award awarded, unless nothing was: then closed, or cancelled where all was given up."""
    if kind is Kind.AWARD and next(descendants(form, *_AWARDED), None) is None:
        if next(descendants(form, "PROCUREMENT_UNSUCCESSFUL", "NO_AWARDED_PRIZE"), None) is not None:
            return Status.CLOSED
        if next(descendants(form, "PROCUREMENT_DISCONTINUED"), None) is not None:
            return Status.CANCELLED
    return _STATUSES.get(kind, Status.UNKNOWN) if kind else Status.UNKNOWN
