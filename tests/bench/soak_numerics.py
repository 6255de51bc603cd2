"""Do sums stay exact over 10**8 samples, far from zero? Every block that adds up, against exact arithmetic.

    python tests/bench/soak_numerics.py [BLOCK ...] [--samples 1e8] [--at-least 1e7]

A piece of signal repeats, so the true result after any number of pieces follows from whole numbers: values are
multiples of a power of 2, their sums and squares are Python integers. The pieces go through `replay` one after another,
so memory stays as it is. A case whose replay does fewer than `--at-least` rows per second gets a tenth of the samples.

Two signals: noise of about 1 around 10**9, and noise of about 0.001 around 10**6; both leave nine digits between the
values and what is in them. The error is relative to the true result. Counters and sums of time are whole numbers: they
have to grow by the same with each repetition, exactly.

A registered block is in `CASES`, in `COUNTING` or, with the reason, in `ADDS_NOTHING_UP`; otherwise, and when a limit
is missed, the exit code is 1.
"""

import argparse
import functools
import itertools
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from typical import PERIODS, STROKE_ROWS, call_inputs, typical_block, typical_recording

import alycat.blocks as blocks
from alycat.blocks import E_ALY_CorrelationMode, E_ALY_WindowMode
from alycat.runtime.registry import all_blocks, find_block, short_name
from alycat.runtime.targetpaths import use_file_folder
from alycat.runtime.testing import channels_of
from alycat.runtime.textblock import TextBlock

MS = 10**6
START_NS = 757_382_400 * 10**9
WINDOW = 1000
ULP = 2.0**-52


@dataclass
class Signal:
    """A piece of two channels: multiples of `unit` around `offset`, given as whole numbers."""

    name: str
    offset: int
    unit: Fraction
    noise: np.ndarray

    @functools.cached_property
    def values(self) -> np.ndarray:
        """The piece as numbers, every one of them exact."""
        values = (self.offset + self.noise) * float(self.unit)
        assert np.array_equal(np.rint(values / float(self.unit)).astype(np.int64) - self.offset, self.noise)
        return np.ascontiguousarray(values)

    def mean(self, noise: np.ndarray) -> Fraction:
        return (self.offset + Fraction(int(noise.sum()), len(noise))) * self.unit

    def deviation(self, noise: np.ndarray) -> float:
        """Standard deviation, dividing by the number of values."""
        n, total, squares = len(noise), int(noise.sum()), int((noise * noise).sum())
        return math.sqrt(Fraction(squares * n - total * total, n * n)) * float(self.unit)

    def root_mean_square(self, noise: np.ndarray) -> float:
        total, squares = int(noise.sum()), int((noise * noise).sum())
        whole = len(noise) * self.offset**2 + 2 * self.offset * total + squares
        return math.sqrt(Fraction(whole, len(noise))) * float(self.unit)


def signals(rows: int) -> list[Signal]:
    rng = np.random.default_rng(7)
    noise = np.rint(rng.normal(0, 1024, (rows, 2))).astype(np.int64)
    noise[:, 1] += np.roll(noise[:, 0], 2)  # so that the channels correlate
    return [
        Signal("1e9 +- 1", 10**9 * 2**10, Fraction(1, 2**10), noise),
        Signal("1e6 +- 0.001", 10**6 * 2**20, Fraction(1, 2**20), noise),
    ]


@dataclass
class Case:
    """A block that is ready, what it gets, and what it then has to show."""

    fb: Any
    values: np.ndarray  # one piece
    shown: Callable[[], float]
    wanted: Callable[[int], Fraction | float]  # after that many pieces
    limit: float  # of the relative error
    what: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    at_end: bool = False  # there is no result before all pieces have passed
    tail: int = 0  # further rows before it is there


