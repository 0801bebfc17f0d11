"""Text into words whose offsets always point into the original; each word is folded by itself, so none can shift."""

import re
import sys
import unicodedata
from collections.abc import Iterator

# A hyphen between two words also joins them: "re-agent" is found by "reagent" (U+2010 and U+2011 are hyphens too).
HYPHENS = "-\u2010\u2011"
# Invisible in print and allowed inside a word: soft hyphen, zero-width (non-)joiner, word joiner.
INVISIBLE = "\u00ad\u200c\u200d\u2060"
# Letters that NFKD does not take apart, and Arabic letters that keyboards mix up.
ALIKE = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t",
        "ی": "ي", "ى": "ي", "ک": "ك", "ـ": "",
    } | dict.fromkeys(INVISIBLE, "")
)  # fmt: skip
# Scripts written without spaces (and Korean, whose particles stick to the noun): each character is a word.
SINGLE = (
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    r"\U00020000-\U0003134f\uac00-\ud7a3\u0e01-\u0e4f\u0e80-\u0edf\u1000-\u109f\u1780-\u17dd"
)


def _marks() -> str:
    """The combining marks of the Basic Multilingual Plane and the halfwidth voicing marks, as a character class."""
    codes = [code for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"]
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in runs) + r"\uff9e\uff9f" + INVISIBLE


_MARKS = _marks()
_LETTER = rf"[^\W_{SINGLE}]"
_SINGLE = re.compile(f"[{SINGLE}]")
WORD = re.compile(rf"{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*|[{SINGLE}][{_MARKS}]*")


def find_words(text: str) -> Iterator[tuple[int, int, bool]]:
    """The words of a text in order, as (start, end, joined): joined when only a hyphen parts it from the one before.

    Letters, digits and marks make words; everything else stands between them.
    """
    before = -2
    for match in WORD.finditer(text):
        start, end = match.span()
        yield start, end, start - before == 1 and text[before] in HYPHENS
        before = end


def is_single(word: str) -> bool:
    """A character of a script that is written without spaces."""
    return bool(_SINGLE.match(word))


def fold(word: str) -> str:
    """Without case and accents: ß=ss, ё=е, ł=l, ﬁ=fi, full width = plain.

    Marks that make another letter stay (Japanese voicing, vowel signs of India and Thailand); accents go.
    """
    folded = word.casefold()
    if folded.isascii():
        return sys.intern(folded)
    apart = unicodedata.normalize("NFKD", folded).casefold().translate(ALIKE)
    return sys.intern(unicodedata.normalize("NFC", "".join(each for each in apart if not _is_accent(each))))


def _is_accent(character: str) -> bool:
    # Canonical combining classes: 10-35 Hebrew and Arabic points, 200 and up the accents above and below a letter.
    kind = unicodedata.combining(character)
    return 10 <= kind <= 35 or kind >= 200
