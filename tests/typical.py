"""A typical use of every registered block: parameters that make sense together, and a recording to show its work.

The benchmark and the pictures use them. A block that is not named here gets what its `example` says, with all of its
Configure methods called, and a machine's signal that crosses 0.5 every few seconds.
"""

from typing import Any

import numpy as np

from alycat.runtime.cli.replaying import Replayed
from alycat.runtime.cli.settings import Settings
from alycat.runtime.declare import Role
from alycat.runtime.recordings import Recording
from alycat.runtime.registry import find_block
from alycat.runtime.testing import Setup, channels_of

MS, S, HOUR = 10**6, 10**9, 3600 * 10**9
START_NS = 762_825_600 * S  # Monday, 4 March 2024, 00:00 UTC


def array(name: str, values: np.ndarray) -> dict[str, Any]:
    """Pointer and size inputs for one array."""
    return {name: values, f"n{name[1:]}Size": values.nbytes}


def cascades(*spans_ms: int) -> Setup:
    spans = np.array([span * MS for span in spans_ms], np.uint64)
    configure = {"nNumCascades": len(spans), "fSampleRate": 1000.0, "eStartupBehaviour": 2}
    return Setup(calls=(("Configure", configure), ("SetCascades", array("pCascadesConfigArray", spans))))


THREE_CENTRES = np.array([[-2.0, 0], [0, 0], [2, 0]])
SETUPS: dict[str, Setup] = {
    "FB_ALY_BatchNShift_1Ch": Setup({"nBufferSize": 100}, calls=(("Configure", {"eSampleMode": 1}),)),
    "FB_ALY_Calendar": Setup(calls=(("ConfigureWeekly", {"tTimeEvent": 6 * HOUR, "nDayOfWeekMask": 62}),)),
    "FB_ALY_DenStream": Setup({"nNumChannels": 2}, calls=(("Configure", find_block("DenStream").example),)),
    "FB_ALY_MathOperation_1Ch": Setup(
        calls=(("Configure", {"fOperand": 2.0, "eMathOperator": 3, "bUseAbsValues": False}),)
    ),
    "FB_ALY_Mean_1Ch": cascades(200, 1000, 5000),
    "FB_ALY_RMS_1Ch": cascades(200, 1000, 5000),
    "FB_ALY_SequentialKMeans": Setup(
        {"nNumChannels": 2, "nNumClusters": 3, "nAggBufferSize": 10},
        calls=(
            ("Configure", {"nMaxIterations": 1, "eInitMode": 3}),
            ("SetInitialClusterCenters", array("pInitialClusterCenterMatrix", THREE_CENTRES)),
        ),
    ),
}
"""What the examples do not tell."""
CLOSER: dict[str, dict[str, Any]] = {
    "FB_ALY_LifecycleAnalysis_1Ch": {"nCyclesEstimated": 40},
    "FB_ALY_LifetimeAnalysis_1Ch": {"tLifetimeEstimated": 300 * S},
    "FB_ALY_ContinuousPieceCounter_1Ch": {"tInterval": 60 * S},
    "FB_ALY_IntervalPieceCounter_1Ch": {"tInterval": 60 * S},
    "FB_ALY_MovingIntervalCounter_1Ch": {"tInterval": 60 * S, "nCountLimit": 6},
    "FB_ALY_Timer_1Ch": {"tInterval": 2 * S},
    "FB_ALY_ProductivityDiagnosis_3Ch": {"nNumProducedPieces": 200, "tProductionTime": HOUR},
    "FB_ALY_ProductivityInterval_1Ch": {"nExpectedPieces": 900},
    "FB_ALY_SignalGenerator_1Ch": {"fFrequency": 5.0},
    "FB_ALY_SlopeAnalysis_1Ch": {"nNumValues": 20},
}
"""Where the example is too large for a recording of ten minutes."""


