"""The [model] of a spec: the network, and how its weights start."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ..kernels import ACTIVATIONS, OUTPUTS, PARAMETRIZATIONS, SCHEME_NUMBERS, SCHEMES, STREAMS
from .axes import Number, Setting
from .forms import FileName, Switch, Table, bounds, choice, one_of, with_numbers

MOST_UNITS = 65_536

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


Widths = Annotated[tuple[int, ...], BeforeValidator(_widths)]


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
            fields: dict[str, Any] = {"scheme": (Literal[name], ...), "offset": (Offsets | None, None)}
            models[name] = with_numbers(name, "init", SCHEME_NUMBERS.get(name, {}), **fields)
    return {name: models[name] for name in SCHEMES}


INITS = _init_models()
if not TYPE_CHECKING:
    Init = choice(INITS, "scheme", default="uniform")


class ModelSpec(Table):
    """The network. hidden: units of each hidden layer; None: two, or as many as the task demands."""

    hidden: Setting[Widths] | None = None
    activation: Setting[ActivationName] = "sigmoid"
    output: Setting[OutputName] = "sigmoid"
    bias: Setting[Switch] = False
    bias_input: Setting[Number] = 1.0
    shortcuts: Setting[Switch] = False
    parametrization: Setting[ParametrizationName] = "standard"
    init: Init = INITS["uniform"].model_validate({"scheme": "uniform"})
    stream: Setting[StreamName] = "mt19937"
