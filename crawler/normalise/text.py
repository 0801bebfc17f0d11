"""Text as printed becomes plain text: tags out, entities decoded once, NFC, blanks folded, paragraphs kept."""

import re
import unicodedata
from html import unescape

# No title or description is longer; what is, is an attack or a file in the wrong field.
MAX_TEXT = 1_000_000

_BLOCKS = (
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|li|main|nav"
    "|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINES = (
    "a|abbr|acronym|b|bdi|bdo|big|body|button|cite|code|col|colgroup|del|dfn|em|font|head|html|i|img|input|ins|kbd"
    "|label|link|mark|meta|nobr|o:p|q|s|samp|script|small|span|strike|strong|style|sub|sup|title|tt|u|var|wbr"
)
# Only names that HTML has: "a < b and b > c" and "<name@example.org>" are text.
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_BLOCKS}|{_INLINES})(?=[\s/>])[^<>]*>|<!--", re.IGNORECASE)
_BLOCK = re.compile(_BLOCKS, re.IGNORECASE)
_CELL = {"td", "th"}
_SILENT = {"script", "style"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# C0 and C1 without tab and line feed, lone surrogates, byte order marks and soft hyphens.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\u00ad]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")


def to_text(printed: str) -> str:
    """Plain text with its paragraphs. Raises ValueError beyond `MAX_TEXT` characters."""
    if is_plain(printed):
        return printed
    if len(printed) > MAX_TEXT:
        raise ValueError(f"a text of {len(printed)} characters")
    text = _LINE_END.sub("\n", printed)
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: unescape(found[0]), text)
    text = _LINE_END.sub("\n", _INVISIBLE.sub("", text))
    text = _AROUND_LINES.sub("\n", _BLANKS.sub(" ", text))
    return unicodedata.normalize("NFC", _EMPTY_LINES.sub("\n\n", text).strip())


def to_line(printed: str) -> str:
    """The same on one line: for titles and names."""
    text = to_text(printed)
    return " ".join(text.split()) if "\n" in text else text


def is_plain(text: str) -> bool:
    """Nothing to do, as for most texts. `isprintable` is false for controls, line ends and every blank but U+0020."""
    return (
        text.isprintable()
        and "<" not in text
        and "&" not in text
        and "  " not in text
        and (text == "" or (text[0] != " " and text[-1] != " "))
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
        and len(text) <= MAX_TEXT
    )


def _without_tags(text: str) -> str:
    """Known tags out, blocks as line ends; what stands in script, style and comments is no text."""
    parts: list[str] = []
    position = 0
    while found := _TAG.search(text, position):
        if found.start() > position:
            parts.append(text[position : found.start()])
        name = (found["name"] or "").lower()
        position = _end_of(text, found, name)
        if name in _CELL and found["close"]:
            parts.append(" ")
        elif name == "p":
            parts.append("\n\n")
        elif _BLOCK.fullmatch(name) and name not in _CELL and not (parts and parts[-1].isspace()):
            parts.append("\n")
    parts.append(text[position:])
    return "".join(parts)


def _end_of(text: str, tag: re.Match[str], name: str) -> int:
    """Where reading goes on: after the tag, or after the end of a comment, script or style (the text's end if none)."""
    if not name:
        end, skip = text.find("-->", tag.end()), 3
    elif name in _SILENT and not tag["close"]:
        closing = re.compile(f"</{name}", re.IGNORECASE).search(text, tag.end())
        end, skip = closing.start() if closing else -1, 0
    else:
        return tag.end()
    return len(text) if end < 0 else end + skip
