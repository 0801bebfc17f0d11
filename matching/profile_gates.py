"""The keys of a profile's file that filter and weigh: `buyers`, `kinds` and `weights`."""

import re
from collections.abc import Mapping

import yaml

from domain.notices import Kind
from domain.profiles import BuyerLists
from matching.problems import Problems, nearest
from matching.score import POINTS
from matching.weights import HEAVIEST, LIGHTEST
from matching.words import find_words, fold
from matching.yaml_nodes import to_mapping, to_text, to_texts, where

NAMES = tuple(feature.__name__.replace("_", " ") for feature in POINTS)
WANTED_KINDS = tuple(kind.value for kind in (Kind.PLANNING, Kind.TENDER, Kind.CHANGE, Kind.AUCTION))


def read_buyers(node: yaml.Node | None, problems: Problems) -> BuyerLists:
    """`include` and `exclude`: names, or numbers of a register (`12345`, `GB-LAE:12345`)."""
    lists = to_mapping(node, "buyers", ("include", "exclude"), problems)
    found: dict[str, tuple[str, ...]] = {}
    for name in ("include", "exclude"):
        texts = to_texts(lists.get(name), f"buyers.{name}", problems)
        for path, text, at in texts:
            if not any(True for _ in find_words(text)):
                problems.add(where(at, path), f"{text!r} is no buyer; write a name or a number in a register")
        found[name] = tuple(text for _, text, _ in texts)
    both = {fold(each) for each in found["include"]} & {fold(each) for each in found["exclude"]}
    if both and node:
        problems.add(where(node, "buyers"), f"{sorted(both)[0]!r} stands in both lists; keep it in one")
    return BuyerLists(**found)


def read_kinds(node: yaml.Node | None, problems: Problems) -> tuple[str, ...]:
    """Kinds of notice that can be bid for."""
    found = []
    for path, text, at in to_texts(node, "kinds", problems):
        if text in WANTED_KINDS:
            found.append(text)
        else:
            problems.add(where(at, path), f"{text[:40]!r} is no kind to bid for; {nearest(text, WANTED_KINDS)}")
    return tuple(found)


def read_weights(node: yaml.Node | None, problems: Problems) -> Mapping[str, int]:
    """Percent of a feature's shipped points, by the feature's name."""
    found = {}
    for name, value in to_mapping(node, "weights", (), problems).items():
        text = to_text(value, f"weights.{name}", problems) or ""
        percent = int(text) if re.fullmatch(r"\d{1,3}", text) else -1
        if name not in NAMES:
            problems.add(where(value, f"weights.{name}"), f"there is no such feature; {nearest(name, NAMES)}")
        elif not LIGHTEST <= percent <= HEAVIEST:
            problems.add(where(value, f"weights.{name}"), f"write percent from {LIGHTEST} to {HEAVIEST}")
        else:
            found[name] = percent
    return found
