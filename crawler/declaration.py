"""One source's YAML with the lines of its keys, and all that is wrong with it."""

import difflib
import importlib.resources
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from crawler.about import find_about_problems
from crawler.addresses import KEY, is_secret
from crawler.listing.checking import check_listing
from crawler.presets import PRESETS, expand

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SPIDERS = Path(__file__).parent / "spiders"
At = tuple[str | int, ...]
JSON = ("json_api", *PRESETS)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a file says: its values, the line of each path in it, and what could not even be read."""

    file: Path
    values: dict[str, Any]
    lines: dict[At, int]
    faults: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The source's id, which is the file's name."""
        return self.file.stem

    def problem(self, at: Sequence[str | int], text: str) -> str:
        """`FILE, line N: path: text`, with the line of the nearest thing that is printed."""
        place = tuple(at)
        while place and place not in self.lines:
            place = place[:-1]
        path = ".".join(str(part) for part in at)
        return f"{self.file}, line {self.lines.get(place, 1)}: {path + ': ' if path else ''}{text}"


def read_declaration(file: Path) -> Declaration:
    """The file's values and lines; what is not YAML becomes a fault, so that the other files are still checked."""
    loader = yaml.CSafeLoader(file.read_bytes())
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return Declaration(file, {}, {}, (f"{file}, line 1: empty or a list; write `key: value` lines",))
        lines: dict[At, int] = {}
        faults = tuple(f"{file}, line {line}: {text}" for line, text in _mark(node, (), lines))
        return Declaration(file, loader.construct_document(node), lines, faults)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Declaration(file, {}, {}, (f"{file}, line {line}: not YAML: {error.problem}; mend the line",))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return Declaration(file, {}, {}, (f"{file}, line 1: not YAML in UTF-8: {error}",))
    finally:
        loader.dispose()


def find_problems(declaration: Declaration, spiders: Path) -> list[str]:
    """All that is wrong with a source's file; `spiders` is the folder of its module, where it needs one."""
    if declaration.faults:
        return list(declaration.faults)
    if not re.fullmatch(r"[a-z]{2,}(_[a-z0-9]+)+", declaration.id):
        return [declaration.problem((), "name the file COUNTRY_PORTAL.yml in lower case, such as gb_scotland.yml")]
    found = list(dict.fromkeys(_against_schema(declaration)))  # the schema tells a missing key once for each
    return found or list(_against_sense(declaration, spiders))


def _mark(node: yaml.Node, at: At, lines: dict[At, int]) -> Iterator[tuple[int, str]]:
    """Note the line of each key and item below `node`; gives keys that are written twice."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place, line = (*at, key.value), key.start_mark.line + 1
            if place in lines:
                yield line, f"{'.'.join(map(str, place))} is written twice; keep one (the other: line {lines[place]})"
            lines[place] = line
            yield from _mark(value, place, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*at, number)] = value.start_mark.line + 1
            yield from _mark(value, (*at, number), lines)


@lru_cache
def _validator() -> "Validator":
    """One for all files: it costs 10 ms, and what it knows of the schema's references is kept."""
    from jsonschema import Draft202012Validator  # here: it costs a third of a second, and `scrapy list` needs none

    text = (importlib.resources.files("crawler") / "source.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _against_schema(declaration: Declaration) -> Iterator[str]:
    errors = _validator().iter_errors(declaration.values)
    for error in sorted(errors, key=lambda each: [str(part) for part in each.absolute_path]):
        yield from _explain(declaration, error)


def _explain(declaration: Declaration, error: Any) -> Iterator[str]:
    """One error of the schema in words: where, what, and what to write instead."""
    at, mend = tuple(error.absolute_path), error.schema.get("description", "")
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known), key=str):
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            yield declaration.problem((*at, key), f"no such key; {hint}")
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                hint = error.schema.get("properties", {}).get(key, {}).get("description", "it is needed here")
                yield declaration.problem(at, f"{key} is missing; write {key}: {hint}")
    else:
        yield declaration.problem(at, f"{error.message}{f'; write {mend}' if mend else ''}")


