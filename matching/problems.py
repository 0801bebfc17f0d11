"""What is wrong with a profile's files, gathered so that a person mends all of it at once."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import BadProfile

MOST_SHOWN = 30


@dataclass(slots=True)
class Problems:
    """Problems of one file: each names where it stands and how to mend it."""

    file: Path
    found: list[str] = field(default_factory=list)

    def add(self, where: str, text: str) -> None:
        """`where` is `line 3: keywords.include` or `row 12: codes`."""
        self.found.append(f"{self.file}, {where}: {text}" if where else f"{self.file}: {text}")

    def raise_any(self) -> None:
        """BadProfile with all of them, if there are any."""
        if self.found:
            hidden = len(self.found) - MOST_SHOWN
            more = [f"… and {hidden} more"] if hidden > 0 else []
            raise BadProfile("\n".join([*self.found[:MOST_SHOWN], *more]))


def nearest(word: str, known: Iterable[str]) -> str:
    """What the person may have meant, else all that is known."""
    names = list(known)
    near = difflib.get_close_matches(word.lower(), names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
