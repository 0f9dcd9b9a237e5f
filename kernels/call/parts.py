"""Which parts of the loop a job needs. They are compiled or loaded when the job runs, or compiled beforehand in several
processes.

A cold start compiles for ten seconds, and every further choice adds parts of its own. Numba compiles one function at a time per
process, however many threads there are. So a program that is about to start may call `compile_part` in several processes.
"""

from typing import Any, NamedTuple

from ..formulas import gradients
from ..formulas.accuracy import largest_at_target, on_their_sides
from ..formulas.activations import ACTIVATIONS, OUTPUTS
from ..formulas.losses import LOSSES
from ..formulas.optimizers import OPTIMIZERS
from ..formulas.schedules import SCHEDULES
from ..lanes.compile import PARTS, Formula, Section, is_ready
from ..lanes.vector import DTYPES, Memory, Table
from ..loop.batch_passes import epochs_of_batches, given_batch, own_batch
from ..loop.batches import ORDERS
from ..loop.fused_passes import FUSED
from ..loop.initial_weights import INITIAL_WEIGHTS
from ..loop.passes import epochs
from ..loop.refill import refill
from ..loop.stopping import stopping
from ..loop.train import all_runs
from ..memory import Architecture, Call, Formulas, Sections, Start
from .config import Config

PASSES = {*FUSED.values(), epochs, epochs_of_batches, given_batch, own_batch}


class Part(NamedTuple):
    """A part: the name of its function, and what it is compiled for. own: for data that differ from lane to lane."""

    name: str
    dtype: str
    own: bool = False

    @property
    def slow(self) -> bool:
        """Whether it takes a second or two to compile, rather than a tenth of a second."""
        return isinstance(PARTS[self.name], Section)

    @property
    def family(self) -> tuple[str, str]:
        """One process should compile all parts of a family: the passes share their steps, and a function's variants a file."""
        return "passes" if PARTS[self.name] in PASSES else self.name, self.dtype


def _epochs(config: Config) -> Section:
    """The part that makes passes over all data."""
    if config.batch.size is not None:
        return epochs_of_batches
    return epochs if config.shortcuts else FUSED.get(config.activation, epochs)


def _formulas(config: Config, network: Architecture) -> Formulas:
    """The formulas that a config names; None for those that will not be called."""
    hidden, output, loss = ACTIVATIONS[config.activation], OUTPUTS[config.output], LOSSES[config.loss]
    optimizer, by_formula = OPTIMIZERS[config.optimizer], _epochs(config) not in FUSED.values()
    accuracy = largest_at_target if config.output == "softmax" else on_their_sides
    return Formulas(
        activate=hidden.forward if by_formula else None,
        activate_backward=hidden.backward if by_formula else None,
        output=output.forward,
        output_backward=output.backward if network.through_outputs else None,
        loss=loss.formula,
        loss_of_own=loss.formula if config.batch.own else None,
        exact_loss=loss.exact,
        accuracy=accuracy if network.accuracy else None,
        squares=gradients.squares,
        clip=gradients.clip if network.clip else None,
        decay=gradients.decay if network.decay else None,
        update=optimizer.update,
        advance=optimizer.advance,
        schedule=SCHEDULES[config.schedule].formula if network.schedule else None,
    )


def _sections(config: Config, start: Start) -> Sections:
    """The large parts of the loop; None for those that will not be called."""
    full, batch = config.batch.size is None, config.batch
    return Sections(
        begins=all_runs,
        refill=refill,
        initial_weights=INITIAL_WEIGHTS[start.stream, start.normal],
        epochs=_epochs(config),
        stopping=stopping,
        batches=None if full else ORDERS[batch.order],
        given_batch=None if full or not batch.shared else given_batch,
        own_batch=own_batch if batch.own else None,
    )


def with_parts(config: Config, call: Call) -> Call:
    """The call with the addresses of the parts that it needs, which are compiled or loaded now."""

    def address(field: str, formula: Formula | None) -> Any:
        return formula.address(DTYPES[config.dtype], Memory if field == "loss_of_own" else Table) if formula else 0

    formulas, sections = _formulas(config, call.network)._asdict(), _sections(config, call.start)
    return call._replace(
        formulas=Formulas(**{field: address(field, formula) for field, formula in formulas.items()}),
        sections=Sections(*(section.address(call) if section else 0 for section in sections)),
    )


def parts_of(config: Config, network: Architecture, start: Start) -> set[Part]:
    """All parts that a job needs."""
    formulas, sections = _formulas(config, network)._asdict(), _sections(config, start)
    return {
        *(Part(section.name, config.dtype) for section in sections if section),
        *(Part(formula.name, config.dtype, field == "loss_of_own") for field, formula in formulas.items() if formula),
    }


def missing(parts: set[Part]) -> list[Part]:
    """Those parts that are not compiled yet."""
    return sorted(part for part in parts if not is_ready(*part))


def compile_part(part: Part, sample: Call) -> None:
    """Compile a part and keep it on disk. sample: any call with its precision."""
    found = PARTS[part.name]
    if isinstance(found, Section):
        found.address(sample)
    else:
        found.address(DTYPES[part.dtype], Memory if part.own else Table)
