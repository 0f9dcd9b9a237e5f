"""What is kept of a run: the columns of the table of runs that the kernels fill, and what is recorded on the way.

A column's entry is the only place that names it, but for the line in `kernels/loop/stopping.py` that writes it. The arrays of
the kernels, the tables of a batch, the schema and encodings of files, and the documentation follow from the entry.
"""

from typing import NamedTuple

WHOLE, REAL = "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"  # encodings of Parquet: of numbers that ascend, and that hardly repeat


class Column(NamedTuple):
    """A column.

    words: what it holds, as one sentence. dtype: of its array; an outcome is its code there.
    encoding: of its pages in Parquet; None for the dictionary that Parquet uses by default, which suits few values.
    format: how a number of it is shown as text.
    on_demand: whether a table has it only if the spec asks for it.
    later: whether there are folders from before it. Their tables have it as null.
    """

    words: str
    dtype: str
    encoding: str | None = None
    format: str = ".6g"
    on_demand: bool = False
    later: bool = False


COLUMNS = {
    "outcome": Column("How the run ended: converged, diverged, stalled or capped (it used all its epochs).", "int8"),
    "epochs": Column("The number of passes over the data that the run made.", "int32", WHOLE, format=","),
    "loss": Column("The loss of the final weights, on all data.", "float64", REAL, format=".10f"),
    "accuracy": Column(
        "The share of samples that the final weights get right; NaN for a regression.",
        "float64",
        format=".4f",
    ),
    "measure": Column(
        "The convergence measure of Sohl-Dickstein (arXiv 2402.06184), if `record.measure` asks for it.",
        "float64",
        REAL,
        on_demand=True,
    ),
}
# At each recorded epoch, of the weights before the epoch's first update, on all data.
RECORDED = {
    "loss": Column("The loss.", "float64", REAL, format=".10f"),
    "accuracy": Column("The share of samples that are right; NaN for a regression.", "float64", format=".4f"),
    "gradient_norm": Column("The Euclidean norm of the gradient of the loss.", "float64", REAL),
    "weight_norm": Column("The Euclidean norm of all weights and biases.", "float64", REAL),
}
