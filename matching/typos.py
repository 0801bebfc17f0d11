"""Words with typing errors: how far two words are apart, and under which keys near ones meet."""

LONG = 8  # letters from which two errors are allowed; below one


def most_errors(word: str) -> int:
    """How many typing errors a folded word of a list may have."""
    return 2 if len(word) >= LONG else 1


def is_near(one: str, other: str, errors: int) -> bool:
    """At most `errors` letters added, left out, exchanged for another, or swapped with their neighbour.

    No letter is touched twice (optimal string alignment).
    """
    if abs(len(one) - len(other)) > errors:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if last and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > errors and min(before) > errors:
            return False
    return row[-1] <= errors


def shorten(word: str, errors: int) -> set[str]:
    """The word with up to `errors` letters left out. Two words that are near share one of these."""
    found, newest = {word}, {word}
    for _ in range(errors):
        newest = {each[:place] + each[place + 1 :] for each in newest for place in range(len(each))}
        found |= newest
    return found
