"""The forms of a TED_EXPORT document: which are the buyer's own, in which languages, and texts in all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.normalise.languages import UNKNOWN, to_language
from crawler.readers.xml import Element, child, children, find_all, name_of, text_of


@dataclass(frozen=True, slots=True)
class Form:
    """One language's form.

    `body` holds its sections: the form itself, in R2.0.8 its FD_… element. `objects` are its OBJECT_CONTRACTs (an F01
    may have several), in R2.0.8 the sections whose name begins with OBJECT.
    """

    language: str
    element: Element
    body: Element
    objects: tuple[Element, ...]

    @property
    def is_old(self) -> bool:
        """R2.0.8: each form has its own names for its sections."""
        return self.body is not self.element


def read_forms(root: Element, coded: Element | None) -> list[Form]:
    """The forms marked ORIGINAL, that of the notice's main language first; else the form that comes first.

    A translation may stand before the original, and NOTICE_UUID before both.
    """
    section = child(root, "FORM_SECTION")
    forms = [each for each in (section.iterchildren() if section is not None else ()) if name_of(each) != "NOTICE_UUID"]
    own = [each for each in forms if (each.get("CATEGORY") or "").upper() == "ORIGINAL"] or forms[:1]
    found = [_to_form(each) for each in own]
    main = read_languages(coded)
    return sorted(found, key=lambda form: main.index(form.language) if form.language in main else len(main))


def read_languages(coded: Element | None) -> list[str]:
    """The official languages, the main one first: LG_ORIG, repeated (R2.0.9) or a list of words (R2.0.8, "FR NL")."""
    words = " ".join(filter(None, map(text_of, find_all(coded, "NOTICE_DATA/LG_ORIG")))).split()
    return list(dict.fromkeys(filter(None, map(to_language, words))))


def _to_form(element: Element) -> Form:
    first = next(element.iterchildren(), None)
    body = first if first is not None and name_of(first).startswith("FD_") else element
    objects = tuple(each for each in body.iterchildren() if name_of(each).startswith("OBJECT"))
    return Form(to_language(element.get("LG") or "") or UNKNOWN, element, body, objects)


def line_of(element: Element | None) -> str | None:
    """A title: its paragraphs on one line."""
    return _join(element, " ")


def lines_of(element: Element | None) -> str | None:
    """A description: its paragraphs, one on each line."""
    return _join(element, "\n")


def _join(element: Element | None, mark: str) -> str | None:
    if element is None:
        return None
    paragraphs = [text for text in map(text_of, children(element, "P")) if text]
    return mark.join(paragraphs) or text_of(element)


def in_languages(forms: Sequence[Form], texts: Sequence[str | None]) -> dict[str, str]:
    """Language -> text of that language's form."""
    found: dict[str, str] = {}
    for form, text in zip(forms, texts, strict=True):
        if text:
            found.setdefault(form.language, text)
    return found
