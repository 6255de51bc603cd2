from pathlib import Path

import numpy as np
import pytest

from alycat.runtime import Plc, Program, Recorder
from alycat.runtime.errors import RangeError, RecordingError, UnknownName, WrongType
from alycat.runtime.iec import BOOL, REAL, STRING, UDINT
from alycat.runtime.recorder import CHUNK

MS = 10**6


class MAIN(Program):
    nCount: UDINT
    fReal: REAL
    bOdd: BOOL
    sText: STRING

    def cycle(self) -> None:
        self.nCount += 1
        self.fReal = self.nCount / 10
        self.bOdd = self.nCount % 2 == 1
        self.sText = f"Nr. {self.nCount} ä"


@pytest.fixture
def plc() -> Plc:
    plc = Plc(start=0)
    plc.task("PlcTask", "10ms", programs=[MAIN()])
    return plc


def test_columns_have_the_types_of_their_symbols(plc: Plc) -> None:
    recorder = plc.tasks[0].record("MAIN.nCount", "main.freal", "MAIN.bOdd", "MAIN.sText")
    plc.run(cycles=2)
    plc.run(cycles=1)
    columns = recorder.columns()
    assert list(columns) == ["time", "MAIN.nCount", "main.freal", "MAIN.bOdd", "MAIN.sText"]
    assert columns["time"].tolist() == [0, 10 * MS, 20 * MS]
    assert columns["main.freal"].tolist() == np.array([0.1, 0.2, 0.3], np.float32).tolist()
    assert columns["MAIN.bOdd"].tolist() == [True, False, True]
    assert columns["MAIN.sText"].tolist() == ["Nr. 1 ä", "Nr. 2 ä", "Nr. 3 ä"]
    assert [c.dtype.str for c in columns.values()] == ["<i8", "<u4", "<f4", "|b1", "<U7"]


def test_every_counts_from_the_first_cycle_whatever_runs_it_was_in(plc: Plc) -> None:
    recorder = plc.tasks[0].record("MAIN.nCount", every=3)
    for cycles in (2, 1, 5):
        plc.run(cycles=cycles)
    assert recorder.columns()["MAIN.nCount"].tolist() == [1, 4, 7]


@pytest.mark.parametrize("capacity", [1, 10, CHUNK, CHUNK + 5])
def test_a_ring_keeps_the_latest_rows_and_counts_the_dropped(plc: Plc, capacity: int) -> None:
    recorder = plc.tasks[0].record("MAIN.nCount", capacity=capacity)
    total = 3 * CHUNK + 100
    plc.run(cycles=total)
    assert recorder.columns()["MAIN.nCount"].tolist() == list(range(total - capacity + 1, total + 1))
    assert recorder.dropped == total - capacity
    assert sum(len(chunk[0]) for chunk in recorder._chunks) <= capacity + CHUNK


def test_no_rows_give_empty_typed_columns(plc: Plc) -> None:
    recorder = plc.tasks[0].record("MAIN.nCount")
    with pytest.raises(RecordingError, match="before the first run"):
        recorder.columns()
    plc.run(cycles=0)
    assert recorder.columns()["MAIN.nCount"].dtype == np.uint32
    assert recorder.columns()["time"].size == 0


@pytest.mark.parametrize("name", ["trend.csv", "trend.parquet"])
def test_saved_recordings_can_be_read_again(plc: Plc, tmp_path: Path, name: str) -> None:
    polars = pytest.importorskip("polars")
    recorder = plc.tasks[0].record("MAIN.nCount", "MAIN.sText")
    plc.run(cycles=2)
    (tmp_path / name).write_text("old")
    recorder.save(tmp_path / name)
    frame = getattr(polars, f"read_{name.partition('.')[2]}")(tmp_path / name)
    assert frame.to_dict(as_series=False) == {
        "time": [0, 10 * MS],
        "MAIN.nCount": [1, 2],
        "MAIN.sText": ["Nr. 1 ä", "Nr. 2 ä"],
    }
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_mistakes_are_named(plc: Plc, tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="every: 0 must be at least 1"):
        Recorder("MAIN.nCount", every=0)
    with pytest.raises(RangeError, match="capacity: 0 must be at least 1"):
        Recorder("MAIN.nCount", capacity=0)
    recorder = plc.tasks[0].record("MAIN.nCount")
    with pytest.raises(RangeError, match=r"cannot be written as '\.xls'; allowed: \.csv, \.parquet"):
        recorder.save(tmp_path / "trend.xls")
    plc.tasks[0].record("MAIN.nothing")
    with pytest.raises(UnknownName):
        plc.run(cycles=1)


def test_only_elementary_values_can_be_recorded(plc: Plc) -> None:
    from alycat.blocks.system.system_time import FB_ALY_GetSystemTime

    plc.tasks[0].programs[0][1].fb = FB_ALY_GetSystemTime()  # type: ignore[attr-defined]
    plc.tasks[0].record("MAIN.fb")
    with pytest.raises(WrongType, match=r"MAIN\.fb: FB_ALY_GetSystemTime cannot be recorded"):
        plc.run(cycles=1)
