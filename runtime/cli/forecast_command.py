"""`alycat train-forecast FILE ...`: trains a DeepAR model for FB_ALY_ForecastBand.SetForecast."""

from pathlib import Path

import click

from ..dctime import format_duration, parse_timestamp
from ..errors import RecordingError
from ..recordings import Recording
from .outputs import check_target
from .replay_command import channel_names
from .terminal import columns, console, phases


@click.command("train-forecast", short_help="Trains a DeepAR forecast model.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--channels", metavar="A,B,...", multiple=True, help="Columns to train with; all in one network.")
@click.option("--time", metavar="COLUMN", help="Column of times: ISO 8601, epoch numbers, or seconds from --start.")
@click.option("--start", metavar="TIME", help="Start (ISO 8601, UTC) of a time column in seconds, or of --cycle.")
@click.option("--cycle", metavar="10min", help="Distance of the rows, where there is no time column.")
@click.option("--until", metavar="TIME", help="Train with the rows before this time only.")
@click.option("--length", type=click.IntRange(1), default=144, help="Rows of a forecast [144].")
@click.option("--epochs", type=click.IntRange(1), default=60, help="Rounds of training at most [60].")
@click.option("--patience", type=click.IntRange(1), default=8, help="Rounds without a better one, then it ends [8].")
@click.option("--layers", type=click.IntRange(1), default=1, help="Layers of the network [1].")
@click.option("--cells", type=click.IntRange(1), default=40, help="Cells of a layer [40].")
@click.option("--dropout", type=click.FloatRange(0, 1, max_open=True), default=0.3, help="Share left out [0.3].")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, help="Where random numbers begin [1].")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.npz", help="The model.")
def train_forecast(
    file: Path,
    channels: tuple[str, ...],
    time: str | None,
    start: str | None,
    cycle: str | None,
    until: str | None,
    length: int,
    epochs: int,
    patience: int,
    layers: int,
    cells: int,
    dropout: float,
    seed: int,
    out: Path,
) -> None:
    """Trains a DeepAR model on the rows of FILE, which have to be evenly apart; needs the extra deepar.

    The last --length rows are the validation window: the model that forecasts them best is kept, and training ends
    when --patience rounds have not forecast them better.

    \b
    alycat train-forecast clicks.csv --channels click,user,page \\
        --time timestamp --until 2020-07-15 --out clicks.npz
    """
    check_target(out, (".npz",), file)
    with phases() as progress:
        progress.begin(f"reading {file.name}")
        names = channel_names(file, channels, time)
        recording = Recording.read(file, time=time, channels=names, start=start, cycle=cycle)
        rows = len(recording)
        if until is not None:
            rows = int(recording.timestamps.searchsorted(parse_timestamp(until, "--until")))
        if rows < 3 * length:
            raise RecordingError(f"{rows} rows to train with, at least 3 x --length = {3 * length} are needed")
        progress.begin("loading PyTorch")
        from ..deepar import Settings, train

        settings = Settings(
            length=length, layers=layers, cells=cells, dropout=dropout, epochs=epochs, patience=patience, seed=seed
        )
        progress.begin("training, first round", total=epochs)

        def tell(_done: int, _all: int, loss: float, best: float) -> None:
            progress.advance(1)
            progress.rename(f"training, validation loss {loss:.4f}, best {best:.4f}")

        values = {name: recording.values[:rows, i] for i, name in enumerate(names)}
        model = train(recording.timestamps[:rows], values, settings, tell)
        model.save(out)
    best = model.losses.index(min(model.losses))
    report = console()
    columns(
        report,
        [
            ("model", str(out)),
            ("trained with", f"{rows} rows of {', '.join(names)}, {format_duration(model.slot_ns)} apart"),
            ("rounds", f"{len(model.losses)} of at most {epochs}; number {best + 1} was kept"),
            ("validation loss", f"{model.losses[0]:.4f} after the first, {model.losses[best]:.4f} of the one kept"),
        ],
    )
