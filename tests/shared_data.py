"""Real data that lies beside the project and is never shipped; tests that need it are skipped without it."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def shared_data(name):
    """The path of a data file, or the test is skipped."""
    path = Path(os.environ.get("ALYCAT_SHARED") or PROJECT.parent / "shared") / "data" / name
    if not path.exists():
        pytest.skip(f"no data/{name} in $ALYCAT_SHARED or in a folder shared beside the project")
    return path
