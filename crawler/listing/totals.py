"""Portals that tell elsewhere how many notices a window has: `listing: {window: {total: {url: …, path: …}}}`.

It is asked of windows that are past, once for all the values of `over`; the lists of such a window are then one, which
is held against that number when the run is judged.
"""

from crawler.normalise.counts import to_count
from crawler.paths import find
from crawler.readers.limits import load_json
from crawler.reading import Reading
from domain.errors import SourceChanged
from domain.sources import Source, Step

TOTAL = "total"
"""The kind of a step that asks for a window's total; its key is that of the window."""


def window_of(step: Step) -> str:
    """What tells a window from others: of the step that asks for its total, and of those that ask for its lists."""
    return step.key or "" if step.kind == TOTAL else f"{step.low}/{step.high}"


def read_total(body: bytes, source: Source) -> Reading:
    """The number of notices; raises SourceChanged where there is none at the path."""
    path = source.listing["window"]["total"]["path"]
    texts = load_json(body, source.encoding)
    total = to_count(find(path, texts[0])) if len(texts) == 1 else None
    if total is None:
        raise SourceChanged("no number of notices", path)
    return Reading(keys=(), total=total)
