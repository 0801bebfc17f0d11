"""Notices and profiles for `benchmarks.percolate`: sentences of real notices mixed anew, phrases drawn from them."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.notices import Kind, Notice, Status
from domain.profiles import Keywords, Profile
from matching.reading import Reading
from matching.stream import Place, Rank, Stream
from matching.words import HYPHENS, WORD

REAL = Path(__file__).parents[2] / "shared/realdata/labelled"
LETTERS = 1_000  # of a notice
MOST_FREQUENT = 0.002  # share of the notices that have a phrase of a list; `services` says nothing
ENDS = {"the", "of", "and", "for", "to", "in", "with", "a", "is", "by", "shall", "be", "on", "or", "as", "at", "an"}


def find_sentences() -> tuple[list[str], str]:
    """Sentences of real notices of all languages where they are at hand, else made-up ones; and which they are."""
    if not REAL.is_dir():
        return list(_made_up(random.Random(5))), "made-up words"
    rows = [json.loads(line) for file in sorted(REAL.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    texts = [row.get(name) or "" for row in rows for name in ("title", "description")]
    sentences = {part.strip() for text in texts for part in re.split(r"[.\n;]\s+", text)}
    return sorted(part for part in sentences if 20 < len(part) < 400), f"{len(rows)} real notices"


def _made_up(chance: random.Random) -> Iterator[str]:
    syllables = [first + vowel for first in "bcdfglmnprstvw" for vowel in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(12_000)]
    weights = [1 / (rank + 2) for rank in range(len(words))]
    for _ in range(6_000):
        yield " ".join(chance.choices(words, weights, k=chance.randint(5, 20)))


def make_notices(sentences: Sequence[str], count: int, chance: random.Random) -> list[Notice]:
    """Notices of about 1 KB; hyphens are spaces, because a tsvector cannot say that x-ray is also xray."""
    made = []
    for number in range(count):
        text = ""
        while len(text) < LETTERS:
            text += f"{chance.choice(sentences)}. "
        title, body = (re.sub(f"[{HYPHENS}]", " ", each) for each in (chance.choice(sentences), text))
        texts = {"en": title}, {"en": body}
        made.append(Notice("s", str(number), Kind.TENDER, Status.OPEN, None, None, "en", *texts))
    return made


def read(notice: Notice) -> Reading:
    """As `read_notice`, but all texts as English, so that one tsquery can say what a profile looks for."""
    stream = Stream("en")
    for name, texts in (("title", notice.title), ("description", notice.description)):
        stream.add(Place(f"{name}.en", Rank.TEXT, texts["en"], "en"), stream.vocabulary)
    return Reading(notice, (stream,), {})


class Lists:
    """Draws keyword lists from the words of notices: n-grams of one to three words, a third of them with a star."""

    def __init__(self, notices: Sequence[Notice], chance: random.Random) -> None:
        self.chance = chance
        texts = [[word.lower() for word in WORD.findall(each.description["en"])] for each in notices]
        self._texts = [text for text in texts if len(text) > 10]
        frequency = Counter(start for text in self._texts for start in {w[:end] for w in text for end in range(4, 20)})
        grams = Counter(gram for text in self._texts for gram in self._grams(text))
        most = MOST_FREQUENT * len(self._texts)
        self._rare = {gram for gram, count in grams.items() if count <= most and len(gram) > 3}
        self._rare_starts = {start for start, count in frequency.items() if count <= most}

    @staticmethod
    def _grams(text: list[str]) -> set[str]:
        return {" ".join(text[at : at + length]) for length in (1, 2, 3) for at in range(len(text))}

    def draw_profile(self, number: int) -> Profile:
        """A profile of 5 to 20 phrases and up to 3 minus-words."""
        include = {self._draw() for _ in range(self.chance.randint(5, 20))}
        exclude = {self._draw() for _ in range(self.chance.randint(0, 3))} - include
        return Profile(f"p{number}", f"Profile {number}", "en", Keywords(tuple(include), tuple(exclude)))

    def _draw(self) -> str:
        while True:
            text, length = self.chance.choice(self._texts), self.chance.choices((1, 2, 3), (40, 40, 20))[0]
            start = self.chance.randrange(len(text) - length)
            words = text[start : start + length]
            if words[0] in ENDS or words[-1] in ENDS or not all(re.fullmatch("[a-z]{2,}", word) for word in words):
                continue
            if length > 1 and " ".join(words) not in self._rare:
                continue
            if self.chance.random() < 1 / 3 and len(words[-1]) > 5:
                words[-1] = words[-1][: max(5, len(words[-1]) - 2)]
                if length > 1 or words[0] in self._rare_starts:
                    return f"{' '.join(words)}*"
            elif length > 1 or words[0] in self._rare:
                return " ".join(words)
