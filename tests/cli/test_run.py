"""`alycat run`: finds the Plc, runs it on either clock, ends cleanly, keeps the state, and is honest about errors."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alycat.runtime.cli.following import LOOKS_PER_S

COUNTER = """
from alycat.runtime import Plc, Program
from alycat.runtime.iec import LINT, UDINT

class MAIN(Program):
    nCount: UDINT
    nFailAt: LINT = {fail_at}

    def cycle(self):
        self.nCount += 1
        if self.nCount == self.nFailAt:
            raise ValueError("the tank is empty")

class OTHER(Program):
    nCount: UDINT

    def cycle(self):
        self.nCount += 1

plc = Plc()
plc.task("Fast", "10ms", programs=[MAIN()])
plc.task("Slow", "50ms", programs=[OTHER()])
"""


@pytest.fixture
def counter(folder):
    """A script of two tasks whose fast one fails in the given cycle, 0 for never."""

    def write(fail_at=0, more=""):
        (folder / "script.py").write_text(COUNTER.format(fail_at=fail_at) + more)
        return "script.py"

    return write


def results(done):
    return json.loads(done.stdout)


def counts(found):
    return [task["cycles_in_all"] for task in found["tasks"]]


# --- limits and results ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "cycles", "reason"),
    [
        (["--cycles", 10], [10, 2], "cycles"),
        (["--cycles", 0], [0, 0], "cycles"),
        (["--duration", "1s"], [100, 20], "duration"),
        (["--duration", "1s", "--cycles", 5], [5, 1], "cycles"),
        (["--duration", "1s", "--cycles", 5000], [100, 20], "duration"),
    ],
)
def test_the_first_limit_ends_the_run(cli, counter, limits, cycles, reason):
    done = cli("run", counter(), "--json", *limits)
    assert done.exit_code == 0, done.stderr
    found = results(done)
    assert counts(found) == cycles and found["reason"] == reason and found["clock"] == "virtual"
    assert [task["state"] for task in found["tasks"]] == ["RUN", "RUN"]


def test_the_table_is_for_people(shell, counter):
    done = shell("run", counter(), "--duration", "1s")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "script.py on the virtual clock" and max(map(len, lines)) <= 80
    assert "after the duration asked for" in lines[1] and "100 cycles of 10 ms" in done.stdout


@pytest.mark.slow
def test_in_real_time(cli, counter):
    started = time.monotonic()
    found = results(cli("run", counter(), "--realtime", "--duration", "300ms", "--json"))
    assert time.monotonic() - started >= 0.29
    assert found["clock"] == "real time" and found["tasks"][0]["ended_after_due_ns"]["most"] > 0
    done = cli("run", counter(), "--realtime", "--duration", "100ms")
    assert "real time clock" in done.stdout and "ms after due" in done.stdout


# --- the script ------------------------------------------------------------------------------------------------------


def test_the_only_plc_may_have_any_name(cli, counter):
    script = Path(counter())
    script.write_text(script.read_text().replace("plc", "line_3"))
    assert cli("run", script, "--cycles", 3).exit_code == 0


def test_a_script_may_import_what_lies_beside_it(cli, counter, folder):
    (folder / "recipe_of_this_test.py").write_text("STEPS = 3\n")
    assert cli("run", counter(more="from recipe_of_this_test import STEPS\n"), "--cycles", 3).exit_code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "bad.py: defines no Plc"),
        ("from alycat.runtime import Plc\na = Plc()\nb = Plc()\n", "defines several Plcs, a, b; name"),
        ("from alycat.runtime import Plc\nplc = Plc()\n", "Plc has no tasks"),
        ("x = 1\ny = x / 0\n", "bad.py line 2: ZeroDivisionError: division by zero"),
        ("x = (\n", "bad.py: SyntaxError: '(' was never closed (line 1)"),
        ("import sys\nsys.exit(3)\n", "bad.py: ended itself with exit(3)"),
        (COUNTER.format(fail_at=0) + "plc.run(cycles=2)\n", "has run its Plc itself"),
        (COUNTER.format(fail_at=0).replace("Plc()", "Plc(SteppedClock())").replace("Plc,", "Plc, SteppedClock,"),
         "SteppedClock is stepped by its owner"),
    ],
)  # fmt: skip
def test_a_script_that_cannot_run(cli, folder, text, message):
    (folder / "bad.py").write_text(text)
    done = cli("run", "bad.py", "--cycles", 1)
    assert done.exit_code == 1 and done.stdout == ""
    assert message in done.stderr and done.stderr.count("\n") == 1


def test_other_mistakes(cli, counter):
    for args, message in (
        (["nothing.py"], "nothing.py: no such file"),
        (["."], ".: is a folder"),
        ([counter(), "--duration", "long"], "--duration: 'long' is no duration"),
        ([counter(), "--duration", "-1s"], "is negative"),
        ([counter(), "--cycles", "-1"], "-1 is not in the range"),
        ([counter(), "--state", "no/where"], "there is no folder no"),
    ):
        done = cli("run", *args)
        assert done.exit_code != 0 and message in done.stderr and done.stderr.count("\n") == 1


# --- programs that raise ---------------------------------------------------------------------------------------------


def test_a_program_that_raises(cli, counter):
    done = cli("run", counter(fail_at=7), "--cycles", 20, "--json")
    assert done.exit_code == 1
    assert done.stderr.startswith("alycat: script.py: MAIN, cycle 7: ValueError: the tank is empty (script.py line ")
    assert done.stderr.count("\n") == 1
    found = results(done)
    assert [task["state"] for task in found["tasks"]] == ["ERROR", "RUN"]
    assert counts(found) == [7, 4], "the other task goes on"


def test_an_error_leaves_the_state_as_it_was(cli, counter, folder):
    assert cli("run", counter(), "--cycles", 5, "--state", "s").exit_code == 0
    before = (folder / "s").read_bytes()
    script = folder / "script.py"
    script.write_text(script.read_text().replace("if self.nCount == self.nFailAt", "if self.nCount == 8"))
    done = cli("run", "script.py", "--cycles", 5, "--state", "s")
    assert done.exit_code == 1 and "MAIN, cycle 8" in done.stderr and "s is not overwritten" in done.stderr
    assert (folder / "s").read_bytes() == before


# --- state -----------------------------------------------------------------------------------------------------------


def test_a_restored_run_goes_on(cli, counter, folder):
    first = results(cli("run", counter(), "--cycles", 5, "--state", "s", "--json"))
    assert (first["restored"], first["saved"]) == (None, "s")
    second = results(cli("run", counter(), "--cycles", 7, "--state", "s", "--json"))
    assert second["restored"] == "s" and counts(second) == [12, 3]
    cli("run", counter(), "--cycles", 12, "--state", "whole")
    assert (folder / "s").read_bytes() == (folder / "whole").read_bytes()


def test_a_damaged_state_is_replaced_by_the_one_before(cli, counter, folder):
    for _ in range(2):
        cli("run", counter(), "--cycles", 5, "--state", "s")
    (folder / "s").write_bytes(b"nonsense")
    done = cli("run", counter(), "--cycles", 1, "--state", "s", "--json")
    assert done.exit_code == 0 and "s.bak is used instead" in done.stderr
    assert results(done)["restored"] == "s.bak" and counts(results(done))[0] == 6


def test_the_state_of_another_script(cli, counter, folder):
    cli("run", counter(), "--cycles", 1, "--state", "s")
    (folder / "other.py").write_text(Path("script.py").read_text().replace("OTHER", "THIRD"))
    done = cli("run", "other.py", "--cycles", 1, "--state", "s")
    assert done.exit_code == 1 and "another project" in done.stderr


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


def interrupted(folder, number, *args):
    """A run that gets a signal once its Plc has begun; the script says so in a file."""
    command = [sys.executable, "-m", "alycat.runtime.cli", "run", "script.py", "--json", *args]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (folder / "begun").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=60)
    (folder / "begun").unlink()
    return process.returncode, json.loads(out), err


BEGUN = """
from pathlib import Path
plc.cycle_finished.append(lambda task: Path("begun").touch() if task.info.CycleCount % 20 == 0 else None)
"""


@pytest.mark.slow
@pytest.mark.parametrize("clock", [[], ["--realtime"]])
def test_ctrl_c_is_how_an_endless_run_ends(counter, folder, clock):
    counter(more=BEGUN)
    code, found, err = interrupted(folder, signal.SIGINT, "--state", "s", *clock)
    assert (code, err) == (0, "")
    assert found["reason"] == "SIGINT" and found["saved"] == "s" and found["tasks"][0]["cycles"] >= 20
    again, more, err = interrupted(folder, signal.SIGTERM, "--state", "s", *clock)
    assert (again, err) == (0, "") and more["restored"] == "s"
    for before, task in zip(counts(found), more["tasks"], strict=True):
        assert task["cycles_in_all"] == before + task["cycles"]


@pytest.mark.slow
def test_ctrl_c_before_the_limit_is_no_success(counter, folder):
    counter(more=BEGUN)
    code, found, _ = interrupted(folder, signal.SIGINT, "--duration", "1000d", "--state", "s")
    assert code == 130 and found["saved"] == "s"


# --- persistent data -------------------------------------------------------------------------------------------------

PERSISTENT = """
from alycat.blocks import FB_ALY_EdgeCounter_1Ch
from alycat.runtime import LREAL, UDINT, UINT, Plc, Program
from alycat.runtime.declare import var

