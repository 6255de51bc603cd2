"""Who else runs the same streams: the C yardstick, River, and the plain oracle that says what is right."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from workloads import PROJECT, Workload, load_module, shared_folder

ORACLE = PROJECT / "tests" / "oracle" / "denstream.py"


class Yardstick:
    """denstream_limit.c, compiled into a temporary folder; each run reports the CPU time it measured itself."""

    MODES = ("inc", "slack")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        source = shared_folder()
        assert source is not None
        flags = ["-O3", "-march=native", "-ffp-contract=off"]
        command = ["gcc", *flags, "-o", str(folder / "limit"), str(source / "denstream_limit.c"), "-lm"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        predefined = subprocess.run(
            ["gcc", *flags, "-dM", "-E", "-x", "c", os.devnull], check=True, capture_output=True, text=True
        ).stdout
        wide = "__AVX512F__" in predefined
        self.code = "AVX-512 searches" if wide else "plain C searches (hand-written ones need AVX-512)"

    @staticmethod
    def reason_against() -> str:
        """Why there is no yardstick here; empty when there is one."""
        if shared_folder() is None:
            return "no shared folder beside the project (set ALYCAT_SHARED): own streams, no yardstick"
        return "" if shutil.which("gcc") else "no gcc here: no yardstick"

    def run(self, load: Workload, mode: str) -> tuple[float, np.ndarray]:
        """ns per cycle after the warm rows, and the labels of all rows."""
        data, labels = self.folder / f"{load.name}.f64", self.folder / f"{load.name}.i32"
        if not data.exists():
            load.points.tofile(data)
        numbers = [load.eps, load.mu_beta, load.decay, load.eps_dbscan, load.min_weight]
        sizes = [load.pot_size, load.out_size, load.step_s]
        arguments = [data, *load.points.shape, *numbers, *sizes, mode, load.warm, labels]
        command = [str(self.folder / "limit"), *map(str, arguments)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = re.search(r"mean_ns=([0-9.]+)", said)
        assert found is not None, said
        return float(found[1]), np.fromfile(labels, np.int32)


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="alycat-bench-")


# --- agreement -------------------------------------------------------------------------------------------------------


@dataclass
class Prefix:
    """How far the oracle was followed, and the first row at which it said something else (-1: none)."""

    rows: int
    different_at: int = -1


def against_oracle(load: Workload, labels: np.ndarray, seconds: float) -> Prefix | None:
    """Our labels beside the oracle's for as many rows as fit into the time; None without an oracle."""
    if not ORACLE.is_file():
        return None
    oracle: Any = load_module(ORACLE).DenStreamOracle(load.channels)
    oracle.configure(*load.parameters.values())
    end = time.monotonic() + seconds
    for row, (t, point) in enumerate(zip(load.times.tolist(), load.points.tolist(), strict=True)):
        oracle.call(t, point, True)
        if oracle.nClusterIdx != labels[row]:
            return Prefix(row + 1, row)
        if time.monotonic() > end:
            return Prefix(row + 1)
    return Prefix(len(labels))


def partition_agreement(a: np.ndarray, b: np.ndarray, window: int = 250) -> float:
    """Mean adjusted Rand index over windows of rows, in which clusters keep their numbers; noise is one more label."""
    starts = range(0, len(a) - window + 1, window)
    return float(np.mean([_adjusted_rand(a[s : s + window], b[s : s + window]) for s in starts]))


def _adjusted_rand(a: np.ndarray, b: np.ndarray) -> float:
    left, right = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), 1)
    together, rows, columns, every = (_pairs(v) for v in (table, table.sum(1), table.sum(0), np.array([len(a)])))
    by_chance = rows * columns / every
    most = (rows + columns) / 2
    return 1.0 if most == by_chance else float((together - by_chance) / (most - by_chance))


def _pairs(counts: np.ndarray) -> float:
    return float((counts * (counts - 1)).sum() / 2)


# --- River -----------------------------------------------------------------------------------------------------------


RIVER_START = 1000  # rows that River gathers before it makes its first micro-clusters; not timed


@dataclass
class RiverRun:
    """What River did in its time; `ns` is per cycle over the rows after its start."""

    rows: int
    ns: float
    potential: int
    outliers: int


def run_river(load: Workload, seconds: float) -> RiverRun | None:
    """learn_one and predict_one for each row until the time is over.

    River's parameters, as near as its interface allows: one sample is one unit of time (stream_speed = 1), so that its
    decay per unit is fLambda x cycle time; mu x beta = fMuBeta with beta = 1. It has no fEpsDBSCAN and no
    fMinWeightDBSCAN: micro-clusters are joined within 2 x epsilon, each judged alone. Its radius is 0 for most data
    with an offset, so that it hardly ever makes another micro-cluster after its start: fewer than the block has.
    """
    try:
        from river.cluster import DenStream
    except ImportError:
        return None
    model = DenStream(
        decaying_factor=load.decay * load.step_s,
        beta=1.0,
        mu=load.mu_beta,
        epsilon=load.eps,
        n_samples_init=RIVER_START,
        stream_speed=1,
    )
    keys = range(load.channels)
    samples = [dict(zip(keys, row, strict=True)) for row in load.points[: RIVER_START + 20_000].tolist()]
    for sample in samples[:RIVER_START]:
        model.learn_one(sample)
    rows, start = 0, time.thread_time_ns()
    for sample in samples[RIVER_START:]:
        model.learn_one(sample)
        model.predict_one(sample)
        rows += 1
        if time.thread_time_ns() - start > seconds * 1e9:
            break
    ns = (time.thread_time_ns() - start) / rows
    return RiverRun(rows, ns, len(model.p_micro_clusters), len(model.o_micro_clusters))
