"""The axes of a sweep, from its spec: which vary together, which were sampled, and their values in words.

The plan of a sweep writes them into the manifest, where everything that shows results finds them. Folders of earlier versions,
which lack them, are read as if they had them.
"""

from collections.abc import Collection, Sequence
from typing import Any

from .schema import AxisColumn, SweptAxis
from .written_spec import DRAWN, KINDS, LENT, TITLES, Drawn, axis_of, setting_at

LONGEST = 10_000  # of the words of an axis, in characters
ENDS = 3  # values of a longer one that its words name, at either end


def swept_axes(spec: dict[str, Any], columns: Sequence[AxisColumn]) -> tuple[SweptAxis, ...]:
    """The axes that the columns show, in their order; an axis of tables may have several columns."""
    shown: dict[str, list[AxisColumn]] = {}
    for column in columns:
        shown.setdefault(axis_of(spec, column.setting)[0], []).append(column)
    numbers: dict[tuple[str, str], int] = {}
    return tuple(_swept(setting, _axis_at(spec, setting), mine, numbers) for setting, mine in shown.items())


def _axis_at(spec: dict[str, Any], setting: str) -> dict[str, Any]:
    """The axis of a setting. Its tables have what those around them lend, where they have not their own."""
    axis, place = setting_at(spec, setting), setting.rpartition(".")[0]
    keys = [key for key in LENT if (at := f"{place}.{key}") != setting and axis_of(spec, at)[0] == setting]
    instead = {key: value for key in keys if (value := setting_at(spec, f"{place}.{key}")) is not None}
    return {**axis, "values": [{**instead, **value} for value in axis["values"]]} if instead else axis


def _swept(setting: str, axis: dict[str, Any], columns: Sequence[AxisColumn], numbers: dict[tuple[str, str], int]) -> SweptAxis:
    """numbers: of axes that advance together, by what they have in common; filled in as they come."""
    drawn: Drawn | None = next((kind for kind in DRAWN if axis.get(kind) is not None), None)
    zipped = axis.get("zip")
    common = ("drawn", "") if drawn else ("axis", setting) if zipped is None else ("zip", zipped)
    inside = (f"{setting}.", f"{setting.rpartition('.')[0]}.")  # of a setting that is lent, only the latter is in front
    own = [column.setting.removeprefix(inside[0]).removeprefix(inside[1]) for column in columns if column.setting != setting]
    return SweptAxis(
        setting=setting,
        columns=tuple(column.name for column in columns),
        words=in_words(axis, own),
        together=numbers.setdefault(common, len(numbers)),
        drawn=drawn,
        nested=any(key not in TITLES for key in own),
    )


def in_words(axis: dict[str, Any], numbers: Collection[str] = ()) -> str:
    """The values of an axis; those that are tables with these of their numbers."""
    kind = next(kind for kind in KINDS if axis.get(kind) is not None)
    if kind == "values":
        return _listed([_value_in_words(value, numbers) for value in axis["values"]])
    low, high = axis[kind][:2]
    if kind in DRAWN:
        return f"numbers drawn from {low:g} to {high:g}{' on a log scale' if kind == 'loguniform' else ''}"
    if kind == "range":
        return f"{low:g} up to {high:g} in steps of {axis[kind][2]:g}"
    return f"{axis['n']} values from {low:g} to {high:g}{' on a log scale' if kind == 'log' else ''}"


def _listed(texts: list[str]) -> str:
    found = ", ".join(texts)
    if len(found) <= LONGEST:
        return found
    few = [text[: LONGEST // (4 * ENDS)] for text in [*texts[:ENDS], *texts[-ENDS:]]]
    return f"{', '.join(few[:ENDS])}, ..., {', '.join(few[ENDS:])} ({len(texts):,} values)"


def _value_in_words(value: Any, numbers: Collection[str]) -> str:
    if isinstance(value, list):
        return "-".join(map(str, value)) or "none"
    if not isinstance(value, dict):
        return str(value)
    own = {
        number: setting_at(value, number) for number in numbers if number.partition("[")[0] in value and number not in TITLES
    }
    own = {number: in_words(one) if isinstance(one, dict) else one for number, one in own.items()}
    title = next(str(value[key]) for key in TITLES if key in value)
    return f"{title} ({', '.join(f'{number} {words}' for number, words in own.items())})" if own else title
