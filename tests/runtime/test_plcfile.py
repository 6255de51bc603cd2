import ast
import math
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import plc_killer
import plc_project
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.blocks.clustering.denstream import FB_ALY_DenStream
from alycat.blocks.system.timespan import FB_ALY_Timespan
from alycat.runtime import Plc, Program, VirtualClock, container
from alycat.runtime.errors import PlcError, SnapshotError
from alycat.runtime.iec import LREAL, REAL, UDINT

ODD_DOUBLES = [0x7FF8_0000_DEAD_BEEF, 0xFFF8_0000_0000_0001, 0x7FF0_0000_0000_0000, 0x8000_0000_0000_0000, 1]


class MAIN(Program):
    fValue: LREAL
    fSmall: REAL

    def __init__(self) -> None:
        self.value: Any = None

    def cycle(self) -> None:
        self.fValue += 0.1


def small(*programs: Program, cycle_time: str = "10ms") -> Plc:
    plc = Plc()
    plc.task("PlcTask", cycle_time, programs=programs or [MAIN()])
    return plc


# --- the law: stopping, saving and going on elsewhere makes no difference ---------------------------------------------


@settings(max_examples=25, deadline=None)
@given(total=st.integers(0, 60), data=st.data())
def test_a_run_that_is_saved_and_restored_equals_one_that_is_not(total: int, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, total))
    whole, whole_rows = plc_project.build()
    whole.run(cycles=total)
    first, first_rows = plc_project.build()
    first.run(cycles=cut)
    second, second_rows = plc_project.build()
    second.load(first.snapshot())
    assert second.snapshot() == first.snapshot()
    second.run(cycles=total - cut)
    assert second.snapshot() == whole.snapshot()
    assert repr(plc_project.rows(first_rows) + plc_project.rows(second_rows)) == repr(plc_project.rows(whole_rows))


def run_elsewhere(seed: str, *arguments: str) -> list[Any]:
    """Run the project in a new process with another hash seed."""
    script = str(Path(plc_project.__file__))
    environment = os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, env=environment)
    assert not done.stderr
    return ast.literal_eval(done.stdout.replace("nan", "None"))  # type: ignore[no-any-return]


def test_other_processes_and_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    whole, half, rest = (str(tmp_path / name) for name in ("whole", "half", "rest"))
    rows = run_elsewhere("1", "-", "50", whole)
    assert run_elsewhere("2", "-", "23", half) + run_elsewhere("3", half, "27", rest) == rows
    plc, recorder = plc_project.build()
    plc.run(cycles=50)
    assert Path(whole).read_bytes() == Path(rest).read_bytes() == plc.snapshot()
    assert plc_project.rows(recorder) == rows


def test_a_snapshot_within_a_run_goes_on_as_the_run_does() -> None:
    plc, _ = plc_project.build()
    taken: list[bytes] = []
    plc.cycle_finished.append(lambda task: taken.append(plc.snapshot()))
    plc.run(cycles=20)
    for data in taken[::5]:
        twin, _ = plc_project.build()
        twin.load(data)
        twin.run(cycles=20 - twin.tasks[0].cycles)
        assert twin.snapshot() == plc.snapshot()


# --- what is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", ODD_DOUBLES)
def test_every_bit_of_a_number_is_kept(bits: int) -> None:
    number = struct.unpack("<d", struct.pack("<Q", bits))[0]
    program, twin = MAIN(), MAIN()
    program.fValue, program.value = number, number
    small(twin).load(small(program).snapshot())
    assert struct.pack("<dd", twin.fValue, twin.value) == struct.pack("<QQ", bits, bits)
    assert bytes(twin._m) == bytes(program._m)


@pytest.mark.parametrize(
    "value",
    [True, -(2**70), 1.5, "ä \ud800 \0", None, b"\0\xff", np.float32(1.5), np.arange(6).reshape(2, 3).T, np.int8(3)],
    ids=lambda value: type(value).__name__,
)
def test_simple_attributes_and_arrays_come_back_as_they_were(value: Any) -> None:
    program, twin = MAIN(), MAIN()
    program.value = value
    twin.extra = 1  # type: ignore[attr-defined]
    small(twin).load(small(program).snapshot())
    assert type(twin.value) is type(value)
    assert np.array_equal(twin.value, value)
    assert not hasattr(twin, "extra")


