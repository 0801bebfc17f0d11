"""Which words of the profiles' lists a word of a text is: looked up once for each word, then remembered."""

from array import array
from collections import defaultdict

from matching.compounds import find_parts
from matching.phrases import Slot, to_slot
from matching.query.nodes import Mode, Word
from matching.stems import Term, Vocabulary
from matching.typos import is_near, most_errors, shorten

MOST_REMEMBERED = 500_000  # words of texts
MOST_ERRORS = 2
LONGEST_FUZZY = 40  # letters; a longer word of a text is data, and near no word of a list


class Slots:
    """The words of one language that lists ask for, numbered; alike ones (pump, pumps) share their number.

    `emitted` finds the number of a text's word as it is remembered: in `flat`, `counts` numbers from `starts`.
    """

    __slots__ = (
        "_alike", "_exact", "_forms", "_fuzzy", "_numbers", "_parts", "_prefixes", "_short", "_words",
        "counts", "flat", "of_word", "remembered", "starts",
    )  # fmt: skip

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._alike: dict[Slot | tuple[Mode, frozenset[str], frozenset[str]], int] = {}
        self._forms: dict[str, list[int]] = defaultdict(list)
        self._parts: dict[str, list[int]] = defaultdict(list)
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._fuzzy: dict[str, int] = {}
        self._short: dict[str, list[str]] = defaultdict(list)
        self.of_word = array("i")
        self.forget()

    def __len__(self) -> int:
        return len(self._alike)

    def forget(self) -> None:
        """Forgets the texts' words, because the lists have new ones."""
        self.remembered = _Remembered(self)
        self.starts, self.counts, self.flat = array("i"), array("i"), array("i")

    def learn(self, words: list[Word]) -> None:
        """Numbers the words behind those that it knows already."""
        for word in words[len(self.of_word) :]:
            self.of_word.append(self._number(to_slot(word, self._words)))
        self.forget()

    def _number(self, slot: Slot) -> int:
        plain = slot.mode in (Mode.FORMS, Mode.WRITTEN)
        key = (Mode.FORMS, slot.forms, slot.parts) if plain else Slot(slot.mode, slot.folded)
        number = self._alike.get(key)
        if number is None:
            number = self._alike[key] = len(self._alike)
            self._register(slot, number)
        return number

    def _register(self, slot: Slot, number: int) -> None:
        match slot.mode:
            case Mode.START:
                self._prefixes[slot.folded] = number
            case Mode.EXACT:
                self._exact[slot.folded] = number
            case Mode.FUZZY:
                self._fuzzy[slot.folded] = number
                for key in shorten(slot.folded, most_errors(slot.folded)):
                    self._short[key].append(slot.folded)
            case _:
                for form in slot.forms:
                    self._forms[form].append(number)
                for part in slot.parts:
                    self._parts[part].append(number)

    def make_room(self) -> None:
        """Forgets the texts' words where they are too many; to be called between batches."""
        if len(self.remembered) > MOST_REMEMBERED:
            self.forget()

    def remember(self, term: Term) -> int:
        """The place of a text's word in `starts` and `counts`."""
        found = sorted(self._find(term))
        place = self.remembered[term] = len(self.starts)
        self.starts.append(len(self.flat))
        self.counts.append(len(found))
        self.flat.extend(found)
        return place

    def _find(self, term: Term) -> set[int]:
        folded, found = term.folded, {number for form in term.forms for number in self._forms.get(form, ())}
        if self._prefixes:
            starts = (folded[:end] for end in range(1, len(folded) + 1))
            found.update(self._prefixes[start] for start in starts if start in self._prefixes)
        if folded in self._exact:
            found.add(self._exact[folded])
        if self._parts:
            found.update(n for part in find_parts(folded, term.forms) & self._parts.keys() for n in self._parts[part])
        if self._fuzzy and len(folded) <= LONGEST_FUZZY:
            near = {word for key in shorten(folded, MOST_ERRORS) & self._short.keys() for word in self._short[key]}
            found.update(self._fuzzy[word] for word in near if is_near(word, folded, most_errors(word)))
        return found


class _Remembered(dict[Term, int]):
    """Place by term; a term that is not known yet is remembered."""

    __slots__ = ("_slots",)

    def __init__(self, slots: Slots) -> None:
        super().__init__()
        self._slots = slots

    def __missing__(self, term: Term) -> int:
        return self._slots.remember(term)
