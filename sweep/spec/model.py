"""The [model] of a spec: the network and its initial weights."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ...kernels import ACTIVATIONS, DEFAULTS, OUTPUTS, PARAMETRIZATIONS, RANGES, SCHEME_NUMBERS, SCHEMES, STREAMS
from ...results.allowed import Number, Within, whole
from .allowed import some
from .axes import Setting
from .fields import FileName, Switch, Table, choice, one_of, with_numbers

MOST_UNITS = 65_536
DEFAULT_SCHEME = DEFAULTS["init.scheme"]

if TYPE_CHECKING:
    ActivationName = OutputName = ParametrizationName = StreamName = str
    Init = Any
else:
    ActivationName, OutputName = one_of(ACTIVATIONS), one_of(OUTPUTS)
    ParametrizationName, StreamName = one_of(PARAMETRIZATIONS), one_of(STREAMS)


def _widths(raw: object) -> tuple[int, ...]:
    widths: Any = [whole(units) for units in (raw if isinstance(raw, list | tuple) else (raw,))]
    if all(type(units) is int and 1 <= units <= MOST_UNITS for units in widths):
        return tuple(widths)
    raise ValueError(f"must be a whole number of units from 1 to {MOST_UNITS}, or a list of one per hidden layer")


Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Widths = Annotated[tuple[int, ...], BeforeValidator(_widths, Units | list[Units])]


OFFSET = "Numbers that are added to the initial weights, one per layer. If it is left out, nothing is added."
Offset = Annotated[float, Within(RANGES["init.offset"])]
if TYPE_CHECKING:
    Offsets = tuple[float, ...]
else:
    Offsets = Annotated[
        tuple[Setting[Offset], ...],
        Field(fail_fast=True, json_schema_extra={"minItems": 1}),
        some("must be a list of one number per layer"),
    ]


class FileInit(Table, use_attribute_docstrings=True):
    """Initial weights that all runs share, from an .npz file with w1, b1, w2, ... of shapes (units, inputs) and (units,)."""

    scheme: Literal["file"]
    """Reads the initial weights from a file."""
    file: FileName
    """Name of the .npz file. A relative name starts at the folder of the spec."""
    offset: Offsets | None = Field(None, description=OFFSET)


def _init_models() -> dict[str, type[Table]]:
    models: dict[str, type[Table]] = {"file": FileInit}
    for name in SCHEMES:
        if name not in models:
            default = name if name == DEFAULT_SCHEME else ...
            fields: dict[str, Any] = {
                "scheme": (Literal[name], Field(default, description="Name of the scheme.")),
                "offset": (Offsets | None, Field(None, description=OFFSET)),
            }
            models[name] = with_numbers(name, "init", SCHEME_NUMBERS.get(name, {}), None, **fields)
    return {name: models[name] for name in SCHEMES}


INITS = _init_models()
if not TYPE_CHECKING:
    Init = choice(INITS, "scheme", default=DEFAULT_SCHEME)


class ModelSpec(Table, use_attribute_docstrings=True):
    """The network and its initial weights."""

    hidden: Setting[Widths] | None = None
    """Units in the hidden layer; a list gives one number per layer, [] no hidden layer. Default: 2, or what the task needs."""
    activation: Setting[ActivationName] = DEFAULTS["activation"]
    """Activation of the hidden units."""
    output: Setting[OutputName] = DEFAULTS["output"]
    """Activation of the output units."""
    bias: Setting[Switch] = DEFAULTS["bias"]
    """Whether every layer has biases."""
    bias_input: Setting[Number] = DEFAULTS["bias_input"]
    """Constant input that the biases are weights of."""
    shortcuts: Setting[Switch] = DEFAULTS["shortcuts"]
    """Whether every layer also sees the data and all earlier layers."""
    parametrization: Setting[ParametrizationName] = DEFAULTS["parametrization"]
    """How layers are scaled with their number of inputs."""
    init: Init = INITS[DEFAULT_SCHEME].model_validate({"scheme": DEFAULT_SCHEME})
    """Scheme of the initial weights: a name, or a table of scheme, its numbers, and offset, a list of one number per layer."""
    stream: Setting[StreamName] = DEFAULTS["stream"]
    """Random numbers of each run: mt19937 is NumPy's RandomState(seed), pcg64 its default_rng(seed)."""
