"""A line of a keyword list as tokens that know where they stand."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from matching.codes import to_prefix
from matching.query.nodes import FIELDS, Mode, Word
from matching.words import HYPHENS, INVISIBLE, WORD, fold

SHORTEST_START = 2  # letters before a `*`
SHORTEST_FUZZY = 4  # letters of a word that may have typing errors
MOST_BETWEEN = 50  # words that NEAR/n may span
QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«"}  # as keyboards and word processors write them
MINUS_SIGNS = "-−"

NEAR = re.compile(r"NEAR(?:/(\d*))?(?!\w)")
LANGUAGES = re.compile(r"[A-Za-z]{2}(?:,[A-Za-z]{2})*(?![\w,])")
CODE = re.compile(r"\w[\w.\-/]*\*?")


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "phrase"
    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NEAR = "NEAR"
    MINUS = "-"
    FIELD = "field"
    LANGUAGE = "lang"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Token:
    """`at` is the character where it starts, counted from 0; `words` of WORD (one) and QUOTED, `text` of the others."""

    kind: Kind
    at: int
    text: str = ""
    words: tuple[Word, ...] = ()


class BadQuery(ValueError):
    """What is wrong with a line and what to write instead; `at` is the character, counted from 0."""

    def __init__(self, at: int, text: str) -> None:
        super().__init__(text)
        self.at = at


def read_tokens(text: str) -> list[Token]:
    """The tokens of a line. Punctuation between words says nothing. Raises BadQuery."""
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        token, place = _read(text, place)
        if token:
            tokens.append(token)
    return tokens


Found = tuple[Token | None, int]


def _read(text: str, at: int) -> Found:
    """What starts at a character, and where the next starts."""
    each, follows = text[at], text[at + 1 : at + 2]
    if each in "()":
        return Token(Kind(each), at), at + 1
    if each in QUOTES:
        return _read_quoted(text, at, Mode.FORMS)
    if each in MINUS_SIGNS and _is_minus(text, at):
        return Token(Kind.MINUS, at), at + 1
    if each == "=" and follows in QUOTES and follows:
        return _read_quoted(text, at + 1, Mode.EXACT)
    if match := WORD.match(text, at):
        return _read_word_or_name(text, at, match.end())
    if each in "=~" and WORD.match(text, at + 1):
        word, after = read_word(text, at)
        return Token(Kind.WORD, at, words=(word,)), after
    _refuse_sign(text, at)
    return None, at + 1


def _is_minus(text: str, at: int) -> bool:
    """It stands before words, not between two or alone."""
    begins = at == 0 or text[at - 1].isspace() or text[at - 1] in "()"
    return begins and (bool(WORD.match(text, at + 1)) or text[at + 1 : at + 2] in (*QUOTES, "(", "=", "~"))


def _refuse_sign(text: str, at: int) -> None:
    if text[at] == "*":
        raise BadQuery(at, "a * may only stand at the end of a word, as in pump*")
    if text[at] == "|":
        raise BadQuery(at, "write OR between alternatives, as in (pump OR valve)")
    if text[at] == "~" and text[at + 1 : at + 2] in QUOTES and text[at + 1 :]:
        raise BadQuery(at, 'write the ~ before each word, as in "~nitrile ~gloves"')


def _read_word_or_name(text: str, at: int, end: int) -> Found:
    name = text[at:end]
    if operator := _OPERATORS.get(name):
        return operator(text, at, end)
    if text[end : end + 1] == ":" and text[end + 1 :].strip() and re.fullmatch(r"[^\W\d_]{2,}", name):
        if found := _read_named(text, at, name, end + 1):
            return found
    word, after = read_word(text, at)
    return Token(Kind.WORD, at, words=(word,)), after


def read_word(text: str, at: int) -> tuple[Word, int]:
    """The word at a character, with its sign before or behind, and where it ends."""
    sign = Mode(text[at]) if text[at] in "=~" else Mode.FORMS
    start = at + (sign is not Mode.FORMS)
    match = WORD.match(text, start)
    assert match is not None
    raw, end = match[0], match.end()
    if not fold(raw):
        raise BadQuery(at, "it has no letters or digits; write the words to look for")
    star = text[end : end + 1] == "*"
    if star:
        _check_star(raw, sign, text, at, end)
    if sign is Mode.FUZZY:
        _check_fuzzy(raw, at)
    joined = at > 1 and text[at - 1] in HYPHENS and _is_of_word(text[at - 2])
    return Word(raw, Mode.START if star else sign, joined), end + star


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM" or character in INVISIBLE


def _check_star(raw: str, sign: Mode, text: str, at: int, end: int) -> None:
    if sign is not Mode.FORMS:
        raise BadQuery(at, f"write {raw}* or {sign.value}{raw}, not both signs at one word")
    if WORD.match(text, end + 1) or text[end + 1 : end + 2] == "*":
        raise BadQuery(end, "a * may only stand at the end of a word, as in pump*")
    if len(fold(raw)) < SHORTEST_START:
        raise BadQuery(at, f"write at least {SHORTEST_START} letters before a *, or it would match nearly every word")


def _check_fuzzy(raw: str, at: int) -> None:
    if any(each.isdigit() for each in raw):
        raise BadQuery(at, f"write {raw} without ~; another digit is another number, not a typing error")
    if len(fold(raw)) < SHORTEST_FUZZY:
        raise BadQuery(at, f"write at least {SHORTEST_FUZZY} letters behind a ~; short words have too many neighbours")


def _read_quoted(text: str, at: int, mode: Mode) -> Found:
    closing = QUOTES[text[at]]
    end = next((place for place in range(at + 1, len(text)) if text[place] in closing), None)
    if end is None:
        raise BadQuery(at, f"this {text[at]} is not closed; write {closing[0]} behind the last word of the phrase")
    words, place = [], at + 1
    while place < end:
        if WORD.match(text, place) or (text[place] in "=~" and WORD.match(text, place + 1)):
            word, place = read_word(text, place)
            words.append(Word(word.raw, mode, word.joined) if word.mode is Mode.FORMS else word)
        else:
            _refuse_sign(text, place)
            place += 1
    if not words:
        raise BadQuery(at, "nothing stands between the quotes; write the words to look for, or remove them")
    return Token(Kind.QUOTED, at, words=tuple(words)), end + 1


def _read_near(text: str, at: int, _: int) -> Found:
    match = NEAR.match(text, at)
    if not match or not match[1]:
        raise BadQuery(at, "write how many words may stand between, as in pump NEAR/5 water; quote the word near itself")
    if int(match[1]) > MOST_BETWEEN:
        raise BadQuery(at, f"write at most NEAR/{MOST_BETWEEN}; for anywhere in the notice write AND")
    return Token(Kind.NEAR, at, match[1]), match.end()


def _refuse_not(_: str, at: int, __: int) -> Found:
    raise BadQuery(at, "write a minus directly before the words instead of NOT, as in pump -rental")


_OPERATORS: dict[str, Callable[[str, int, int], Found]] = {
    "AND": lambda _, at, end: (Token(Kind.AND, at), end),
    "OR": lambda _, at, end: (Token(Kind.OR, at), end),
    "NEAR": _read_near,
    "NOT": _refuse_not,
}


def _read_named(text: str, at: int, name: str, value: int) -> Found | None:
    """`title:`, `lang:de`, `CPV:33*`; None where the colon is only punctuation (a space or a sign follows)."""
    known, spaced = name.lower(), text[value].isspace()
    if known in (*FIELDS, "lang") and spaced:
        raise BadQuery(value, f"write {known}: and its words without a space between them")
    if known == "lang":
        return _read_languages(text, at, value)
    if known in FIELDS:
        return Token(Kind.FIELD, at, known), value
    if spaced or not (WORD.match(text, value) or text[value] in QUOTES or text[value] == "("):
        return None
    code = CODE.match(text, value)
    if code and any(map(str.isdigit, code[0])) and (name.isupper() or known == "cpv"):
        return _read_code(at, name.upper(), code)
    near = difflib.get_close_matches(known, (*FIELDS, "lang"), n=1)
    hint = f"did you mean {near[0]}:?" if near else f"fields are {', '.join(f'{each}:' for each in FIELDS)} and lang:"
    raise BadQuery(at, f"there is no field {name}:; {hint} To look for the text itself, put it in quotes")


def _read_languages(text: str, at: int, value: int) -> Found:
    match = LANGUAGES.match(text, value)
    if not match:
        raise BadQuery(value, "write languages in two letters (ISO 639-1) without spaces, as in lang:de or lang:de,fr")
    return Token(Kind.LANGUAGE, at, match[0].lower()), match.end()


def _read_code(at: int, scheme: str, code: re.Match[str]) -> Found:
    written = code[0].rstrip(".-/")
    try:
        to_prefix(scheme, written.rstrip("*") if scheme != "CPV" else written)
    except ValueError as error:
        raise BadQuery(code.start(), str(error)) from None
    return Token(Kind.CODE, at, f"{scheme}:{written}"), code.start() + len(written)
