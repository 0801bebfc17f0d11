"""A word as it is compared: its folded form and its stems in one language, remembered for each language."""

import sys
import threading
import unicodedata
from dataclasses import dataclass, field
from functools import cache

import Stemmer

from matching.words import fold

# ISO 639-1 -> PyStemmer's algorithm. Languages that are not here are compared by exact folded forms.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

MOST_REMEMBERED = 300_000  # words of one language; real vocabularies are smaller, a hostile text's is not
LONGEST_STEMMED = 64  # a longer "word" is data; it is compared as it stands


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A word in one language: two words are alike when they share one of their `forms`."""

    folded: str
    forms: tuple[str, ...]


@dataclass(slots=True)
class Vocabulary:
    """The terms of one language; safe over threads, because PyStemmer's objects are not."""

    stemmer: Stemmer.Stemmer | None
    terms: dict[str, Term] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def term(self, raw: str) -> Term:
        """The term of a word as printed."""
        return self.terms.get(raw) or self._remember(raw)

    def _remember(self, raw: str) -> Term:
        with self.lock:
            if len(self.terms) >= MOST_REMEMBERED:
                self.terms.clear()
            term = Term(fold(raw), self._forms(raw))
            self.terms[raw] = term
        return term

    def _forms(self, raw: str) -> tuple[str, ...]:
        """The stem as printed and the stem without accents: stemmers know "educación" but not "educacion"."""
        folded = fold(raw)
        if self.stemmer is None or len(raw) > LONGEST_STEMMED:
            forms = [folded]
        else:
            printed = unicodedata.normalize("NFC", raw.casefold())
            forms = [fold(self.stemmer.stemWord(printed)), fold(self.stemmer.stemWord(folded))]
        if is_short_acronym(raw):
            forms.append(as_written(raw))
        return tuple(sys.intern(form) for form in dict.fromkeys(forms) if form)


def to_language(code: str | None) -> str:
    """ISO 639-1 in lower case; `und` for what is unknown ("en-GB" is en)."""
    return (code or "und").split("-")[0].split("_")[0].lower() or "und"


def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language; languages without a stemmer share one of exact forms."""
    return _vocabulary(STEMMERS.get(language))


@cache
def _vocabulary(algorithm: str | None) -> Vocabulary:
    return Vocabulary(Stemmer.Stemmer(algorithm) if algorithm else None)


def is_short_acronym(raw: str) -> bool:
    """Two capitals such as IT, HR, US: in lower case they are everyday words of some language."""
    return len(raw) == 2 and raw.isalpha() and raw.isupper()


def as_written(raw: str) -> str:
    """The form of a short acronym that only capitals have; `=` stands in no other form."""
    return f"={raw}"