def mean_and_more(signal: Signal, pieces: int) -> Iterator[Case]:
    """Averages, integrals, root mean squares: results near the values, right to the last digits."""
    noise, rows = signal.noise[:, 0], len(signal.noise)
    one, whole, all_rows = signal.values[:, 0], lambda n: signal.mean(noise), rows * pieces

    def made(cls: Any, **configure: Any) -> Any:
        fb = cls()
        assert not configure or fb.Configure(**configure), fb.ipResultMessage
        return fb

    fb = made(blocks.FB_ALY_MinMaxAvg_1Ch)
    yield Case(fb, one, lambda: fb.fAvg, whole, 2 * ULP)
    both = blocks.FB_ALY_MinMaxAvg(nNumChannels=2)
    yield Case(both, signal.values, lambda: both.fOverallAvg, lambda n: signal.mean(signal.noise.ravel()), 2 * ULP)
    interval = made(blocks.FB_ALY_MinMaxAvgInterval_1Ch, tInterval=all_rows * MS)
    yield Case(interval, one, lambda: interval.fAvg, whole, 2 * ULP, at_end=True, tail=1)
    moving = made(blocks.FB_ALY_MovingAvg_1Ch, nNumValues=WINDOW, eStartupBehaviour=1)
    last = signal.mean(noise[-WINDOW:])
    yield Case(moving, one, lambda: moving.fMovingAvg, lambda n: last, 2 * ULP, "window of 1,000")
    integrator = made(blocks.FB_ALY_Integrator_1Ch, eIntegrationMode=1, fFactor=1.0)
    ends = Fraction(2 * signal.offset + int(noise[0] + noise[-1]), 2) * signal.unit

    def area(n: int) -> Fraction:
        return (n * rows * signal.mean(noise) - ends) / 1000

    yield Case(integrator, one, lambda: integrator.fResult, area, 4 * ULP)
    for cls, wanted in (
        (blocks.FB_ALY_Mean_1Ch, whole),
        (blocks.FB_ALY_RMS_1Ch, lambda n: signal.root_mean_square(noise)),
    ):
        cascades = made(cls, nNumCascades=2, fSampleRate=1000.0, eStartupBehaviour=2)
        spans = np.array([rows * MS, all_rows * MS], np.uint64)
        assert cascades.SetCascades(spans, spans.nbytes)
        name = "pMeanArrayOut" if cls is blocks.FB_ALY_Mean_1Ch else "pRmsArrayOut"
        nothing = {name: None, "pNewResultArrayOut": None}
        shown = functools.partial(lambda fb: fb.results_shown()[1], cascades)
        yield Case(cascades, one, shown, wanted, 4 * ULP, "one interval", nothing, at_end=True)
    imputer = blocks.FB_ALY_StatImputer(nNumChannels=1)
    assert imputer.Configure(eImputation=blocks.E_ALY_Imputation.Mean)
    stand_in = functools.partial(lambda fb: fb._buffer("stand_in")[0], imputer)
    yield Case(imputer, one, stand_in, whole, 2 * ULP, "mean", {"pArrayOut": None})


def deviations(signal: Signal, pieces: int) -> Iterator[Case]:
    """What is left when the mean is taken out: nine of the digits are gone before it begins."""
    noise, rows, one = signal.noise[:, 0], len(signal.noise), signal.values[:, 0]
    whole, long = signal.deviation(noise), rows // 2 + 1
    nothing = {"fStandardDeviation": None}
    for mode, size, wanted in (
        (E_ALY_WindowMode.Continuous, 0, whole),
        (E_ALY_WindowMode.FixWindow, rows * pieces, whole),
        (E_ALY_WindowMode.SlidingWindow, WINDOW, signal.deviation(noise[-WINDOW:])),
        (E_ALY_WindowMode.SlidingWindow, long, signal.deviation(noise[-long:])),
    ):
        fb = blocks.FB_ALY_StandardDeviation(nNumChannels=1)
        assert fb.Configure(False, mode, size)
        shown = functools.partial(lambda fb: fb.results_shown()[0], fb)
        at_end = mode == E_ALY_WindowMode.FixWindow
        yield Case(fb, one, shown, lambda n, wanted=wanted: wanted, 1e-10, f"{mode.name} {size or ''}", nothing, at_end)
    wind = blocks.FB_ALY_WtTurbulence_1Ch()
    assert wind.Configure(rows * pieces)
    yield Case(wind, one, lambda: wind.fTurbulence, lambda n: whole, 1e-10, "one interval", at_end=True)
    fitting = blocks.FB_ALY_ScalerFitting()
    assert fitting.Configure(blocks.E_ALY_ScalingMode.Standardization, 5000, "Soak.json")
    assert fitting.SwitchState_Teach() and fitting.UpdateState() and fitting.UpdateState()
    yield Case(fitting, one, lambda: fitting.fScalingParam2, lambda n: whole, 1e-10, "deviation", {"bFit": True})
    again = type(fitting)()
    assert again.Configure(blocks.E_ALY_ScalingMode.Standardization, 5000, "Soak.json")
    assert again.SwitchState_Teach() and again.UpdateState() and again.UpdateState()
    yield Case(again, one, lambda: again.fScalingParam1, lambda n: signal.mean(noise), 2 * ULP, "mean", {"bFit": True})