def typical_setup(cls: Any) -> Setup:
    """The one given above, else from the block's example."""
    if cls.__name__ in SETUPS:
        return SETUPS[cls.__name__]
    known = cls.example | CLOSER.get(cls.__name__, {})
    init = {
        f.name: known.get(f.name, f.initial if f.type.name == "BOOL" else 2) for f in cls.fields if f.role is Role.INIT
    }
    ways = [n for n in cls.methods if n.startswith("Configure")]
    calls: list[tuple[str, dict[str, Any]]] = []
    for method in sorted(ways, key=lambda name: not name.startswith("ConfigureChannel")):
        inputs = cls.methods[method].inputs
        given = {i.name: known[i.name] for i in inputs if i.name in known}
        numbered = any(i.name == "nChannel" for i in inputs)
        for channel in range(1, channels_of(cls(**init)) + 1 if numbered else 2):
            calls.append((method, given | ({"nChannel": channel} if numbered else {})))
    return Setup(init, calls=tuple(calls))


def call_inputs(cls: Any) -> dict[str, Any]:
    """Further inputs of Call: from the example, else TRUE for a flag and the initial value for all else."""
    known = cls.example | CLOSER.get(cls.__name__, {})
    return {
        i.name: known.get(i.name, True if i.type.name == "BOOL" else i.type.initial)
        for i in cls.methods["Call"].values
        if i.name != "tTimestamp"
    }


# ---- recordings ------------------------------------------------------------------------------------------------------


def machine(channels: int, rows: int = 6000, step_ns: int = 100 * MS, period_s: float = 12.0) -> tuple[Any, Any]:
    """Strokes: each channel goes up to 1 for a third of a cycle, the next channel a little later; noisy and uneven."""
    rng = np.random.default_rng(1)
    seconds = np.arange(rows) * (step_ns / S)
    phase = seconds / period_s + 0.4 * np.sin(seconds / 97)
    columns = [(phase - 0.35 * c) % 1 for c in range(channels)]
    levels = np.column_stack([np.clip(8 * (0.18 - np.abs(p - 0.2)), 0, 1) for p in columns]) if channels else None
    if levels is None:
        return START_NS + 8 * HOUR + np.arange(1, rows + 1) * step_ns, np.zeros((rows, 0))
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * step_ns, levels + rng.normal(0, 0.03, levels.shape)


def vibration(channels: int, rows: int = 20_000) -> tuple[Any, Any]:
    """A machine that gets louder, sampled each ms."""
    rng, seconds = np.random.default_rng(2), np.arange(rows)[:, None] / 1000
    loud = 1 + 2 * np.clip(seconds - 8, 0, 6) / 6
    wave = np.sin(2 * np.pi * 25 * seconds + np.arange(channels)) + rng.normal(0, 0.4, (rows, channels))
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * MS, 5 + loud * wave


def slow(channels: int, rows: int = 3000) -> tuple[Any, Any]:
    """A temperature that follows the load, each 100 ms."""
    rng, seconds = np.random.default_rng(3), np.arange(rows)[:, None] / 10
    wave = 20 + 4 * np.sin(seconds / 25 + np.arange(channels)) + 2 * np.sin(seconds / 7)
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * 100 * MS, wave + rng.normal(0, 0.3, (rows, channels))


