"""Names of files that every system takes, and that stay inside the folder that they are meant for.

A folder that is handed on may be opened on Windows, which takes fewer names than others, or on macOS, where capitals and the
spelling of an accent make no difference. So the rules are the strictest of all systems, wherever the process runs.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

SEPARATORS = "\\:"  # besides the slash. On Windows `C:` leads to a drive, and `a:b` to a hidden stream of a
FORBIDDEN = frozenset('<>"|?*')
# What Windows takes for a device.
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)
MOST_BYTES = 255  # of a name of a file or folder


def fault_of(name: str) -> str | None:
    """Why a relative path with slashes would not be a file inside a folder on every system; None if it would."""
    if any(separator in name for separator in SEPARATORS):
        return "contains a backslash or colon"
    return next((fault for fault in map(_fault_of_part, name.split("/")) if fault), None)


def _fault_of_part(part: str) -> str | None:
    if part in {"", ".", ".."}:
        return "leads out of its folder, or to no file"
    if FORBIDDEN.intersection(part) or not part.isprintable():
        return 'contains <, >, ", |, ?, * or characters that are not seen'
    if part[-1] in ". " or part[0] == " ":
        return "begins or ends with a space, or ends with a full stop"
    if DEVICE.fullmatch(part):
        return "is the name of a device on Windows"
    return "is too long" if len(part.encode()) > MOST_BYTES else None


def same_for_some(name: str) -> str:
    """What two names share if some system takes them for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def clash_of(names: Iterable[str]) -> str | None:
    """A name that some system takes for another one of them, or for the folder that another is in; None if there is none."""
    files, folders = set[str](), set[str]()
    for name in names:
        *above, file = accumulate(same_for_some(name).split("/"), "{}/{}".format)
        if file in files or file in folders or files.intersection(above):
            return name
        files.add(file)
        folders.update(above)
    return None
