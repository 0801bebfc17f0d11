"""Languages as printed ("EN", "en-GB", "spa", "Spanish") become ISO 639-1 in lower case."""

from functools import lru_cache

from babel.core import Locale, get_global
from babel.localedata import locale_identifiers

UNKNOWN = "und"
"""The key of a text whose language nobody says (ISO 639-2)."""


@lru_cache(maxsize=512)
def to_language(printed: str) -> str | None:
    """The two letters of a language tag or of a language's name in English, None where it is none that CLDR knows."""
    word = printed.strip().replace("_", "-").split("-")[0].lower()
    # CLDR gives the two letters of each three-letter code, also of the bibliographic ones (fre, ger).
    word = get_global("language_aliases").get(word, word)
    return word if len(word) == 2 and word in _known() else _names().get(printed.strip().casefold())


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(name.split("_")[0] for name in locale_identifiers())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {
        name.casefold(): code for code, name in Locale("en").languages.items() if code in _known() and len(code) == 2
    }
