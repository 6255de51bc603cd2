"""What `alycat replay` says at the end: a summary for people and the same for programs."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from ..dctime import format_duration, to_datetime
from .terminal import columns, console, heading
from .wording import plural, spaced

if TYPE_CHECKING:
    from .replaying import Replayed

LISTED_CLUSTERS = 8
REASONS = {
    "missing": "with a missing value",
    "not_finite": "with a NaN or infinite value",
    "not_storable": "with a text of more than 255 characters or outside code page 1252",
    "refused_otherwise": "refused otherwise",
}
"""Why rows have no outputs, in words."""


def report(done: "Replayed", file: Path, written: Sequence[Path]) -> dict[str, Any]:
    """The facts of a replay as plain data."""
    recording, trace = done.recording, done.trace
    found: dict[str, Any] = {
        "file": str(file),
        "block": done.block.__name__,
        "channels": list(recording.channels),
        "settings": done.settings.all(),
        "time": {
            "rule": recording.time_rule,
            "first": _iso(int(recording.timestamps[0])),
            "last": _iso(int(recording.timestamps[-1])),
            "duration_ns": recording.duration_ns,
        },
        "rows": len(recording),
        "imputed": {"by": recording.imputed_by, "values": dict(zip(recording.names, recording.imputed, strict=False))},
        "rows_without_outputs": _refusals(done),
        "replay_s": done.elapsed_ns / 1e9,
        "cycles_per_s": round(len(recording) * 1e9 / max(done.elapsed_ns, 1)),
    }
    accepted = ~trace["bError"]
    fields = trace.dtype.names or ()
    if "nClusterIdx" in fields and "nNumClusters" in fields:
        indices, counts = np.unique(trace["nClusterIdx"][accepted], return_counts=True)
        found["rows_by_cluster"] = {str(i): int(n) for i, n in zip(indices, counts, strict=True)}
    for name in ("nNumClusters", "nNumPotMCs", "nNumOutMCs"):
        if name in fields:
            found[name] = int(trace[name][-1])
    if "bOverflow" in fields:
        found["overflow"] = _overflow(recording.timestamps, trace["bOverflow"])
    if "bNewResult" in fields:
        found["new_results"] = int(trace["bNewResult"].sum())
    found["written"] = [{"file": str(path), "bytes": path.stat().st_size} for path in written]
    return found


def print_report(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, indent=1, default=str))
        return
    out = console()
    heading(out, f"{Path(found['file']).name} through {found['block']}")
    columns(out, list(_lines(found)))


def _refusals(done: "Replayed") -> dict[str, Any]:
    """How many rows the block gave no outputs for, and why."""
    recording, refused = done.recording, done.trace["bError"]
    reasons = {
        "missing": recording.rows_missing(),
        "not_finite": recording.rows_not_finite(),
        "not_storable": recording.rows_not_storable(),
    }
    rows = np.flatnonzero(refused)
    by_channel = np.hstack([recording.missing, recording.missing_texts()]).sum(axis=0)
    return {
        "total": len(rows),
        "first_row": int(rows[0]) + 1 if len(rows) else None,
        "missing_by_channel": dict(zip(recording.channels, by_channel.tolist(), strict=True)),
        **{name: int((found & refused).sum()) for name, found in reasons.items()},
        "refused_otherwise": int((refused & ~np.logical_or.reduce(list(reasons.values()))).sum()),
    }


def _overflow(timestamps: np.ndarray, overflow: np.ndarray) -> dict[str, Any] | None:
    rows = np.flatnonzero(overflow)
    if not len(rows):
        return None
    return {"row": int(rows[0]) + 1, "time": _iso(int(timestamps[rows[0]])), "rows": len(rows)}


def _iso(dc_ns: int) -> str:
    """ISO 8601 with as many digits as the time has."""
    nanoseconds = dc_ns % 10**9
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    return f"{to_datetime(dc_ns):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Rows", f"{spaced(found['rows'])}, channels {', '.join(found['channels'])}"
    time = found["time"]
    yield "Time", f"{time['first']} to {time['last']} ({format_duration(time['duration_ns'])}), read as {time['rule']}"
    if found["imputed"]["by"]:
        yield "Imputed", _imputed_text(**found["imputed"])
    for text in found["taught"]:
        yield "Taught", text
    for text in found["learnt"]:
        yield "Learnt", text
    yield "Without outputs", _refusal_text(found["rows_without_outputs"])
    yield "Speed", f"{spaced(found['cycles_per_s'])} cycles/s ({found['replay_s']:.3g} s for the replay alone)"
    if "rows_by_cluster" in found:
        yield "Clusters", _cluster_text(found)
    elif "new_results" in found:
        yield "New results", spaced(found["new_results"])
    if "nNumPotMCs" in found:
        yield "Micro-clusters", f"{found['nNumPotMCs']} potential, {found['nNumOutMCs']} outlier at the end"
    if "overflow" in found:
        yield "Overflow", _overflow_text(found["overflow"])
    for entry in found["written"]:
        yield "Written", f"{entry['file']} ({_size(entry['bytes'])})"


def _imputed_text(by: str, values: dict[str, int]) -> str:
    by_channel = ", ".join(f"{name} {spaced(n)}" for name, n in values.items() if n)
    return f"{plural(sum(values.values()), 'value')} by {by}" + (f" ({by_channel})" if by_channel else "")


def _refusal_text(refusals: dict[str, Any]) -> str:
    if not refusals["total"]:
        return "no row"
    by_channel = ", ".join(f"{name} {spaced(n)}" for name, n in refusals["missing_by_channel"].items() if n)
    reasons = [f"{spaced(refusals[name])} {words}" for name, words in REASONS.items() if refusals[name]]
    reasons = [f"{reason} ({by_channel})" if reason.endswith(REASONS["missing"]) else reason for reason in reasons]
    return f"{plural(refusals['total'], 'row')}: {', '.join(reasons)}; first row {refusals['first_row']}"


def _cluster_text(found: dict[str, Any]) -> str:
    by_cluster = dict(found["rows_by_cluster"])
    outliers = by_cluster.pop("-1", 0)
    largest = sorted(by_cluster, key=lambda i: (-by_cluster[i], int(i)))
    listed = sorted(largest[:LISTED_CLUSTERS], key=int)
    parts = [f"index {i}: {plural(by_cluster[i], 'row')}" for i in listed]
    if len(largest) > LISTED_CLUSTERS:
        rest = largest[LISTED_CLUSTERS:]
        parts.append(f"{len(rest)} more: {plural(sum(by_cluster[i] for i in rest), 'row')}")
    return f"{found['nNumClusters']} at the end; " + ", ".join([*parts, f"outliers: {plural(outliers, 'row')}"])


def _overflow_text(overflow: dict[str, Any] | None) -> str:
    if overflow is None:
        return "none"
    return f"learning stopped at row {spaced(overflow['row'])} ({overflow['time']}): a buffer was full"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 10**6 else f"{max(size // 1000, 1)} kB"
