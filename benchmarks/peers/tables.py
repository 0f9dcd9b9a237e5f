"""The page's cells and tables, made of figures by shape and peer."""

import statistics

from timing import Figures

REFERENCE, NOTEBOOK, MAPPED = "backsweep", "the notebook's loop", "JAX, vmap(grad)"
SINGLE = f"{REFERENCE}, float32"
EACH_CORE = ", a process per core"

ByPeer = dict[str, Figures]
ByShape = dict[str, ByPeer]


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(values: list[float], unit: float) -> str:
    """The median, and from least to most."""
    return f"{number(statistics.median(values) / unit)} ({number(min(values) / unit)}–{number(max(values) / unit)})"


def ratios(rates: list[float], others: list[float]) -> list[float]:
    return [rate / other for rate, other in zip(rates, others, strict=True)]


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def by_shape(comparison: ByShape, cell) -> str:
    """A row per peer, a column per shape."""
    names = next(iter(comparison.values()))
    rows = [[name, *(cell(figures, figures[name]) for figures in comparison.values())] for name in names]
    return table(["", *comparison], rows)


def rate_cell(_, own: Figures) -> str:
    return spread(own.rates, 1e3) if own.rates else "left out"


def ratio_cell(figures: ByPeer, own: Figures) -> str:
    ours = figures[REFERENCE].rates
    return number(statistics.median(ratios(own.rates, ours))) if own.rates and ours else "–"


def setting_cell(_, own: Figures) -> str:
    if own.fault or not own.setting:
        return own.fault
    return f"{own.setting.runs:,} runs; off by {own.error:.0e}; first call {own.first:.1f} s"


def times_faster(figures: ByPeer, peer: str) -> float:
    """By how much backsweep is faster, in the median round; NaN where either was left out."""
    own, ours = figures[peer].rates, figures[REFERENCE].rates
    return statistics.median(ratios(ours, own)) if own and ours else float("nan")


def fastest(figures: ByPeer, beginning: str) -> str | None:
    """Of the peers whose names begin so and that were not left out."""
    named = (name for name, own in figures.items() if name.startswith(beginning) and own.rates)
    return max(named, key=lambda name: median(figures[name]), default=None)


def short_table(comparison: ByShape, families: dict[str, str]) -> str:
    """The fastest of each family, and by how much backsweep is faster; families: label, and how the names begin."""

    def cell(figures: ByPeer, beginning: str) -> str:
        peer = fastest(figures, beginning)
        return f"{rate(figures[peer])} ({number(times_faster(figures, peer))} ×)" if peer else "left out"

    rows = [[label, *(cell(of, name) for of in comparison.values())] for label, name in families.items()]
    rows += [
        [f"**{name}**", *(f"**{rate(figures[name])}**" for figures in comparison.values())] for name in (REFERENCE, SINGLE)
    ]
    return table(["", *comparison], rows)


def median(own: Figures) -> float:
    """Run-epochs per second; NaN where it was left out."""
    return statistics.median(own.rates) if own.rates else float("nan")


def rate(own: Figures) -> str:
    """Thousands per second."""
    return number(median(own) / 1e3) if own.rates else "left out"
