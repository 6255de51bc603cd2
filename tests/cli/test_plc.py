"""`alycat plc` and `alycat run --ads` as processes, with a client of a few lines."""

import os
import re
import signal
import subprocess
import sys

import pytest
from ads.raw import RawClient

from alycat.runtime.ads.frames import Read, ReadState, ReadWrite, State

pytestmark = pytest.mark.slow
PROJECT = """
from alycat.runtime import Plc, Program
from alycat.runtime.iec import UDINT

class MAIN(Program):
    nCounter: UDINT

    def cycle(self):
        self.nCounter += 1

plc = Plc(name="Own")
plc.task("PlcTask", "10ms", programs=[MAIN()])
"""


class At:
    def __init__(self, text):
        found = re.search(r"Address +([\d.]+):(\d+) .*\n +AMS NetId +([\d.]+)", text)
        self.host, self.port, self.net_id = found[1], int(found[2]), found[3]


@pytest.fixture
def served(folder):
    """served(*args) -> the process and the lines up to the way to connect."""
    started = []

    def start(*args, stream="stdout"):
        command = [sys.executable, "-m", "alycat.runtime.cli", *map(str, args)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, cwd=folder, env=os.environ | {"COLUMNS": "80"}, **pipes)
        started.append(process)
        text = ""
        for line in getattr(process, stream):
            text += line
            if "pyads.Connection" in line:
                return process, text
        raise AssertionError(text + process.stderr.read())

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_the_demo_project_until_ctrl_c(served):
    process, text = served("plc", "--port", 0)
    assert "AMS NetId  127.0.0.1.7.1" in text and re.search(r"Symbols +\d{3}", text)
    with RawClient(At(text)) as client:
        assert client.ask(ReadState()) == State(0, 5, 0)
        assert client.ask(ReadWrite(0xF004, 0, 4, b"MAIN.nCounter")).result == 0
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0 and err == ""
    assert re.search(r"ended after [\d ]+ cycles? of PlcTask", out)


def test_an_own_project(served, folder):
    (folder / "own.py").write_text(PROJECT)
    process, text = served("plc", "--project", "own.py", "--host", "127.0.0.9", "--port", 0)
    assert "Own" in text and "127.0.0.9.7.1" in text
    with RawClient(At(text)) as client:
        handle = client.handle("MAIN.nCounter")
        assert client.ask(Read(0xF005, handle, 4)).result == 0
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_a_saved_project_is_an_online_change(served, folder):
    script = folder / "own.py"
    script.write_text(PROJECT)
    process, text = served("plc", "--project", "own.py", "--reload", "--host", "127.0.0.9", "--port", 0)
    with RawClient(At(text)) as client:
        handle = client.handle("MAIN.nCounter")
        script.write_text(PROJECT + "plc.task(")
        assert "SyntaxError" in process.stderr.readline()
        assert client.ask(Read(0xF005, handle, 4)).result == 0
        script.write_text(PROJECT.replace("nCounter: UDINT", "nNew: UDINT = 7\n    nCounter: UDINT"))
        assert "online change 1, symbol version 2; new: MAIN.nNew" in "".join(
            process.stdout.readline() for _ in range(1)
        )
        assert client.ask(Read(0xF005, handle, 4)).result == 1809
        assert client.ask(Read(0xF005, client.handle("MAIN.nNew"), 4)).data == b"\7\0\0\0"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_a_taken_address_is_told_in_words(served, shell, folder):
    (folder / "own.py").write_text(PROJECT)
    _, text = served("plc", "--project", "own.py", "--host", "127.0.0.9", "--port", 0)
    done = shell("plc", "--project", "own.py", "--host", "127.0.0.9", "--port", str(At(text).port))
    assert done.returncode == 1 and "taken already, by another PLC" in done.stderr


def test_bad_options_are_one_clear_line(shell, folder):
    for args, message in (
        (["--net-id", "1.2.3"], "'1.2.3' is no AMS NetId"),
        (["--allow", "nobody"], "'nobody' is neither"),
        (["--project", "missing.py"], "missing.py: no such file"),
        (["--reload"], "--reload needs the script"),
        (["--host", "192.0.2.1"], "192.0.2.1:48898: this computer does not have that address"),
    ):
        done = shell("plc", "--port", "0" if "--host" not in args else "48898", *args)
        assert done.returncode == (2 if args == ["--reload"] else 1) and done.stdout == ""
        assert done.stderr.startswith("alycat: ") and message in done.stderr and done.stderr.count("\n") == 1


def test_run_with_ads(served, folder):
    (folder / "own.py").write_text(PROJECT)
    process, text = served("run", "own.py", "--ads", "--ads-host", "127.0.0.10", "--duration", "30s", stream="stderr")
    with RawClient(At(text)) as client:
        assert client.ask(ReadState()) == State(0, 5, 0)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=10)
    assert "real time clock" in out and process.returncode == 130
