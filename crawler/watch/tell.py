"""A block that is new or changed becomes a notice of the kind `other`."""

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

from crawler.watch.look import Finding, look
from domain.notices import Kind, RawNotice
from domain.sources import Source
from domain.watch import Block

NEVER = datetime.min.replace(tzinfo=UTC)
_TITLE = 120  # characters
_LABEL = 30


def to_raw(finding: Finding, source: Source, page: str) -> RawNotice:
    """The notice: the block's heading or first words; its text, and of a change what stood there before."""
    block, language = finding.block, source.language or "und"
    return RawNotice(
        key=block.key,
        kind=Kind.OTHER,
        status=None,
        url=block.links[0] if block.links else page,
        language=source.language,
        title={language: escape(to_title(block), quote=False)},
        description={language: escape(_describe(finding), quote=False)},
        raw={
            "page": page,
            "what": finding.what,
            "section": block.section,
            "changed": [list(pair) for pair in (*finding.difference.pairs, *finding.difference.links)],
            "ignored": sorted(finding.rules),
        },
    )


def read_blocks(body: bytes, source: Source, page: str) -> list[RawNotice]:
    """All blocks of a page as if each was new, for a page without a past. Raises what `look` raises."""
    first = look(body, source, page, NEVER, None)
    return [to_raw(replace(finding, what="new"), source, page) for finding in first.findings]


def to_title(block: Block) -> str:
    """Its heading, else its first words; a label alone says what of by the heading above it."""
    title = block.heading or _words(block)
    if not (block.heading or block.row) and block.section and len(title) <= _LABEL:
        title = f"{block.section}: {title}"
    return title if len(title) <= _TITLE else f"{title[:_TITLE].rsplit(' ', 1)[0]} …"


def _words(block: Block) -> str:
    """The longest of the first lines of a row, which begins with numbers and dates as often as not."""
    if not block.row:
        return block.lines[0]
    return max(block.lines[:6], key=lambda line: sum(map(str.isalpha, line)))


def _describe(finding: Finding) -> str:
    """The changed lines, each with what stood there before; then the whole block, where it is more than that."""
    lines = finding.block.lines
    changes = [*finding.difference.pairs, *finding.difference.links]
    if not changes:
        return "\n".join(lines)
    told = "\n".join(_pair(before, now) for before, now in changes)
    rest = [line for line in lines if line not in {now for _, now in changes}]
    return f"{told}\n\n" + "\n".join(lines) if rest else told


def _pair(before: str, now: str) -> str:
    if not before:
        return f"{now}\nBefore: nothing stood here"
    return f"{now or 'No longer there'}\nBefore: {before}"
