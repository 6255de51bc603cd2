"""An EKG whose segments are put together from shapes that were taught; a drop-out is what cannot be.

Retells the k-means shape reconstruction of a sleep patient's EKG (record a02 of PhysioNet's Apnea-ECG, Penzel et al.
2000) as a PLC program. 8192 samples of a normal signal are taught: segments of 32 under a window, 150 shapes. Then the
signal comes again, with two drop-outs of a few samples in it. Each segment is replaced by its nearest shape, and
the alarm is raised where the largest excess of shape over segment is above a threshold.

The tutorials take 8.8 for it, the largest error of the first 300 samples; over the whole record that rule raises about
40 false alarms of 511 segments. Here the threshold is what 97 % of the taught segments stay below. The alarm counts as
false unless its segment holds samples of a drop-out.

    python samples/ekg_shapes.py                            a made-up EKG
    python samples/ekg_shapes.py --data ../shared/data/ekg  the original record
    python samples/ekg_shapes.py --picture ekg.png          and what it looks like
    alycat run samples/ekg_shapes.py --cycles 9000
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from alycat.blocks import E_ALY_ShapeState, FB_ALY_GetSystemTime, FB_ALY_ShapeReconstruction
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL, UDINT
from alycat.sim.ekg import Ekg
from alycat.sim.noise import Noise
from alycat.sim.signals import Sine, Whole

SAMPLES, SEGMENT, STRIDE = 8192, 32, 16
DROP_OUTS = ((210, 215), (8010, 8014))  # rows that are 0
CYCLE_NS = 10**7
PERIOD_NS, BEGIN, SEED = 742_667_000, 39, 2  # of the made-up signal: both drop-outs fall into a wave


class MAIN(Program):
    fInput: LREAL
    nNormal: UDINT = SAMPLES
    bAlarm: BOOL
    nAlarms: UDINT

    def __init__(self) -> None:
        self.fbShapes = FB_ALY_ShapeReconstruction()
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbShapes.Configure(**FB_ALY_ShapeReconstruction.example)
        self.fbShapes.SwitchState_Teach()

    def cycle(self) -> None:
        shapes = self.fbShapes
        if shapes.eState == E_ALY_ShapeState.Teach and shapes.nNumTaughtSamples == self.nNormal:
            shapes.SwitchState_Idle()  # a thread learns; on the real-time clock that takes some cycles
        shapes.UpdateState()
        if shapes.eState == E_ALY_ShapeState.Idle:
            shapes.SwitchState_Run()
            shapes.UpdateState()
        self.fbSystemTime.Call()
        shapes.SetChannelValue(self.fInput)
        shapes.Call(tTimestamp=self.fbSystemTime.tSystemTime)
        self.bAlarm = shapes.bNewResult and shapes.bAnomaly
        self.nAlarms += self.bAlarm


def generated() -> tuple[np.ndarray, np.ndarray]:
    """A made-up record without and with the drop-outs."""
    heart = Ekg(height=95.0, period=PERIOD_NS, seed=SEED)
    signal = Whole(heart + Sine(4.0, "4s") + Noise(sigma=1.5, seed=SEED, every="10ms") - 8.0)
    normal = signal.samples((np.arange(SAMPLES) + BEGIN) * CYCLE_NS).astype(np.float64)
    broken = normal.copy()
    for first, end in DROP_OUTS:
        broken[first:end] = 0.0
    return normal, broken


def read(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The record in InfluxDB line protocol."""

    def values(name: str) -> np.ndarray:
        lines = (folder / name).read_text().splitlines()
        return np.array([float(line.split("signal_value=")[1].split()[0]) for line in lines])

    return values("ekg_norm.lp"), values("ekg_anomaly.lp")


def project(normal: np.ndarray, broken: np.ndarray) -> tuple[Plc, MAIN]:
    """A Plc that is given the normal signal and then the broken one, a sample per cycle; the last one stays."""
    plc, main = Plc(), MAIN()
    task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
    rows = [*normal.tolist(), *broken.tolist()]
    source: Callable[[int], float] = lambda _t: rows[min(task.cycles - 1, len(rows) - 1)]  # noqa: E731
    task.link(source, "MAIN.fInput")
    return plc, main


def has_drop_out(segment: int) -> bool:
    start = segment * STRIDE
    return any(start < end and first < start + SEGMENT for first, end in DROP_OUTS)


