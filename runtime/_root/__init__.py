"""alycat: a PLC-style cyclic function-block runtime with analytics blocks."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("alycat")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
