"""Plain text for all other services that Apprise reaches; those that read Markdown get its marks escaped."""

import re

from alerts.note import Note
from alerts.plain import JOINER

MARKDOWN = {"mmost", "mmosts", "rocket", "rockets", "wxteams", "zulip"}
# Google Chat reads a few marks and no escapes: a joiner on both sides keeps a mark from its word.
OWN_MARKS = {"gchat"}
MARK = re.compile(r"([\\`*_{}\[\]<>#|~&])")
LINK = 150


def to_text(note: Note, scheme: str) -> tuple[str, str]:
    """The title and the body."""

    def quiet(text: str) -> str:
        return quote(text, scheme)

    parts = [quiet(note.lead)]
    for block in note.blocks:
        score = f"({block.score}) " if block.score is not None else ""
        links = [url for url in (block.link, block.review) if url and len(url) <= LINK]
        lines = [quiet(score + block.title), *(quiet(line) for line in block.lines), *block.commands, *links]
        parts.append("\n".join(lines))
    parts += [*(quiet(line) for line in note.foot), note.all_link or ""]
    return quiet(note.headline), "\n\n".join(part for part in parts if part)


def quote(text: str, scheme: str) -> str:
    """A text that this service shows as it is: no mention, no mark, no link."""
    quiet = re.sub(r"([@#])(?=\S)", rf"\1{JOINER}", text)
    if scheme in MARKDOWN:
        escaped = MARK.sub(r"\\\1", quiet)
        return re.sub(r"(?m)^(\s*)([-+>=]|\d+[.)])", rf"\1{JOINER}\2", escaped).replace(":", f":{JOINER}")
    if scheme in OWN_MARKS:
        return re.sub(r"([<>`*_~|])", rf"{JOINER}\1{JOINER}", quiet)
    return quiet
