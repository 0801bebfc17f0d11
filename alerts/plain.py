"""Crawled text made harmless before it is laid out; escaping comes last, in the template."""

import re
import unicodedata
from urllib.parse import urlsplit

# Zero-width joiners belong to the spelling of Persian and Indian words; every other format character only deceives.
KEPT = "\u200c\u200d"
# Mail clients make a link of any bare address: a word joiner inside it keeps it text (GHSA-q8xq-qg4x-wphg).
JOINER = "\u2060"


def plain(text: str | None, most: int = 300) -> str:
    """One line without control, format and surrogate characters, at most `most` long, in which nothing is a link."""
    spaced = re.sub(r"\s+", " ", (text or "")[: most * 20])
    kept = "".join(
        char for char in spaced if char in KEPT or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    )
    short = kept.strip() if len(kept.strip()) <= most else kept.strip()[: most - 1].rstrip() + "…"
    return re.sub(r"(?i)\bwww\.", f"www{JOINER}.", short.replace("://", f":{JOINER}//"))


def plain_in_chat(text: str) -> str:
    """As `plain`, for services that read marks in the text: no mention, no markdown link, no heading or code."""
    quiet = text.replace("@", f"@{JOINER}").replace("](", f"]{JOINER}(")
    return re.sub(r"([<>`*_~|#])", lambda match: match[1] + JOINER, quiet)


def to_link(url: str | None) -> str | None:
    """The address if it may be a link: http or https, a host, no blanks or user part, of bearable length."""
    if not url or len(url) > 2000 or re.search(r"[\s\x00-\x1f\x7f<>\"'`\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return url