def factors(signal: Signal, pieces: int) -> Iterator[Case]:
    for mode, size in ((E_ALY_WindowMode.Continuous, 0), (E_ALY_WindowMode.SlidingWindow, WINDOW)):
        part = slice(None) if size == 0 else slice(-WINDOW, None)
        values, noise = signal.values[part, 0], signal.noise[part, 0]
        mean, peak = float(signal.mean(noise)), values.max()
        roots = math.fsum(np.sqrt(values)) / len(values)
        for cls, wanted in (
            (blocks.FB_ALY_ImpulseFactor, peak / mean),
            (blocks.FB_ALY_ClearanceFactor, peak / roots**2),
            (blocks.FB_ALY_ShapeFactor, signal.root_mean_square(noise) / mean),
        ):
            fb = cls(nNumChannels=1)
            assert fb.Configure(mode, size)
            shown = functools.partial(lambda fb: fb.results_shown()[0], fb)
            nothing = dict.fromkeys(fb.traced)
            yield Case(fb, signal.values[:, 0], shown, lambda n, w=wanted: w, 8 * ULP, mode.name, nothing)


def correlations(signal: Signal, pieces: int) -> Iterator[Case]:
    """The covariance of a signal with one that follows it two calls later, at that lag."""
    x, y, lag = signal.noise[:, 0], signal.noise[:, 1], 2
    delayed, rows = np.roll(x, lag), len(x)
    square = float(signal.unit) ** 2

    def of_all(n: int, divisor: int = 0) -> float:
        pairs = n * rows - lag
        products = n * int((delayed * y).sum()) - int((delayed[:lag] * y[:lag]).sum())
        both = (n * int(x.sum()) - int(x[-lag:].sum())) * (n * int(y.sum()) - int(y[:lag].sum()))
        return float(Fraction(products * pairs - both, pairs * (divisor or n * rows))) * square

    def of_last(size: int) -> float:
        d, p = delayed[-size:], y[-size:]
        return float(Fraction(int((d * p).sum()) * size - int(d.sum()) * int(p.sum()), size * size)) * square

    for mode, size, wanted in (
        (E_ALY_WindowMode.Continuous, 0, of_all),
        (E_ALY_WindowMode.SlidingWindow, WINDOW, lambda n: of_last(WINDOW)),
        (E_ALY_WindowMode.FixWindow, rows, lambda n: of_all(1, rows - lag) if n == 1 else of_last(rows)),
    ):
        fb = blocks.FB_ALY_CorrelationFunction(nNumChannels=1)
        assert fb.Configure(0, lag, lag, 1, mode, E_ALY_CorrelationMode.Covariance, size)
        shown = functools.partial(lambda fb: fb.coefficients_shown()[0, 1], fb)
        yield Case(fb, signal.values, shown, wanted, 1e-9, mode.name, dict.fromkeys(fb.traced))


