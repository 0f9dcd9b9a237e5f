"""Values that few arguments of the front door take, and whether a call takes one or refuses it by the argument's name."""

import numpy as np
import pandas as pd

from backsweep.errors import BacksweepError, SettingError

ODD = {
    "negative": -1,
    "many digits": 10**400,
    "fraction": 2.5,
    "nan": float("nan"),
    "word": "nope",
    "bytes": b"x",
    "object": object(),
    "objects": [object()],
    "table": {"a": 1},
    "function": len,
    "array": np.zeros(2),
    "of no dimension": np.array(3),
    "frame": pd.DataFrame({"lr": [1]}),
    "complex": 1j,
    "empty": [],
}


# What else than the argument an error may name: the setting whose value it is, and the targets, which x does not fit.
NAMED = {
    **dict.fromkeys(("compare.first", "compare.second", "seeds_to_compare.first", "seeds_to_compare.second"), "lr"),
    "ranks.values": "lr",
    "train.x": "y",
}


# Their errors may name the file, the folder or the key inside instead.
OF_FILES = {
    *("save.path", "open.folder", "open.path", "from_toml.path", "from_dict.table", "of_folder.path", "of_folder.data"),
    *("network.data", "extend.folder", "extend.data", "growth.folder", "growth.data", "adopt.sources", "adopt.data"),
}


X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


SPEC = {
    "task": "xor",
    "seeds": 4,
    "model": {"hidden": {"values": [2, 4]}},
    "train": {"lr": {"values": [0.5, 5.0]}, "epochs": 60, "stop": {"loss": 0.693}},
    "record": {"every": 5, "weights": True},
}


def is_taken(argument, call, given):
    """Whether a call is done. It fails the test if the call is refused otherwise than by an error that names the argument."""
    try:
        call(**given)
    except SettingError as error:
        names = {argument.rpartition(".")[-1], NAMED.get(argument)}
        assert argument in OF_FILES or any(name in setting for name in names - {None} for setting in error.settings)  # noqa: PT017
    except BacksweepError:
        assert argument in OF_FILES
    else:
        return True
    return False


def taken(argument, call, **given):
    """Which odd values an argument takes."""
    name = argument.rpartition(".")[-1]
    return {odd for odd, value in ODD.items() if is_taken(argument, call, {**given, name: value})}