def test_blocks_and_arrays_are_loaded_in_place() -> None:
    program, twin = MAIN(), MAIN()
    program.value, twin.value = np.array([1.0, 2.0]), np.zeros(2)
    program.fb, twin.fb = {"a": FB_ALY_Timespan(4)}, {"a": FB_ALY_Timespan()}  # type: ignore[attr-defined]
    array, block = twin.value, twin.fb["a"]  # type: ignore[attr-defined]
    small(twin).load(small(program).snapshot())
    assert (array.tolist(), block.nRaw) == ([1, 2], 4)
    assert twin.value is array


@pytest.mark.parametrize(
    ("value", "name"),
    [(object(), "object"), ({1, 2}, "set"), ([1, 2], r"\[0\]: int"), (1j, "complex"), (np.array([[]], "O"), "array")],
)
def test_what_cannot_be_stored_is_named(value: Any, name: str) -> None:
    program = MAIN()
    program.value = value
    with pytest.raises(SnapshotError, match=rf"MAIN\.value.*{name}"):
        small(program).snapshot()


def test_transient_attributes_and_code_are_left_out() -> None:
    class KEEN(MAIN):
        transient = ("value",)

    program, twin = KEEN(), KEEN()
    program.value, program.helper, program.module = object(), print, os  # type: ignore[attr-defined]
    twin.value = 5
    small(twin).load(small(program).snapshot())
    assert twin.value == 5


def test_a_stopped_task_stays_stopped() -> None:
    class BAD(Program):
        def cycle(self) -> None:
            raise ValueError("no")

    plc, twin = small(BAD()), small(BAD())
    plc.run(cycles=1)
    twin.load(plc.snapshot())
    line = "PlcTask stopped in cycle 1 at 2025-01-01-00:00:00.000000000: ValueError: no"
    assert twin.tasks[0].explain() == plc.tasks[0].explain() == line
    assert twin.snapshot() == plc.snapshot()
    assert twin.run(cycles=1).reason == "error"


def test_the_header_describes_the_snapshot() -> None:
    header, payload = container.unpack(small().snapshot(), "plc")
    assert ["MAIN.fValue", "LREAL at byte 0"] in header["shape"]
    assert sum(length for _, length in header["sections"]) == len(payload)


# --- all or nothing ---------------------------------------------------------------------------------------------------


class OTHER(Program):
    nValue: UDINT

    def cycle(self) -> None: ...


def with_block(block: Any) -> MAIN:
    program = MAIN()
    program.fb = block  # type: ignore[attr-defined]
    return program


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: small(cycle_time="20ms"), "found MAIN, every 10000000 ns .* expected MAIN, every 20000000 ns"),
        (lambda: small(OTHER()), "task PlcTask: found MAIN, every .*, expected OTHER, every"),
        (lambda: small(type("MAIN", (OTHER,), {})()), "MAIN.nValue: found nothing, expected UDINT at byte 0"),
        (lambda: small(with_block(FB_ALY_Timespan())), "MAIN.fb: found nothing, expected FB_ALY_Timespan"),
    ],
)
def test_a_snapshot_of_another_project_is_refused(other: Any, message: str) -> None:
    plc, data = other(), small().snapshot()
    before = plc.snapshot()
    with pytest.raises(SnapshotError, match=message):
        plc.load(data)
    assert plc.snapshot() == before


class Stubborn:
    """Takes a state the first time only."""

    def __init__(self, state: bytes, willing: bool = True) -> None:
        self.state, self.willing = state, willing

    def snapshot(self) -> bytes:
        return self.state

    def load(self, data: bytes) -> None:
        if not self.willing and data != self.state:
            raise ValueError("I stay as I am")
        self.state = data


def test_an_object_that_refuses_leaves_the_whole_plc_unchanged() -> None:
    def build(name: bytes, willing: bool) -> Plc:
        program = MAIN()
        program.a, program.b = Stubborn(name), Stubborn(name, willing)  # type: ignore[attr-defined]
        return small(program)

    plc, source = build(b"old", False), build(b"new", True)
    source.run(cycles=3)
    before = plc.snapshot()
    with pytest.raises(SnapshotError, match=r"MAIN\.b: I stay as I am"):
        plc.load(source.snapshot())
    assert plc.snapshot() == before


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_snapshot_changes_nothing(data: st.DataObject) -> None:
    plc, _ = plc_project.build()
    plc.run(cycles=5)
    good = plc.snapshot()
    cut = data.draw(st.integers(0, len(good) - 1))
    flip = data.draw(st.integers(0, 255))
    bad = good[:cut] if flip == 0 else good[:cut] + bytes([good[cut] ^ flip]) + good[cut + 1 :]
    twin, _ = plc_project.build()
    before = twin.snapshot()
    with pytest.raises(SnapshotError):
        twin.load(bad)
    assert twin.snapshot() == before