class MAIN(Program):
    nStarts: {kind} = var(persistent=True)
    nCycle: UDINT

    def __init__(self):
        self.fbCounter = FB_ALY_EdgeCounter_1Ch()
        self.fbCounter.bPersistent = True

    def cycle(self):
        if not self.fbCounter.bConfigured:
            self.fbCounter.ConfigureChannel(({operator}, 0.5))
            self.fbCounter.Configure()
            self.nStarts += 1
        self.nCycle += 1
        self.fbCounter.SetChannelValue(self.nCycle % 2)
        self.fbCounter.Call(self.task.info.DcTaskTime)
        print(self.nStarts, self.fbCounter.nCount) if self.nCycle == 10 else None

plc = Plc()
plc.task("PlcTask", "10ms", programs=[MAIN()])
"""


def test_persistent_data_over_a_changed_script(cli, folder):
    script = folder / "script.py"
    script.write_text(PERSISTENT.format(kind="UDINT", operator=1))
    for run in (1, 2):
        done = cli("run", "script.py", "--cycles", 10, "--persistent", "p")
        assert done.exit_code == 0 and done.stderr == "" and done.stdout.startswith(f"{run} {4 * run}\n")
    script.write_text(PERSISTENT.format(kind="UDINT", operator=1) + "# changed\n")
    assert cli("run", "script.py", "--cycles", 10, "--persistent", "p").stdout.startswith("3 12\n")
    script.write_text(PERSISTENT.format(kind="UINT", operator=2))
    done = cli("run", "script.py", "--cycles", 10, "--persistent", "p", "--json")
    assert done.exit_code == 0 and done.stdout.startswith("1 4\n")
    found = json.loads(done.stdout.partition("\n")[2])
    assert found["persistent"] == "p" and set(found["not_taken_over"]) == {"MAIN.nStarts", "MAIN.fbCounter"}
    first, second = done.stderr.splitlines()
    assert first == "alycat: p: MAIN.nStarts: was UDINT, is UINT now; it has its initial value"
    assert second.startswith("alycat: p: MAIN.fbCounter: it was configured otherwise: operator")


def test_persistent_data_that_cannot_be_read_or_written(cli, counter, folder):
    done = cli("run", counter(), "--persistent", "no/where")
    assert done.exit_code == 1 and "--persistent no/where: there is no folder no" in done.stderr
    (folder / "p").write_bytes(b"nonsense")
    done = cli("run", "script.py", "--cycles", 1, "--persistent", "p")
    assert done.exit_code == 1 and "p: damaged, 8 bytes" in done.stderr and (folder / "p").read_bytes() == b"nonsense"


def test_looks_seldom():
    assert LOOKS_PER_S <= 10, "a look takes the interpreter from the cycles"