def states(channels: int, rows: int = 3000) -> tuple[Any, Any]:
    """Three operating states that follow each other."""
    rng = np.random.default_rng(4)
    centres = np.array([[-2.0, 0.5, 1.0, 0.0], [0.2, 1.6, 0.0, 1.0], [2.1, -0.4, 0.5, 2.0]])[:, :channels]
    values = centres[np.arange(rows) // 200 % 3] + rng.normal(0, 0.15, (rows, channels))
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * 100 * MS, values


def fortnight(channels: int) -> tuple[Any, Any]:
    """Two weeks in steps of ten minutes."""
    return START_NS + np.arange(1, 14 * 144 + 1) * 600 * S, np.zeros((14 * 144, channels))


def days_of_pieces(channels: int) -> tuple[Any, Any]:
    """Three days in steps of 5 s: a piece every 30 s in the shift, with breaks."""
    stamps = START_NS + np.arange(1, 3 * 17280 + 1) * 5 * S
    hour = stamps / HOUR % 24
    on = (hour > 7.9) & (hour < 16.1) & ~((hour > 12) & (hour < 12.5))
    return stamps, (on & (np.arange(len(stamps)) % 6 < 2))[:, None] * np.ones(channels)


def shift(channels: int) -> tuple[Any, Any]:
    """Eight hours in steps of a minute: scheduled and operating time in ns, units and defective ones so far."""
    rng, minutes = np.random.default_rng(5), np.arange(1, 481)
    runs = ~((minutes > 100) & (minutes < 130) | (minutes > 300) & (minutes < 320))
    units = np.cumsum(runs * (rng.random(480) < 0.62))
    bad = np.cumsum(runs * (rng.random(480) < 0.02))
    values = np.column_stack([minutes * 60 * S, np.cumsum(runs) * 60 * S, units, bad])
    return START_NS + 6 * HOUR + minutes * 60 * S, values.astype(float)


def production(channels: int) -> tuple[Any, Any]:
    """An hour each second: producing in three stretches, and in them cycles of 18 s with a start and an end."""
    rng, seconds = np.random.default_rng(6), np.arange(1, 3601)
    producing = (seconds % 1200 > 60) & (seconds % 1200 < 1100)
    phase = (seconds + 6 * np.sin(seconds / 200)) % 18
    values = np.column_stack([producing, producing & (phase < 2), producing & (phase > 13) & (phase < 15)])
    return START_NS + 8 * HOUR + seconds * S, values + rng.normal(0, 0.02, values.shape)


def spans(channels: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(7)
    return START_NS + np.arange(1, 301) * S, rng.integers(5 * S, 40 * S, (300, channels)).astype(float)


RECORDINGS = {
    "FB_ALY_Calendar": fortnight,
    "FB_ALY_TimeClock_1Ch": fortnight,
    "FB_ALY_ProductivityInterval_1Ch": days_of_pieces,
    "FB_ALY_OverallEquipmentEffectiveness": shift,
    "FB_ALY_ProductivityDiagnosis_3Ch": production,
    "FB_ALY_TimespanOperation": spans,
    "FB_ALY_DenStream": states,
    "FB_ALY_SequentialKMeans": states,
    "FB_ALY_SignalGenerator_1Ch": lambda channels: vibration(channels, 1000),
    "FB_ALY_Mean_1Ch": vibration,
    "FB_ALY_RMS_1Ch": vibration,
    "FB_ALY_BatchNShift_1Ch": lambda channels: slow(channels, 600),
}
SLOW_SIGNALS = ("Avg", "Downsampling", "Slope", "Math", "Integrator")


def typical_recording(cls: Any, channels: int) -> Recording:
    """Rows that show what the block does."""
    default = slow if any(word in cls.__name__ for word in SLOW_SIGNALS) else machine
    stamps, values = RECORDINGS.get(cls.__name__, default)(channels)
    names = tuple(f"channel {c + 1}" for c in range(values.shape[1]))
    return Recording(names, np.asarray(stamps, np.uint64), values, np.isnan(values))


def typical_replay(cls: Any) -> Replayed:
    """The block over its recording, as `alycat replay` hands it to the picture."""
    setup, inputs = typical_setup(cls), call_inputs(cls)
    fb = setup.build(cls)
    recording = typical_recording(cls, channels_of(fb))
    trace = fb.replay(recording.timestamps, recording.values.astype(fb.channel_dtype), **inputs)
    configure = {n: v for _, given in setup.calls for n, v in given.items() if np.ndim(v) == 0}
    return Replayed(cls, fb, Settings(setup.init, configure, inputs), recording, trace, 1)
