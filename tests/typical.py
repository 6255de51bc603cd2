"""A typical use of every registered block: parameters that make sense together, and a recording to show its work.

The benchmark and the pictures use them. A block that is not named here gets what its `example` says, with all of its
Configure methods called, and a machine's signal that crosses 0.5 every few seconds.
"""

from typing import Any

import numpy as np
from learnt_files import store_path

from alycat.blocks import E_ALY_ComparisonOperator, E_ALY_LogicOperator, ST_ALY_Threshold
from alycat.runtime.cli.replaying import Replayed, takes_texts
from alycat.runtime.cli.settings import Settings
from alycat.runtime.declare import Role
from alycat.runtime.learnt import write
from alycat.runtime.recordings import Recording
from alycat.runtime.registry import find_block
from alycat.runtime.targetpaths import file_folder
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


SWITCHED_TO_READ = ("SwitchState_Read", {}), ("UpdateState", {}), ("UpdateState", {})
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
    "FB_ALY_DynamicTimeWarping": Setup(
        {"nNumChannels": 2},
        calls=(
            ("ConfigureChannel", {"nChannel": 1, "sFilePath": "Press.tas"}),
            ("ConfigureChannel", {"nChannel": 2, "sFilePath": "Weak.tas"}),
            ("Configure", {"tTimeout": 5000}),
            *SWITCHED_TO_READ,
        ),
    ),
    "FB_ALY_LinearRegressionInference": Setup(
        {"nNumChannels": 2},
        calls=(
            *(("ConfigureChannel", {"nChannel": c, "fCoefficient": w}) for c, w in enumerate((1.0, 0.5, -2.0))),
            ("Configure", {}),
        ),
    ),
    "FB_ALY_SankeyDiagram": Setup(
        {"nNumChannelsInflow": 2, "nNumChannelsOutflow": 2}, calls=(("Configure", {"sChannelNameRest": "Rest"}),)
    ),
    "FB_ALY_SectionTimer_1Ch": Setup(
        calls=(
            ("Configure", {"nNumSections": 4}),
            ("SetSections", {"fFirstLowerBorder": 15.0} | array("pSectionConfigArray", np.array([18.0, 20, 22, 26]))),
        )
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
    "FB_ALY_BandwidthClassificator_1Ch": {"fLowerBound": 17.0, "fUpperBound": 23.0},
    "FB_ALY_CorrelationFunctionReference": {"sFilePath": "Press.tas"},
    "FB_ALY_CurveSketcher_1Ch": {"fThresholdReversal": 1.5, "fThresholdDelta": 0.5},
    "FB_ALY_Histogram_1Ch": {"fMinBinned": 14.0, "fMaxBinned": 26.0},
    "FB_ALY_HalfSpaceTrees": {"nWindowSize": 600, "fLowerLimit": -3.0, "fUpperLimit": 3.0},
    "FB_ALY_LogicOperationCounter": {"eLogicOperator": E_ALY_LogicOperator.OR_},
    "FB_ALY_NumericalCompare_1Ch": {"fReference": 23.0},
    "FB_ALY_ParetoAnalysis": {"stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)},
    "FB_ALY_Scaler": {"fScalingParam1": 14.0, "fScalingParam2": 26.0},
    "FB_ALY_ThresholdClassificator_1Ch": {"fThresholdLevelOkWarning": 22.0, "fThresholdLevelWarningAlarm": 24.0},
    "FB_ALY_ThresholdStringClassificator_1Ch": {"fThresholdLevel12": 22.0, "fThresholdLevel23": 24.0},
    "FB_ALY_TimeBasedEnvelope_1Ch": {"fBand": 0.3, "sFilePath": "Press.tas"},
    "FB_ALY_TimeBasedTeachPath_1Ch": {"nSegmentSize": 2000},
    "FB_ALY_TimespanCompare_1Ch": {"tReference": 20 * S},
    "FB_ALY_WtTurbulence_1Ch": {"nNumCycles": 300},
}
"""Where the example does not fit a recording of ten minutes or its values."""


def typical_block(cls: Any, curve: np.ndarray | None = None) -> Any:
    """An instance that is ready for its first row; it may read files below the folder of files, which are made."""
    store_path(stroke() if curve is None else curve, "Press.tas", cycles=10)
    store_path(0.6 * stroke(), "Weak.tas", cycles=10)
    if hasattr(cls, "learn"):
        learnt = cls.learn(typical_recording(cls, 2).values, trees=50, contamination=0.01, seed=1)
        write(file_folder() / cls.example["sFilePath"], learnt)
    fb = typical_setup(cls).build(cls)
    if hasattr(fb, "teach"):
        assert fb.teach(typical_recording(cls, 1).values[:1500]), fb.ipResultMessage
    return fb


def typical_setup(cls: Any) -> Setup:
    """The one given above, else from the block's example."""
    if cls.__name__ in SETUPS:
        return SETUPS[cls.__name__]
    known = cls.example | CLOSER.get(cls.__name__, {})
    init = {
        f.name: known.get(f.name, f.initial if f.type.name == "BOOL" else 2) for f in cls.fields if f.role is Role.INIT
    }
    ways = [n for n in cls.methods if n.startswith("Configure")]
    ways = [n for n in ways if n != "ConfigureFromFile" or len(ways) == 1]
    calls: list[tuple[str, dict[str, Any]]] = []
    for method in sorted(ways, key=lambda name: not name.startswith("ConfigureChannel")):
        inputs = cls.methods[method].inputs
        given = {i.name: known[i.name] for i in inputs if i.name in known}
        numbered = any(i.name == "nChannel" for i in inputs)
        for channel in range(1, channels_of(cls(**init)) + 1 if numbered else 2):
            calls.append((method, given | ({"nChannel": channel} if numbered else {})))
    if ways == ["ConfigureFromFile"]:
        calls += SWITCHED_TO_READ[1:]
    for switch in ("SwitchState_Teach", "SwitchState_Read"):
        if switch in cls.methods and not hasattr(cls, "teach"):
            calls += [(switch, {}), *SWITCHED_TO_READ[1:]]
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


STROKE_ROWS = 200


def stroke() -> np.ndarray:
    """The force of a press from start to start."""
    share = np.arange(STROKE_ROWS) / STROKE_ROWS
    return 4 * np.exp(-(((share - 0.45) / 0.15) ** 2)) + 1.5 * np.exp(-(((share - 0.75) / 0.05) ** 2))


def press(channels: int, strokes: int = 12) -> tuple[Any, Any]:
    """Strokes of a press that gets weaker, each 10 ms."""
    rng, rows = np.random.default_rng(8), strokes * STROKE_ROWS
    strength = np.repeat(np.where(np.arange(strokes) < 6, 1.0, np.linspace(1.1, 0.5, strokes)), STROKE_ROWS)
    force = strength * np.tile(stroke(), strokes) + rng.normal(0, 0.06, rows)
    columns = [force, *(np.roll(force, 15 * c) for c in range(1, channels))]
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * 10 * MS, np.column_stack(columns)


def path(channels: int, rows: int = 2400) -> tuple[Any, Any]:
    """Rounds of a tool, some of them wider."""
    turn = np.arange(rows) * 2 * np.pi / 200
    wide = 1 + 0.35 * np.sin(turn / 5)
    values = np.column_stack([3 + 4 * np.cos(turn), 2.5 + 2.4 * wide * np.sin(turn)])
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * 10 * MS, values


def motor(channels: int, rows: int = 3000) -> tuple[Any, Any]:
    """Update counter and four words of a motor's encoder; two raw values in each word."""
    rng, share = np.random.default_rng(9), np.arange(rows) / rows
    rms = 400 + 1600 * (share % 0.25 < 0.02) + rng.normal(0, 60, rows)
    raw = [3500 + 800 * share, 4200 + 1500 * np.sin(3 * share), rms, 300 + 0 * share, 4 * rms, 0.9 * rms + 200]
    raw += [310 + 0 * share, 3.5 * rms]
    halves = [np.clip(np.rint(half + rng.normal(0, 5, rows)), 0, 65535) for half in raw]
    words = [low + 65536 * high for low, high in zip(halves[::2], halves[1::2], strict=True)]
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * 100 * MS, np.column_stack([np.arange(rows) // 2, *words])


def profiles(channels: int, rows: int = 1000) -> tuple[Any, Any]:
    """An array of 40 elements in each row: a hill that moves and grows."""
    rng, place, share = np.random.default_rng(10), np.arange(40)[None], np.arange(rows)[:, None] / rows
    hill = (1 + 2 * share) * np.exp(-(((place - 10 - 20 * share) / 4) ** 2))
    return START_NS + np.arange(1, rows + 1) * 100 * MS, hill + rng.normal(0, 0.05, hill.shape)


def corridor(channels: int) -> tuple[Any, Any]:
    """A temperature, and a lower and an upper bound that follow its setpoint."""
    stamps, values = slow(1)
    setpoint = np.convolve(np.pad(values[:, 0], 100, "edge"), np.full(201, 1 / 201), "valid")
    return stamps, np.column_stack([values[:, 0], setpoint - 0.9, setpoint + 0.9])


def choices(channels: int, rows: int = 1200) -> tuple[Any, Any]:
    """Condition and value of two channels, and a default value."""
    stamps, values = slow(3, rows)
    on = np.arange(rows)[:, None] // np.array([150, 100]) % 3 == 1
    return stamps, np.column_stack([on[:, 0], values[:, 0], on[:, 1], values[:, 1] + 5, 0.1 * values[:, 2]])


def numbers(channels: int, rows: int = 1200) -> tuple[Any, Any]:
    """Whole numbers from 0 to 9 that stay for some time."""
    rng = np.random.default_rng(11)
    return START_NS + np.arange(1, rows + 1) * S, np.repeat(rng.binomial(9, 0.4, (rows // 20, channels)), 20, axis=0)


def shares(channels: int) -> tuple[Any, Any]:
    """Parts of a whole."""
    stamps, values = flows(4)
    return stamps, values[:, :channels]


def flows(channels: int, rows: int = 600) -> tuple[Any, Any]:
    """Two inflows and two outflows, which leave a rest."""
    rng, share = np.random.default_rng(12), np.arange(rows) / rows
    inflows = [60 + 10 * np.sin(6 * share), 30 + 10 * share]
    outflows = [40 + 5 * np.cos(9 * share), 25 + 8 * share]
    return START_NS + np.arange(1, rows + 1) * S, np.column_stack([*inflows, *outflows]) + rng.normal(0, 1, (rows, 4))


def steps(channels: int, rows: int = 3000) -> tuple[Any, Any]:
    """A plant of the second order that follows the steps of its setpoint."""
    setpoint = np.select([np.arange(rows) < 300, np.arange(rows) < 1700], [0.0, 10.0], 4.0)
    value, speed, values = 0.0, 0.0, np.empty(rows)
    for row in range(rows):
        speed += 0.1 * (0.25 * (setpoint[row] - value) - 0.55 * speed)
        value += 0.1 * speed
        values[row] = value
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * 100 * MS, np.column_stack([values, setpoint])


def carriage(channels: int, rows: int = 4000) -> tuple[Any, Any]:
    """A mover on a track of 4 m that stops twice in each round, each ms; and two signals that it carries."""
    rng, seconds = np.random.default_rng(13), np.arange(rows) / 1000
    way = 1500 * seconds - 1500 / (2 * np.pi) * np.sin(2 * np.pi * seconds)
    force = 3 + np.sin(2 * np.pi * seconds) + rng.normal(0, 0.2, rows)
    values = np.column_stack([way % 4000, force, 20 + 0.1 * force + rng.normal(0, 0.05, rows)])
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * MS, values[:, : max(channels, 1)]


def gappy(channels: int) -> tuple[Any, Any]:
    """A temperature with gaps."""
    stamps, values = slow(channels, 1500)
    values[np.random.default_rng(14).random(values.shape) < 0.03] = np.nan
    values[600:640, 0] = np.nan
    return stamps, values


def faults(channels: int) -> tuple[Any, Any]:
    """Operating states with three short times in which something is wrong."""
    stamps, values = states(channels)
    for first, offset in ((1400, 1.5), (2130, -2.0), (2700, 1.8)):
        values[first : first + 8, -1] += offset
    return stamps, values


def beats(channels: int, rows: int = 3200) -> tuple[Any, Any]:
    """A periodic signal; two periods late in the recording are deformed."""
    rng, seconds = np.random.default_rng(15), np.arange(rows) / 50
    values = np.sin(2 * np.pi * seconds) + 0.4 * np.sin(4 * np.pi * seconds + 1) + rng.normal(0, 0.03, rows)
    for first in (2200, 2800):
        values[first : first + 50] = 0.3 * values[first : first + 50] + 0.5
    return START_NS + np.arange(1, rows + 1) * 20 * MS, values[:, None]


def load(channels: int, days: int = 14) -> tuple[Any, Any]:
    """Two weeks of a load that follows the hour, in steps of ten minutes; some values are none of its own."""
    rng, hours = np.random.default_rng(17), np.arange(1, days * 144 + 1) / 6
    values = 50 + 20 * np.sin((hours - 8) * 2 * np.pi / 24) + 6 * np.sin(hours * 2 * np.pi / 6)
    values += rng.normal(0, 1.5, len(values))
    values[[1300, 1301, 1302, 1650, 1651, 1900]] += 25
    return START_NS + (hours * HOUR).astype(np.int64), values[:, None]


def wind(channels: int, rows: int = 3000) -> tuple[Any, Any]:
    """Wind that freshens, each 100 ms."""
    rng, share = np.random.default_rng(16), np.arange(rows) / rows
    gusts = np.convolve(rng.normal(0, 4, rows + 29), np.full(30, 1 / 30), "valid")
    return START_NS + np.arange(1, rows + 1) * 100 * MS, (8 + 3 * share + (1 + share) * gusts)[:, None]


def words(channels: int, rows: int = 2000) -> tuple[Any, Any]:
    """The state of a machine as a text, and the one that is expected."""
    rng = np.random.default_rng(18)
    names = np.array(["OK", "Läuft", "Warning", "Rüsten", "Störung"], np.object_)
    state = names[np.repeat(rng.choice(5, rows // 20, p=(0.5, 0.2, 0.1, 0.1, 0.1)), 20)]
    expected = names[np.arange(rows) // 300 % 2]
    return START_NS + 8 * HOUR + np.arange(1, rows + 1) * S, np.column_stack([state, expected])[:, :channels]


RECORDINGS = {
    "FB_ALY_AM8xxxSSD": motor,
    "FB_ALY_ArrayStatistics": profiles,
    "FB_ALY_BandwidthClassificator_3Ch": corridor,
    "FB_ALY_Bitmask": numbers,
    "FB_ALY_CorrelationFunction": press,
    "FB_ALY_CorrelationFunctionReference": press,
    "FB_ALY_Demultiplexer": numbers,
    "FB_ALY_DetectValueChange_1Ch": numbers,
    "FB_ALY_DynamicTimeWarping": press,
    "FB_ALY_DynamicTimeWarpingInterval": press,
    "FB_ALY_ForecastBand": load,
    "FB_ALY_HalfSpaceTrees": faults,
    "FB_ALY_IsolationForest": faults,
    "FB_ALY_Multiplexer": choices,
    "FB_ALY_PieChart": shares,
    "FB_ALY_RandomCutForest": faults,
    "FB_ALY_SankeyDiagram": flows,
    "FB_ALY_ShapeReconstruction": beats,
    "FB_ALY_StatImputer": gappy,
    "FB_ALY_StateHistogram_1Ch": numbers,
    "FB_ALY_StepResponse_1Ch": steps,
    "FB_ALY_TimeBasedEnvelope_1Ch": press,
    "FB_ALY_TimeBasedTeachPath_1Ch": press,
    "FB_ALY_TimespanCompare_1Ch": spans,
    "FB_ALY_WtTurbulence_1Ch": wind,
    "FB_ALY_XtsAccelerationAnalysis_1Ch": carriage,
    "FB_ALY_XtsDistanceIntegrator_1Ch": carriage,
    "FB_ALY_XtsMovementAnalysis": carriage,
    "FB_ALY_XtsVelocityAnalysis_1Ch": carriage,
    "FB_ALY_XyGateMonitor_2Ch": path,
    "FB_ALY_XyShapeMonitor_Circle_2Ch": path,
    "FB_ALY_XyShapeMonitor_Rectangle_2Ch": path,
    "FB_ALY_XyShapeMonitor_Triangle_2Ch": path,
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
SLOW_SIGNALS = ("Avg", "Downsampling", "Slope", "Math", "Integrator", "Classificator", "Histogram_1Ch", "Section")
SLOW_SIGNALS += ("Scaler", "Factor", "Deviation", "Compare", "CurveSketcher", "Trend")
PERIODS = {"bStartPeriod": 0, "bStart": 0, "bStopPeriod": 190, "bStop": 190}
"""The flags of Call that mark periods, and in which row of each period they are TRUE."""


def typical_recording(cls: Any, channels: int) -> Recording:
    """Rows that show what the block does."""
    default = slow if any(word in cls.__name__ for word in SLOW_SIGNALS) else machine
    stamps, values = RECORDINGS.get(cls.__name__, words if takes_texts(cls) else default)(channels)
    names = tuple(f"channel {c + 1}" for c in range(values.shape[1]))
    stamps = np.asarray(stamps, np.uint64)
    if takes_texts(cls):
        none = np.empty((len(stamps), 0))
        return Recording((), stamps, none, none.astype(bool), text_names=names, texts=values)
    return Recording(names, stamps, values, np.isnan(values))


def typical_replay(cls: Any) -> Replayed:
    """The block over its recording, as `alycat replay` hands it to the picture."""
    setup, fb = typical_setup(cls), typical_block(cls)
    inputs = call_inputs(cls)
    recording = typical_recording(cls, channels_of(fb))
    rows = np.arange(len(recording))
    flags = {name: rows % STROKE_ROWS == PERIODS[name] for name in inputs if name in PERIODS}
    if "dependent" in inputs:
        flags["dependent"] = 1 + recording.values @ np.arange(1, recording.values.shape[1] + 1) / 10
    values = recording.texts if takes_texts(cls) else recording.values.astype(fb.channel_dtype)
    trace = fb.replay(recording.timestamps, values, **inputs | flags)
    configure = {n: v for _, given in setup.calls for n, v in given.items() if np.ndim(v) == 0}
    shown = inputs | {name: f"@{name}" for name in flags}
    return Replayed(cls, fb, Settings(setup.init, configure, shown), recording, trace, 1, flags)
