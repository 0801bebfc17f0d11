"""Where an OCDS publication is not as usual: paths of its rows, total, next page, errors and ocid (`ocds:`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from crawler.listing.nothing import Nothing
from crawler.normalise.counts import to_count
from crawler.paths import find as find_path
from domain.errors import SourceChanged, Unreadable

PATHS = ("rows", "total", "pages", "next", "error", "ocid")
LINK = ("href", "url", "uri")
MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Shape:
    """The `ocds:` block of a source; an empty one changes nothing. `only` is in the names of an archive's members,
    `nothing` tells those that hold none, `cut` takes the ocid out of what stands at its path."""

    paths: Mapping[str, str]
    only: str = ""
    cut: re.Pattern[str] | None = None
    nothing: Nothing = field(default_factory=Nothing)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """As the source's YAML says."""
        paths = {name: options[name] for name in PATHS if name in options}
        regex, ocid = None, paths.get("ocid")
        if isinstance(ocid, Mapping):
            regex, paths["ocid"] = re.compile(ocid["regex"]), ocid["path"]
        return cls(paths, options.get("only", ""), regex, Nothing.read(options.get("empty", ())))

    def find(self, name: str, text: Any) -> Any:
        """What stands at this path in a JSON text, None where there is nothing or no path."""
        return find_path(self.paths[name], text) if name in self.paths else None

    def check(self, text: Any) -> None:
        """Raises Unreadable, with the portal's words, for a body that says that something went wrong."""
        if said := self.find("error", text):
            raise Unreadable(f"the portal says: {str(said)[:MOST_WORDS]}", self.paths["error"])

    def rows(self, text: Any, is_ocds: bool) -> Any:
        """The rows of a text, each with an ocid; an object's are its values. Of what is OCDS itself, all of it.

        Raises SourceChanged where there are none.
        """
        if "rows" in self.paths:
            found = self.find("rows", text)
            if found is None and not is_ocds:
                raise SourceChanged("no rows there", self.paths["rows"])
            if isinstance(found, dict) and not _is_row(found):
                found = list(found.values())
            text = text if found is None else [found] if isinstance(found, dict) else found
        return self._with_ocid(text) if "ocid" in self.paths else text

    def total(self, text: Any) -> int | None:
        """The portal's own count of all rows."""
        return to_count(self.find("total", text))

    def pages(self, text: Any) -> int | None:
        """The portal's own count of pages."""
        return to_count(self.find("pages", text))

    def next(self, text: Any) -> str | None:
        """The address of the next page."""
        found = self.find("next", text)
        if isinstance(found, dict):
            found = next((found[name] for name in LINK if found.get(name)), None)
        return found.strip() or None if isinstance(found, str) else None

    def _with_ocid(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._with_ocid(each) for each in value]
        if not isinstance(value, dict) or value.get("ocid"):
            return value
        for name in ("releases", "records"):
            if isinstance(value.get(name), list):
                return {**value, name: self._with_ocid(value[name])}
        found = self.find("ocid", value)
        if self.cut and (cut := self.cut.search(str(found or ""))):
            found = cut[1]
        return {**value, "ocid": str(found)} if found not in (None, "") else value


def _is_row(value: Mapping[str, Any]) -> bool:
    return "ocid" in value or isinstance(value.get("releases"), list) or isinstance(value.get("records"), list)
