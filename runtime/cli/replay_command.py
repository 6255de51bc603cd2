"""`alycat replay FILE --block NAME ...`: a recording through a block at compiled speed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from ..dctime import parse_duration, parse_timestamp
from ..errors import PlcError, RecordingError, one_of
from ..recordings import Recording
from ..registry import find_block, short_name
from .assignments import read_assignments
from .outputs import PICTURE_SUFFIXES, TABLE_SUFFIXES, check_target, result_frame, staged, write_table
from .replaying import Replayed, read_columns, read_recording, run
from .settings import Settings
from .terminal import phases

_ASSIGNMENT = re.compile(r"^[A-Za-z_][\w.]*=")


class ReplayCommand(click.Command):
    """Lets one --set take several assignments: ``--set a=1 b=2 c=3``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(repeat_set(args)))


def repeat_set(args: list[str]) -> Iterator[str]:
    """The arguments with a --set before every further assignment that follows one."""
    value_next = more_may_follow = False
    for arg in args:
        if value_next:
            value_next, more_may_follow = False, True
        elif more_may_follow and _ASSIGNMENT.match(arg):
            yield "--set"
        else:
            value_next, more_may_follow = arg == "--set", arg.startswith("--set=")
        yield arg


@click.command(cls=ReplayCommand, short_help="Runs a recording through a block.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--block", "block_name", required=True, metavar="NAME", help="Block, such as DenStream.")
@click.option("--channels", metavar="A,B,...", multiple=True, help="Columns that are the channels 1, 2, ...")
@click.option("--time", metavar="COLUMN", help="Column of times: ISO 8601, epoch numbers, or seconds from --start.")
@click.option("--start", metavar="TIME", help="Start (ISO 8601, UTC) of a time column in seconds, or of --cycle.")
@click.option("--cycle", metavar="10ms", help="Distance of the rows, where there is no time column.")
@click.option("--time-unit", metavar="UNIT", help="s, ms, us or ns for a time column of numbers; default by size.")
@click.option("--decimal", type=click.Choice([".", ","]), default=".", help="Decimal character of a CSV file.")
@click.option("--impute", metavar="HOW", help="Fill gaps: mean, median, last, constant:0, or knn:5 (scikit-learn).")
@click.option(
    "--teach",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="Normal data to learn from first; for templates several.",
)
@click.option("--set", "assignments", metavar="NAME=VALUE ...", multiple=True, help="Inputs of the block.")
@click.option("--parameters", type=click.Path(path_type=Path), metavar="FILE", help="The same from .json or .toml.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Output .csv or .parquet.")
@click.option("--picture", metavar="FILE|none", help="Picture .png, .svg or .pdf, or none.")
@click.option("--axes", metavar="X,Y", help="The two channels that the picture shows as a plane.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary for programs.")
def replay(
    file: Path,
    block_name: str,
    channels: tuple[str, ...],
    time: str | None,
    start: str | None,
    cycle: str | None,
    time_unit: str | None,
    decimal: str,
    impute: str | None,
    teach: tuple[Path, ...],
    assignments: tuple[str, ...],
    parameters: Path | None,
    out: Path | None,
    picture: str | None,
    axes: str | None,
    as_json: bool,
) -> None:
    """Runs the rows of FILE (CSV or Parquet) through a block.

    Writes one row of outputs per row, as DATA.BLOCK.csv in the current folder unless --out says otherwise, and a
    picture. Rows with missing or non-finite values are counted, reported and get no outputs, unless --impute fills
    the gaps: with the mean of the values so far, the median of the latest 31 (median:N), the latest value, a constant,
    or the mean of the nearest rows of the whole file (knn).

    --set takes NAME=VALUE for everything the block takes: inputs of FB_init, Configure and Call, properties, and what
    ConfigureChannel and the Set... methods take. Times are written 10ms or 1h30m, an array or the members of a
    structure with commas between them (stThresholdEdge=GreaterThan,0.5), one member as
    stThresholdEdge.fThreshold=0.5, one channel as channel.2.stThresholdEdge=GreaterThan,0.5, and an input of Call that
    changes from row to row as a column: bStartInterval=@started. 'alycat blocks NAME' shows a line that works.

    A block that runs with learnt data reads a file (sFilePath=Press.tas, below the current folder or ALYCAT_FILES), or
    is taught now: --teach normal.csv runs the block that teaches over the normal data first. Parameters go to whichever
    of both takes their names, teach.NAME=VALUE to the one that teaches only; with sFilePath the file is kept.

    \b
    alycat replay data.csv --block DenStream --channels temp,pressure \\
        --time ts --set fEps=0.15 fMuBeta=2 fLambda=0 fEpsDBSCAN=0.8 \\
        fMinWeightDBSCAN=2 nPotMCsBufferSize=100 nOutMCsBufferSize=100
    """
    from .replay_report import print_report, report
    from .teaching import check_teaching, plan, taught, written_by

    block = find_block(block_name)
    if not hasattr(block, "replay"):
        raise PlcError(f"{short_name(block.__name__)} has no inputs to replay a recording through")
    check_teaching(block, teach)
    names = channel_names(file, channels, time, block)
    lesson = plan(block, read_assignments(assignments, parameters), len(names), teach)
    settings = lesson.settings
    targets = _targets(file, short_name(block.__name__), out, picture)
    if start is not None:
        parse_timestamp(start, "--start")
    if cycle is not None:
        parse_duration(cycle, "--cycle")
    with phases() as progress:
        shown = _shown_axes(axes, names)
        times = {"time": time, "start": start, "cycle": cycle, "time_unit": time_unit, "decimal": decimal}

        def read(path: Path, which: Any = block, count: int | None = None) -> Recording:
            progress.begin(f"reading {path.name}")
            found = read_recording(which, path, names[:count], **times)
            if impute is not None:
                from ..imputation import impute as fill_gaps

                progress.begin(f"filling gaps of {path.name} by {impute}")
                found = fill_gaps(found, impute)
            return found

        def columns(path: Path, settings: Settings) -> dict[str, np.ndarray]:
            return read_columns(path, settings, decimal)

        recording = read(file)
        with taught(lesson, read, columns) as (normal, told):
            done = run(block, settings, recording, progress, columns(file, settings), normal)
        with staged(*targets) as temporary:
            progress.begin(f"writing {targets[0].name}")
            write_table(result_frame(block, recording, done.trace), temporary[0])
            if len(targets) > 1:
                progress.begin(f"drawing {targets[1].name}")
                _draw(done, file, temporary[1], shown)
    summary = report(done, file, targets) | {"taught": told, "learnt": written_by(done.instance)}
    print_report(summary, as_json)


