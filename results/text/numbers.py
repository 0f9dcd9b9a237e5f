"""Numbers as people read them, and what is said of them."""

from collections.abc import Callable

import numpy as np


def percent_text(share: float, decimals: int = 1) -> str:
    """A share in per cent, as every text of backsweep writes it: 12.3 %."""
    return "?" if np.isnan(share) else f"{100 * share:.{decimals}f} %"


def whole_text(number: float) -> str:
    """A number of epochs or runs, whole; ∞ for one that is never reached."""
    return "?" if np.isnan(number) else "∞" if np.isinf(number) else f"{number:,.0f}"


def fraction_text(number: float) -> str:
    """A mean of whole numbers, to four digits and hundredths at most; ∞ for one that is never reached."""
    if not np.isfinite(number):
        return whole_text(number)
    return f"{number:,.{2 if abs(number) < 100 else 1 if abs(number) < 1000 else 0}f}"


def loss_text(loss: float) -> str:
    """A final loss, to four digits; ∞ for one that is no number, which counts as the worst."""
    return "?" if np.isnan(loss) else "∞" if np.isinf(loss) else f"{loss:#.4g}"


def interval_text(low: float, high: float, text: Callable[[float], str]) -> str:
    """An interval, whose ends `text` writes; one number where they are the same, and one sign where both are unknown."""
    return text(low) if low == high or (np.isnan(low) and np.isnan(high)) else f"{text(low)} – {text(high)}"


def sentence_of(words: str) -> str:
    """Words with a capital letter and a full stop."""
    return f"{words[0].upper()}{words[1:]}."
