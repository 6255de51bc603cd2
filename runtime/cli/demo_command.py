"""`alycat demo`: a pump on a virtual PLC, clustered by FB_ALY_DenStream while it wears and then cavitates."""

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..clock import stopwatch
from ..dctime import format_duration, parse_duration
from ..declare import Role
from ..errors import PlcError, RangeError
from ..iec import BOOL, LREAL, TIME, UDINT, ULINT
from ..plc import Plc
from ..program import Program
from ..registry import find_block
from .following import following
from .terminal import columns, console, heading, phases
from .wording import plural, spaced

if TYPE_CHECKING:
    import numpy as np

    from ..recorder import Recorder
    from .replaying import Replayed

CYCLE = "10ms"
FAULT = 0.7  # part of the duration after which the fault begins
LEARNING, LEAST_LEARNING_NS = 0.2, 48 * 10**9  # the program learns what is normal: three rounds of the pump at least
SETTINGS = {
    "fEps": 0.15,
    "fMuBeta": 25.0,
    "fLambda": 0.01,
    "fEpsDBSCAN": 0.5,
    "fMinWeightDBSCAN": 600.0,
    "nPotMCsBufferSize": 100,
    "nOutMCsBufferSize": 50,
}
FILES = ("recording.csv", "picture.png")


class MAIN(Program):
    """Clusters the two channels; raises bFault when a cluster is unknown, or a point no cluster's, for tUnknown.

    Known are the clusters there at the end of the first tLearning, or the first one if there is none by then.
    """

    fFlow: LREAL
    fPressure: LREAL
    tLearning: TIME = 120_000
    tUnknown: TIME = 500
    nKnownClusters: UDINT
    bFault: BOOL
    tFault: ULINT
    tUnknownSince: ULINT
    tStart: ULINT

    def __init__(self) -> None:
        self.fbDenStream = find_block("DenStream")(nNumChannels=2)
        self.fbSystemTime = find_block("GetSystemTime")()

    def cycle(self) -> None:
        block = self.fbDenStream
        if not block.bConfigured and not block.Configure(**SETTINGS):
            raise PlcError(block.ipResultMessage.sEventText)
        self.fbSystemTime.Call()
        now = self.fbSystemTime.tSystemTime
        block.SetChannelValue(1, self.fFlow)
        block.SetChannelValue(2, self.fPressure)
        block.Call(tTimestamp=now, bUpdateMCs=True)
        self.watch(now, block.nClusterIdx)

    def watch(self, now: int, cluster: int) -> None:
        """The alarm, as a PLC programmer would write it."""
        self.tStart = self.tStart or now
        if now - self.tStart < self.tLearning * 10**6 or not self.nKnownClusters:
            self.nKnownClusters = self.fbDenStream.nNumClusters
        elif 0 <= cluster < self.nKnownClusters:
            self.tUnknownSince = 0
        elif not self.tUnknownSince:
            self.tUnknownSince = now
        elif not self.bFault and now - self.tUnknownSince >= self.tUnknown * 10**6:
            self.bFault, self.tFault = True, now


