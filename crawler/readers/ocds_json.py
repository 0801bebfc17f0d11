"""The values of OCDS's JSON by their types: what is of another type is as if it were absent."""

from collections.abc import Mapping, Sequence
from typing import Any

from crawler.normalise.languages import to_language

Json = Mapping[str, Any]
_NOTHING: dict[str, Any] = {}


def as_object(value: Any) -> Json:
    """The object, or an empty one."""
    return value if type(value) is dict else _NOTHING


def as_objects(value: Any) -> Sequence[Json]:
    """A list's objects; an object where a list belongs is a list of one (1.0 publishers mix them)."""
    if type(value) is list:
        return [item for item in value if type(item) is dict]
    return (value,) if type(value) is dict else ()


def as_text(value: Any) -> str | None:
    """A text that is not blank, or a number as text (ids are often numbers)."""
    if type(value) is str:
        return value if value and not value.isspace() else None
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def in_languages(section: Json, name: str, language: str) -> dict[str, str]:
    """`title` with its translations: `title_fr` (OCDS), or an object of languages."""
    value = section.get(name)
    if type(value) is str:
        found = {language: value} if value and not value.isspace() else {}
    elif type(value) is dict:
        found = {to_language(key) or key: text for key, text in value.items() if type(text) is str and text.strip()}
    else:
        found = {}
    if "_" not in "".join(section):  # OCDS writes camelCase: the underscore is the translations' alone
        return found
    prefix = name + "_"
    for key in section:
        if key.startswith(prefix):
            text, translated = section[key], to_language(key[len(prefix) :])
            if translated and type(text) is str and text and not text.isspace():
                found.setdefault(translated, text)
    return found