def learners(signal: Signal, pieces: int) -> Iterator[Case]:
    """Means of points and of periods, errors of a model."""
    rows, unit = len(signal.noise), float(signal.unit)
    label = np.arange(rows) % 3  # three clusters along the first channel
    apart = np.column_stack([label * 10**6, np.zeros(rows, np.int64)])
    values = (signal.offset + signal.noise + apart) * unit
    kmeans = blocks.FB_ALY_SequentialKMeans(nNumChannels=2, nNumClusters=3, nAggBufferSize=rows // 16)
    assert kmeans.Configure(1, blocks.E_ALY_KMeansInitMode.Values)
    first = (signal.offset + 10**6 * np.array([[0, 0], [1, 0], [2, 0]])) * unit
    assert kmeans.SetInitialClusterCenters(first, first.nbytes)
    mine = signal.noise[label == 2, 1]
    centre = functools.partial(lambda fb: fb.cluster_centres()[2, 1], kmeans)
    more = {"bUpdateClusterCenters": True, "pClusterCenterMatrixOut": None}
    yield Case(kmeans, values, centre, lambda n: signal.mean(mine), 2 * ULP, "centre", more)

    period = 1024
    path = blocks.FB_ALY_TimeBasedTeachPath_1Ch()
    assert path.Configure(
        eTeachMode=blocks.E_ALY_TeachMode.Mean,
        nSegmentSize=2,
        tTimeout=5000,
        nSetNumTeaches=0,
        bInvolveExistingFile=False,
        bNegateStartPeriod=False,
        bNegateStopPeriod=False,
        sFilePath="Soak.tas",
    ), path.ipResultMessage
    assert path.SwitchState_Teach() and path.UpdateState() and path.UpdateState()
    starts = {"bStartPeriod": np.arange(rows) % period == 0, "bStopPeriod": False}
    point = functools.partial(lambda fb: fb._buffer("values")[5], path)
    yield Case(
        path, signal.values[:, 0], point, lambda n: signal.mean(signal.noise[5::period, 0]), 1e-11, "mean", starts
    )

    regression = blocks.FB_ALY_LinearRegressionFitting(nNumChannels=1)
    assert regression.Configure(True, 1e-300, rows * pieces, 5000, False, "Soak2.json"), regression.ipResultMessage
    assert regression.SwitchState_Teach() and regression.UpdateState() and regression.UpdateState()
    mse = signal.root_mean_square(signal.noise[:, 1]) ** 2
    more = {"dependent": signal.values[:, 1], "bFit": True}
    yield Case(
        regression,
        signal.values[:, 0],
        lambda: regression.fMSE,
        lambda n: mse,
        4 * ULP,
        "one mini-batch",
        more,
        at_end=True,
    )


def carriages(signal: Signal, pieces: int) -> Iterator[Case]:
    """A mover that goes round and round at 0.3 m/s, by steps that no binary number is."""
    rows, track, step = 10 ** (len(str(len(signal.noise))) - 1), 3000, Fraction(3, 10)  # a piece is whole rounds
    values = np.array([float(k * step % track) for k in range(rows)])
    distance = blocks.FB_ALY_XtsDistanceIntegrator_1Ch()
    assert distance.Configure(track)
    yield Case(distance, values, lambda: distance.fDistance, lambda n: (n * rows - 1) * step / 1000, 1e-14)
    speed = float(step)  # mm in 1 ms is m in 1 s
    three = np.column_stack([values, np.zeros((rows, 2))])
    for what, add, limit in (("velocity", 0.0, 1e-11), ("acceleration", speed, 1e-8)):  # the acceleration is 0
        mover = blocks.FB_ALY_XtsMovementAnalysis()
        assert mover.Configure(track, 1.0, 1000.0, [0] * 4, [0.0] * 4, [False] * 4, [False] * 4), mover.ipResultMessage
        read = functools.partial(getattr, mover, f"f{what.capitalize()}Raw")
        yield Case(mover, three, lambda read=read, add=add: read() + add, lambda n: speed, limit, what)


def generators(signal: Signal, pieces: int) -> Iterator[Case]:
    rate, frequency = 1000.0, 0.3
    rows = len(signal.noise)
    fb = blocks.FB_ALY_SignalGenerator_1Ch()
    assert fb.Configure(blocks.E_ALY_FunctionType.Sine, rate, frequency, 1.0, 10.0)

    def wanted(n: int) -> float:
        phase = (n * rows - 1) * Fraction(frequency) / Fraction(rate) % 1
        return 10 + math.sin(2 * math.pi * phase)

    yield Case(fb, np.zeros((rows, 0)), lambda: fb.fSignal, wanted, 1e-11)


def shares(signal: Signal, pieces: int) -> Iterator[Case]:
    fb = blocks.FB_ALY_Histogram_1Ch()
    low, high = ((signal.offset + k) * float(signal.unit) for k in (-1024, 1024))
    assert fb.Configure(blocks.E_ALY_HistMode.Relative, 2, low, high)
    noise = signal.noise[:, 0]
    share = Fraction(100 * int(((noise >= -1024) & (noise < 0)).sum()), len(noise))
    out = np.zeros(4)
    shown = functools.partial(lambda: out[1])
    yield Case(fb, signal.values[:, 0], shown, lambda n: share, 4 * ULP, "percentage", {"pHistArrayOut": out})


CASES = {
    mean_and_more: "MinMaxAvg_1Ch MinMaxAvg MinMaxAvgInterval_1Ch MovingAvg_1Ch Integrator_1Ch Mean_1Ch RMS_1Ch "
    "StatImputer",
    deviations: "StandardDeviation WtTurbulence_1Ch ScalerFitting",
    factors: "ImpulseFactor ClearanceFactor ShapeFactor",
    correlations: "CorrelationFunction",
    learners: "SequentialKMeans TimeBasedTeachPath_1Ch LinearRegressionFitting",
    carriages: "XtsDistanceIntegrator_1Ch XtsMovementAnalysis",
    generators: "SignalGenerator_1Ch",
    shares: "Histogram_1Ch",
}
ONCE = (carriages, generators)  # the same for both signals

COUNTING = {
    "SectionTimer_1Ch": "spans",
    "StateHistogram_1Ch": "counts",
    "ParetoAnalysis": "sums",
}
"""Blocks without declared counters that count or add up time, and the buffer in which they do it."""

ADDS_NOTHING_UP = {
    "the present value, or the present and one before": "BandwidthClassificator_1Ch BandwidthClassificator_3Ch Bitmask "
    "Downsampling_1Ch LinearRegressionInference MathOperation MathOperation_1Ch OverallEquipmentEffectiveness PieChart "
    "SankeyDiagram Scaler SlopeAnalysis_1Ch StepResponse_1Ch ThresholdClassificator_1Ch "
    "ThresholdStringClassificator_1Ch TimespanOperation TrendLine XtsAccelerationAnalysis_1Ch XtsVelocityAnalysis_1Ch",
    "one array, batch or window at a time, from the beginning": "ArrayStatistics BatchNShift_1Ch DynamicTimeWarping "
    "DynamicTimeWarpingInterval",
    "the kernels of CorrelationFunction": "CorrelationFunctionReference",
    "times and days, whole numbers that are compared": "Calendar DateTime GetSystemTime ProductivityInterval_1Ch "
    "TimeClock_1Ch Timer_1Ch Timespan",
    "whole numbers that follow intervals": "ContinuousPieceCounter_1Ch IntervalPieceCounter_1Ch "
    "MovingIntervalCounter_1Ch ProductivityDiagnosis_3Ch",
    "old values fade or leave, or were learnt before": "DenStream ForecastBand HalfSpaceTrees IsolationForest "
    "RandomCutForest ShapeReconstruction",
}


@dataclass
class Verdict:
    block: str
    what: str
    samples: int
    error: float
    limit: float

    @property
    def good(self) -> bool:
        return self.error <= self.limit  # not with NaN


def rows_of(fb: Any, rows: int, before: int) -> Any:
    """The times of a piece, where the block takes any."""
    if not any(i.name == "tTimestamp" for i in fb.methods["Call"].inputs):
        return None
    return START_NS + (before + np.arange(1, rows + 1)).astype(np.uint64) * np.uint64(MS)


def pieces_for(rows: int, samples: int) -> int:
    return max(samples // rows, 4)


def replayed(fb: Any, values: np.ndarray, inputs: dict[str, Any], pieces: int) -> Iterator[int]:
    """Gives the number of pieces after each of them."""
    trace, rows = None, len(values)
    for done in range(pieces):
        times = rows_of(fb, rows, done * rows)
        trace = fb.replay(times, values, out=trace, **inputs)
        assert not trace["bError"].any(), fb.ipResultMessage
        yield done + 1


def run_case(build: Callable[[int], Case], samples: int, at_least: float) -> Verdict:
    """Drives a case; `build` makes it for a number of pieces, as some windows are as long as all of them."""
    probe = build(2)
    rows = len(probe.values)
    pace = [time.thread_time() for _ in replayed(probe.fb, probe.values, probe.inputs, 2)]
    rate = rows / (pace[1] - pace[0])  # of the second piece: the first one compiles
    pieces = pieces_for(rows, samples if rate >= at_least else samples // 10)
    case = build(pieces)
    error = 0.0
    for done in replayed(case.fb, case.values, case.inputs, pieces):
        if done == pieces and case.tail:
            times, more = rows_of(case.fb, case.tail, done * rows), case.inputs
            case.fb.replay(times, case.values[: case.tail], **more)
        if done == pieces or not case.at_end:
            shown, wanted = Fraction(float(case.shown())), Fraction(case.wanted(done))
            error = max(error, abs(float((shown - wanted) / wanted)))
    return Verdict(short_name(type(case.fb).__name__), case.what, pieces * rows, error, case.limit)


def recording(fb: Any, rows: int) -> tuple[np.ndarray, dict[str, Any]]:
    """At least so many rows of what is typical for a block, again and again, and the further inputs of Call."""
    cls = type(fb)
    if isinstance(fb, TextBlock):
        texts = np.array(["OK", "not OK", "Part 4711"])
        return texts[np.random.default_rng(1).integers(0, 3, (rows, fb._n))], call_inputs(cls)
    values = typical_recording(cls, channels_of(fb)).values.astype(fb.channel_dtype)
    values = np.tile(values, (-(-rows // len(values)), 1))
    inputs, place = call_inputs(cls), np.arange(len(values))
    return values, inputs | {name: place % STROKE_ROWS == PERIODS[name] for name in inputs if name in PERIODS}


def run_counting(cls: Any, rows: int, samples: int, at_least: float) -> Verdict:
    """Counters and sums of time after the first piece, which begins differently: each piece adds the same."""
    fb = typical_block(cls)
    values, inputs = recording(fb, rows)
    inputs |= dict.fromkeys(fb.results | fb.traced)
    rows = len(values)
    buffer = COUNTING.get(short_name(cls.__name__), "")

    def numbers() -> np.ndarray:
        found = [int(getattr(fb._m, name)) for name in cls.counters if not isinstance(getattr(fb._m, name), float)]
        return np.array([*found, *(int(v) for v in (fb._buffer(buffer) if buffer else ()))], object)

    history, pace = [], []
    pieces = pieces_for(rows, samples)
    for done in replayed(fb, values, inputs, pieces):
        history.append(numbers())
        pace.append(time.thread_time())
        if done == 2 and rows / (pace[1] - pace[0]) < at_least:
            pieces = pieces_for(rows, samples // 10)
        if done == pieces:
            break
    steps = [after - before for before, after in itertools.pairwise(history[1:])]
    wrong = sum((step != steps[0]).any() for step in steps) if steps[0].any() else math.inf  # nothing was counted
    what = f"counts, {len(history[0])} of them"
    return Verdict(short_name(cls.__name__), what, len(history) * rows, float(wrong), 0.0)


def counting_blocks() -> Iterator[Any]:
    """Those with declared counters, and those named here."""
    named = " ".join([*CASES.values(), *ADDS_NOTHING_UP.values()]).split()
    for cls in all_blocks():
        name = short_name(cls.__name__)
        if name in COUNTING or (getattr(cls, "counters", ()) and name not in named):
            yield cls


def forgotten() -> list[str]:
    """Registered blocks that nothing is said about."""
    known = " ".join([*CASES.values(), *ADDS_NOTHING_UP.values()]).split()
    known += [short_name(cls.__name__) for cls in counting_blocks()]
    return [n for cls in all_blocks() if (n := short_name(cls.__name__)) not in known]


def verdicts(samples: int, rows: int, at_least: float, only: list[str]) -> Iterator[Verdict]:
    for signal in signals(rows):
        for cases, names in CASES.items():
            if (only and not set(only) & set(names.split())) or (cases in ONCE and signal.name[:3] != "1e9"):
                continue
            for index, case in enumerate(cases(signal, 2)):
                if only and short_name(type(case.fb).__name__) not in only:
                    continue
                build = functools.partial(lambda c, s, i, n: list(c(s, n))[i], cases, signal, index)
                verdict = run_case(build, samples, at_least)
                verdict.what = f"{verdict.what}{', ' if verdict.what else ''}{signal.name}"
                yield verdict
    for cls in counting_blocks():
        if not only or short_name(cls.__name__) in only:
            yield run_counting(cls, rows, samples, at_least)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blocks", nargs="*", help="names of blocks; all without")
    parser.add_argument("--samples", type=float, default=1e8)
    parser.add_argument("--at-least", type=float, default=1e7, help="rows per second that a case has to do for all")
    options = parser.parse_args()
    only = [short_name(find_block(name).__name__) for name in options.blocks]
    samples = int(options.samples)
    rows = 2**20 if samples >= 2**22 else 2**17
    missing = forgotten()
    if missing:
        print("nothing is said about", ", ".join(missing))
    print(f"{'block':26} {'':34} {'samples':>12} {'error':>9} {'limit':>9}")
    bad = bool(missing)
    with tempfile.TemporaryDirectory() as folder:
        use_file_folder(folder)
        for v in verdicts(samples, rows, options.at_least, only):
            bad = bad or not v.good
            state = "ok" if v.good else "MISSED"
            print(f"{v.block:26} {v.what:34} {v.samples:12,} {v.error:9.1e} {v.limit:9.1e} {state}", flush=True)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
