"""The command line `alycat`."""

import sys


def main() -> None:
    """Entry point of the console script."""
    from .app import alycat  # a program that only imports this package need not load the command line library

    sys.exit(alycat.main(prog_name="alycat"))
