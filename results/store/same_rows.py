"""Whether two tables have the same rows, to the last bit, however they are laid out. All NaNs count as equal, whatever their
bits.
"""

from typing import Any

import numpy as np
import pyarrow as pa


def same_rows(some: pa.Table, others: pa.Table) -> bool:
    """Whether two tables of one schema have the same rows, in the same order."""
    return len(some) == len(others) and all(map(_same, some.columns, others.columns))


def _same(some: Any, others: Any) -> bool:
    import pyarrow.compute as pc  # takes a twentieth of a second, and most reads do not need it

    kind = some.type
    if pa.types.is_dictionary(kind):
        return some.cast(kind.value_type).equals(others.cast(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = (pc.list_value_length(column) for column in (some, others))
        return _same(*lengths) and _same(pc.list_flatten(some), pc.list_flatten(others))
    if not pa.types.is_floating(kind):
        return some.equals(others)
    a, b = some.to_numpy(), others.to_numpy()
    alike = (a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))
    return bool(alike.all()) and pc.is_null(some).equals(pc.is_null(others))