@click.command(short_help="Shows a clustered plant with drift and fault; writes a picture.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("alycat-demo"), help="Folder [alycat-demo].")
@click.option("--seed", type=int, default=1, help="Of the noise [1].")
@click.option("--duration", default="10min", metavar="10min", help="Simulated time [10min]; the fault begins at 70 %.")
@click.option("--json", "as_json", is_flag=True, help="Print the results for programs.")
def demo(out: Path, seed: int, duration: str, as_json: bool) -> None:
    """Samples a simulated pump in a 10 ms task on the virtual clock and clusters its flow and pressure.

    The pump goes through three speeds, drifts, and from 70 % of the time on cavitates at high speed. FB_ALY_DenStream
    knows nothing of that. Writes the recording and a picture; the same seed gives the same recording.
    """
    length_ns = parse_duration(duration, "--duration")
    if length_ns < 10**9:
        raise RangeError(f"--duration: {duration!r} must be at least 1 s")
    out.mkdir(parents=True, exist_ok=True)
    targets = [out / name for name in FILES]
    with phases() as progress:
        progress.begin("preparing (compiles DenStream when first used)")
        demonstration = Demonstration(seed, length_ns)
        demonstration.warm_up()
        cycles = length_ns // demonstration.task.cycle_time_ns
        with following(demonstration.task, progress, f"running {spaced(cycles)} cycles", cycles):
            demonstration.run(length_ns)
        progress.begin("writing the recording and drawing the picture")
        demonstration.write(targets)
    results = demonstration.results(targets)
    if as_json:
        click.echo(json.dumps(results, indent=1))
    else:
        _print(results, out)


class Demonstration:
    """The plant, the Plc, and what came out."""

    def __init__(self, seed: int, length_ns: int) -> None:
        fault_ns = int(length_ns * FAULT) // 10**7 * 10**7
        pump = importlib.import_module("alycat.sim.plants").pump
        self.seed = seed
        self.plc = Plc(name="Demo")
        self.plant = pump(seed, fault_begin=fault_ns).starting(self.plc)
        self.main = MAIN()
        self.main.tLearning = min(fault_ns, max(int(length_ns * LEARNING), LEAST_LEARNING_NS)) // 10**6
        self.task = self.plc.task("PlcTask", cycle_time=CYCLE, programs=[self.main])
        self.task.link(self.plant["flow"], "MAIN.fFlow")
        self.task.link(self.plant["pressure"], "MAIN.fPressure")
        self.outputs = [
            f.name
            for f in type(self.main.fbDenStream).fields
            if f.role is Role.OUTPUT and f.type.is_direct and f.type.ctype
        ]
        paths = [f"MAIN.fbDenStream.{name}" for name in self.outputs]
        self.recorder: Recorder = self.task.record("MAIN.fFlow", "MAIN.fPressure", *paths)
        self.elapsed_ns = 0

    def warm_up(self) -> None:
        """Loads or compiles the kernel, so that the cycles are measured without that."""
        if not type(self.main.fbDenStream)(nNumChannels=2).Configure(**SETTINGS):
            raise PlcError("DenStream refuses the settings of the demo")

    def run(self, length_ns: int) -> None:
        watch = stopwatch()
        result = self.plc.run(duration=length_ns)
        self.elapsed_ns = watch()
        for error in result.errors.values():
            raise PlcError(error)

    def done(self) -> "Replayed":
        """The recording and the outputs in the form of a replay, which the table and the picture are made from."""
        import numpy as np

        from ..recordings import Recording
        from .replaying import Replayed
        from .settings import Settings

        columns = self.recorder.columns()
        values = np.stack([columns["MAIN.fFlow"], columns["MAIN.fPressure"]], axis=1)
        trace = np.empty(len(values), [(n, columns[f"MAIN.fbDenStream.{n}"].dtype) for n in self.outputs])
        for name in self.outputs:
            trace[name] = columns[f"MAIN.fbDenStream.{name}"]
        times = columns["time"].astype(np.uint64)
        recording = Recording(tuple(self.plant.channels), times, values, np.zeros(values.shape, np.bool_))
        block = self.main.fbDenStream
        marks = [(int(times[0]) + self.plant.fault_begin_ns, "fault begins")]
        if self.main.bFault:
            marks.append((self.main.tFault, "seen"))
        settings = Settings(configure=dict(SETTINGS))
        return Replayed(type(block), block, settings, recording, trace, self.elapsed_ns, marks=tuple(marks))

    def write(self, targets: list[Path]) -> None:
        """The recording and the picture; both or none."""
        from .outputs import result_frame, staged, write_table
        from .pictures import draw

        done = self.done()
        labels = tuple(f"{name} in {self.plant.units[name]}" for name in done.recording.names)
        labelled = replace(done, recording=replace(done.recording, names=labels))
        with staged(*targets) as (recording, picture):
            write_table(result_frame(done.block, done.recording, done.trace), recording)
            draw(labelled, f"A {self.plant.name} through {done.block.__name__}, seed {self.seed}", picture)

    def results(self, targets: list[Path]) -> dict[str, Any]:
        """The facts of the run as plain data; times in seconds since the first cycle."""
        columns = self.recorder.columns()
        start_ns = int(columns["time"][0])
        block, index = self.main.fbDenStream, columns["MAIN.fbDenStream.nClusterIdx"]
        fault_ns = self.plant.fault_begin_ns
        seen_ns = self.main.tFault - start_ns if self.main.bFault else None
        new = index >= self.main.nKnownClusters
        new[columns["time"] < start_ns + fault_ns] = False
        overflow = columns["MAIN.fbDenStream.bOverflow"]
        return {
            "plant": self.plant.name,
            "seed": self.seed,
            "cycles": self.task.cycles,
            "cycle_time_ns": self.task.cycle_time_ns,
            "simulated_s": self.task.cycles * self.task.cycle_time_ns / 1e9,
            "elapsed_s": round(self.elapsed_ns / 1e9, 3),
            "cycles_per_s": round(self.task.cycles * 1e9 / max(self.elapsed_ns, 1)),
            "settings": SETTINGS,
            "known_clusters": self.main.nKnownClusters,
            "clusters": block.nNumClusters,
            "rows_by_cluster": _counts(index),
            "fault": self.plant.fault,
            "fault_begins_s": fault_ns / 1e9,
            "fault_seen_s": None if seen_ns is None else seen_ns / 1e9,
            "new_cluster_s": _first(columns["time"], new, start_ns),
            "buffers": {
                "potential": _fill(columns["MAIN.fbDenStream.nNumPotMCs"], SETTINGS["nPotMCsBufferSize"]),
                "outlier": _fill(columns["MAIN.fbDenStream.nNumOutMCs"], SETTINGS["nOutMCsBufferSize"]),
            },
            "overflow_s": _first(columns["time"], overflow, start_ns),
            "written": [str(path) for path in targets],
        }


def _counts(index: "np.ndarray[Any, Any]") -> dict[str, int]:
    import numpy as np

    return {str(i): int(n) for i, n in zip(*np.unique(index, return_counts=True), strict=True)}


def _first(times: "np.ndarray[Any, Any]", flag: "np.ndarray[Any, Any]", start_ns: int) -> float | None:
    return (int(times[flag.argmax()]) - start_ns) / 1e9 if flag.any() else None


def _fill(counts: "np.ndarray[Any, Any]", size: float) -> dict[str, int]:
    return {"now": int(counts[-1]), "most": int(counts.max()), "size": int(size)}


def _print(found: dict[str, Any], folder: Path) -> None:
    out = console()
    heading(out, f"A {found['plant']} through FB_ALY_DenStream")
    simulated = format_duration(round(found["simulated_s"] * 1e9))
    clusters = dict(found["rows_by_cluster"])
    outliers = clusters.pop("-1", 0)
    rows = [
        ("Cycles", f"{spaced(found['cycles'])} of {format_duration(found['cycle_time_ns'])} ({simulated} simulated)"),
        ("Speed", f"{spaced(found['cycles_per_s'])} cycles/s"),
        ("Clusters", f"{found['known_clusters']} learnt, {found['clusters']} at the end" + _points(clusters)),
        ("Outliers", plural(outliers, "point")),
        ("Fault", f"{found['fault']}, begins at {_time(found['fault_begins_s'])}"),
        ("Seen", _seen(found)),
        ("Buffer fill", "; ".join(f"{kind} {_fill_text(fill)}" for kind, fill in found["buffers"].items())),
        ("Overflow", "none" if found["overflow_s"] is None else f"learning stopped at {_time(found['overflow_s'])}"),
        *[("Written", path) for path in found["written"]],
    ]
    columns(out, rows)


def _seen(found: dict[str, Any]) -> str:
    seen, new, begin = found["fault_seen_s"], found["new_cluster_s"], found["fault_begins_s"]
    if seen is None:
        return "not seen"
    if seen < begin:
        return f"false alarm at {_time(seen)}"
    by_cluster = new is not None and new <= seen
    text = f"at {_time(seen)} (+{seen - begin:.1f} s) by {'a new cluster' if by_cluster else 'its outliers'}"
    return text if new is None or by_cluster else f"{text}; its own cluster at {_time(new)}"


def _points(clusters: dict[str, int]) -> str:
    return f"; points {', '.join(spaced(n) for n in clusters.values())}" if clusters else ""


def _fill_text(fill: dict[str, int]) -> str:
    return f"{fill['now']} of {fill['size']} (most {fill['most']})"


def _time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:05.2f}"
