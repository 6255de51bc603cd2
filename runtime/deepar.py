"""DeepAR, a recurrent network that forecasts quantiles, trained and asked through GluonTS on PyTorch (extra `deepar`).

Source: Salinas, Flunkert, Gasthaus, Januschowski 2020. The forecasts go to FB_ALY_ForecastBand.SetForecast. Training
takes a minute or so and belongs into the command `alycat train-forecast`, a forecast takes a second; neither is for
the cycle. All channels are trained in one network, which sees them as further examples of the same kind of
series; that, dropout, and ending when a validation window is no longer forecast better keep a short recording from
being learnt by heart.

A model is one file: the weights and the settings as arrays (numpy's .npz, without pickled objects).
"""

import contextlib
import dataclasses
import json
import logging
import random
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .dctime import to_datetime
from .errors import AlycatError, ExtraMissing, RangeError, RecordingError
from .files import replacing

FORMAT, VERSION = "alycat DeepAR model", 1
MINUTE_NS = 60 * 10**9
Progress = Callable[[int, int, float, float], None]  # epochs done, all of them, loss of the window, the least so far


class ModelError(AlycatError, ValueError):
    """A file holds no model, or a damaged one."""


@dataclass(frozen=True)
class Settings:
    """What a model is and how it is trained.

    length: slots of a forecast. context: slots that it looks back at besides the lags, as many as `length` when 0.
    patience: epochs without a better forecast of the validation window before training ends.
    """

    length: int = 144
    context: int = 0
    layers: int = 1
    cells: int = 40
    dropout: float = 0.3
    rate: float = 1e-3
    epochs: int = 60
    patience: int = 8
    batches: int = 50
    seed: int = 1


