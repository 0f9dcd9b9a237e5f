"""Entry point of the command: checks the limits on memory and threads before it loads the rest."""

import sys

from ..system_limits import check_limits


def main() -> None:
    """Run the command line; if the system allows it too little, print that and exit with code 2."""
    try:
        check_limits()
    except MemoryError as error:
        sys.exit(_refused(str(error)))
    except RuntimeError:
        sys.exit(_refused("the system allows this user no more threads; see `ulimit -u`"))
    from .main import main as command_line

    command_line()


def _refused(why: str) -> int:
    sys.stderr.write(f"backsweep: {why}. Nothing was changed. Raise that limit and repeat the command.\n")
    return 2
