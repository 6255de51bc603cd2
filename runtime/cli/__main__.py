"""`python -m alycat.runtime.cli`."""

from . import main

main()
