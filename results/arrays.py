"""What arrays hold, for signatures; their shapes and units stand in the docstrings."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]  # of any width
Booleans = npt.NDArray[np.bool_]
