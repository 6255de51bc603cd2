"""Setups and streams for the laws of alycat.runtime.testing, for blocks whose parameters have to fit together."""

import numpy as np
from hypothesis import strategies as st

from alycat.blocks import (
    E_ALY_CascadeStartupBehaviour,
    E_ALY_KMeansInitMode,
    E_ALY_MathOperator,
    E_ALY_ShapeError,
    E_ALY_ShapeThreshold,
    E_ALY_ShapeWindow,
    E_ALY_TimespanOperator,
    FB_ALY_ForecastBand,
    FB_ALY_MathOperation,
    FB_ALY_MathOperation_1Ch,
    FB_ALY_Mean_1Ch,
    FB_ALY_RMS_1Ch,
    FB_ALY_SequentialKMeans,
    FB_ALY_ShapeReconstruction,
    FB_ALY_TimespanOperation,
)
from alycat.runtime.testing import Setup, Stream

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
        values = rng.integers(-(2**60), 2**60, (rows, setup.init["nNumChannels"]))
        return Stream(np.arange(1, rows + 1, dtype=np.uint64), values, origin=f"spans({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 40))


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


LAWS_WITH = {
    FB_ALY_ForecastBand: {"setups_of": forecast_bands()},
    FB_ALY_MathOperation: {"setups_of": math_operations(True, False)},
    FB_ALY_MathOperation_1Ch: {"setups_of": math_operations(False, True)},
    FB_ALY_Mean_1Ch: {"setups_of": cascades()},
    FB_ALY_RMS_1Ch: {"setups_of": cascades()},
    FB_ALY_SequentialKMeans: {"setups_of": kmeans()},
    FB_ALY_ShapeReconstruction: {"setups_of": shape_reconstructions()},
    FB_ALY_TimespanOperation: {"setups_of": timespan_operations(), "streams_of": timespan_streams},
}
