"""A sweep as it is described: its spec, from keywords, a dict or a file, and the plan that follows from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, Unpack

from backsweep import arguments
from backsweep.errors import BacksweepError

from ..kernels.lanes.arithmetic import usual_numbers
from ..results.reprs import html_of, text_of
from ..results.store.numbering import Numbering
from .plan.outline import sweep_lines
from .plan.plan import Plan, plan_of
from .spec.keywords import SpecKeywords
from .spec.plain_data import toml_text
from .spec.spec import Spec


class Described:
    """The part of `Sweep` that makes nothing and trains nothing."""

    # All is read, planned and run in the usual arithmetic, whatever the caller has set: numbers in texts depend on it too.
    spec: Spec
    _source: str
    _file: Path | None = None
    _numbering: Numbering | None = None

    @usual_numbers()
    def __init__(self, **settings: Unpack[SpecKeywords]):
        self._hold(Spec.parse(settings), "spec")

    def _hold(self, spec: Spec, source: str) -> Self:
        self.spec, self._source = spec, source
        return self

    @classmethod
    def of_spec(cls, spec: Spec, source: str = "spec") -> Self:
        """The sweep of a spec that is there already.

        spec: a `backsweep.sweep.Spec`. source: what errors say it was read from.

        >>> backsweep.Sweep.of_spec(sweep.spec).plan().cells
        4
        """
        spec = arguments.instance("spec", spec, Spec, "a backsweep.sweep.Spec")
        return cls.__new__(cls)._hold(spec, arguments.instance("source", source, str, "text"))

    @classmethod
    @usual_numbers()
    def from_toml(cls, path: str | Path) -> Self:
        """The sweep that a TOML file describes.

        path: of the file. Files of data that it names lie beside it. It is named after the file, unless it has a name.

        Raises SettingError if there is no such file, and for what is wrong in it: the key, the value, what is allowed.

        >>> from pathlib import Path
        >>> _ = Path("xor.toml").write_text('task = "xor"\\nseeds = 3\\n')
        >>> backsweep.Sweep.from_toml("xor.toml").plan().runs
        3
        """
        file = arguments.path("path", path)
        sweep = cls.of_spec(Spec.read(file), str(file))
        sweep._file = file
        return sweep

    @classmethod
    @usual_numbers()
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """The sweep that a nested dict describes, as TOML would give it.

        table: the keys of `Sweep` and their values.

        Raises SettingError for what is wrong in it.

        >>> backsweep.Sweep.from_dict({"task": "xor", "seeds": 3}).plan().runs
        3
        """
        arguments.instance("table", table, Mapping, "a dict")
        return cls.of_spec(Spec.parse(table))

    def to_toml(self) -> str:
        """TOML of the same sweep, for `from_toml` and `backsweep run`.

        Returns what was given, without defaults, and the name.

        >>> print(backsweep.Sweep(task="xor", seeds=3).to_toml())
        name = "sweep"
        task = "xor"
        seeds = 3
        <BLANKLINE>
        """
        return toml_text(self.spec.as_given())

    @usual_numbers()
    def plan(self) -> Plan:
        """Which runs there are, with which settings; nothing is trained.

        Returns a Plan. Among what it has are runs and cells, how many there are; outline, a line on their number and one per
        axis; and remarks(), a list of what may be a mistake: rules that can never hold, odd data. It is made once.

        Raises SettingError if axes that are each right do not go together, and DataError if a file of data cannot be used.

        >>> plan = sweep.plan()
        >>> plan.runs, plan.cells, plan.remarks()
        (80, 4, [])
        """
        try:
            return plan_of(self.spec, self._numbering)
        except BacksweepError as error:
            raise error.inside(self._source) from None

    def __repr__(self) -> str:
        return text_of(*sweep_lines(self.spec))

    def _repr_html_(self) -> str:
        return html_of(*sweep_lines(self.spec))

    def _data(self) -> dict[str, str]:
        try:
            return self.spec.data
        except BacksweepError as error:
            raise error.inside(self._source) from None
