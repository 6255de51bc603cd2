"""Setups and streams for the laws of alycat.runtime.testing, for blocks whose parameters have to fit together."""

import numpy as np
from hypothesis import strategies as st
from learnt_files import store, store_path, store_regression, store_scaler
from oracle import isolation_forest

from alycat.blocks import (
    E_ALY_BandMode,
    E_ALY_CascadeStartupBehaviour,
    E_ALY_CorrelationMode,
    E_ALY_Imputation,
    E_ALY_KMeansInitMode,
    E_ALY_MathOperator,
    E_ALY_ScalingMode,
    E_ALY_ShapeError,
    E_ALY_ShapeThreshold,
    E_ALY_ShapeWindow,
    E_ALY_TimespanOperator,
    E_ALY_WindowMode,
    FB_ALY_AM8xxxSSD,
    FB_ALY_ArrayStatistics,
    FB_ALY_BandwidthClassificator_3Ch,
    FB_ALY_Bitmask,
    FB_ALY_CorrelationFunction,
    FB_ALY_CorrelationFunctionReference,
    FB_ALY_DynamicTimeWarping,
    FB_ALY_ForecastBand,
    FB_ALY_HalfSpaceTrees,
    FB_ALY_IsolationForest,
    FB_ALY_LinearRegressionFitting,
    FB_ALY_LinearRegressionInference,
    FB_ALY_MathOperation,
    FB_ALY_MathOperation_1Ch,
    FB_ALY_Mean_1Ch,
    FB_ALY_Multiplexer,
    FB_ALY_RMS_1Ch,
    FB_ALY_SankeyDiagram,
    FB_ALY_Scaler,
    FB_ALY_SectionTimer_1Ch,
    FB_ALY_SequentialKMeans,
    FB_ALY_ShapeReconstruction,
    FB_ALY_StatImputer,
    FB_ALY_TimeBasedEnvelope_1Ch,
    FB_ALY_TimespanCompare_1Ch,
    FB_ALY_TimespanOperation,
    FB_ALY_XtsMovementAnalysis,
)
from alycat.blocks.learnt_kinds import ISOLATION_FOREST
from alycat.runtime.testing import Setup, Stream, streams

TOTAL_OPERATORS = [E_ALY_MathOperator.Addition, E_ALY_MathOperator.Subtraction, E_ALY_MathOperator.Multiplication]


def math_operations(init, operand):
    """Operators that are defined for all numbers; the others are tested with their blocks."""

    def setup(channels, value, operator, absolute):
        inputs = {"eMathOperator": operator, "bUseAbsValues": absolute}
        return Setup(
            {"nNumChannels": channels} if init else {},
            calls=(("Configure", {"fOperand": value} | inputs if operand else inputs),),
        )

    return st.builds(setup, st.integers(1, 4), st.floats(-9, 9), st.sampled_from(TOTAL_OPERATORS), st.booleans())


@st.composite
def cascades(draw):
    """Short cascades, so that a stream fills several of them."""
    ratios = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    intervals = np.cumprod([ratios[0] * 10**7, *ratios[1:]]).astype(np.uint64)
    behaviour = draw(st.sampled_from(list(E_ALY_CascadeStartupBehaviour)[1:]))
    configure = {"nNumCascades": len(ratios), "fSampleRate": 100.0, "eStartupBehaviour": behaviour}
    arrays = {"pCascadesConfigArray": intervals, "nCascadesConfigArraySize": intervals.nbytes}
    return Setup(calls=(("Configure", configure), ("SetCascades", arrays)))