def _against_sense(declaration: Declaration, spiders: Path) -> Iterator[str]:
    """What a schema cannot say."""
    declaration = replace(declaration, values=expand(declaration.values))
    values = declaration.values
    try:
        ZoneInfo(values["zone"])
    except (ZoneInfoNotFoundError, ValueError):
        yield declaration.problem(("zone",), f"{values['zone']!r} is no time zone; write one such as Europe/London")
    yield from _listing_problems(declaration)
    yield from _address_problems(declaration)
    module = spiders / f"{declaration.id}.py"
    if "protocol" not in values and not module.is_file():
        yield declaration.problem((), f"no protocol and no {module}; write protocol: ocds or html, or that module")
    if "protocol" in values and module.is_file():
        yield declaration.problem(("protocol",), f"{module} exists as well; remove one of the two")
    yield from _field_problems(declaration)
    yield from _item_problems(declaration)
    yield from _watch_problems(declaration)
    yield from find_about_problems(values, declaration.problem, shipped=spiders == SPIDERS)
    yield from _browser_problems(declaration)
    yield from _canary_problems(declaration)
    least, most = values["expect"]["notices"]
    if least > most:
        yield declaration.problem(("expect", "notices"), f"{least} is more than {most}; write [least, most]")


def _field_problems(declaration: Declaration) -> Iterator[str]:
    """The block that says where the fields stand is there, and can be read."""
    values = declaration.values
    protocol = values.get("protocol")
    if protocol == "html" and "html" not in values:
        yield declaration.problem(("protocol",), "the html protocol needs its selectors; write html: {list: …}")
    if protocol in JSON and "json" not in values:
        yield declaration.problem(("protocol",), f"the {protocol} protocol needs its paths; write json: {{list: …}}")
    elif protocol in PRESETS and "date" in values["json"]:  # one that is there is no more, once it was understood
        yield declaration.problem(("json", "date"), "write the name of the column of dates that windows are asked by")
    elif protocol in PRESETS and "where" not in urlsplit(values["endpoint"]).query:
        told = "no column of dates that windows are asked by; write json: {date: COLUMN}"
        yield declaration.problem(("json",), told)
    if "html" in values:
        from crawler.readers.html_rules import check_rules  # here: lxml is not needed for a portal with an API

        yield from _block_problems(declaration, "html", check_rules(values["html"]))
    if "json" in values:
        from crawler.readers.json_rules import check_rules as check_paths

        yield from _block_problems(declaration, "json", check_paths(values["json"]))
        if "detail" in values["json"] and "{row." not in values.get("endpoints", {}).get("detail", ""):
            told = "no address of a notice's document; write endpoints: {detail: https://…/{row.id}}"
            yield declaration.problem(("json", "detail"), told)


def _item_problems(declaration: Declaration) -> Iterator[str]:
    """The same for feeds and tables."""
    values = declaration.values
    protocol = values.get("protocol")
    if protocol == "rss" and "feed" not in values:
        yield declaration.problem(("protocol",), "the rss protocol needs its fields; write feed: {fields: …}")
    if protocol == "csv" and "csv" not in values:
        yield declaration.problem(("protocol",), "the csv protocol needs its columns; write csv: {fields: …}")
    if "feed" in values:
        from crawler.readers.feed_rules import check_rules as check_items

        yield from _block_problems(declaration, "feed", check_items(values["feed"]))
    if "csv" in values:
        from crawler.readers.csv_rules import check_rules as check_columns

        yield from _block_problems(declaration, "csv", check_columns(values["csv"]))


def _block_problems(declaration: Declaration, block: str, wrong: str | None) -> Iterator[str]:
    """What the block's reader tells ("html.list.row: …"), with its line."""
    if wrong:
        path, _, text = wrong.partition(": ")
        at = re.findall(r"\w+", path) if re.fullmatch(rf"{block}[\w.\[\]]*", path) else [block]
        place = [int(part) if part.isdecimal() else part for part in at]
        yield declaration.problem(place, text if len(at) > 1 or path == block else wrong)


def _watch_problems(declaration: Declaration) -> Iterator[str]:
    """A page that is followed is all there is: no list, and none of another protocol."""
    values = declaration.values
    if (values.get("protocol") == "watch") != ("watch" in values):
        told = "protocol: watch and watch: {…} belong together; write both, or neither"
        yield declaration.problem(("watch",) if "watch" in values else ("protocol",), told)
        return
    if "watch" not in values:
        return
    from crawler.watch.rules import check_rules  # here: lxml is not needed for a portal with an API

    for at, told in check_rules(values["watch"]):
        yield declaration.problem(("watch", *at), told)
    if "canary" in values:
        yield declaration.problem(("canary",), "only what changes is told here, so no notice stays known; remove it")
    if set(values["listing"]) != {"file"}:
        yield declaration.problem(("listing",), "a page that is followed has no list; write listing: {file: {}}")


