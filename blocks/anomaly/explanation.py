"""Why a score is what it is, as JSON text in the shape of Kinesis RANDOM_CUT_FOREST_WITH_EXPLANATION."""

import json
from collections.abc import Sequence

import numpy as np

CHANNEL = np.dtype([("high", "f8"), ("low", "f8"), ("attribution", "f8"), ("strength", "f8"), ("is_high", "?")])


def channel_table(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """One row per channel: the parts of the score, their sum, and how clear the direction is."""
    table = np.zeros(len(high), CHANNEL)
    table["high"], table["low"] = high, low
    table["attribution"], table["strength"], table["is_high"] = high + low, np.abs(high - low), high > low
    return table


def json_text(table: np.ndarray, names: Sequence[str], with_direction: bool) -> str:
    """An object: name -> DIRECTION and STRENGTH (where asked for), ATTRIBUTION_SCORE, as texts with four decimals."""
    entries: dict[str, dict[str, str]] = {}
    for name, row in zip(names, table, strict=True):
        entry = {"ATTRIBUTION_SCORE": f"{row['attribution']:.4f}"}
        if with_direction:
            entry = {"DIRECTION": "HIGH" if row["is_high"] else "LOW", "STRENGTH": f"{row['strength']:.4f}"} | entry
        entries[name] = entry
    return json.dumps(entries)