@st.composite
def kmeans(draw):
    """Small buffers and all three modes."""
    dims, clusters = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    init = {"nNumChannels": dims, "nNumClusters": clusters, "nAggBufferSize": draw(st.integers(1, 7))}
    mode = draw(st.sampled_from(list(E_ALY_KMeansInitMode)[1:]))
    configure = ("Configure", {"nMaxIterations": draw(st.integers(1, 4)), "eInitMode": mode})
    if mode == E_ALY_KMeansInitMode.Values:
        numbers = st.lists(st.integers(-3, 3), min_size=dims * clusters, max_size=dims * clusters)
        matrix = np.array(draw(numbers), float).reshape(clusters, dims)
        arrays = {"pInitialClusterCenterMatrix": matrix, "nInitialClusterCenterMatrixSize": matrix.nbytes}
        return Setup(init, calls=(configure, ("SetInitialClusterCenters", arrays)))
    lower, upper = np.full(dims, -2.0), np.full(dims, 3.0)
    bounds = {
        "pLowerBoundsConfigArray": lower,
        "nLowerBoundsConfigArraySize": lower.nbytes,
        "pUpperBoundsConfigArray": upper,
        "nUpperBoundsConfigArraySize": upper.nbytes,
    }
    return Setup(init, calls=(configure, ("SetInitialBounds", bounds)))


def timespan_operations():
    def setup(channels, operator):
        return Setup({"nNumChannels": channels}, calls=(("Configure", {"eTimespanOperator": operator}),))

    return st.builds(setup, st.integers(1, 4), st.sampled_from(list(E_ALY_TimespanOperator)[1:]))


