"""What somebody may have meant by a word that there is not: asked here for keys, settings, columns and figures alike."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

LONGEST = 100  # signs; comparing takes as long as their square


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if any is much like it."""
    near = get_close_matches(str(word)[:LONGEST], [other for other in known if len(other) <= LONGEST], 1)
    return near[0] if near else None


def did_you_mean(word: object, known: Iterable[str], show: Callable[[str], str] = str) -> str:
    """What to add to a sentence about an unknown word: "; did you mean lr?", or nothing."""
    near = nearest(word, known)
    return "" if near is None else f"; did you mean {show(near)}?"
