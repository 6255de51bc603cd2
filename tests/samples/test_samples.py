"""Every samples/NAME.py prints what stands in samples/NAME.out; a new sample needs no line here.

``ALYCAT_UPDATE_SAMPLES=1 python -m pytest tests/samples`` writes the .out files instead; look at the difference.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from alycat.runtime.cli.scripts import load_plc

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SCRIPTS = sorted(SAMPLES.glob("*.py"))
NEEDS = {"ads_bridge_sample": "pyads", "air_quality_batch": "sklearn"}  # extras


@pytest.fixture(autouse=True)
def _has_what_it_needs(request: pytest.FixtureRequest) -> None:
    script = request.node.callspec.params["script"] if hasattr(request.node, "callspec") else None
    if script is not None and script.stem in NEEDS:
        pytest.importorskip(NEEDS[script.stem], reason=f"{script.name} needs {NEEDS[script.stem]}")


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_prints_what_is_expected(script: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    expected = script.with_suffix(".out")
    if os.environ.get("ALYCAT_UPDATE_SAMPLES"):
        expected.write_text(done.stdout)
    assert done.stdout == expected.read_text()
    assert not list(tmp_path.iterdir()), "a sample leaves no files behind"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_defines_a_plc_for_alycat_run(script: Path) -> None:
    assert load_plc(script).run(cycles=3).reason == "cycles"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_says_how_to_run_it(script: Path) -> None:
    assert f"python samples/{script.name}" in script.read_text().split('"""')[1]


def test_there_are_samples() -> None:
    assert {"denstream_sample", "drifting_clusters", "overflow", "save_and_restore", "ads_bridge_sample"} <= {
        s.stem for s in SCRIPTS
    }
    assert {"air_quality_batch", "air_quality_stream"} <= {s.stem for s in SCRIPTS}