def timespan_streams(cls, setup):
    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        values = rng.integers(-(2**60), 2**60, (rows, setup.init.get("nNumChannels", 1)))
        return Stream(np.arange(1, rows + 1, dtype=np.uint64), values, origin=f"spans({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 40))


@st.composite
def sections(draw):
    """A few sections around the values that the streams play with."""
    borders = np.array(sorted(draw(st.lists(st.integers(-4, 4), min_size=2, max_size=6, unique=True))), float)
    arrays = {"pSectionConfigArray": borders[1:], "nSectionConfigArraySize": borders[1:].nbytes}
    return Setup(
        calls=(
            ("Configure", {"nNumSections": len(borders) - 1}),
            ("SetSections", {"fFirstLowerBorder": float(borders[0])} | arrays),
        )
    )


def bands(cls, setup):
    """Values beside a lower and an upper bound that are in order."""

    def stream(seed, rows):
        values = np.random.default_rng(seed).integers(-3, 4, (rows, 3)).astype(float)
        values[:, 1:].sort(axis=1)
        return Stream(np.arange(1, rows + 1, dtype=np.uint64), values, origin=f"bands({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 60))


def movements():
    """Both external signals are used, so that each channel has to be set."""

    def setup(orders, constant):
        inputs = {"nXtsLength": 12, "fHardwarePosFactor": 2.0, "fSampleRate": 100.0}
        inputs |= {"aFilterOrder": orders, "aFilterTimeConstant": [constant, 0.0, 0.1, 0.02]}
        used = {
            "aUseFilterForExtSignal1": [True, False, True, False],
            "aUseFilterForExtSignal2": [False, False, True, True],
        }
        return Setup(calls=(("Configure", inputs | used),))

    return st.builds(setup, st.lists(st.integers(0, 3), min_size=4, max_size=4), st.sampled_from([0.0, 0.01, 1.0]))


class Arrays(Stream):
    """An array per row, given to Call instead of to channels."""

    def calls(self, fb, arrays=None):
        for row in self.values:
            array = row.copy()
            yield fb.Call(array, array.nbytes)


def array_streams(cls, setup):
    def stream(seed, rows, elements):
        rng = np.random.default_rng(seed)
        values = rng.choice([-1.0, 0.0, 0.5, 2.0, 7.5], (rows, elements)) + rng.normal(size=(rows, 1))
        return Arrays(np.arange(1, rows + 1, dtype=np.uint64), values, origin=f"arrays({seed}, {rows}, {elements})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 30))


@st.composite
def correlation_parameters(draw):
    """The seven inputs of Configure, with any range of lags."""
    step = draw(st.integers(1, 3))
    low, high = sorted((draw(st.integers(-6, 6)), draw(st.integers(-6, 6))))
    window = draw(st.sampled_from(list(E_ALY_WindowMode)[1:]))
    mode = draw(st.sampled_from(list(E_ALY_CorrelationMode)[1:]))
    return (low * step, high * step, step, draw(st.integers(1, 2)), window, mode, draw(st.integers(1, 9)))


@st.composite
def correlations(draw):
    """A few lags on both sides, all modes; windows that a stream fills several times."""
    channels, step = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    inputs = {
        "nMinLag": -step * draw(st.integers(0, 4)),
        "nMaxLag": step * draw(st.integers(0, 4)),
        "nStepSize": step,
        "nNumChannels": channels,
        "eWindowMode": draw(st.sampled_from(list(E_ALY_WindowMode)[1:])),
        "eCorrelationMode": draw(st.sampled_from(list(E_ALY_CorrelationMode)[1:])),
        "nWindowSize": draw(st.integers(1, 12)),
    }
    return Setup({"nNumChannels": channels}, calls=(("Configure", inputs),))


def switched(*calls):
    """Calls up to the state Teach or Read, or up to the parameters of a file."""
    return (*calls, ("UpdateState", {}), ("UpdateState", {}))


@st.composite
def envelopes(draw):
    """Short curves, so that a stream has several periods."""
    points = draw(st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=5))
    path = store_path(points, f"Laws\\{draw(st.integers(0, 9))}.tas", cycles=3)
    band = {"eBandMode": draw(st.sampled_from(list(E_ALY_BandMode)[1:])), "fBand": draw(st.floats(0, 100, width=32))}
    known = {"nSegmentSize": 10, "tTimeout": 5000, "sFilePath": path, "bNegateStartPeriod": draw(st.booleans())}
    return Setup(calls=switched(("Configure", band | known), ("SwitchState_Read", {})))


@st.composite
def scalers(draw):
    """Parameters given or from a file."""
    mode = draw(st.sampled_from(list(E_ALY_ScalingMode)[1:]))
    first, second = draw(st.floats(-9, 0, width=32)), draw(st.floats(0.125, 9, width=32))
    if draw(st.booleans()):
        path = store_scaler(mode.name, first, second, f"Laws\\{draw(st.integers(0, 9))}.json")
        return Setup(calls=switched(("ConfigureFromFile", {"tTimeout": 5000, "sFilePath": path})))
    inputs = {"eScalingMode": mode, "fScalingParam1": first, "fScalingParam2": second}
    return Setup(calls=(("Configure", inputs),))


@st.composite
def fittings(draw):
    """Step sizes with which nothing grows without limit; from nothing or from a file."""
    channels, involved = draw(st.integers(1, 3)), draw(st.booleans())
    path = store_regression(np.arange(channels + 1) / 4, f"Laws\\Fit{channels}.json")
    inputs = {
        "bBias": draw(st.booleans()),
        "fStepSize": draw(st.floats(0.001, 0.01)),
        "nMiniBatchSize": draw(st.integers(1, 4)),
        "tTimeout": 5000,
        "bInvolveExistingFile": involved,
        "sFilePath": path,
    }
    return Setup({"nNumChannels": channels}, calls=switched(("Configure", inputs), ("SwitchState_Teach", {})))


@st.composite
def inferences(draw):
    """Coefficients given or from a file."""
    channels = draw(st.integers(1, 3))
    numbers = draw(st.lists(st.floats(-3, 3, width=32), min_size=channels + 1, max_size=channels + 1))
    if draw(st.booleans()):
        path = store_regression(numbers, f"Laws\\Infer{channels}.json")
        calls = switched(("ConfigureFromFile", {"tTimeout": 5000, "sFilePath": path}))
    else:
        given = [("ConfigureChannel", {"nChannel": i, "fCoefficient": w}) for i, w in enumerate(numbers)]
        calls = (*given, ("Configure", {}))
    return Setup({"nNumChannels": channels}, calls=calls)


def whole_numbers(cls, setup):
    """Whole numbers of all sizes."""

    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        values = rng.integers(-(2**63), 2**63 - 1, (rows, 1)) >> rng.integers(0, 63, (rows, 1))
        return Stream(np.arange(1, rows + 1, dtype=np.uint64), values, origin=f"whole({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 40))


@st.composite
def half_space_trees(draw):
    """Small trees and windows, some channels with limits of their own."""
    channels = draw(st.integers(1, 3))
    calls = [
        ("ConfigureChannel", {"nChannel": channel, "fLowerLimit": -1.0, "fUpperLimit": 3.0})
        for channel in range(1, channels + 1)
        if draw(st.booleans())
    ]
    sizes = {"nNumTrees": draw(st.integers(1, 4)), "nHeight": draw(st.integers(1, 4))}
    sizes |= {"nWindowSize": draw(st.integers(1, 15)), "nSeed": draw(st.integers(0, 9))}
    limits = {"fThreshold": 0.5, "fLowerLimit": draw(st.sampled_from([0.0, -4.0])), "fUpperLimit": 1.0}
    return Setup({"nNumChannels": channels}, calls=(*calls, ("Configure", sizes | limits)))


def isolation_forests():
    """Forests that were cut anywhere, in files."""

    def setup(channels, seed):
        members = isolation_forest.flat(isolation_forest.random_content(seed, channels))
        path = store(f"Laws\\Forest{channels}-{seed}.json", ISOLATION_FOREST, **members)
        calls = switched(("ConfigureFromFile", {"tTimeout": 5000, "sFilePath": path}))
        return Setup({"nNumChannels": channels}, calls=calls)

    return st.builds(setup, st.integers(1, 3), st.integers(0, 3))


@st.composite
def imputers(draw):
    """All statistics, and short medians."""
    channels, ways = draw(st.integers(1, 3)), st.sampled_from(list(E_ALY_Imputation)[1:])
    calls = [
        ("ConfigureChannel", {"nChannel": channel, "eImputation": draw(ways), "fConstant": 2.5})
        for channel in range(1, channels + 1)
        if draw(st.booleans())
    ]
    general = {"eImputation": draw(ways), "fConstant": -1.0, "nMedianSize": draw(st.integers(1, 5))}
    return Setup({"nNumChannels": channels}, calls=(*calls, ("Configure", general)))


def streams_with_gaps(cls, setup):
    def with_gaps(stream, seed):
        rng = np.random.default_rng(seed)
        values = np.where(rng.random(stream.values.shape) < 0.3, rng.choice([np.nan, np.inf, -np.inf]), stream.values)
        return Stream(stream.timestamps, values, stream.inputs, f"{stream.origin} with gaps({seed})")

    return st.builds(with_gaps, streams(cls, setup), st.integers(0, 2**32 - 1))


@st.composite
def references(draw):
    """The same with a short file."""
    setup = draw(correlations())
    points = draw(st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=9))
    path = store_path(points, f"Laws\\Reference{draw(st.integers(0, 9))}.tas", cycles=2)
    inputs = setup.calls[0][1] | {"nSegmentSize": 10, "tTimeout": 5000, "sFilePath": path}
    return Setup(setup.init, calls=switched(("Configure", inputs), ("SwitchState_Read", {})))


def span_streams(cls, setup):
    """Timespans on and beside the reference, of both signs."""
    reference = setup.calls[-1][1]["tReference"]

    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        values = rng.choice([reference, -reference, reference + 1, reference - 1, 0], (rows, 1))
        return Stream(np.cumsum(rng.integers(1, 9, rows)).astype(np.uint64), values, origin=f"spans({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 40))


class Selections(Stream):
    """Rows of condition and value of each channel, and the default value."""

    def calls(self, fb, arrays=None):
        for t, row in zip(self.timestamps.tolist(), self.values.tolist(), strict=True):
            for channel in range(len(row) // 2):
                fb.SetChannelValues(channel + 1, *row[2 * channel : 2 * channel + 2])
            for value in row[2 * fb.nNumChannels :]:
                fb.SetDefaultChannelValue(value)
            yield fb.Call(t)


def selection_streams(cls, setup):
    def stream(seed, rows):
        rng, n = np.random.default_rng(seed), setup.init["nNumChannels"]
        values = rng.normal(size=(rows, 2 * n + 1))
        values[:, : 2 * n : 2] = rng.random((rows, n)) < 0.4
        times = np.cumsum(rng.integers(0, 3, rows)) + 1
        return Selections(times.astype(np.uint64), values, origin=f"selections({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 40))


class Flows(Stream):
    """Rows of inflows and then outflows."""

    def calls(self, fb, arrays=None):
        for row in self.values.tolist():
            inflows = fb.nNumChannelsInflow
            for i, value in enumerate(row):
                if i < inflows:
                    fb.SetInflowChannelValue(i + 1, value)
                else:
                    fb.SetOutflowChannelValue(i - inflows + 1, value)
            yield fb.Call()


def flow_streams(cls, setup):
    def stream(seed, rows):
        values = np.random.default_rng(seed).integers(-2, 9, (rows, sum(setup.init.values()))).astype(float)
        return Flows(np.arange(1, rows + 1, dtype=np.uint64), values, origin=f"flows({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 30))


@st.composite
def sankeys(draw):
    init = {"nNumChannelsInflow": draw(st.integers(1, 3)), "nNumChannelsOutflow": draw(st.integers(1, 3))}
    names = [("ConfigureInflowChannel", {"nChannel": 1, "sChannelName": draw(st.text("abAB", max_size=5))})]
    names.append(("ConfigureOutflowChannel", {"nChannel": init["nNumChannelsOutflow"], "sChannelName": "Out"}))
    return Setup(init, calls=(*names, ("Configure", {"sChannelNameRest": "Rest"})))


@st.composite
def warpings(draw):
    """A short template, so that a stream has several periods."""
    points = draw(st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=6))
    path = store_path(points, f"Laws\\Warp{draw(st.integers(0, 9))}.tas", cycles=2)
    calls = (("ConfigureChannel", {"nChannel": 1, "sFilePath": path}), ("Configure", {"tTimeout": 5000}))
    return Setup({"nNumChannels": 1}, calls=switched(*calls, ("SwitchState_Read", {})))


@st.composite
def shape_reconstructions(draw):
    """Short segments, few shapes, in state Run."""
    hop, lanes = draw(st.sampled_from([(1, 2), (1, 4), (2, 1), (2, 2), (2, 3), (3, 1), (3, 3), (4, 2)]))
    window = draw(st.sampled_from(list(E_ALY_ShapeWindow)[1:]))
    if window != E_ALY_ShapeWindow.Rectangular and (lanes == 1 or hop == 1):
        hop, lanes = 3, 2  # else the zeros at the ends of the window may leave samples uncovered
    length, clusters = hop * lanes, draw(st.integers(1, 5))
    configure = {
        "nSegmentLength": length,
        "nStride": hop,
        "eWindow": window,
        "nTeachBufferSize": length + draw(st.integers(0, 40)),
        "nTeachStride": draw(st.integers(1, 3)),
        "nNumClusters": clusters,
        "nRestarts": draw(st.integers(1, 2)),
        "nSeed": draw(st.integers(0, 9)),
        "eErrorKind": draw(st.sampled_from(list(E_ALY_ShapeError)[1:])),
        "eThresholdKind": draw(st.sampled_from(list(E_ALY_ShapeThreshold)[1:])),
        "fQuantile": draw(st.sampled_from([0.0, 0.5, 1.0])),
    }
    matrix = np.random.default_rng(draw(st.integers(0, 99))).normal(0, 1.5, (clusters, length))
    shapes = {"pShapeMatrix": matrix, "nShapeMatrixSize": matrix.nbytes, "fThreshold": draw(st.sampled_from([0.5, 1]))}
    calls = (("Configure", configure), ("SetShapes", shapes), ("SwitchState_Run", {}), ("UpdateState", {}))
    return Setup(calls=calls)


@st.composite
def forecast_bands(draw):
    """Seasons of a few slots, so that a stream fills several of them."""
    slots, seasons = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    neighbours = draw(st.integers(0, (slots - 1) // 2))
    tenths = sorted(draw(st.lists(st.integers(0, 10), min_size=3, max_size=3)))
    configure = {
        "tSeason": slots * 10**9,
        "tSlot": 10**9,
        "nNumSeasons": seasons,
        "nNumNeighbours": neighbours,
        **dict(zip(("fQuantileLower", "fQuantileMiddle", "fQuantileUpper"), (q / 10 for q in tenths), strict=True)),
        "nMinResiduals": draw(st.integers(1, seasons * (2 * neighbours + 1))),
        "nMaxForecast": draw(st.integers(0, 4)),
    }
    return Setup(calls=(("Configure", configure),))


def sensor_words(cls, setup):
    """An update counter that sometimes stays, and four words."""

    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        words = rng.integers(0, 2**32, (rows, 4)) & rng.choice([0x0FFF0FFF, 0xFFFFFFFF, 0x00FF00FF], (rows, 4))
        values = np.column_stack([np.cumsum(rng.integers(0, 2, rows)), words]).astype(float)
        times = np.cumsum(rng.integers(1, 10**9, rows)).astype(np.uint64)
        return Stream(times, values, origin=f"words({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 60))


LAWS_WITH = {
    FB_ALY_AM8xxxSSD: {"streams_of": sensor_words},
    FB_ALY_ArrayStatistics: {"streams_of": array_streams},
    FB_ALY_BandwidthClassificator_3Ch: {"streams_of": bands},
    FB_ALY_Bitmask: {"streams_of": whole_numbers},
    FB_ALY_CorrelationFunction: {"setups_of": correlations()},
    FB_ALY_CorrelationFunctionReference: {"setups_of": references()},
    FB_ALY_DynamicTimeWarping: {"setups_of": warpings()},
    FB_ALY_ForecastBand: {"setups_of": forecast_bands()},
    FB_ALY_HalfSpaceTrees: {"setups_of": half_space_trees()},
    FB_ALY_IsolationForest: {"setups_of": isolation_forests()},
    FB_ALY_LinearRegressionFitting: {"setups_of": fittings()},
    FB_ALY_LinearRegressionInference: {"setups_of": inferences()},
    FB_ALY_MathOperation: {"setups_of": math_operations(True, False)},
    FB_ALY_MathOperation_1Ch: {"setups_of": math_operations(False, True)},
    FB_ALY_Mean_1Ch: {"setups_of": cascades()},
    FB_ALY_Multiplexer: {"streams_of": selection_streams},
    FB_ALY_RMS_1Ch: {"setups_of": cascades()},
    FB_ALY_SankeyDiagram: {"setups_of": sankeys(), "streams_of": flow_streams},
    FB_ALY_Scaler: {"setups_of": scalers()},
    FB_ALY_SectionTimer_1Ch: {"setups_of": sections()},
    FB_ALY_SequentialKMeans: {"setups_of": kmeans()},
    FB_ALY_ShapeReconstruction: {"setups_of": shape_reconstructions()},
    FB_ALY_StatImputer: {"setups_of": imputers(), "streams_of": streams_with_gaps},
    FB_ALY_TimeBasedEnvelope_1Ch: {"setups_of": envelopes()},
    FB_ALY_TimespanCompare_1Ch: {"streams_of": span_streams},
    FB_ALY_TimespanOperation: {"setups_of": timespan_operations(), "streams_of": timespan_streams},
    FB_ALY_XtsMovementAnalysis: {"setups_of": movements()},
}
