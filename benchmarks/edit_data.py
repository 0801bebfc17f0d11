"""A database of very many notices for `benchmarks.edit`: sentences of real notices mixed anew within each language."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, TextClause, insert, text

from benchmarks.percolation_data import REAL, find_sentences
from domain.notices import Buyer, Code, Kind, Notice, Status
from domain.profiles import Keywords, Profile
from matching.languages import find_language
from matching.query.nodes import Word
from matching.reading import read_notice
from matching.remembered import Vectors
from matching.score import version_of
from matching.search.index import Index
from matching.search.keep import keep_index
from matching.search.look import Look
from matching.search.words import WORDS_VERSION, to_findable
from storage.engine import reading, writing
from storage.ids import in_chunks
from storage.meanings import find_chances
from storage.notices import save_notices
from storage.postings import pack_numbers
from storage.schema import metadata, search_segments
from storage.search import Versions, find_loose, find_segments, save_loose
from storage.sources import release_lease, take_lease

SOURCE, END = "benchmark", datetime(2026, 11, 1, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
AT_ONCE, SENTENCES = 500, (2, 6)
VERSIONS = Versions(WORDS_VERSION, version_of(None))
COPIED = ("procedures", "notices", "revisions", "notice_vectors")
CHOICE = 400  # words whose share is looked at
LONG = {  # ISO 639-2 as some portals print it
    "eng": "en", "lav": "lv", "fin": "fi", "nld": "nl", "swe": "sv", "deu": "de", "dan": "da", "spa": "es", "nor": "nb",
    "fra": "fr", "nob": "nb", "ces": "cs", "ron": "ro", "slk": "sk", "ita": "it", "por": "pt", "pol": "pl", "ell": "el",
}  # fmt: skip
WORD = re.compile(r"[a-z]{6,14}")


@dataclass(frozen=True, slots=True)
class Pool:
    """What notices of one language are made of; `share` is how many of the real ones are in it."""

    language: str
    share: int
    sentences: tuple[str, ...]
    codes: tuple[str, ...]
    buyers: tuple[str, ...]


def find_pools() -> tuple[list[Pool], str]:
    """By language, from real notices where they are at hand, else from made-up words; and which they are."""
    if not REAL.is_dir():
        sentences, said = find_sentences()
        return [Pool("en", 1, tuple(sentences), ("45000000",), ("Town of Norbridge",))], said
    rows = [json.loads(line) for file in sorted(REAL.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        printed = (row["language"] or "").lower()
        groups[LONG.get(printed, printed)].append(row)
    pools = [_to_pool(language, group) for language, group in groups.items() if len(group) >= 5]
    return [pool for pool in pools if len(pool.sentences) > 20], f"{len(rows):,} real notices"


def _to_pool(language: str, rows: Sequence[dict[str, str]]) -> Pool:
    texts = [row.get(name) or "" for row in rows for name in ("title", "description")]
    parts = sorted({part.strip() for each in texts for part in re.split(r"[.\n;]\s+", each)})
    own = [part for part in parts if 20 < len(part) < 300 and find_language(part, language) == language]
    codes = tuple(row["cpv_main"] for row in rows if row.get("cpv_main")) or ("45000000",)
    buyers = {row["buyer"] for row in rows if row.get("buyer")}
    return Pool(language, len(rows), tuple(own), codes, tuple(sorted(buyers)))


def make_notices(pools: Sequence[Pool], count: int, chance: random.Random) -> Iterator[Notice]:
    """Notices of some hundred letters; their dates grow over three years."""
    chosen = chance.choices(pools, [pool.share for pool in pools], k=count)
    for number, pool in enumerate(chosen):
        parts, buyer = chance.choices(pool.sentences, k=chance.randint(*SENTENCES)), chance.choice(pool.buyers)
        code, published = chance.choice(pool.codes), END - YEARS * (1 - number / count)
        language = pool.language
        yield Notice(
            SOURCE, str(number), Kind.TENDER, Status.OPEN, f"https://portal.example/{number}", None, language,
            title={language: parts[0]}, description={language: ". ".join(parts[1:])},
            buyers=(Buyer(buyer),), codes=(Code("CPV", code),), country="GB", published_at=published,
            deadline_at=published + timedelta(days=30),
        )  # fmt: skip


def fill(engine: Engine, pools: Sequence[Pool], count: int) -> None:
    """Stores notices by the way that crawls do, found as the matcher makes them findable, matched with no profile."""
    with writing(engine) as c:
        lease = take_lease(c, SOURCE, END, timedelta(days=1))
        release_lease(c, lease)
        first = int(c.execute(text("SELECT coalesce(max(id), 0) + 1 FROM notices")).scalar_one())
    made = make_notices(pools, count, random.Random(9))
    for number, chunk in enumerate(in_chunks(made, AT_ONCE)):
        start = first + number * AT_ONCE
        with writing(engine) as c:
            save_notices(c, chunk, run_id=lease.run_id, now=END, baseline=True, page=None)
            vectors = Vectors.of(c, [])
            readings = [vectors.remind(number, read_notice(notice)) for number, notice in enumerate(chunk, start)]
            save_loose(c, list(enumerate(map(to_findable, readings), start)), VERSIONS)
            vectors.save(c)
        keep_index(engine)
    with writing(engine) as c:
        c.execute(
            text(
                "UPDATE notices SET matched_revision = 1, matched_status = status, matched_epoch = 1, join_due = false"
            )
        )


def multiply(engine: Engine, times: int) -> None:
    """Copies all stored notices, with what they are found by, until there are so many times as many (SQLite only).

    A copy has a number, a key and a procedure of its own. That texts come again makes no part of an edit quicker.
    """
    with reading(engine) as c:
        count = int(c.execute(text("SELECT max(id) FROM notices")).scalar_one())
        segments, loose, chances = find_segments(c), find_loose(c), dict(find_chances(c))
        names = {table: [column.name for column in metadata.tables[table].c] for table in COPIED}
    shift = count
    for copy in range(1, times):
        further = copy * 1_000
        own = {"shift": shift, "last": count, "key": f"-{copy}", "segment": further}
        with writing(engine) as c:
            c.execute(_copy("procedures", names["procedures"], "id"), own)
            c.execute(_copy("notices", names["notices"], "id"), own)
            c.execute(_copy("revisions", names["revisions"], "notice_id"), own)
            c.execute(
                text(
                    "INSERT INTO notice_organisations SELECT notice_id + :shift, position, organisation_id, role "
                    "FROM notice_organisations WHERE notice_id <= :last"
                ),
                own,
            )
            c.execute(_copy("notice_vectors", names["notice_vectors"], "notice_id"), own)
            for table, key in (("search_postings", "word"), ("search_meanings", "form")):
                rows = f"SELECT {key}, segment_id + :segment, notices FROM {table} WHERE segment_id < 1000"
                c.execute(text(f"INSERT INTO {table} {rows}"), own)
            for segment in segments:
                numbers = pack_numbers((segment.numbers + shift).tolist())
                row = {"id": segment.id + further, "words_version": VERSIONS.words, "meaning_version": VERSIONS.meaning}
                c.execute(insert(search_segments), {**row, "numbers": numbers, "chances": chances[segment.id]})
            save_loose(c, [(each.notice_id + shift, each.found_by) for each in loose], VERSIONS)
        keep_index(engine)
        shift += count


def _copy(table: str, columns: Sequence[str], of_notice: str) -> TextClause:
    made = {
        of_notice: f"{of_notice} + :shift",
        "procedure_id": "procedure_id + :shift",
        "key": "key || :key",
        "document": """replace(document, '"key":"', '"key":"' || :key)""",
    }
    chosen = ", ".join(made.get(name, name) for name in columns)
    return text(f"INSERT INTO {table} SELECT {chosen} FROM {table} WHERE {of_notice} <= :last")


def choose_words(engine: Engine, pools: Sequence[Pool], shares: Sequence[float], chance: random.Random) -> list[str]:
    """English words, each of which about this share of the notices has, in any form, as the index says."""
    english = next(pool for pool in pools if pool.language == "en")
    printed = sorted({word for each in english.sentences for word in WORD.findall(each.lower())})
    found: dict[str, float] = {}
    with reading(engine) as c:
        index = Index(c)
        look = Look(index, index.languages())
        for word in chance.sample(printed, min(CHOICE, len(printed))):
            found[word] = float(look.find_phrase((Word(word),)).mean())
    chosen: list[str] = []
    for share in shares:
        chosen.append(min(found, key=lambda word: (abs(found[word] - share), word)))
        del found[chosen[-1]]
    return chosen


def make_profile(include: Sequence[str], exclude: Sequence[str] = ()) -> Profile:
    """A profile of words alone."""
    return Profile("benchmark", "Benchmark", "en", Keywords(tuple(include), tuple(exclude)))
