"""A word as it is compared: its folded form and its stems in one language, remembered for each language."""

import sys
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache

import Stemmer

from matching.compounds import LANGUAGES
from matching.words import fold

# ISO 639-1 -> PyStemmer's algorithm.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# ISO 639-1 -> simplemma's dictionary, where there is no stemmer. Other languages are compared by exact folded forms.
LEMMAS = {
    "bg": "bg", "bs": "hbs", "cy": "cy", "gd": "gd", "gl": "gl", "he": "he", "hr": "hbs", "is": "is", "ka": "ka",
    "lb": "lb", "lv": "lv", "mk": "mk", "ms": "ms", "se": "se", "sk": "sk", "sl": "sl", "sq": "sq", "sw": "sw",
    "tl": "tl", "uk": "uk",
}  # fmt: skip

LONGEST_ACRONYM = 5  # letters; longer words in capitals are words (CHAIRS)
MOST_REMEMBERED = 300_000  # words of one language; real vocabularies are smaller, a hostile text's is not
LONGEST_STEMMED = 64  # a longer "word" is data; it is compared as it stands


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A word in one language: two words are alike when they share one of their `forms`."""

    folded: str
    forms: tuple[str, ...]


@dataclass(slots=True)
class Vocabulary:
    """The terms of one language; safe over threads, because PyStemmer's objects are not.

    `stem` is the algorithm or dictionary, None where there is none; `compounds`: it writes compounds as one word.
    """

    stem: Callable[[str], str] | None
    compounds: bool = False
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
        if self.stem is None or len(raw) > LONGEST_STEMMED or not folded:
            forms = [folded]
        else:
            printed = unicodedata.normalize("NFC", raw.casefold())
            forms = [fold(self.stem(printed)), fold(self.stem(folded))]
        if acronym := to_acronym(raw):
            forms.append(as_written(acronym))
        return tuple(sys.intern(form) for form in dict.fromkeys(forms) if form)


@lru_cache(1_000)
def to_language(code: str | None) -> str:
    """ISO 639-1 in lower case; `und` for what is unknown ("en-GB" is en)."""
    return (code or "und").split("-")[0].split("_")[0].lower() or "und"


def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language; languages without stemmer and dictionary share one of exact forms."""
    return _vocabulary(STEMMERS.get(language), LEMMAS.get(language), language in LANGUAGES)


@cache
def _vocabulary(algorithm: str | None, dictionary: str | None, compounds: bool) -> Vocabulary:
    if algorithm:
        return Vocabulary(Stemmer.Stemmer(algorithm).stemWord, compounds)
    return Vocabulary(_to_lemma(dictionary) if dictionary else None, compounds)


def _to_lemma(dictionary: str) -> Callable[[str], str]:
    def lemma(word: str) -> str:
        from simplemma import lemmatize  # a dictionary takes a second and 15 to 70 MB: only for languages that come

        return lemmatize(word, lang=dictionary)

    return lemma


def to_acronym(raw: str) -> str | None:
    """Two to five capitals such as IT or LED, also with the s of a plural (PCs): in small letters they may be words."""
    bare = raw[:-1] if raw[-1:] == "s" else raw
    return bare if 2 <= len(bare) <= LONGEST_ACRONYM and bare.isalpha() and bare.isupper() else None


def as_written(acronym: str) -> str:
    """The form of an acronym that only capitals have; `=` stands in no other form."""
    return f"={acronym}"
