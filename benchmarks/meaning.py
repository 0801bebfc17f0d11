"""What each feature of a score is worth on labelled notices: left out one after the other.

    python benchmarks/meaning.py EVAL [--model MODEL] [--parts]

EVAL is a folder with `test.jsonl`, `profiles/*.yml` and `truth.json` ({"notices": {key: [division]}, "profiles": {id:
division}}). Prints a table in Markdown: AP, the mean over profiles of the average precision, in English, in seven large
languages (XL7) and in the others (XLo); and what a score of 40 is worth, its precision and recall. Points of a feature
are taken from the reasons, so one scoring gives all rows. With --parts what is left out are the models that a notice's
chances are made of (matching/meaning/divisions.py), each a scoring of its own.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.files import score_files
from matching.meaning import divisions
from matching.meaning.heads import Heads, read_heads

XL7 = frozenset({"fr", "de", "pl", "es", "it", "nl", "pt"})
SLICES: dict[str, Callable[[str], bool]] = {
    "EN": lambda language: language == "en",
    "XL7": lambda language: language in XL7,
    "XLo": lambda language: language != "en" and language not in XL7,
}
FEWEST, THRESHOLD = 3, 40
PARTS = ("MEANT", "SPELT", "NEAREST", "NEAREST_OWN", "ALIKE", "ALIKE_IN_ENGLISH", "ALIKE ALIKE_IN_ENGLISH")
PARTS_OF_HEADS = ("OF_LABELS", "OF_HEADS", "OF_VECTOR")
Table = NDArray[np.float64]


def main() -> None:
    """Reads the folder, scores once, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--parts", action="store_true")
    given = parser.parse_args()
    notices = [json.loads(line) for line in (given.folder / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = json.loads((given.folder / "truth.json").read_text(encoding="utf-8"))
    profiles = sorted((given.folder / "profiles").glob("*.yml"))
    ids = list(truth["profiles"])
    relevant = np.array([[truth["profiles"][id_] in truth["notices"][each["key"]] for id_ in ids] for each in notices])
    rows = {each["key"]: number for number, each in enumerate(notices)}
    heads = read_heads(given.model) if given.model else None
    languages = [each["language"] for each in notices]
    task = Task(profiles, given.folder / "test.jsonl", ids, rows, relevant, heads)
    print("| without | " + " | ".join(f"AP {name}" for name in SLICES) + " | precision and recall of 40 |")
    print("|---|---|---|---|---|")
    points = task.score()
    if not given.parts:
        show(points, relevant, languages)
        return
    print(to_row("(nothing)", total_of(points), relevant, languages))
    for name in PARTS_OF_HEADS if heads else PARTS:
        weights = {each: getattr(divisions, each) for each in name.split()}
        for each in weights:
            setattr(divisions, each, 0.0)
        print(to_row(name, total_of(task.score()), relevant, languages), flush=True)
        for each, weight in weights.items():
            setattr(divisions, each, weight)


@dataclass(frozen=True, slots=True)
class Task:
    """What is scored, and by which heads."""

    profiles: list[Path]
    notices: Path
    ids: list[str]
    rows: dict[str, int]
    relevant: NDArray[np.bool_]
    heads: Heads | None

    def score(self) -> dict[str, Table]:
        """The points of each rule, a row for each notice and a column for each profile."""
        points: dict[str, Table] = defaultdict(lambda: np.zeros(self.relevant.shape))
        for pair in score_files(self.profiles, self.notices, heads=self.heads):
            for reason in pair["reasons"]:
                points[reason["rule"]][self.rows[pair["notice"]], self.ids.index(pair["profile"])] += reason["points"]
        return points


def total_of(points: dict[str, Table], left_out: str | None = None) -> Table:
    """The scores without one rule."""
    kept = [table for rule, table in points.items() if rule not in {"cap", "floor", left_out}]
    total: Table = np.clip(np.sum(kept, axis=0), 0, 100)
    return total


def show(points: dict[str, Table], relevant: NDArray[np.bool_], languages: list[str]) -> None:
    """A row for all features, and one without each."""
    rules = sorted(rule for rule, table in points.items() if rule not in {"cap", "floor"} and table.any())
    for left_out in (None, *rules):
        print(to_row(left_out or "(nothing)", total_of(points, left_out), relevant, languages))


def to_row(name: str, total: Table, relevant: NDArray[np.bool_], languages: list[str]) -> str:
    """A row of the table in Markdown."""
    cells = []
    for wanted in SLICES.values():
        rows = np.array([wanted(each) for each in languages])
        cells.append(f"{find_ap(total[rows], relevant[rows]):.3f}")
    told = total >= THRESHOLD
    hits = (told & relevant).sum()
    return f"| {name} | {' | '.join(cells)} | {hits / told.sum():.2f}, {hits / relevant.sum():.2f} |"


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
