"""Values for the gaps of a recording, before it reaches a block.

    filled = impute(recording, "mean")     # median, last, constant:0, knn:5
    filled.imputed                         # how many values each channel got

The statistics are those of FB_ALY_StatImputer, row by row in the order of the recording, so a value stands for a gap
that was known before it. KNN looks at the whole recording, also at later rows, and needs ``alycat[learn]``.
"""

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ExtraMissing, RangeError, RecordingError
from .recordings import Recording
from .registry import find_block

WAYS = "mean, median, median:31, last, constant:0, knn:5"
STATISTICS = ("mean", "median", "last", "constant")


def impute(recording: Recording, how: str) -> Recording:
    """The recording with all gaps among its numbers filled, not those among its texts; NaN and infinities are gaps too.

    Parameters
    ----------
    how
        mean (of the values so far), median (of the latest 31, or as many as follow a colon), last, constant:VALUE, or
        knn:NEIGHBOURS

    Raises
    ------
    RangeError
        For a text that is none of these.
    RecordingError
        When a channel has no value at all, or there are no channels of numbers.
    """
    kind, _, text = how.strip().lower().partition(":")
    if not recording.names:
        raise RecordingError("gaps are filled among numbers; the recording has no channel of numbers")
    gaps = ~np.isfinite(recording.values)
    if kind == "knn":
        filled = fill_by_neighbours(recording.values, _count(how, text, 5), recording.names)
    elif kind in STATISTICS:
        filled = _by_statistic(recording.values, how, kind, text)
    else:
        raise RangeError(f"{how!r} is no way to impute; allowed are {WAYS}")
    counts = tuple(int(count) for count in gaps.sum(axis=0))
    none_missing = np.zeros_like(recording.missing)
    return dataclasses.replace(recording, values=filled, missing=none_missing, imputed=counts, imputed_by=how)


def fill_by_neighbours(values: Any, neighbours: int = 5, names: tuple[str, ...] = ()) -> NDArray[np.float64]:
    """A table (rows, channels) in which a gap takes the mean of that channel over the nearest rows that have it.

    By scikit-learn's KNNImputer: Euclidean distance over the channels that both rows have. Channels are not scaled, so
    one with large numbers (a counter, a serial number) decides alone who is near; scale them first or leave it out.
    The effort grows with the square of the rows.

    Raises
    ------
    ExtraMissing
        Without scikit-learn (``alycat[learn]``).
    RecordingError
        When a channel has no value at all.
    """
    try:
        from sklearn.impute import KNNImputer
    except ImportError:
        raise ExtraMissing('KNN imputation needs scikit-learn: pip install "alycat[learn]"') from None
    if neighbours < 1:
        raise RangeError(f"{neighbours} neighbours, at least 1 is needed")
    table = np.array(values, np.float64)
    table[~np.isfinite(table)] = np.nan
    for channel in np.flatnonzero(np.isnan(table).all(axis=0)):
        name = names[channel] if names else channel + 1
        raise RecordingError(f"channel {name} has no value at all; there is nothing to impute from")
    filled: NDArray[np.float64] = KNNImputer(n_neighbors=neighbours).fit_transform(table)
    return filled


def _by_statistic(values: NDArray[np.float64], how: str, kind: str, text: str) -> NDArray[np.float64]:
    block = find_block("StatImputer")
    imputer = block(nNumChannels=values.shape[1])
    more: dict[str, Any] = {}
    if kind == "constant":
        more["fConstant"] = _number(how, text)
    elif kind == "median":
        more["nMedianSize"] = _count(how, text, 31)
    elif text:
        raise RangeError(f"{how!r}: {kind} takes nothing after a colon; allowed are {WAYS}")
    statistic = block.methods["Configure"].inputs[0].type.wrapper[kind.capitalize()]
    if not imputer.Configure(statistic, **more):
        raise RangeError(f"{how!r}: {imputer.ipResultMessage.sEventText}")
    trace = imputer.replay(None, values)
    refused = np.flatnonzero(trace["bError"])
    if len(refused):
        raise RecordingError(f"row {refused[0] + 1}: a value is too large to be imputed from")
    return np.ascontiguousarray(trace["pArrayOut"])


def _number(how: str, text: str) -> float:
    try:
        value = float(text or "0")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RangeError(f"{how!r}: {text!r} is no finite number; for instance constant:0")
    return value


def _count(how: str, text: str, default: int) -> int:
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) < 2**32:
        raise RangeError(f"{how!r}: {text!r} is no whole number of at least 1; allowed are {WAYS}")
    return int(text)
