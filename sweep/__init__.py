"""What the user writes, and what then happens."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backsweep.errors import InputError

    from .spec.spec import Spec
    from .sweep import Sweep

__all__ = ["InputError", "Spec", "Sweep"]

_PLACES = {
    "InputError": ("backsweep.errors", "InputError"),
    "Spec": (".spec.spec", "Spec"),
    "Sweep": (".sweep", "Sweep"),
}


def __getattr__(name: str) -> Any:
    """Load what is asked for only then, since the command first looks whether there is room for it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _PLACES[name]
    globals()[name] = found = getattr(import_module(module, __name__), there)
    return found
