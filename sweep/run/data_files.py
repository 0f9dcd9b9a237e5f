"""Finds the files of data and of initial weights that a folder of results names.

People move folders, archive them and give them away. So the place of a file is stored relative to the folder, which also keeps
home directories out of it. Because the digest of the file is known, backsweep finds it wherever it has gone: at that place,
beside the manifest, beside the spec, in the current folder, or where the user says. Its digest identifies it, whatever its
name. But names of files that are values of an axis also occur in the rows.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

from backsweep.errors import DataError, FileError, SettingError

from ...results.store.manifest import MANIFEST
from ...results.store.schema import Beside, Manifest
from ...results.store.written_spec import files_in
from ..data.files import READERS
from ..data.initial_weights import arrays_digest, read_arrays
from ..data.inputs_and_targets import digest_of
from ..plan.plan import Plan
from ..spec.axes import Axis
from ..spec.make_data import sides_of
from ..spec.spec import Spec
from ..spec.spec import digest_of as digest_of_canonical
from ..spec.task import FileTask

HOME = "~/"
MOST_TRIED = 50  # files per folder, each of which may be the one looked for under another name
MOST_BYTES = 2**27  # of each of these files


def recorded(path: str | Path, folder: Path) -> str:
    """A file's place as a manifest has it: with slashes, and relative to the folder if they share more than the root."""
    path = Path(path).absolute()
    file, base, home = path.parent.resolve() / path.name, folder.resolve(), _home()
    if home is not None and file.is_relative_to(home) and not base.is_relative_to(home):
        place = HOME + file.relative_to(home).as_posix()
    elif file.parts[:2] == base.parts[:2]:
        place = Path(os.path.relpath(file, base)).as_posix()
        place = f"./{place}" if place.startswith("~") else place
    else:
        place = file.as_posix()
    return place if place.encode(errors="ignore").decode() == place else file.name  # if the names of folders are not valid text


def placed(place: str, folder: Path) -> str:
    """The path of a file, given its place in a manifest."""
    home = _home()
    if place.startswith(HOME) and home is not None:
        return str(home / place.removeprefix(HOME))
    return os.path.normpath(folder.resolve() / place)


