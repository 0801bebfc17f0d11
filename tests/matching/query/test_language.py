"""The query language: what a line means, how it is printed, and what is refused with which advice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.query.nodes import And, HasCode, InField, InLanguage, Minus, Mode, Near, Node, Or, Phrase, Word, phrases
from matching.query.parser import BadQuery, parse
from matching.query.printer import to_text


def p(*raws: str) -> Phrase:
    """A phrase of words in all their forms."""
    return Phrase(tuple(Word(raw) for raw in raws))


PUMP, VALVE, WATER = p("pump"), p("valve"), p("water")


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("water pump", p("water", "pump")),
        ('"water pump"', p("water", "pump")),
        ("“water pump”", p("water", "pump")),
        ("pump*", Phrase((Word("pump", Mode.START),))),
        ("water pump*", Phrase((Word("water"), Word("pump", Mode.START)))),
        ("=pumps", Phrase((Word("pumps", Mode.EXACT),))),
        ('="x-ray films"', Phrase((Word("x", Mode.EXACT), Word("ray", Mode.EXACT, True), Word("films", Mode.EXACT)))),
        ("~centrifugal pump", Phrase((Word("centrifugal", Mode.FUZZY), Word("pump")))),
        ("x-ray", Phrase((Word("x"), Word("ray", joined=True)))),
        ("pump, valve & water", p("pump", "valve", "water")),
        ("pump - valve", p("pump", "valve")),
        ("and or near", p("and", "or", "near")),
        ('"OR"', p("OR")),
        ("pump AND valve", And((PUMP, VALVE))),
        ('"pump" "valve"', And((PUMP, VALVE))),
        ("pump (valve OR water)", And((PUMP, Or((VALVE, WATER))))),
        ("(pump AND valve) OR water", Or((And((PUMP, VALVE)), WATER))),
        ("pump -valve", And((PUMP, Minus(VALVE)))),
        ('pump -"water valve"', And((PUMP, Minus(p("water", "valve"))))),
        ("pump NEAR/5 (valve OR water)", Near(PUMP, Or((VALVE, WATER)), 5)),
        ("title:pump", InField("title", PUMP)),
        ("Title:(pump OR valve)", InField("title", Or((PUMP, VALVE)))),
        ('buyer:"water works" pump', And((InField("buyer", p("water", "works")), PUMP))),
        ("lot:pump -doc:valve", And((InField("lot", PUMP), Minus(InField("doc", VALVE))))),
        ("pump lang:de,FR", And((PUMP, InLanguage(("de", "fr"))))),
        ("CPV:33* pump", And((HasCode("CPV", "33*"), PUMP))),
        ("pump -cpv:45000000", And((PUMP, Minus(HasCode("CPV", "45000000"))))),
        ("UNSPSC:4213*", HasCode("UNSPSC", "4213*")),
        ("ISO 9001:2015", p("ISO", "9001", "2015")),
        ("Note: pump", p("Note", "pump")),
        ("医疗设备", p("医", "疗", "设", "备")),
    ],
)  # fmt: skip
def test_a_line_means(line: str, tree: Node) -> None:
    assert parse(line) == tree
    assert parse(to_text(tree)) == tree


@pytest.mark.parametrize(
    ("line", "at", "advice"),
    [
        ("", 0, "write the words"),
        ("--- …", 0, "write the words"),
        ("water *pump", 6, "end of a word"),
        ("pu*mp", 2, "end of a word"),
        ("pump**", 4, "end of a word"),
        ("water a*", 6, "at least 2 letters"),
        ("=pump*", 0, r"pump\* or =pump"),
        ("~gas", 0, "at least 4 letters"),
        ("~AX2000", 0, "another number"),
        ('~"water pump"', 0, "before each word"),
        ('water "pump', 6, "not closed"),
        ('water ""', 6, "nothing stands between"),
        ("(pump OR valve", 0, "not closed"),
        ("pump) valve", 4, "closes nothing"),
        ("pump OR", 7, "words are missing"),
        ("AND pump", 0, "words are missing"),
        ("pump OR OR valve", 8, "words are missing"),
        ("()", 1, "words are missing"),
        ("pump | valve", 5, "write OR"),
        ("pump NOT valve", 5, "a minus"),
        ("pump OR valve AND water", 5, "parentheses"),
        ("pump -valve OR water", 12, "parentheses"),
        ("-pump", 0, "beside a minus"),
        ("-valve pump", 0, "beside a minus"),
        ("pump OR (-valve)", 9, "beside a minus"),
            ("pump NEAR water", 5, "NEAR/5"),
        ("pump NEAR/99 water", 5, "at most NEAR/50"),
        ("pump NEAR/3 water NEAR/3 valve", 18, "two sides"),
        ("pump NEAR/3 title:water", 12, "between words"),
        ("titel:pump", 0, "did you mean title:"),
        ("Betreff:pump", 0, "quotes"),
        ("title: pump", 6, "without a space"),
        ("title:(pump lang:de)", 12, "before title:"),
        ("title:buyer:x", 6, "before title:"),
        ("lang:german", 5, "two letters"),
        ("pump CPV:3", 9, "two to eight digits"),
        ("w " * 13, 0, "at most 12"),
        ("(" * 12 + "pump" + ")" * 12, 9, "deep"),
    ],
)
def test_what_is_refused_says_where_and_what_to_write(line: str, at: int, advice: str) -> None:
    with pytest.raises(BadQuery, match=advice) as caught:
        parse(line)
    assert caught.value.at == at


RAWS = st.sampled_from(["pump", "Valves", "OR", "NEAR", "IT", "x", "医", "疗", "été", "9001", "Straße"])
WORDS = st.builds(Word, RAWS, st.just(Mode.FORMS), st.booleans()) | st.builds(
    Word, st.sampled_from(["pump", "water"]), st.sampled_from([mode for mode in Mode if mode is not Mode.WRITTEN]), st.booleans()
)


def _phrase(words: list[Word]) -> Phrase:
    """Nothing is joined to a star or to nothing."""
    modes = [Mode.START, *(word.mode for word in words)]
    pairs = zip(words, modes, strict=False)
    return Phrase(tuple(Word(word.raw, word.mode, word.joined and before is not Mode.START) for word, before in pairs))


PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(_phrase)
ALTERNATIVES = st.lists(PHRASES, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
SIDES = PHRASES | ALTERNATIVES
CODES = st.builds(HasCode, st.sampled_from(["CPV", "UNSPSC"]), st.sampled_from(["33*", "42120000"]))
LANGUAGES = st.lists(st.sampled_from(["de", "fr", "en"]), min_size=1, unique=True).map(lambda each: InLanguage(tuple(each)))


def _or(parts: list[Node]) -> Node:
    return Or(tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))))


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    positive = st.lists(inner, min_size=1, max_size=3)
    minus = st.lists(inner.map(Minus), max_size=2)
    both = st.tuples(positive, minus).filter(lambda each: len(each[0]) + len(each[1]) > 1)
    return st.lists(inner, min_size=2, max_size=3).map(_or) | both.map(lambda each: And((*each[0], *each[1])))


TEXTS = st.recursive(PHRASES | st.builds(Near, SIDES, SIDES, st.integers(0, 50)), _grow, max_leaves=4)
TREES = st.recursive(
    TEXTS | st.builds(InField, st.sampled_from(["title", "lot", "buyer", "doc"]), TEXTS) | CODES | LANGUAGES,
    _grow, max_leaves=6,
)  # fmt: skip


@given(TREES)
def test_a_tree_is_read_again_as_printed(tree: Node) -> None:
    assert parse(to_text(tree)) == tree


SIGNS = st.sampled_from([*'()"*~=-|:,“”', "OR", "AND", "NEAR/3", "title:", "lang:de", "CPV:33*", "pump", "x", "été", "医", " "])


@given(st.lists(SIGNS | st.characters(), max_size=14).map("".join) | st.lists(SIGNS, max_size=12).map(" ".join))
def test_whatever_is_typed_is_read_and_printed_or_refused_at_a_character(line: str) -> None:
    try:
        tree = parse(line)
    except BadQuery as error:
        assert 0 <= error.at <= len(line)
        assert str(error)
        return
    assert parse(to_text(tree)) == tree
    assert all(phrase.words for phrase in phrases(tree))
