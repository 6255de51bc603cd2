"""An independent client from another language: `ads-client` for Node (npm, MIT).

    npm install ads-client && NODE_PATH=$PWD/node_modules pytest tests/ads/test_node.py

Skipped where node or the package is missing.
"""

import itertools
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from alycat.runtime import RealTimeClock

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("node_client.cjs")


@pytest.fixture(scope="module")
def found():
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    if subprocess.run([node, "-e", "require('ads-client')"], capture_output=True, check=False).returncode:
        pytest.skip("npm package ads-client is not found: npm install ads-client, and set NODE_PATH to its folder")
    from alycat.sim.plc_project import build

    plc = build(RealTimeClock())
    with plc.serve_ads(port=0) as server:
        thread = threading.Thread(target=server.operate, daemon=True)
        thread.start()
        command = [node, str(SCRIPT), server.host, str(server.port), server.net_id]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        while thread.is_alive():
            plc.stop()
            thread.join(0.05)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_states(found):
    assert (found["device"], found["state"], found["system"]) == ("Plc30 App", "Run", "Run")
    assert (found["stopped"], found["started"]) == ("Stop", "Run")


def test_every_symbol_can_be_read_with_its_type(found):
    assert found["symbols"] > 300 and found["types"] > 10
    assert found["failed"] == []


def test_values(found):
    assert found["point"] == {"x": 1.25, "y": -2.5}
    assert (found["text"], found["reset"]) == ("from node", "")
    assert found["utf8"] == found["wide"] == "Grüße, 世界"
    assert found["grid"] == [3, 3] and found["handles"] == [True, False]


def test_methods(found):
    assert found["calculated"] == 4.0 and found["divided"] == {"nQuotient": 3, "nRemainder": 2}


def test_subscription(found):
    assert len(found["counted"]) > 40
    assert {b - a for a, b in itertools.pairwise(found["counted"])} == {1}, found["counted"]
