"""The sources: shipped YAML files and an operator's folder beside them, checked as a whole and read into `Source`s.

Every problem is told with its file and line and how to mend it, all at once (`tenderwatch sources check`).
"""

from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from crawler.about import find_covering_problems
from crawler.declaration import SPIDERS, Declaration, find_problems, read_declaration
from crawler.presets import expand
from crawler.spans import to_span
from domain.config import has_secret
from domain.errors import BadSource
from domain.notices import Kind, Status
from domain.sources import About, Browser, Canary, Expect, Pace, Source

SHIPPED = Path(__file__).parent / "sources"
BLOCKS = ("json", "feed", "csv", "watch", "ocds", "request")
ABOUT = ("coverage", "terms", "sure", "key_from", "covered_by", "ended", "why_off", "draft", "verified")


def load_sources(extra: Path | None = None) -> dict[str, Source]:
    """Every source by id, an operator's (from `extra`) included; raises BadSource that names all problems."""
    sources, problems = load_sound_sources(extra)
    if problems:
        raise BadSource("\n".join(problems))
    return sources


def load_sound_sources(extra: Path | None = None) -> tuple[dict[str, Source], list[str]]:
    """The sources without a problem, by id, and all problems of the others: one bad file stops no other portal."""
    declarations, problems = _read_all(extra)
    return _to_sound(declarations, problems), problems


def load_source(name: str, extra: Path | None = None) -> Source:
    """One source; raises BadSource with its problems, whatever is wrong with the others, or where there is none.

    Only its own files are read, and that of the source it names in `covered_by`: a crawl starts a second sooner.
    """
    declarations, problems = _read_all(extra, {name})
    if name in declarations and (covering := declarations[name].values.get("covered_by")):
        declarations, problems = _read_all(extra, {name, covering})
    sources = _to_sound(declarations, problems)
    if name in sources:
        return sources[name]
    own = [problem for problem in problems if Path(problem.partition(", line ")[0]).stem == name]
    raise BadSource("\n".join(own) or f"no source {name!r}; `tenderwatch sources list` shows them all")


def check_sources(extra: Path | None = None) -> tuple[int, list[str]]:
    """How many sources there are, and all that is wrong with them: `FILE, line N: what; how to mend it`."""
    declarations, problems = _read_all(extra)
    return len(declarations), problems


def find_source_ids(extra: Path | None = None) -> list[str]:
    """The ids of all sources, from the names of their files alone: quick, and nothing is checked."""
    return sorted({file.stem for file in (*_find_files(SHIPPED), *_find_files(extra))})


def spider_file(source: Source) -> Path:
    """Where the spider of a source without `protocol` stands: beside an operator's YAML, or in crawler/spiders."""
    folder = Path(source.file).parent
    return (SPIDERS if folder == SHIPPED else folder) / f"{source.id}.py"


def _find_files(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    return sorted(file for file in folder.iterdir() if file.suffix in (".yml", ".yaml")) if folder.is_dir() else []


def _to_sound(declarations: Mapping[str, Declaration], problems: Iterable[str]) -> dict[str, Source]:
    bad = {problem.partition(", line ")[0] for problem in problems}
    sound = {name: each for name, each in sorted(declarations.items()) if str(each.file) not in bad}
    return {name: _to_source(declaration) for name, declaration in sound.items()}


def _read_all(extra: Path | None, only: Container[str] | None = None) -> tuple[dict[str, Declaration], list[str]]:
    """The declarations of all files, or of those of the sources `only`, and what is wrong with them."""
    found: dict[str, Declaration] = {}
    problems: list[str] = []
    if extra is not None and not extra.is_dir():
        problems.append(f"{extra}: no such folder; create it, or mend `sources_dir`")
    for folder in (SHIPPED, extra):
        for file in _find_files(folder):
            if only is not None and file.stem not in only:
                continue
            declaration = read_declaration(file)
            problems += find_problems(declaration, SPIDERS if folder == SHIPPED else file.parent)
            problems += _clashes(declaration, found)
            found[file.stem] = declaration
    covered = {name: each.values.get("covered_by") for name, each in found.items()}
    for name, told in find_covering_problems(covered):
        problems.append(found[name].problem(("covered_by",), told))
    return found, problems


def _clashes(declaration: Declaration, found: Mapping[str, Declaration]) -> Iterable[str]:
    """Taking the place of a source must be meant, and can be meant only where there is one."""
    other, replaces = found.get(declaration.id), declaration.values.get("replaces") is True
    if other and not replaces:
        yield declaration.problem((), f"{other.file} is already {declaration.id}; rename it, or add `replaces: true`")
    if replaces and not other:
        yield declaration.problem(("replaces",), f"there is no source {declaration.id} to replace; remove this line")


def _to_source(declaration: Declaration) -> Source:
    values = expand(declaration.values)
    return Source(
        id=declaration.id,
        title=values["title"],
        publisher=values["publisher"]["name"],
        country=values["publisher"]["country"],
        url=values["url"],
        licence=values["licence"],
        zone=values["zone"],
        endpoint=values["endpoint"],
        every=to_span(values["every"]),
        expect=_to_expect(values["expect"]),
        listing=values["listing"],
        file=str(declaration.file),
        protocol=values.get("protocol"),
        endpoints=values.get("endpoints", {}),
        language=values.get("language"),
        currency=values.get("currency"),
        encoding=values.get("encoding"),
        identity=values.get("identity", "ocid"),
        pace=_to_pace(values.get("pace", {})),
        obey_robots=values.get("robots", {"obey": True})["obey"],
        statuses={word: Status(status) for word, status in values.get("statuses", {}).items()},
        kinds={word: Kind(kind) for word, kind in values.get("kinds", {}).items()},
        html=values.get("html", {}),
        browser=_to_browser(values.get("browser", False)),
        canary=_to_canary(values.get("canary")),
        key_env=values.get("key_env"),
        user_agent=values.get("user_agent"),
        enabled=_is_on(values) and ("key_env" not in values or has_secret(values["key_env"])),
        declared_on=_is_on(values),
        **{name: values.get(name, {}) for name in BLOCKS},
        about=About(**{name: values[name] for name in ABOUT if name in values}),
    )


def _is_on(values: Mapping[str, Any]) -> bool:
    """Crawled by `run` and `work` where nobody chose otherwise, and the key that it needs is set."""
    off = "covered_by" in values or "ended" in values or values.get("draft", False)
    return bool(values.get("enabled", not off))


def _to_expect(values: Mapping[str, Any]) -> Expect:
    least, most = values["notices"]
    return Expect((least, most), values["filled"], to_span(values["silence"]))


def _to_browser(values: Mapping[str, Any] | bool) -> Browser | None:
    if isinstance(values, bool):
        return Browser() if values else None
    timeout = {"timeout": to_span(values["timeout"]).total_seconds()} if "timeout" in values else {}
    return Browser(**{**values, **timeout})


def _to_canary(values: Mapping[str, str] | None) -> Canary | None:
    if values is None:
        return None
    return Canary(values.get("url"), {name: text for name, text in values.items() if name != "url"})


def _to_pace(values: Mapping[str, Any]) -> Pace:
    known = {key: value for key, value in values.items() if key != "reason"}
    if "statuses" in known:
        known["statuses"] = tuple(known["statuses"])
    return Pace(**known)
