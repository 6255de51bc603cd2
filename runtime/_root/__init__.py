"""alycat: a PLC-style cyclic function-block runtime with analytics blocks."""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "__version__":
        raise AttributeError(f"module alycat has no attribute {name}")
    from importlib.metadata import PackageNotFoundError, version  # 40 ms that no import of a block should cost

    try:
        return version("alycat")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
