"""What somebody may have meant by a word that there is not: asked here for keys, settings, columns and figures alike.

A word is suggested where it is this project's term for what other libraries call by the other, or where slips of the typing
hand explain the other: difflib alone, at its usual cutoff, took nope for slope, and at a higher one no longer took xro for xor.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import islice

LONGEST = 100  # signs; comparing takes as long as their square
MOST_SHOWN, MOST_COMPARED = 40, 1000  # of the words that there are, which may be the columns of a file
LETTERS = 3  # of a word for each slip
TERMS = {  # ours, by the words of other libraries
    **dict.fromkeys(("learning_rate", "learningrate", "step_size", "eta"), ("lr",)),
    **dict.fromkeys(("max_epochs", "num_epochs", "n_epochs", "iterations", "max_iter", "n_iter"), ("epochs",)),
    **dict.fromkeys(("seed", "random_state", "random_seed", "num_seeds", "n_seeds"), ("seeds", "data_seed")),
    **dict.fromkeys(("units", "hidden_units", "hidden_size", "hidden_layer_sizes", "layers"), ("hidden",)),
    **dict.fromkeys(("activation_function", "nonlinearity"), ("activation",)),
    **dict.fromkeys(("loss_function", "criterion", "objective"), ("loss",)),
    **dict.fromkeys(("l2", "l2_penalty", "weight_penalty"), ("weight_decay",)),
    **dict.fromkeys(("clip_norm", "max_norm", "grad_clip", "gradient_clip"), ("clip",)),
    **dict.fromkeys(("num", "points", "count", "steps"), ("n", "epochs")),
    **dict.fromkeys(("scheduler", "lr_scheduler", "lr_schedule"), ("schedule",)),
    **dict.fromkeys(("initializer", "initialization", "weight_init"), ("init",)),
    **dict.fromkeys(("solver", "algorithm"), ("optimizer",)),
    "use_bias": ("bias",),
    "batch_size": ("batch", "size"),
    "precision": ("dtype",),
}


def term(word: object, known: Iterable[str]) -> str | None:
    """The known word that means what other libraries call by this one."""
    known = set(known)
    return next((ours for ours in TERMS.get(str(word).lower().replace("-", "_"), ()) if ours in known), None)


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that means the same as this one, or is most like it: few slips lead from one to the other, one per LETTERS
    of it, or one."""
    known = list(known)
    same = term(word, known)
    if same is not None:
        return same
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


def there_are(word: object, known: Iterable[str], there: str = "There are", show: Callable[[str], str] = str) -> str:
    """The end of a sentence about an unknown word: which was probably meant, if any, and all that there are.

    As in "; did you mean lr? There are: lr, hidden".
    """
    known = list(islice(known, MOST_COMPARED))
    near = nearest(word, known)
    return ending(None if near is None else show(near), map(show, known), there)


def ending(meant: str | None, known: Iterable[str], there: str) -> str:
    """The same, where it is known what was meant."""
    shown = list(islice(known, MOST_SHOWN + 1))
    shown[MOST_SHOWN:] = ["..."] * (len(shown) > MOST_SHOWN)
    return f"{'.' if meant is None else f'; did you mean {meant}?'} {there}: {', '.join(shown) or 'none'}"