def test_a_running_plc_is_not_loaded() -> None:
    plc = small()
    data = plc.snapshot()
    errors: list[str] = []

    def load(_: object) -> None:
        with pytest.raises(PlcError) as caught:
            plc.load(data)
        errors.append(str(caught.value))

    plc.cycle_finished.append(load)
    plc.run(cycles=1)
    assert errors == ["Plc: this can be done while the Plc does not run, or after the run"]


# --- on disk ----------------------------------------------------------------------------------------------------------


def test_the_previous_file_is_kept_and_used_when_the_new_one_is_damaged(tmp_path: Path) -> None:
    path, program = tmp_path / "line.plc", MAIN()
    plc = small(program)
    for _ in range(3):
        plc.run(cycles=1)
        plc.save(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["line.plc", "line.plc.bak"]
    twin = small()
    assert twin.restore(path).used_backup is False
    assert twin.tasks[0].cycles == 3
    assert (twin.app_info.BootDataLoaded, twin.app_info.OldBootData) == (True, False)

    path.write_bytes(path.read_bytes()[:-1])
    result = twin.restore(path)
    assert (result.used_backup, result.path.name, twin.tasks[0].cycles) == (True, "line.plc.bak", 2)
    assert "line.plc: damaged" in result.problem
    assert twin.app_info.OldBootData

    plc.save(path)  # the damaged file must not push out the good backup
    path.unlink()
    assert twin.restore(path).problem.endswith("line.plc: no such file")


def test_an_intact_file_of_another_project_does_not_fall_back(tmp_path: Path) -> None:
    path = tmp_path / "line.plc"
    small().save(path)
    small(OTHER()).save(path)
    with pytest.raises(SnapshotError, match=r"line\.plc: snapshot is of another project"):
        small().restore(path)


def test_neither_file_there_names_both(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"line\.plc: no such file; .*line\.plc\.bak: no such file"):
        small().restore(tmp_path / "line.plc")


def test_a_failing_disk_leaves_the_old_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, plc = tmp_path / "line.plc", small()
    plc.save(path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        plc.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["line.plc"]
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_kill_during_writing_always_leaves_a_loadable_snapshot(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(plc_killer.__file__)), str(tmp_path), "15", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.stderr
    outcomes = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert len(outcomes) == 15
    assert all(known <= restored <= known + 1 for known, restored, _ in outcomes)
    assert any(used_backup for _, _, used_backup in outcomes)


def test_a_snapshot_of_another_version_is_refused() -> None:
    plc = small()
    header, payload = container.unpack(plc.snapshot(), "plc")
    with pytest.raises(SnapshotError, match="version 99, expected 1"):
        plc.load(container.pack("plc", header | {"version": 99}, payload))


@pytest.mark.slow
def test_a_clustering_block_goes_on_bit_for_bit() -> None:
    class CLUSTER(Program):
        fValue: LREAL

        def __init__(self) -> None:
            self.fb = FB_ALY_DenStream(nNumChannels=1)
            self.fb.Configure(fEps=0.3, fMuBeta=2, fLambda=0.01, fEpsDBSCAN=0.8, fMinWeightDBSCAN=2,
                              nPotMCsBufferSize=20, nOutMCsBufferSize=20)  # fmt: skip

        def cycle(self) -> None:
            self.fb.SetChannelValue(1, self.fValue)
            self.fb.Call(tTimestamp=self.task.info.DcTaskTime, bUpdateMCs=True)

    def build() -> Plc:
        plc = small(CLUSTER())
        plc.tasks[0].link(lambda t_ns: math.sin(t_ns / 1e8) * 5, "CLUSTER.fValue")
        return plc

    whole, first, second = build(), build(), build()
    whole.run(cycles=300)
    first.run(cycles=120)
    second.load(first.snapshot())
    second.run(cycles=180)
    assert second.snapshot() == whole.snapshot()
    assert whole.symbols["CLUSTER.fb.nNumPotMCs"].read() > 1


def test_a_snapshot_can_go_on_in_another_time() -> None:
    plc = small()
    plc.run(cycles=10)
    late = Plc(VirtualClock("2030-01-01"))
    late.task("PlcTask", "10ms", programs=[MAIN()])
    late.load(plc.snapshot())
    assert late.clock.now() == plc.clock.now()
