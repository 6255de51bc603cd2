"""The benchmark's streams: W1..W4 of the shared folder where there is one, else own ones of the same character."""

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
SEC = 1_000_000_000


@dataclass(frozen=True)
class Workload:
    """One stream with the block's parameters for it; `warm` rows are learnt before anything is timed."""

    name: str
    points: np.ndarray
    eps: float
    mu_beta: float
    decay: float
    eps_dbscan: float
    min_weight: float
    pot_size: int
    out_size: int
    step_s: float
    warm: int

    @property
    def channels(self) -> int:
        return int(self.points.shape[1])

    @property
    def times(self) -> np.ndarray:
        """Time stamps: any start but 0, then one cycle time after the other."""
        return np.uint64(SEC) + np.arange(len(self.points), dtype=np.uint64) * np.uint64(round(self.step_s * SEC))

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "fEps": self.eps,
            "fMuBeta": self.mu_beta,
            "fLambda": self.decay,
            "fEpsDBSCAN": self.eps_dbscan,
            "fMinWeightDBSCAN": self.min_weight,
            "nPotMCsBufferSize": self.pot_size,
            "nOutMCsBufferSize": self.out_size,
        }

    def block(self) -> Any:
        """A fresh configured block for this stream."""
        from alycat.blocks import FB_ALY_DenStream

        block = FB_ALY_DenStream(self.channels)
        if not block.Configure(**self.parameters):
            raise SystemExit(f"{self.name}: Configure refused: {block.ipResultMessage}")
        return block


def shared_folder() -> Path | None:
    """$ALYCAT_SHARED, or `shared` beside the project; None when it holds no DenStream workloads."""
    folder = Path(os.environ.get("ALYCAT_SHARED") or PROJECT.parent / "shared") / "bench"
    return folder if (folder / "denstream_workloads.py").is_file() else None


def workloads(names: list[str], rows: int | None = None) -> Iterator[Workload]:
    """The chosen workloads, cut to `rows`; made one at a time, they are large."""
    folder = shared_folder()
    module = load_module(folder / "denstream_workloads.py") if folder else None
    for name in names or (list(module.ALL) if module else list(OWN)):
        if module is None:
            made = OWN[name](rows or 100_000)
        else:
            points, _, c = module.make(name)
            made = points, c["eps"], c["mubeta"], c["lam"], c["epsDB"], c["minW"], c["capP"], c["capO"], c["dt"]
        points = np.ascontiguousarray(made[0][:rows])
        yield Workload(name, points, *made[1:], warm=min(20_000, len(points) // 3))


def known_names() -> list[str]:
    folder = shared_folder()
    return list(load_module(folder / "denstream_workloads.py").ALL) if folder else list(OWN)


def load_module(path: Path) -> Any:
    """A module by its path, without touching sys.path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- own streams, for a machine without the shared folder; named differently because their figures are others ---------


def _ring(rows: int) -> tuple[Any, ...]:
    """Two dimensions, few wandering blobs and some noise."""
    rng = np.random.default_rng(11)
    angle = 2 * np.pi * (rng.integers(0, 6, rows) / 6 + np.arange(rows) / 300_000)
    points = 0.5 + 0.3 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.035, (rows, 2))
    noise = rng.random(rows) < 0.04
    points[noise] = rng.random((noise.sum(), 2))
    return points, 0.04, 20.0, 0.02, 0.08, 250.0, 256, 512, 0.01


def _band(rows: int) -> tuple[Any, ...]:
    """Two dimensions, two sine bands made of many small micro-clusters."""
    rng = np.random.default_rng(12)
    along, upper = rng.random(rows), rng.integers(0, 2, rows)
    across = 0.35 + 0.3 * upper + 0.1 * np.sin(2 * np.pi * along) + rng.normal(0, 0.008, rows)
    return np.column_stack([along, across]), 0.014, 10.0, 0.01, 0.07, 60.0, 256, 512, 0.01


def _octets(rows: int) -> tuple[Any, ...]:
    """Eight dimensions, two dozen resting blobs."""
    rng = np.random.default_rng(13)
    centres = 0.15 + 0.7 * rng.random((24, 8))
    points = centres[rng.integers(0, 24, rows)] + rng.normal(0, 0.03, (rows, 8))
    return points, 0.075, 10.0, 0.01, 0.15, 60.0, 512, 1024, 0.01


def _modes(rows: int) -> tuple[Any, ...]:
    """Thirty-two dimensions, 900 tight modes in walks of forty."""
    rng = np.random.default_rng(14)
    steps = rng.normal(0, 0.012, (900, 32))
    steps[::40] = rng.random((23, 32)) * 3
    modes = np.concatenate([np.cumsum(steps[i : i + 40], axis=0) for i in range(0, 900, 40)])
    points = modes[rng.integers(0, 900, rows)] + rng.normal(0, 0.001, (rows, 32))
    return points, 0.012, 3.0, 0.001, 0.1, 5.0, 1280, 1280, 0.01


OWN = {"ring": _ring, "band": _band, "octets": _octets, "modes": _modes}


def frozen_shape(slots: int, channels: int, rows: int) -> Workload:
    """`slots` places visited in turn, each its own potential micro-cluster: nothing is made or deleted once warm."""
    rng = np.random.default_rng(slots * 100 + channels)
    side = int(np.ceil(np.sqrt(slots)))
    places = rng.random((slots, channels))
    places[:, :2] = np.column_stack(np.divmod(np.arange(slots), side)) / side
    warm = 4 * slots
    visits = np.concatenate([np.tile(rng.permutation(slots), 4), rng.integers(0, slots, rows)])
    points = places[visits] + rng.normal(0, 0.02 / side / np.sqrt(channels), (len(visits), channels))
    return Workload(f"{slots} x {channels}", points, 0.2 / side, 2.0, 1e-5, 0.5 / side, 1.0, slots, slots, 0.01, warm)
