"""A small project with everything that a snapshot holds, for tests in this process and in others."""

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from alycat.blocks.system.system_time import FB_ALY_GetSystemTime
from alycat.blocks.system.timespan import FB_ALY_Timespan
from alycat.runtime import GlobalVariables, Plc, Program, Recorder
from alycat.runtime.iec import BOOL, LREAL, REAL, STRING, UDINT, UINT


class GVL(GlobalVariables):
    nShared: UDINT = 7


class Source:
    """A source with a state of its own: a linear congruential generator."""

    def __init__(self) -> None:
        self.seed = 1

    def sample(self, t_ns: int) -> float:
        self.seed = self.seed * 6364136223846793005 % 2**64
        return math.nan if self.seed % 5 == 0 else self.seed / 2**64

    def snapshot(self) -> bytes:
        return self.seed.to_bytes(8, "little")

    def load(self, data: bytes) -> None:
        self.seed = int.from_bytes(data, "little")


class FAST(Program):
    fInput: LREAL
    fSum: LREAL
    fSmall: REAL = 0.1
    nCount: UINT
    bOdd: BOOL
    sText: STRING = "start"

    def __init__(self, gvl: GVL) -> None:
        self.gvl = gvl
        self.fbTime = FB_ALY_GetSystemTime()
        self.spans = [FB_ALY_Timespan(), FB_ALY_Timespan(5)]
        self.history = np.zeros(4)
        self.calls = 0
        self.last: Any = None

    def cycle(self) -> None:
        self.fbTime.Call()
        if not math.isnan(self.fInput):
            self.fSum += self.fInput
        self.nCount = (self.nCount + 257) % 65_536
        self.bOdd = not self.bOdd
        self.sText = f"cycle {self.calls}"
        self.spans[self.calls % 2].AddRaw(self.fbTime.tSystemTime % 1000 + self.calls)
        self.history[self.calls % 4] = self.fSum
        self.calls += 1
        self.last = self.fInput if self.bOdd else str(self.calls)
        self.gvl.nShared = self.gvl.nShared * 31 % 65_521


class SLOW(Program):
    nSeen: UDINT
    nCopy: UINT

    def cycle(self) -> None:
        self.nSeen += self.nCopy
        if self.nSeen % 3 == 0:
            self.task.plc.clock.advance("40ms")  # type: ignore[attr-defined]


def build() -> tuple[Plc, Recorder]:
    gvl = GVL()
    plc = Plc()
    fast = plc.task("Fast", "10ms", programs=[FAST(gvl)])
    slow = plc.task("Slow", "35ms", start_offset="5ms", programs=[SLOW()])
    plc.add_globals(gvl)
    fast.link(Source(), "FAST.fInput")
    slow.link("FAST.nCount", "SLOW.nCopy")
    recorder = fast.record("FAST.fSum", "FAST.spans[0].nRaw", "SLOW.nSeen", "FAST.sText", every=3)
    return plc, recorder


def rows(recorder: Recorder) -> list[tuple[Any, ...]]:
    return list(zip(*(column.tolist() for column in recorder.columns().values()), strict=True))


def main() -> None:
    """restore IN (or -), run CYCLES, save OUT; prints the recorded rows."""
    restored, cycles, saved = sys.argv[1:]
    plc, recorder = build()
    if restored != "-":
        plc.restore(restored)
    plc.run(cycles=int(cycles))
    plc.save(Path(saved))
    print(rows(recorder))


if __name__ == "__main__":
    main()
