"""`python -m backsweep`, which is the command line, as the script `backsweep` is."""

from .sweep.cli.start import main  # pyright: ignore  # which finds it only where the package is installed

main()
