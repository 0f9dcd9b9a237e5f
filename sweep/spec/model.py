"""The [model] of a spec: the network, and how its weights start."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ...kernels import ACTIVATIONS, OUTPUTS, PARAMETRIZATIONS, SCHEME_NUMBERS, SCHEMES, STREAMS
from .axes import Number, Setting
from .fields import FileName, Switch, Table, bounds, choice, one_of, with_numbers

MOST_UNITS = 65_536
DEFAULT_SCHEME = "uniform"

if TYPE_CHECKING:
    ActivationName = OutputName = ParametrizationName = StreamName = str
    Init = Any
else:
    ActivationName, OutputName = one_of(ACTIVATIONS), one_of(OUTPUTS)
    ParametrizationName, StreamName = one_of(PARAMETRIZATIONS), one_of(STREAMS)


def _widths(raw: object) -> tuple[int, ...]:
    widths: Any = raw if isinstance(raw, list | tuple) else (raw,)
    if all(type(units) is int and 1 <= units <= MOST_UNITS for units in widths):
        return tuple(widths)
    raise ValueError(f"{raw!r}: must be a whole number of units from 1 to {MOST_UNITS}, or a list of one for each hidden layer")


Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Widths = Annotated[tuple[int, ...], BeforeValidator(_widths, Units | list[Units])]


Offset = Annotated[float, bounds("init.offset")]
if TYPE_CHECKING:
    Offsets = tuple[float, ...]
else:
    Offsets = Annotated[tuple[Setting[Offset], ...], Field(min_length=1)]


class FileInit(Table):
    """Weights that all runs share, from an .npz file: arrays w1, b1, w2, b2, ... of shapes (units, inputs) and (units,)."""

    scheme: Literal["file"]
    file: FileName
    offset: Offsets | None = None


def _init_models() -> dict[str, type[Table]]:
    models: dict[str, type[Table]] = {"file": FileInit}
    for name in SCHEMES:
        if name not in models:
            said = name if name == DEFAULT_SCHEME else ...
            fields: dict[str, Any] = {"scheme": (Literal[name], said), "offset": (Offsets | None, None)}
            models[name] = with_numbers(name, "init", SCHEME_NUMBERS.get(name, {}), None, **fields)
    return {name: models[name] for name in SCHEMES}


INITS = _init_models()
if not TYPE_CHECKING:
    Init = choice(INITS, "scheme", default=DEFAULT_SCHEME)


class ModelSpec(Table, use_attribute_docstrings=True):
    """The network, and how its weights start."""

    hidden: Setting[Widths] | None = None
    """Units of the hidden layer, or a list of those of each; if nothing is said two, or as many as the task demands."""
    activation: Setting[ActivationName] = "sigmoid"
    """Of hidden units."""
    output: Setting[OutputName] = "sigmoid"
    """Of output units."""
    bias: Setting[Switch] = False
    """Whether every layer has biases."""
    bias_input: Setting[Number] = 1.0
    """The value of the input whose weights the biases are."""
    shortcuts: Setting[Switch] = False
    """Whether every layer sees the data and all earlier layers."""
    parametrization: Setting[ParametrizationName] = "standard"
    """How layers are scaled with their inputs."""
    init: Init = INITS[DEFAULT_SCHEME].model_validate({"scheme": DEFAULT_SCHEME})
    """How weights start: a scheme, or a table of it with its numbers, and an offset for each layer."""
    stream: Setting[StreamName] = "mt19937"
    """NumPy's RandomState, or default_rng."""
