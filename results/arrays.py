"""Types of arrays for signatures (docstrings give shapes and units), and spans of runs."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]  # of any width
Booleans = npt.NDArray[np.bool_]

Span = tuple[int, int]  # runs start ... stop - 1
