"""`alycat learn FILE --block NAME ...`: what a block runs with, learnt from a recording outside any cycle.

A block that learns so has `learn`, a function of a table of values and of parameters with defaults, among them `names`
of the channels; it gives learnt data, as `alycat.runtime.learnt` writes them.
"""

import inspect
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ..errors import PlcError, RangeError, RecordingError, UnknownName, WrongType, one_of
from ..imputation import impute as fill_gaps
from ..learnt import write
from ..recordings import Recording
from ..registry import all_blocks, find_block, short_name
from ..targetpaths import file_folder
from .outputs import check_target
from .replay_command import ReplayCommand, channel_names
from .terminal import columns, console, heading, phases
from .wording import plural, spaced

FROM_RECORDING = ("values", "names")


@click.command(cls=ReplayCommand, short_help="Learns from a recording what a block runs with.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--block", "block_name", required=True, metavar="NAME", help="Block, such as IsolationForest.")
@click.option("--channels", metavar="A,B,...", multiple=True, help="Columns that are the channels 1, 2, ...")
@click.option("--decimal", type=click.Choice([".", ","]), default=".", help="Decimal character of a CSV file.")
@click.option("--impute", metavar="HOW", help="Fill gaps: mean, median, last, constant:0, or knn:5.")
@click.option("--set", "assignments", metavar="NAME=VALUE ...", multiple=True, help="Parameters of the learning.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Output .json.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary for programs.")
def learn(
    file: Path,
    block_name: str,
    channels: tuple[str, ...],
    decimal: str,
    impute: str | None,
    assignments: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Learns from the rows of FILE (CSV or Parquet) what a block runs with.

    Writes it as DATA.BLOCK.json into the folder of files, which is the current one or ALYCAT_FILES, unless --out says
    otherwise; ConfigureFromFile reads it.
    Needs scikit-learn: pip install "alycat[learn]". Gaps have to be filled, see --impute of 'alycat replay'.

    \b
    alycat learn data.csv --block IsolationForest --channels temp,pressure \\
        --set trees=100 contamination=0.01 seed=42
    alycat replay data.csv --block IsolationForest --channels temp,pressure \\
        --time ts --set tTimeout=5s sFilePath=data.IsolationForest.json
    """
    block = find_block(block_name)
    if not hasattr(block, "learn"):
        able = one_of(short_name(b.__name__) for b in all_blocks() if hasattr(b, "learn"))
        raise PlcError(f"{short_name(block.__name__)} learns nothing from a file; blocks that do: {able}")
    parameters = read_parameters(block, assignments)
    target = out or file_folder() / f"{file.stem}.{short_name(block.__name__)}.json"
    if out:
        check_target(target, (".json",), file)
    with phases() as progress:
        progress.begin(f"reading {file.name}")
        recording = Recording.read(
            file, channels=channel_names(file, channels, None, block), cycle="1s", decimal=decimal
        )
        if impute is not None:
            progress.begin(f"filling gaps by {impute}")
            recording = fill_gaps(recording, impute)
        _refuse_gaps(recording)
        progress.begin(f"learning from {len(recording):,} rows")
        learnt = block.learn(recording.values, names=recording.names, **parameters)
        write(target, learnt)
    found = {"file": str(file), "block": block.__name__, "channels": list(recording.names), "rows": len(recording)}
    _print(found | {"imputed": sum(recording.imputed), "learnt": str(learnt), "written": from_here(target)}, as_json)


def read_parameters(block: Any, assignments: Iterable[str]) -> dict[str, Any]:
    """The parameters of the block's `learn` by name: whole numbers or numbers, as their annotation says."""
    known = {n: p for n, p in inspect.signature(block.learn).parameters.items() if n not in FROM_RECORDING}
    found: dict[str, Any] = {}
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        if name not in known:
            raise UnknownName(f"--set {name}: no parameter of learning; there are {one_of(known)}")
        if name in found:
            raise WrongType(f"--set {name}: given twice, as {found[name]} and {text}")
        is_number = "float" in str(known[name].annotation)
        try:
            found[name] = float(text) if is_number else int(text)
        except ValueError:
            wanted = "a number" if is_number else "a whole number"
            raise RangeError(f"--set {assignment}: {text!r} is not {wanted}") from None
    return found


def _refuse_gaps(recording: Recording) -> None:
    gaps = recording.rows_missing() | recording.rows_not_finite()
    if gaps.any():
        count, first = plural(int(gaps.sum()), "row"), int(gaps.argmax()) + 1
        raise RecordingError(f"{count} with a missing or non-finite value, the first is row {first}; give --impute")


def from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    out = console()
    heading(out, f"{Path(found['file']).name} for {found['block']}")
    rows = f"{spaced(found['rows'])}, channels {', '.join(found['channels'])}"
    filled = [("Imputed", plural(found["imputed"], "value"))] if found["imputed"] else []
    columns(out, [("Rows", rows), *filled, ("Learnt", found["learnt"]), ("Written", found["written"])])