def _browser_problems(declaration: Declaration) -> Iterator[str]:
    """A browser reads web pages, waits for something, and turns the pages of one list."""
    values = declaration.values
    browser = values.get("browser") or {}
    if not browser:
        return
    options = browser if isinstance(browser, dict) else {}
    if values.get("protocol", "html") not in ("html", "watch"):
        told = "a browser shows web pages; write protocol: html or watch, or remove this line"
        yield declaration.problem(("browser",), told)
    of_html = values.get("html", {})
    of_list = of_html.get("list") if isinstance(of_html, dict) else None
    if (
        "wait_for" not in options
        and values.get("protocol") != "watch"
        and not (isinstance(of_list, dict) and _says_where(of_list.get("row")))
    ):
        yield declaration.problem(("browser",), "nothing to wait for; write {wait_for: CSS}, or html: {list: {row: …}}")
    if "click_next" not in options:
        return
    at = ("browser", "click_next")
    if set(values["listing"]) != {"next"}:
        yield declaration.problem(at, "pages behind a button have no addresses; write listing: {next: {}}")
    if isinstance(of_list, dict) and "next" in of_list:
        yield declaration.problem(at, "html.list.next leads on as well; remove one of the two")


def _canary_problems(declaration: Declaration) -> Iterator[str]:
    """A known notice is asked for by its page, or must go by in each run."""
    canary, listing = declaration.values.get("canary"), declaration.values["listing"]
    if canary is None:
        return
    if "url" not in canary and ("window" in listing or "feed" in listing):
        told = "only what is new is listed here, so the known notice goes by once; write url: its page"
        yield declaration.problem(("canary",), told)
    if declaration.values.get("protocol") == "ted" and "key" not in canary:
        yield declaration.problem(("canary",), "a notice of TED's is known by its number; write key: NUMBER-YEAR")
    if not set(canary) - {"url", "key"}:
        told = "nothing of the notice would be looked at; write its title, buyer or deadline as well"
        yield declaration.problem(("canary",), told)


def _says_where(rule: Any) -> bool:
    return isinstance(rule, str) or (isinstance(rule, dict) and bool({"css", "xpath"} & set(rule)))


def _listing_problems(declaration: Declaration) -> Iterator[str]:
    for at, text in check_listing(declaration.values):
        yield declaration.problem(at, text)
    yield from _count_problems(declaration)


def _count_problems(declaration: Declaration) -> Iterator[str]:
    """Notices by their numbers: the address has a place for one, and a web page needs the selectors of a notice."""
    values = declaration.values
    counts, has_place = "count_up" in values["listing"], "{number}" in values["endpoint"]
    if counts and not has_place:
        example = "https://portal.example/notice/{number}"
        yield declaration.problem(("endpoint",), f"no place for the number; write {{number}}, as in {example}")
    if has_place and not counts:
        yield declaration.problem(("endpoint",), "{number} without listing: {count_up: {first: NUMBER}}; write that")
    of_html = values.get("html", {})
    if counts and values.get("protocol") == "html" and isinstance(of_html, dict) and "detail" not in of_html:
        yield declaration.problem(("listing", "count_up"), "each number is a notice's page; write html: {detail: …}")


def _address_problems(declaration: Declaration) -> Iterator[str]:
    """A key has no place in a file: it would be saved and logged with every address."""
    values = declaration.values
    addresses: dict[At, str] = {("endpoint",): values["endpoint"]}
    addresses |= {("endpoints", name): url for name, url in values.get("endpoints", {}).items()}
    if "url" in values.get("canary", {}):
        addresses[("canary", "url")] = values["canary"]["url"]
    for at, url in addresses.items():
        parts = urlsplit(url)
        if parts.username or parts.password:
            yield declaration.problem(at, "a user or password in an address; remove it")
        for name, value in parse_qsl(parts.query):
            if is_secret(name) and value != KEY:
                yield declaration.problem(at, f"{name} holds a key; write {name}={KEY} and key_env: TENDERWATCH_KEY_…")
        if KEY in url and at == ("endpoint",) and "key_env" not in values:  # elsewhere it is a notice's own key
            yield declaration.problem(at, f"{KEY} without key_env; write key_env: TENDERWATCH_KEY_…")
