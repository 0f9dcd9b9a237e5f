"""The [model] of a spec: the network, and how its weights start."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ..kernels import ACTIVATIONS, OUTPUTS, PARAMETRIZATIONS, SCHEME_NUMBERS, SCHEMES, STREAMS
from .axes import Number, Setting
from .forms import Switch, Table, choice, number, one_of, with_numbers

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


class FileInit(Table):
    """Weights that all runs share, from an .npz file: arrays w1, b1, w2, b2, ... of shapes (units, inputs) and (units,)."""

    scheme: Literal["file"]
    file: Annotated[str, Field(min_length=1)]
    offset: Annotated[tuple[Setting[Number], ...], Field(min_length=1)] | None = None


def _init_models() -> dict[str, type[Table]]:
    offsets: Any = Annotated[tuple[Setting[number("init.offset")], ...], Field(min_length=1)]
    models: dict[str, type[Table]] = {}
    for name in SCHEMES:
        numbers = SCHEME_NUMBERS.get(name, {})
        models[name] = with_numbers(name, "init", numbers, scheme=(Literal[name], ...), offset=(offsets | None, None))
    return {**models, "file": FileInit}


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