def with_files(spec: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """A spec as plain data, with the files of some settings replaced."""
    for setting, name in files.items():
        spec = _put(spec, setting.split("."), name)
    return dict(spec)


def written_in(spec: Spec, folder: Path) -> dict[str, Any]:
    """A spec as a folder's manifest writes it."""
    return with_files(spec.to_dict(), {key: recorded(file, folder) for key, file in spec.files.items()})


def spec_in(manifest: Manifest, folder: Path, given: Sequence[Path] = ()) -> Spec:
    """The spec of a folder of results, with its files where they are now. given: where the user says that some of them are.

    DataError if a file cannot be found, or holds other data than the sweep was run on.
    """
    source = str(folder / MANIFEST)
    spec = spec_as_recorded(manifest, folder)
    if spec.files.keys() != manifest.data.keys():
        raise FileError(Path(source), f"damaged (data: digests of {', '.join(manifest.data) or 'none'})")
    chosen = dict(_chosen(spec, manifest, folder, given))
    found = {key: chosen.get(key) or _found(spec, key, manifest, folder) for key in spec.files}
    if found == spec.files:
        return spec
    called = {found[key]: spec.called[path] for key, path in spec.files.items() if path in spec.called}
    return Spec.parse(with_files(spec.to_dict(), found), source, recorded=True).calling(called)


def spec_as_recorded(manifest: Manifest, folder: Path) -> Spec:
    """The spec of a folder of results, with its files where the manifest says, whether or not they exist."""
    files = {key: placed(place, folder) for key, place in files_in(manifest.spec).items()}
    table, source = with_files(manifest.spec, files), str(folder / MANIFEST)
    spec = called_as_in(manifest, Spec.parse(table, source, recorded=True), manifest.data)
    shorter = _with_short_ranges(table)
    if shorter == table or _is_of(manifest, spec, manifest.data):
        return spec
    with suppress(SettingError):
        before = called_as_in(manifest, Spec.parse(shorter, source, recorded=True), manifest.data)
        return before if _is_of(manifest, before, manifest.data) else spec
    return spec


def called_as_in(manifest: Manifest, spec: Spec, data: Mapping[str, str] | None = None) -> Spec:
    """A spec whose rows name files as a folder's rows do. Earlier versions used whole paths for files with the same name.

    data: digests to use instead of the spec's own.
    """
    in_full = {path: path for path in spec.called}
    if spec.called != in_full and any("/" in name for name in spec.called.values()):
        before = spec.calling(in_full)
        if _is_of(manifest, before, data):
            return before
    return spec


def _is_of(manifest: Manifest, spec: Spec, data: Mapping[str, str] | None) -> bool:
    """Whether the rows of a folder are those of a spec."""
    return digest_of_canonical(spec.canonical(data)) == manifest.spec_hash


def _with_short_ranges(value: Any) -> Any:
    """A spec as plain data. Ranges that do not end on a step are listed without their last value.

    Earlier versions left that value out.
    """
    if isinstance(value, list):
        return [_with_short_ranges(one) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("range"), list):
        start, stop, step = (Fraction(str(number)) for number in value["range"])
        if (stop - start) % step:
            axis = {key: word for key, word in value.items() if key != "range"}
            return axis | {"values": list(Axis[Any].model_validate({"range": value["range"]}).points[:-1])}
    return {key: _with_short_ranges(one) for key, one in value.items()}


def check_plan(manifest: Manifest, plan: Plan, source: str) -> None:
    """ResultsError if a manifest's runs or columns of settings are not those of its spec, which no sweep would have written."""
    remedy = "restore the original, or run the spec into another folder"
    if plan.runs != manifest.runs:
        raise FileError(Path(source), f"damaged (it should say {plan.runs:,} runs); {remedy}")
    here, there = ({axis.setting: axis.type for axis in axes} for axes in (plan.axes, manifest.axes))
    if here != there or plan.spec.record.measure != manifest.measure or kept_beside(plan) != manifest.beside:
        raise FileError(Path(source), f"damaged (its axes, measure or beside are not those of its spec); {remedy}")


def kept_beside(plan: Plan) -> tuple[Beside, ...]:
    """The kinds of files that are kept beside every shard."""
    records: tuple[Beside, ...] = () if plan.record_at is None else ("records",)
    return (*records, "weights") if plan.spec.record.weights else records


def other_data(file: str | Path, key: str, folder: str | Path) -> DataError:
    """The error that a file was changed."""
    reason = f"holds other data than {folder} was run on ({key}); bring those back, or run the sweep into another folder"
    return DataError(str(file), reason, settings=[key])


def _chosen(spec: Spec, manifest: Manifest, folder: Path, given: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The files that the user gives, each with a setting that it belongs to. DataError for a file that fits no setting."""
    for file in given:
        keys = [key for key in spec.files if _is_it(spec, key, file, manifest)]
        if not keys:
            raise DataError(str(file), _why_not(spec, file, manifest, folder), settings=[*spec.files])
        yield from ((key, str(file.absolute())) for key in keys)


def _why_not(spec: Spec, file: Path, manifest: Manifest, folder: Path) -> str:
    """Why a file that the user gives is not one that the sweep was run on."""
    if not spec.files:
        return f"the sweep in {folder} reads no file of data and none of initial weights"
    for key, path in spec.files.items():
        if _holds(spec, key, file, manifest):
            return f"holds the data of {key}, but rows call that file {spec.called[path]}, as its path must end"
    key = next(iter(spec.files))
    digest = _digest(spec, key, file)
    return (
        f"holds other data than {folder} was run on ({', '.join(spec.files)}): what is in it adds up to "
        f"{digest[:12]}, what the runs were trained on to {manifest.data[key][:12]}"
    )


def _found(spec: Spec, key: str, manifest: Manifest, folder: Path) -> str:
    """The first file with the data that a setting had. DataError if there is none."""
    path = Path(spec.files[key])
    if _is_it(spec, key, path, manifest):
        return str(path)
    places = dict.fromkeys([folder.resolve(), *_beside_spec(manifest, folder), Path()])
    name = spec.called.get(str(path), path.name)
    for candidate in [*(place / name for place in places), *(file for place in places for file in _others(place, path))]:
        if candidate.is_file() and _is_it(spec, key, candidate, manifest):
            return str(candidate.absolute())
    try:
        _digest(spec, key, path)
    except DataError as error:
        reason = f"{error}; nor are its data beside the results, beside the spec, or here: put the file there"
        missing = DataError(error.data, reason, settings=[key], place=str(folder / MANIFEST))
        raise missing.advising(("name it", "data")) from None
    raise other_data(path, key, folder).advising(("name their file", "data"))


def _is_it(spec: Spec, key: str, file: Path, manifest: Manifest) -> bool:
    """Whether a file holds the data that a setting had. For a value of an axis, it must also have the name used in rows."""
    name = PurePath(spec.called.get(spec.files[key], "")).parts
    if name and file.absolute().parts[-len(name) :] != name:
        return False
    return _holds(spec, key, file, manifest)


def _holds(spec: Spec, key: str, file: Path, manifest: Manifest) -> bool:
    """Whether a file holds the data that a setting had, whatever its name is."""
    try:
        return _digest(spec, key, file) == manifest.data[key]
    except DataError:
        return False


def _digest(spec: Spec, key: str, file: Path) -> str:
    """The digest of a file, read as the kind of file that a setting names. DataError: what is wrong with it."""
    if not isinstance(spec.task, FileTask) or key != "task.file":
        return arrays_digest(read_arrays(str(file)))
    sides = sides_of(spec.task.model_copy(update={"file": str(file)}), ".")
    return digest_of(sides) if sides else ""


def _beside_spec(manifest: Manifest, folder: Path) -> list[Path]:
    return [] if manifest.source is None else [Path(placed(manifest.source, folder)).parent]


def _others(folder: Path, path: Path) -> list[Path]:
    """Files of a folder that may be a renamed file."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in READERS and file.name != path.name)
        return [file for file in files if file.is_file() and file.stat().st_size <= MOST_BYTES][:MOST_TRIED]
    except OSError:
        return []


def _home() -> Path | None:
    """The user's home folder; None if there is none, or if it is the root of all files."""
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return None
    return home if len(home.parts) > 1 else None


def _put(table: Any, steps: list[str], name: str) -> Any:
    """A copy of plain data with a name in one place."""
    if not steps:
        return name
    step, *further = steps
    if isinstance(table, list):
        return [_put(one, further, name) if place == int(step) else one for place, one in enumerate(table)]
    return {**table, step: _put(table[step], further, name)}
