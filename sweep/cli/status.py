"""Looks at sweeps on disk from outside: at one, which may be running in another terminal, or at all in a folder."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backsweep.errors import BacksweepError, FileError, LaterError
from backsweep.escapes import visible
from backsweep.outcomes import OUTCOMES

from ...results.disk.folders import is_there
from ...results.store.survey import Survey, survey, surveys
from ...results.text.numbers import percent_text
from ...results.text.origins import origin_lines
from ..output import say, say_in_full
from ..progress import SESSION_FIELDS
from ..text import count, duration, shares, speed, workers
from .tables import StatusFormat, TableFormat, print_table, way_on

if TYPE_CHECKING:
    from ...results.arrays import Span
    from ...results.store.writer import Writer

COLUMNS = ("folder", "name", "runs", "done", *OUTCOMES, "created", "note")
SOME = 3  # at most this many spans of missing runs are printed


def print_status(folder: Path, form: StatusFormat) -> None:
    """Print a sweep's progress, whether it is running, and its outcomes. ResultsError if there is none."""
    seen = survey(folder, closely=True)
    if form is StatusFormat.json:
        say_in_full(json.dumps(status_values(seen), indent=2) + "\n")
        return
    for line in status_lines(seen):
        say(line)


def print_list(folder: Path, form: TableFormat) -> None:
    """List the sweeps in a folder. ResultsError if there is no such folder."""
    if not is_there(folder):
        raise FileError(folder, "no such folder")
    import pandas as pd

    rows = [_row(path, seen) for path, seen in surveys(folder)]
    if not rows and form is TableFormat.text:
        say(f"{folder}: no results here")
        return
    whole = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    print_table(whole, lambda: pd.DataFrame(list(map(_texts, rows)), columns=COLUMNS), form)


def status_values(seen: Survey) -> dict[str, Any]:
    """A survey as values for programs; docs/running.md lists them."""
    manifest, writer = seen.manifest, seen.writer
    last = manifest.sessions[-1] if manifest.sessions else None
    return {
        "folder": str(seen.path),
        "name": manifest.name,
        "created": manifest.created,
        "runs": manifest.runs,
        "done": seen.done,
        "outcomes": seen.outcomes,
        "missing": [{"first": start, "last": stop - 1} for start, stop in seen.missing],
        "damage": seen.damage,
        "remarks": manifest.remarks,
        "writer": writer
        and {
            "pid": writer.pid,
            "host": writer.host,
            "here": writer.here,
            "time": datetime.fromtimestamp(writer.at, UTC).isoformat(timespec="milliseconds"),
            "run_epochs_per_second": writer.rate,
            "seconds_left": writer.left,
        },
        "adopted": [adopted.model_dump(mode="json") for adopted in manifest.adopted],
        "sessions": len(manifest.sessions) + seen.killed,
        "killed": seen.killed,
        "last_session": last and last.model_dump(mode="json", include={"started", *SESSION_FIELDS}),
    }


def status_lines(seen: Survey) -> list[str]:
    """A survey as sentences."""
    manifest, sessions = seen.manifest, seen.manifest.sessions
    ends = f": {shares(seen.outcomes)}" if sum(seen.outcomes.values()) else ""
    lines = [f"{manifest.name}: {seen.done:,} of {count(manifest.runs, 'run')} done{ends}", writer_line(seen)]
    if sessions:
        last, wall = sessions[-1], sum(session.wall for session in sessions)
        rate = speed(last.run_epochs / max(last.wall, 1e-9))
        lines.append(
            f"{_sessions(seen)}, {duration(wall)} in all; the last {'recorded ' * (seen.killed > 0)}began {last.started}, "
            f"{count(last.runs, 'run')} on {workers(last.jobs, last.backend)}, {rate} run-epochs/s"
        )
    elif seen.killed:
        lines.append(_sessions(seen))
    lines += [f"{line[0].upper()}{line[1:]}" for line in origin_lines(manifest)]
    if seen.missing:
        lines.append(f"Missing: {_spans(seen.missing)}")
    if seen.damage:
        lines.append(f"Damaged: {seen.damage}")
    return [*lines, *(f"Remark: {remark}" for remark in manifest.remarks)]


def _sessions(seen: Survey) -> str:
    """How many there were; the killed ones are not in the manifest's list, nor in the time that it knows."""
    found = f"{count(len(seen.manifest.sessions) + seen.killed, 'session')} so far"
    return f"{found}, {seen.killed} of them killed before it could be recorded" if seen.killed else found


def writer_line(seen: Survey) -> str:
    """Whether a process writes there, and how fast it is; if none does, whether the sweep is finished."""
    writer = seen.writer
    if writer is not None:
        doubt = "" if writer.here else f" (or did {duration(max(time.time() - writer.at, 0))} ago; this machine cannot see it)"
        return f"Process {writer.pid} on {writer.host} is writing{doubt}{_speed(writer)}"
    return f"No process is writing. To continue: {way_on(seen.path)}" if seen.missing else "Finished"


def _speed(writer: "Writer") -> str:
    rate = "" if writer.rate is None else f"; {speed(writer.rate)} run-epochs/s lately"
    left = "" if writer.left is None else f", {duration(max(writer.at + writer.left - time.time(), 0))} left"
    return rate + left


def _spans(missing: "list[Span]") -> str:
    spans = ", ".join(f"{start} to {stop - 1}" if stop - start > 1 else f"{start}" for start, stop in missing[:SOME])
    more = len(missing) - SOME
    return f"runs {spans}" + (f" and {count(more, 'more span')}" if more > 0 else "")


def _row(path: Path, seen: Survey | BacksweepError) -> dict[str, object]:
    """One line of the list. Shares are of the runs that are done; None stands for what is not known."""
    if isinstance(seen, BacksweepError):
        note = str(seen) if isinstance(seen, LaterError) else f"damaged: {seen}"
        return {**dict.fromkeys(COLUMNS), "folder": str(path), "note": note}
    total = sum(seen.outcomes.values())
    ends = {outcome: seen.outcomes[outcome] / total if total else None for outcome in OUTCOMES}
    note = f"damaged: {seen.damage}" if seen.damage else "running" if seen.writer else ""
    first = {"folder": str(path), "name": seen.manifest.name, "runs": seen.manifest.runs, "done": seen.done}
    return {**first, **ends, "created": seen.manifest.created, "note": note}


def _texts(row: dict[str, object]) -> dict[str, str]:
    """A line as text for people."""

    def text(value: object) -> str:
        if value is None:
            return "–"
        if isinstance(value, float):  # the share of an outcome
            return percent_text(value)
        return f"{value:,}" if isinstance(value, int) else visible(str(value))

    return {name: text(value) for name, value in row.items()}
