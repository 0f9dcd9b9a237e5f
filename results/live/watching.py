"""Looks at a sweep again and again while it runs, and serves what it sees to browsers of this machine.

It takes at most SHARE of one core from the sweep: after each look it waits as long as that takes. A look reads files for a
fifth of a second, and what it does not get to read waits for the next one.
"""

import json
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from backsweep.errors import ResultsError

from ..disk.places import hold_open
from .progress import ENDED, LiveProgress
from .server import LiveServer

PAGE, VALUES = "watch.html", "watch.json"
EVERY = 2.0  # seconds from one look to the next, at least; the page asks as often
SHARE = 0.008
LOOK_SECONDS = 0.2  # of processor time, in which new files are read
LAST_SECONDS = 10.0  # the same, once the sweep has ended
READERS_SECONDS = 3 * EVERY  # a page that has asked in these may ask again
ARRIVAL_SECONDS = 10.0  # until a page that was opened has asked for the first time


class Watching:
    """Serves the page of a sweep while a `with` block lasts.

    path: of the folder, which need not be there yet. page: its HTML. port: 0 for any that is free. kept: whether the page and
    its values are written into the folder too, for any other server. opened: whether a browser will open the page.

    failure: the error that ended the looking before the sweep ended; None as a rule. OSError if the port is not free.
    """

    def __init__(self, path: Path, page: bytes, *, port: int = 0, kept: bool = False, opened: bool = False):
        self._path, self._page, self._kept, self._opened = path, page, kept, opened
        self._progress = LiveProgress(path)
        self._server = LiveServer({PAGE: page, VALUES: _encoded(self._progress.values)}, port)
        self._page_is_kept = False
        self._over, self._ended = threading.Event(), threading.Event()
        self.failure: Exception | None = None
        self._looking = threading.Thread(target=self._look_on, daemon=True)

    @property
    def address(self) -> str:
        """Where browsers find the page."""
        return self._server.address(PAGE)

    def __enter__(self) -> Self:
        self._server.__enter__()
        self._looking.start()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        with suppress(KeyboardInterrupt):  # which now only means that nobody wants to wait for the page
            self._over.set()
            self._looking.join()
            self._try_to_look(LAST_SECONDS if failure is None else LOOK_SECONDS)
            if failure is None:
                self._wait_for_readers()
        self._server.__exit__()

    def wait(self) -> None:
        """Wait until the sweep has ended, and all of its runs are counted. Raises `failure` if there is one."""
        while not self._ended.wait(0.1):  # on Windows Ctrl-C arrives only between two waits
            pass
        if self.failure is not None:
            raise self.failure

    def _look_on(self) -> None:
        pause = 0.0
        while self.failure is None and not self._over.wait(pause):
            pause = self._try_to_look(LOOK_SECONDS)

    def _try_to_look(self, seconds: float) -> float:
        """As `_look`, but an unexpected error ends the looking."""
        try:
            return self._look(seconds) if self.failure is None else 0.0
        except Exception as error:
            self.failure = error
            self._ended.set()
            return 0.0

    def _look(self, seconds: float) -> float:
        """Look once, and pass on what is seen. Returns the seconds until the next look."""
        begin = time.thread_time()
        content = _encoded(self._progress.look(seconds))
        self._server.replace(VALUES, content)
        if self._kept:
            self._keep(content)
        if self._progress.values["state"] == ENDED and self._progress.is_read:
            self._ended.set()
        return max(EVERY, (time.thread_time() - begin) / SHARE if self._progress.is_training else 0.0)

    def _keep(self, content: bytes) -> None:
        """Write the page and its values into the folder, if it is there; a full disk is no reason to fail."""
        if self._progress.is_there:
            if not self._page_is_kept:  # or that of an earlier version would stay
                self._page_is_kept = _put(self._path, PAGE, self._page)
            _put(self._path, VALUES, content)

    def _wait_for_readers(self) -> None:
        """Wait until pages that are open have fetched how the sweep ended."""
        changed = time.monotonic()
        while self._opened and not self._server.asked and time.monotonic() < changed + ARRIVAL_SECONDS:
            time.sleep(0.1)
        if self._server.asked_since(changed - READERS_SECONDS):
            time.sleep(1.5 * EVERY)


def _encoded(values: dict[str, Any]) -> bytes:
    return json.dumps(values, allow_nan=False, separators=(",", ":")).encode()


def _put(folder: Path, name: str, content: bytes) -> bool:
    """Replace a file at once, if that is possible. It is not flushed to disk, which a sweep's own files wait for."""
    with suppress(OSError, ResultsError), hold_open(folder) as place:
        place.refuse_others(name)
        with place.new_file(name) as (file, partial):
            file.write(content)
            file.close()
            place.rename(partial, name)
            return True
    return False