def channel_names(file: Path, channels: tuple[str, ...], time: str | None, block: Any = None) -> list[str]:
    """The columns of all --channels, as many as the block has; one whose name holds a comma has to be given alone.

    Without a block it may be any number of them.
    """
    from ..recording_files import column_names

    present = column_names(file)
    count = None if block is None else block.replay_columns()
    names: list[str] = []
    for text in channels:
        names += [text] if text in present else [part.strip() for part in text.split(",") if part.strip()]
    if not names and count != 0:
        others = one_of(n for n in present if n != time)
        raise RecordingError(f"--channels is missing; the columns of {file} are {others}")
    if count is not None and len(names) != count:
        wanted = f"{count} channel{'s' if count > 1 else ''}" if count else "no channels, leave --channels out"
        given = f"--channels {','.join(names)}: {len(names)} given"
        raise RecordingError(f"{given}; {short_name(block.__name__)} takes {wanted}")
    return names


def _shown_axes(axes: str | None, names: list[str]) -> tuple[str, str] | None:
    if axes is None:
        return None
    pair = [part.strip() for part in axes.split(",")]
    if len(pair) != 2 or any(name not in names for name in pair) or pair[0] == pair[1]:
        raise RecordingError(f"--axes {axes}: two different channels are needed, of {one_of(names)}")
    return pair[0], pair[1]


def _targets(file: Path, block: str, out: Path | None, picture: str | None) -> list[Path]:
    """The files to be written: the outputs and, unless it is not wanted, the picture."""
    table = out or Path(f"{file.stem}.{block}.csv")
    check_target(table, TABLE_SUFFIXES, file)
    if picture is not None and picture.lower() == "none":
        return [table]
    drawing = Path(picture) if picture else table.with_suffix(".png")
    check_target(drawing, PICTURE_SUFFIXES, file)
    return [table, drawing]


def _draw(done: Replayed, file: Path, path: Path, axes: tuple[str, str] | None) -> None:
    from .pictures import draw

    draw(done, f"{file.name} through {done.block.__name__}", path, axes)
