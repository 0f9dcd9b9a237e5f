"""`python -m backsweep` is the command line, like the script `backsweep`."""

from .sweep.cli.start import main  # pyright: ignore  # which finds it only where the package is installed

main()
