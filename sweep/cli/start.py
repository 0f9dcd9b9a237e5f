"""Where the command begins: it looks whether there is room for the rest, of which nothing is loaded yet."""

import sys

from ..room import check_room


def main() -> None:
    """Run the command line, or say that the system does not leave it enough, with exit code 2."""
    try:
        check_room()
    except MemoryError as error:
        sys.exit(_refused(str(error)))
    except RuntimeError:
        sys.exit(_refused("the system lets this user start no more threads; see `ulimit -u`"))
    from .main import main as command_line

    command_line()


def _refused(why: str) -> int:
    sys.stderr.write(f"backsweep: {why}. Nothing was changed; raise that limit and give the same command again.\n")
    return 2
