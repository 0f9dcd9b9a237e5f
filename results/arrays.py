"""What arrays hold, for signatures; their shapes and units stand in the docstrings. And spans of runs."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]  # of any width
Booleans = npt.NDArray[np.bool_]

Span = tuple[int, int]  # runs start ... stop - 1
