"""Profile files: YAML in and out. A file's faults are told all at once, each with its line and how to mend it."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import yaml

from domain.profile_json import to_json
from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange
from matching.catalogue import MOST_ITEMS, clean_code, read_catalogue, read_codes
from matching.codes import to_prefix
from matching.places import PLACE
from matching.problems import Problems
from matching.query.lists import speaks
from matching.query.nodes import Mode, Phrase
from matching.query.parser import BadQuery, parse
from matching.query.printer import to_text as to_line
from matching.words import fold
from matching.yaml_nodes import is_null, read_yaml, to_list, to_mapping, to_text, to_texts, where, where_in

KEYS = ("id", "name", "language", "keywords", "catalogue", "codes", "places", "value", "threshold")
ITEM_KEYS = ("sku", "name", "description", "codes")
KEYWORD_KEYS = ("include", "exclude", "any", "all", "none")
MOST_KEYWORDS = 5_000
THRESHOLD = 40


def read_profile(file: Path) -> Profile:
    """The profile of a YAML file; `catalogue` may be a list, or the path of a CSV or XLSX relative to the file.

    BadProfile names the file, each wrong key with its line (or row of the spreadsheet), and what to write instead.
    """
    problems = Problems(file)
    root = read_yaml(file, problems)
    if not problems.found and is_null(root):
        problems.add("", f"it is empty; write the keys {', '.join(KEYS)}")
    problems.raise_any()
    values = to_mapping(root, "", KEYS, problems)
    profile = Profile(
        id=_read_id(values, problems),
        name=_required(values, "name", "what the team calls it", problems),
        language=_read_language(values, problems),
        keywords=_read_keywords(values.get("keywords"), problems),
        catalogue=_read_items(values.get("catalogue"), file.parent, problems),
        codes=_read_codes(values.get("codes"), problems),
        places=_read_places(values.get("places"), problems),
        value=_read_value(values.get("value"), problems),
        threshold=_read_threshold(values.get("threshold"), problems),
    )
    keywords = profile.keywords
    if not problems.found and not (keywords.include or keywords.all or profile.catalogue or profile.codes):
        problems.add("", "nothing to look for; write keywords.include, catalogue or codes")
    problems.raise_any()
    return profile


def write_profile(profile: Profile) -> str:
    """The profile as YAML that `read_profile` gives back unchanged; a catalogue is written out as a list."""
    data = to_json(profile)
    if profile.keywords.all:
        lists = data["keywords"]
        data["keywords"] = {"any": lists["include"], "all": lists["all"], "none": lists["exclude"]}
    data["catalogue"] = [
        {**item, "codes": [f"{scheme}:{code}" for scheme, code in item["codes"]]} for item in data["catalogue"]
    ]
    data["catalogue"] = [{key: value for key, value in item.items() if value} for item in data["catalogue"]]
    shown = {key: value for key, value in data.items() if value not in (None, [], {})}
    return yaml.safe_dump(shown, allow_unicode=True, sort_keys=False, width=120)


def digest(profile: Profile) -> str:
    """SHA-256 (hex) of what the profile says, whatever file or order of keys it came from."""
    text = json.dumps(to_json(profile), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _required(values: dict[str, yaml.Node], key: str, what: str, problems: Problems) -> str:
    text = to_text(values.get(key), key, problems)
    if not text:
        problems.add(where(values[key], key) if key in values else key, f"it is missing; write {what}")
    return text or ""


def _read_id(values: dict[str, yaml.Node], problems: Problems) -> str:
    text = _required(values, "id", "a short name such as lab-supplies", problems)
    if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}", text):
        problems.add(where(values["id"], "id"), "write up to 64 letters a-z, digits, - _ and . such as lab-supplies")
    return text


def _read_language(values: dict[str, yaml.Node], problems: Problems) -> str:
    text = _required(values, "language", "the language of your lists in ISO 639-1, such as en", problems).lower()
    if text and not re.fullmatch(r"[a-z]{2}", text):
        problems.add(where(values["language"], "language"), f"{text!r} is not ISO 639-1; write two letters such as en")
    return text


def _read_keywords(node: yaml.Node | None, problems: Problems) -> Keywords:
    lists = to_mapping(node, "keywords", KEYWORD_KEYS, problems)
    include = _read_lines(_choose(lists, "include", "any", problems), problems, speaking=True)
    exclude = _read_lines(_choose(lists, "exclude", "none", problems), problems)
    beside = _read_lines(("all", lists.get("all")), problems)
    wanted = {_folded(text): path for path, text, _ in include}
    for path, text, at in exclude:
        if _folded(text) in wanted:
            problems.add(where(at, path), f"{text!r} is also {wanted[_folded(text)]}; keep it in one of the two lists")
    if beside and not include and not any(_speaks(text) for _, text, _ in beside):
        problems.add(where(lists["all"], "keywords.all"), "it has no words to look for; write some here or into any")
    return Keywords(*(tuple(text for _, text, _ in lines) for lines in (include, exclude, beside)))


def _choose(
    lists: dict[str, yaml.Node], name: str, other: str, problems: Problems
) -> tuple[str, yaml.Node | None]:
    """A list under either of its names; both mean the same."""
    if name in lists and other in lists:
        problems.add(where(lists[other], f"keywords.{other}"), f"it means the same as {name}; keep one of them")
    found = other if other in lists else name
    return found, lists.get(found)


def _folded(line: str) -> tuple[tuple[str, Mode], ...] | str:
    try:
        node = parse(line)
    except BadQuery:
        return line
    return tuple((fold(word.raw), word.mode) for word in node.words) if isinstance(node, Phrase) else to_line(node)


def _speaks(line: str) -> bool:
    try:
        return speaks(parse(line))
    except BadQuery:
        return True


def _read_lines(
    named: tuple[str, yaml.Node | None], problems: Problems, *, speaking: bool = False
) -> list[tuple[str, str, yaml.Node]]:
    """Lines of the query language as (path, text, node); each fault names its line and character."""
    key, node = f"keywords.{named[0]}", named[1]
    lines = to_texts(node, key, problems)
    if len(lines) > MOST_KEYWORDS and node:
        problems.add(where(node, key), f"it has {len(lines)} lines, more than {MOST_KEYWORDS}; split the profile")
        return []
    for path, text, at in lines:
        assert isinstance(at, yaml.ScalarNode)
        if not at.style and at.start_mark.line != at.end_mark.line:
            problems.add(where(at, path), f"{text[:80]!r} goes over two lines; is the next `-` indented too far?")
        try:
            silent = speaking and not speaks(parse(text))
        except BadQuery as error:
            problems.add(where_in(at, f"{path}: {text[:80]!r}", error.at), str(error))
            continue
        if silent:
            problems.add(where(at, f"{path}: {text[:80]!r}"), "write words beside it; a language alone is no interest")
    return lines


def _read_items(node: yaml.Node | None, folder: Path, problems: Problems) -> tuple[CatalogueItem, ...]:
    if isinstance(node, yaml.ScalarNode):
        return _read_catalogue_file(node, folder, problems)
    if node is not None and not isinstance(node, yaml.SequenceNode):
        problems.add(where(node, "catalogue"), "write a list of items, or the path of a CSV or XLSX file")
        return ()
    nodes = to_list(node, "catalogue", problems)
    if len(nodes) > MOST_ITEMS and node:
        problems.add(where(node, "catalogue"), f"it has {len(nodes)} items, more than {MOST_ITEMS}; split the profile")
        return ()
    return tuple(_read_item(each, path, problems) for path, each in nodes)


def _read_catalogue_file(node: yaml.ScalarNode, folder: Path, problems: Problems) -> tuple[CatalogueItem, ...]:
    file = folder / node.value.strip()
    if not file.is_file():
        problems.add(where(node, "catalogue"), f"there is no file {file}; write its path relative to the profile")
        return ()
    return read_catalogue(file, problems)


def _read_item(node: yaml.Node, path: str, problems: Problems) -> CatalogueItem:
    values = to_mapping(node, path, ITEM_KEYS, problems)
    texts = {key: to_text(values.get(key), f"{path}.{key}", problems) or "" for key in ITEM_KEYS[:3]}
    if isinstance(node, yaml.MappingNode) and not texts["sku"] and not texts["name"]:
        problems.add(where(node, path), "it has neither sku nor name; write one of them")
    return CatalogueItem(**texts, codes=_read_item_codes(values.get("codes"), f"{path}.codes", problems))


def _read_item_codes(node: yaml.Node | None, path: str, problems: Problems) -> tuple[tuple[str, str], ...]:
    if isinstance(node, yaml.MappingNode):
        codes = _read_codes(node, problems, path)
        return tuple((scheme, code) for scheme, each in codes.items() for code in each)
    scalar = node is not None and isinstance(node, yaml.ScalarNode)
    texts = [(path, str(node.value), node)] if node and scalar else to_texts(node, path, problems)
    found: list[tuple[str, str]] = []
    for place, text, at in texts:
        with _noted(problems, at, place):
            found += read_codes(text)
    return tuple(found)


def _read_codes(node: yaml.Node | None, problems: Problems, key: str = "codes") -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for scheme, codes in to_mapping(node, key, (), problems).items():
        texts = to_texts(codes, f"{key}.{scheme}", problems)
        cleaned = [(path, clean_code(scheme, text), at) for path, text, at in texts]
        for path, text, at in cleaned:
            with _noted(problems, at, path):
                to_prefix(scheme, text)
        if cleaned:
            found[scheme] = tuple(text for _, text, _ in cleaned)
    return found


@contextmanager
def _noted(problems: Problems, at: yaml.Node, path: str) -> Iterator[None]:
    """A ValueError inside becomes a problem of this node."""
    try:
        yield
    except ValueError as error:
        problems.add(where(at, path), str(error))


def _read_places(node: yaml.Node | None, problems: Problems) -> tuple[str, ...]:
    places = []
    for path, text, at in to_texts(node, "places", problems):
        if PLACE.fullmatch(text.upper()) and text[:2].upper() in {*_countries().values(), "UK", "EL"}:
            places.append(text.upper())
        else:
            known = _countries().get(text.casefold())
            mend = f"did you mean {known}?" if known else "write ISO 3166 alpha-2 (FR) or the start of NUTS (FR10)"
            problems.add(where(at, path), f"{text!r} is no place; {mend}")
    return tuple(places)


NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # CLDR's territories that are none


@cache
def _countries() -> dict[str, str]:
    """Countries by their English name."""
    from babel import Locale  # slow to import, and rarely needed

    found = Locale("en").territories.items()
    return {
        name.casefold(): code for code, name in found if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRIES
    }


def _read_value(node: yaml.Node | None, problems: Problems) -> ValueRange | None:
    values = to_mapping(node, "value", ("min", "max", "currency"), problems)
    if not values:
        return None
    least, most = (_read_amount(values.get(key), f"value.{key}", problems) for key in ("min", "max"))
    currency = (to_text(values.get("currency"), "value.currency", problems) or "").upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        at = values.get("currency", node)
        problems.add(where(at, "value.currency") if at else "", "write the currency in ISO 4217, such as EUR")
    if node and least is not None and most is not None and least > most:
        problems.add(where(node, "value"), f"min {least} is larger than max {most}; exchange them")
    return ValueRange(least, most, currency)


def _read_amount(node: yaml.Node | None, path: str, problems: Problems) -> Decimal | None:
    text = to_text(node, path, problems)
    if node is None or text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or abs(amount.adjusted()) > 18:
        problems.add(where(node, path), f"{text[:40]!r} is no amount; write digits such as 250000 or 99.50")
        return None
    return amount


def _read_threshold(node: yaml.Node | None, problems: Problems) -> int:
    text = to_text(node, "threshold", problems)
    if node is None or text is None:
        return THRESHOLD
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= 100:
        problems.add(where(node, "threshold"), f"{text[:40]!r} is no threshold; write a number from 1 to 100")
        return THRESHOLD
    return int(text)