def draw(path: str, seen: dict[str, np.ndarray], errors: np.ndarray, threshold: float) -> None:
    """Signal, reconstruction and their difference around the drop-outs, and the errors of all segments."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 8.5), layout="constrained")
    grid = figure.add_gridspec(3, 2, height_ratios=(2, 1, 1.4))
    for column, (first, end) in enumerate(((100, 400), (SAMPLES - 332, SAMPLES - 32))):
        above, below = figure.add_subplot(grid[0, column]), figure.add_subplot(grid[1, column])
        rows = np.flatnonzero((seen["row"] >= first) & (seen["row"] < end))
        x, signal, shape = seen["row"][rows], seen["signal"][rows], seen["reconstruction"][rows]
        above.plot(x, signal, color="#0072B2", linewidth=1.3, label="signal")
        above.plot(x, shape, color="#D55E00", linewidth=1.1, label="reconstruction")
        below.plot(x, shape - signal, color="#A3123A", linewidth=1, label="reconstruction - signal")
        for panel in (above, below):
            for start, stop in DROP_OUTS:
                if first <= start < end:
                    panel.axvspan(start - 0.5, stop - 0.5, color="#dddddd")
            panel.grid(True, color="#e6e6e6", linewidth=0.7)
            panel.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=2, frameon=False, fontsize=9)
        above.set_title(f"samples {first} to {end}; grey: drop-out", loc="left", fontsize=10)
    last = figure.add_subplot(grid[2, :])
    segments = np.arange(len(errors))
    true = np.array([has_drop_out(s) for s in segments])
    last.plot(segments, errors, ".", color="#7f7f7f", markersize=3.5, label="normal segment")
    last.plot(segments[true], errors[true], "o", color="#A3123A", markersize=5, label="segment with a drop-out")
    last.axhline(threshold, color="#D55E00", linewidth=1.2, label=f"threshold {threshold:.1f}")
    last.set_title("error of each segment: how far its shape exceeds it at most", loc="left", fontsize=10)
    last.set_xlabel("segment")
    last.grid(True, color="#e6e6e6", linewidth=0.7)
    last.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=3, frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)


def watch(plc: Plc, main: MAIN) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Runs both signals; reconstructed samples, and error and alarm of each segment."""
    shapes = main.fbShapes
    table: list[tuple[int, float, float]] = []
    segments: list[tuple[float, bool]] = []

    def note(task: Any) -> None:
        if shapes.bReconstructionValid:
            row = task.cycles - SAMPLES - SEGMENT
            table.append((row, shapes.fDelayedInput, shapes.fReconstruction))
        if shapes.bNewResult:
            segments.append((shapes.fError, main.bAlarm))

    plc.cycle_finished.append(note)
    plc.run(cycles=2 * SAMPLES)
    seen = dict(zip(("row", "signal", "reconstruction"), np.array(table).T, strict=True))
    return seen, np.array([s[0] for s in segments]), np.array([s[1] for s in segments])


plc, main = project(*generated())

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, help="folder with ekg_norm.lp and ekg_anomaly.lp")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    if options.data:
        plc, main = project(*read(options.data))
    seen, errors, alarms = watch(plc, main)
    taught = (SAMPLES - SEGMENT) // FB_ALY_ShapeReconstruction.example["nTeachStride"] + 1
    threshold = main.fbShapes.fThreshold
    print(f"taught: {taught} segments, 150 shapes; 97 % of the segments have an error below {threshold:.1f}")
    print(f"run: {len(errors)} segments, {alarms.sum()} alarms")
    true = np.array([has_drop_out(s) for s in range(len(errors))])
    for first, end in DROP_OUTS:
        held = [s for s in range(len(errors)) if s * STRIDE < end and first < s * STRIDE + SEGMENT]
        worst = max(held, key=lambda s: errors[s])
        found = "alarm" if alarms[held].any() else "no alarm"
        print(f"drop-out of rows {first}..{end - 1}: {found}, segment {worst} has error {errors[worst]:.1f}")
    others = errors[~true]
    print(f"false alarms: {alarms[~true].sum()} of {len(others)} other segments; largest error {others.max():.1f}")
    print("errors of the first 18 segments: " + " ".join(f"{error:.1f}" for error in errors[:18]))
    if options.picture:
        draw(options.picture, seen, errors, threshold)