@dataclass(frozen=True, eq=False)
class DeepAR:
    """A trained model. `losses` has the loss of the validation window after each epoch; the best one was kept."""

    settings: Settings
    channels: tuple[str, ...]
    slot_ns: int
    losses: tuple[float, ...]
    weights: dict[str, NDArray[Any]]

    def forecast(
        self,
        timestamps: NDArray[np.uint64],
        values: ArrayLike,
        quantiles: Sequence[float] = (0.01, 0.5, 0.99),
        paths: int = 500,
        seed: int = 1,
    ) -> tuple[int, NDArray[np.float64]]:
        """The time of the first slot after the given rows of one channel, and a row of quantiles for each slot.

        Fits SetForecast: ``fb.SetForecast(start, bands, bands.nbytes)``.
        """
        slot_ns = even_distance(timestamps)
        if slot_ns != self.slot_ns:
            raise RangeError(f"rows are {slot_ns} ns apart, the model was trained with {self.slot_ns} ns")
        with _quietly(seed) as torch:
            estimator = _estimator(self.settings, self.slot_ns)
            network = estimator.create_lightning_module()
            network.load_state_dict({n: torch.from_numpy(np.array(w)) for n, w in self.weights.items()})
            predictor = estimator.create_predictor(estimator.create_transformation(), network)
            series = _series(timestamps, [np.asarray(values, np.float64)], self.slot_ns)
            (found,) = predictor.predict(series, num_samples=paths)
            bands = np.column_stack([found.quantile(q) for q in quantiles]).astype(np.float64)
        return int(timestamps[-1]) + self.slot_ns, np.sort(bands, axis=1)

    def save(self, path: Path) -> None:
        """Writes the file as a whole, or leaves the one that is there."""
        head = {"format": FORMAT, "version": VERSION, "channels": self.channels, "slot_ns": self.slot_ns}
        head |= {"losses": self.losses, "settings": dataclasses.asdict(self.settings)}
        arrays: dict[str, Any] = {f"weight {name}": weight for name, weight in self.weights.items()}
        with replacing(path) as file:
            np.savez(file, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)

    @classmethod
    def load(cls, path: Path) -> "DeepAR":
        """Reads a file that `save` has written; ModelError when it holds something else."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
                head = json.loads(bytes(found["head"]))
                weights = {n.removeprefix("weight "): found[n] for n in found.files if n != "head"}
            if (head["format"], head["version"]) != (FORMAT, VERSION):
                raise KeyError("format")
            settings = Settings(**head["settings"])
            return cls(settings, tuple(head["channels"]), head["slot_ns"], tuple(head["losses"]), weights)
        except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path} holds no DeepAR model of version {VERSION}, or is damaged ({error})") from None


def train(
    timestamps: NDArray[np.uint64],
    channels: dict[str, NDArray[np.float64]],
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> DeepAR:
    """Trains a model on channels with the same times; the last `length` rows are the validation window.

    Raises RecordingError when the rows are not evenly apart or too few, ExtraMissing without the extra.
    """
    settings = settings or Settings()
    slot_ns = even_distance(timestamps)
    if len(timestamps) < 3 * settings.length:
        needed = 3 * settings.length
        raise RecordingError(f"{len(timestamps)} rows, at least {needed} (3 x length {settings.length}) are needed")
    losses: list[float] = []
    with _quietly(settings.seed), tempfile.TemporaryDirectory() as folder:
        watcher = _watcher(settings, losses, progress)
        estimator = _estimator(settings, slot_ns, folder, watcher)
        columns, kept = list(channels.values()), len(timestamps) - settings.length
        training = _series(timestamps[:kept], [column[:kept] for column in columns], slot_ns)
        done = estimator.train_model(training, _series(timestamps, columns, slot_ns))
        weights = {name: tensor.numpy().copy() for name, tensor in done.trained_net.state_dict().items()}
    return DeepAR(settings, tuple(channels), slot_ns, tuple(losses), weights)


def even_distance(timestamps: NDArray[np.uint64]) -> int:
    """ns from row to row, which has to be the same everywhere; RecordingError names the first place where it is not."""
    if len(timestamps) < 2:
        raise RecordingError("at least 2 rows are needed")
    steps = np.diff(timestamps.astype(np.int64))
    wrong = np.flatnonzero(steps != steps[0])
    if len(wrong):
        row = int(wrong[0]) + 2
        raise RecordingError(f"row {row} comes {steps[row - 2]} ns after the one before, the others {steps[0]} ns")
    return int(steps[0])


# ---- GluonTS ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _quietly(seed: int) -> Iterator[Any]:
    """The module torch, with its random numbers from the seed, without what the libraries tell on the side."""
    kept = random.getstate(), np.random.get_state()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import gluonts.torch  # noqa: F401
            import torch
        except ImportError as error:
            text = f"DeepAR needs the extra deepar: pip install 'alycat[deepar]' ({error})"
            raise ExtraMissing(text) from None
        loggers = [logging.getLogger(n) for n in ("lightning", "lightning.pytorch", "lightning.fabric", "gluonts")]
        levels, threads = [logger.level for logger in loggers], torch.get_num_threads()
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            with torch.random.fork_rng(devices=[]):
                torch.set_num_threads(1)  # sums over several threads would differ from machine to machine
                torch.manual_seed(seed)
                random.seed(seed)
                np.random.seed(seed)
                yield torch
        finally:
            torch.set_num_threads(threads)
            random.setstate(kept[0])
            np.random.set_state(kept[1])
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def frequency(slot_ns: int) -> str:
    """The distance of rows in the words of pandas."""
    for unit, size in (("h", 60 * MINUTE_NS), ("min", MINUTE_NS), ("s", 10**9), ("ms", 10**6)):
        if slot_ns % size == 0:
            return f"{slot_ns // size}{unit}"
    raise RecordingError(f"rows are {slot_ns} ns apart; whole milliseconds are needed")


def _series(timestamps: NDArray[np.uint64], columns: Sequence[NDArray[np.float64]], slot_ns: int) -> Any:
    import pandas as pd
    from gluonts.dataset.common import ListDataset

    start = pd.Period(to_datetime(int(timestamps[0])).replace(tzinfo=None), frequency(slot_ns))
    return ListDataset([{"start": start, "target": column} for column in columns], freq=frequency(slot_ns))


def _estimator(settings: Settings, slot_ns: int, folder: str = "", watcher: Any = None) -> Any:
    from gluonts.torch import DeepAREstimator

    trainer: dict[str, Any] = {"accelerator": "cpu", "max_epochs": settings.epochs, "logger": False}
    trainer |= {"enable_progress_bar": False, "enable_model_summary": False}
    if watcher is not None:
        trainer |= {"default_root_dir": folder, "callbacks": [watcher]}
    return DeepAREstimator(
        frequency(slot_ns),
        settings.length,
        context_length=settings.context or settings.length,
        num_layers=settings.layers,
        hidden_size=settings.cells,
        lr=settings.rate,
        dropout_rate=settings.dropout,
        num_batches_per_epoch=settings.batches,
        trainer_kwargs=trainer,
    )


def _watcher(settings: Settings, losses: list[float], progress: Progress | None) -> Any:
    """A callback that notes the losses, tells of progress and ends the training in time."""
    from lightning.pytorch import Callback

    class Watcher(Callback):  # type: ignore[misc]
        def on_validation_epoch_end(self, trainer: Any, _module: Any) -> None:
            if trainer.sanity_checking:
                return
            losses.append(float(trainer.callback_metrics["val_loss"]))
            best = losses.index(min(losses))
            if progress is not None:
                progress(len(losses), settings.epochs, losses[-1], losses[best])
            if len(losses) - 1 - best >= settings.patience:
                trainer.should_stop = True

    return Watcher()
