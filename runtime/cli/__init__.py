"""The command line `alycat`."""

import signal
import sys
from typing import Any


def main() -> None:
    """Entry point of the console script."""
    from .app import alycat  # a program that only imports this package need not load the command line library

    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(alycat.main(prog_name="alycat"))


def _terminate(_signal: int, _frame: Any) -> None:
    """Ends as after any failure, so that half-written files are removed."""
    sys.exit(143)
