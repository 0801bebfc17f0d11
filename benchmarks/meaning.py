"""What each feature of a score is worth on labelled notices: left out one after the other.

    python benchmarks/meaning.py EVAL [--model MODEL]

EVAL is a folder with `test.jsonl`, `profiles/*.yml` and `truth.json` ({"notices": {key: [division]}, "profiles": {id:
division}}). Prints a table in Markdown: AP, the mean over profiles of the average precision, in English, in seven large
languages (XL7) and in the others (XLo); and what a score of 40 is worth, its precision and recall. Points of a feature
are taken from the reasons, so one scoring gives all rows.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.files import score_files
from matching.meaning.heads import read_heads

XL7 = frozenset({"fr", "de", "pl", "es", "it", "nl", "pt"})
FEWEST, THRESHOLD = 3, 40
Table = NDArray[np.float64]


def main() -> None:
    """Reads the folder, scores once, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    notices = [json.loads(line) for line in (given.folder / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = json.loads((given.folder / "truth.json").read_text(encoding="utf-8"))
    profiles = sorted((given.folder / "profiles").glob("*.yml"))
    ids = list(truth["profiles"])
    relevant = np.array([[truth["profiles"][id_] in truth["notices"][each["key"]] for id_ in ids] for each in notices])
    rows = {each["key"]: number for number, each in enumerate(notices)}
    points: dict[str, Table] = defaultdict(lambda: np.zeros(relevant.shape))
    heads = read_heads(given.model) if given.model else None
    for pair in score_files(profiles, given.folder / "test.jsonl", heads=heads):
        for reason in pair["reasons"]:
            points[reason["rule"]][rows[pair["notice"]], ids.index(pair["profile"])] += reason["points"]
    show(points, relevant, [each["language"] for each in notices])


def show(points: dict[str, Table], relevant: NDArray[np.bool_], languages: list[str]) -> None:
    """Prints the table."""
    slices = {
        "EN": np.array([each == "en" for each in languages]),
        "XL7": np.array([each in XL7 for each in languages]),
        "XLo": np.array([each != "en" and each not in XL7 for each in languages]),
    }
    rules = sorted(rule for rule in points if rule not in {"cap", "floor"})
    print("| without | " + " | ".join(f"AP {name}" for name in slices) + " | precision and recall of 40 |")
    print("|---|---|---|---|---|")
    for left_out in (None, *rules):
        total = np.clip(sum((points[rule] for rule in rules if rule != left_out), np.zeros(relevant.shape)), 0, 100)
        cells = [f"{find_ap(total[rows], relevant[rows]):.3f}" for rows in slices.values()]
        told = total >= THRESHOLD
        hits = (told & relevant).sum()
        told_well = f"{hits / told.sum():.2f}, {hits / relevant.sum():.2f}"
        print(f"| {left_out or '(nothing)'} | {' | '.join(cells)} | {told_well} |")


def find_ap(scores: Table, relevant: NDArray[np.bool_]) -> float:
    """The mean over profiles with at least 3 relevant notices; ties in one fixed random order."""
    found = []
    for profile in range(scores.shape[1]):
        truth = relevant[:, profile]
        if truth.sum() >= FEWEST:
            order = np.lexsort((np.random.default_rng(0).random(len(truth)), -scores[:, profile]))
            hits = truth[order]
            found.append((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
    return float(np.mean(found))


if __name__ == "__main__":
    main()
