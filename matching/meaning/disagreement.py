"""Where a buyer's codes and the notice's own words speak of different things."""

from collections.abc import Iterable

from matching.meaning.counts import Vector
from matching.meaning.labels import DIVISION, find_divisions

SURE, HARDLY = 0.8, 0.02
"""The chance of the division that the words speak of, from which they are believed, and what the codes' own divisions
have at most, all together. Measured in docs/matching.md."""


def find_disagreement(chances: Vector | None, codes: Iterable[str]) -> str | None:
    """The division (two digits) that the words speak of by `chances`, where that is clear and none of these CPV codes
    is in it."""
    divisions = find_divisions()
    own = {divisions.index(code[:DIVISION]) for code in codes if code[:DIVISION] in divisions}
    if chances is None or not own:
        return None
    clear = float(chances.max()) >= SURE and float(chances[sorted(own)].sum()) <= HARDLY
    return divisions[int(chances.argmax())] if clear else None
