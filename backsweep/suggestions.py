"""What somebody may have meant by a word that there is not: asked here for keys, settings, columns and figures alike.

A word is suggested only where slips of the typing hand explain the other: difflib alone, at its usual cutoff, took nope for
slope, and at a higher one no longer took xro for xor.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

LONGEST = 100  # signs; comparing takes as long as their square
LETTERS = 3  # of a word for each slip


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if few slips lead from one to the other: one, or one per LETTERS."""
    word = str(word)[:LONGEST]
    near = get_close_matches(word, [other for other in known if len(other) <= LONGEST])
    return next((other for other in near if _slips(word, other) <= max(1, len(word) // LETTERS)), None)


def _slips(word: str, other: str) -> int:
    """How many letters must be left out, added, replaced or swapped with the next to make one word the other.

    F. J. Damerau, Communications of the ACM 7 (1964) 171.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, sign in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 < j and letter == other[j - 2] and word[i - 2] == sign:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]


def did_you_mean(word: object, known: Iterable[str], show: Callable[[str], str] = str) -> str:
    """What to add to a sentence about an unknown word: "; did you mean lr?", or nothing."""
    near = nearest(word, known)
    return "" if near is None else f"; did you mean {show(near)}?"
