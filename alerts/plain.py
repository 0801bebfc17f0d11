"""Crawled text made harmless before it is laid out; escaping comes last, in the template."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

# Zero-width joiners belong to the spelling of Persian and Indian words, never to Latin ones.
KEPT = "\u200c\u200d"
# Letters and marks that print nothing at all: Hangul fillers, Khmer inherent vowels, the braille blank, selectors.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Clients make a link of any bare address or name: a word joiner inside it keeps it text (GHSA-q8xq-qg4x-wphg).
JOINER = "\u2060"
# Any dot inside a word: names of hosts hold marks, symbols and letters in circles. Dates and numbers stay as they are.
DOT = re.compile(r"(?<=[^\s.\u2060])(?!(?<=\d)\.\d)([.\u2024\u3002\ufe52\uff0e\uff61])(?=[^\s!-/:-@\[-`{-~])")
IP = re.compile(r"(?<!\d)(?<!\d\.)(\d{1,3})(?=(?:\.\d{1,3}){3}(?!\.?\d))")


def plain(text: str | None, most: int = 300) -> str:
    """One line without control, format and surrogate characters, at most `most` long, in which nothing is a link."""
    short = clean(text, most)
    quiet = re.sub(r"(?i)\bwww\.", f"www{JOINER}.", short.replace("://", f":{JOINER}//"))
    quiet = re.sub(r"(?i)\b(mailto|tel|sms|javascript|data):", rf"\1{JOINER}:", quiet)
    return IP.sub(rf"\1{JOINER}", DOT.sub(rf"{JOINER}\1", quiet))


def clean(text: str | None, most: int = 300) -> str:
    """As `plain`, with addresses left as they are: for what is no text that is shown, such as JSON."""
    spaced = UNSEEN.sub("", re.sub(r"\s+", " ", (text or "")[: most * 20]))
    kept = "".join(char for place, char in enumerate(spaced) if _is_shown(spaced, place, char)).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def without_joiners(text: str) -> str:
    """What `plain` made, as it was before: a joiner in it is ours, since `plain` leaves none of the text's own."""
    return text.replace(JOINER, "")


def _is_shown(text: str, place: int, char: str) -> bool:
    if char in KEPT:
        return text[place - 1 : place] > "\x7f" and text[place + 1 : place + 2] > "\x7f"
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")


def to_link(url: str | None) -> str | None:
    """The address if it may be a link: http or https, a host, no blanks or user part, of bearable length.

    Marks of direction and letters that print nothing are written as octets: where an address is shown they would turn
    around what stands beside it.
    """
    if not url or len(url) > 2000 or re.search(r"[\s\x00-\x1f\x7f<>\"'`\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    if clean(parts.netloc) != parts.netloc:
        return None
    return "".join(char if char.isprintable() and not UNSEEN.match(char) else quote(char) for char in url)
