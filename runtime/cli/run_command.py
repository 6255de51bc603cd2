"""`alycat run SCRIPT.py`: the cyclic tasks of a script, on the virtual or the real-time clock."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..clock import RealTimeClock, VirtualClock, stopwatch
from ..dctime import format_duration, format_timestamp, parse_duration
from ..errors import PlcError, RangeError
from ..plc import Plc, RunResult
from ..symbols import blocks_of
from ..task import Task, TaskState
from .following import following, stopping_on_signals
from .scripts import explain, load_plc
from .terminal import columns, console, heading, phases
from .wording import plural, spaced

if TYPE_CHECKING:
    from ..ads.server import AdsServer


@click.command(short_help="Runs a script's cyclic tasks.")
@click.argument("script", type=click.Path(path_type=Path))
@click.option("--cycles", type=click.IntRange(min=0), metavar="N", help="Cycles of the fastest task.")
@click.option("--duration", metavar="60s", help="How long, in the time of the Plc.")
@click.option("--realtime", is_flag=True, help="Follow the real time instead of running as fast as possible.")
@click.option("--ads", is_flag=True, help="Serve it to ADS clients meanwhile, in real time.")
@click.option("--ads-host", default="127.0.0.1", metavar="ADDRESS", help="Where to serve it [127.0.0.1].")
@click.option("--state", type=click.Path(path_type=Path), metavar="FILE", help="Restored if there, saved at the end.")
@click.option("--persistent", type=click.Path(path_type=Path), metavar="FILE", help="Keeps persistent data.")
@click.option("--json", "as_json", is_flag=True, help="Print the results for programs.")
@click.pass_context
def run(
    ctx: click.Context,
    script: Path,
    cycles: int | None,
    duration: str | None,
    realtime: bool,
    ads: bool,
    ads_host: str,
    state: Path | None,
    persistent: Path | None,
    as_json: bool,
) -> None:
    """Runs the Plc that SCRIPT defines: its variable plc, or the only one of that type.

    The first limit given ends the run; without one it goes on until Ctrl-C, on either clock. Ctrl-C and SIGTERM let
    the present cycle end and then save the state as any other end does; when a limit was given the exit code is then
    130 (143). A script that also runs with plain python guards plc.run(...) with if __name__ == "__main__":.

    If a program raises, its task stands still, the other tasks go on; the exit code is 1 and the state is not saved,
    so that FILE keeps the one before.

    --persistent keeps what a PLC keeps over a restart: variables declared persistent and the data of blocks with
    bPersistent. FILE is read at the start if it is there, and written at the end. A changed program finds in it what
    still fits, while --state wants the same program again.

    With --ads any ADS client can browse, read, write and subscribe to the Plc, and start and stop it; a Plc on a
    SteppedClock is stepped by a client. See alycat plc for more ways to serve.

    \b
    alycat run samples/denstream_sample.py --duration 60s
    alycat run samples/denstream_sample.py --realtime --state pump.state
    """
    if duration is not None and parse_duration(duration, "--duration") < 0:
        raise RangeError(f"--duration: {duration!r} is negative")
    for option, path in (("--state", state), ("--persistent", persistent)):
        if path is not None:
            _check_target(option, path)
    with phases() as progress:
        progress.begin(f"loading {script.name} (compiles its blocks when first used)")
        plc = load_plc(script)
        stepped = plc.clock.externally_stepped
        if (realtime or (ads and not stepped)) and not isinstance(plc.clock, RealTimeClock):
            plc.clock = RealTimeClock()
        if not isinstance(plc.clock, (RealTimeClock, VirtualClock)) or (plc.clock.externally_stepped and not ads):
            raise PlcError(f"{script}: {type(plc.clock).__name__} is stepped by its owner; alycat run cannot do that")
        if not plc.tasks:
            raise PlcError(f"{script}: {plc.name} has no tasks; plc.task(...) adds one")
        _load_kernels(plc)
        restored = _restore(plc, state)
        if persistent is not None:
            plc.keep_persistent(persistent)
        fastest = min(plc.tasks, key=lambda task: task.cycle_time_ns)
        lateness = Lateness(plc) if isinstance(plc.clock, RealTimeClock) else None
        watch = stopwatch()
        with (
            following(fastest, progress, f"running {script.name}", _expected(fastest, cycles, duration)),
            stopping_on_signals(plc) as interruption,
            _served(plc, script, ads_host) if ads else nullcontext() as server,
        ):
            if server and cycles is None and duration is None:
                result = server.operate(lambda: interruption.signal != 0)
            else:  # a signal while the server started came too early to end the run
                until = (lambda: interruption.signal != 0) if server else None
                result = plc.run(cycles=cycles, duration=duration, until=until)
        elapsed_ns = watch()
        errors = [explain(task, script) for task in plc.tasks if task.error]
        saved = state is not None and not errors
        if saved:
            plc.save(state)  # type: ignore[arg-type]
    problems = plc.persistent.problems if plc.persistent else {}
    found = {
        "script": str(script),
        "clock": "real time" if lateness else "virtual",
        "reason": _reason(result.reason, interruption.signal),
        "end": format_timestamp(result.end_ns),
        "elapsed_s": round(elapsed_ns / 1e9, 3),
        "tasks": [_facts(task, result, elapsed_ns, lateness) for task in plc.tasks],
        "restored": restored,
        "saved": str(state) if saved else None,
        "persistent": str(plc.persistent.path) if plc.persistent else None,
        "not_taken_over": problems,
        "errors": errors,
    }
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        _print(found)
    for symbol, problem in problems.items():
        where = f"{found['persistent']}: {symbol}: " if symbol else ""
        click.echo(f"alycat: {where}{problem}", err=True)
    for error in errors:
        kept = f"; {state} is not overwritten" if state is not None else ""
        click.echo(f"alycat: {script}: {error}{kept}", err=True)
    if errors:
        ctx.exit(1)
    if interruption.signal and (cycles is not None or duration is not None):
        ctx.exit(128 + interruption.signal)


@contextmanager
def _served(plc: Plc, script: Path, host: str) -> Iterator["AdsServer"]:
    from .plc_command import announce, start

    with start(plc, host) as server:
        announce(server, script.name, err=True)  # stdout belongs to the result
        yield server


class Lateness:
    """How long after its due time each cycle has ended: waiting and execution together."""

    def __init__(self, plc: Plc) -> None:
        self._now = plc.clock.now
        self.most_ns: dict[str, int] = {}
        self._total_ns: dict[str, int] = {}
        self._cycles: dict[str, int] = {}
        plc.cycle_finished.append(self._look)

    def _look(self, task: Task) -> None:
        late, name = self._now() - int(task.info.DcTaskTime), task.name
        self.most_ns[name] = max(self.most_ns.get(name, 0), late)
        self._total_ns[name] = self._total_ns.get(name, 0) + late
        self._cycles[name] = self._cycles.get(name, 0) + 1

    def facts(self, task: Task) -> dict[str, int]:
        cycles = self._cycles.get(task.name, 0)
        mean = self._total_ns.get(task.name, 0) // max(cycles, 1)
        return {"mean": mean, "most": self.most_ns.get(task.name, 0)}


def _load_kernels(plc: Plc) -> None:
    """Compiles or loads what the blocks need now, which would else take a second of the first cycle."""
    kinds = {type(block) for _, root in plc.roots() for _, block in blocks_of(root)}
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        if kind.step is not None:
            kind._runner()


def _check_target(option: str, path: Path) -> None:
    """Refuses early what could not be written at the end of a long run."""
    if path.is_dir():
        raise PlcError(f"{option} {path}: is a folder")
    if not path.parent.is_dir():
        raise PlcError(f"{option} {path}: there is no folder {path.parent}")


def _restore(plc: Plc, state: Path | None) -> str | None:
    """Which file the state comes from, None if there is none yet."""
    if state is None or not (state.exists() or state.with_name(f"{state.name}.bak").exists()):
        return None
    restored = plc.restore(state)
    if restored.used_backup:
        click.echo(f"alycat: {restored.problem}; {restored.path} is used instead", err=True)
    return str(restored.path)


def _expected(task: Task, cycles: int | None, duration: str | None) -> int | None:
    by_time = None if duration is None else -(-parse_duration(duration) // task.cycle_time_ns)
    given = [n for n in (cycles, by_time) if n is not None]
    return min(given) if given else None


def _reason(reason: str, number: int) -> str:
    return signal.Signals(number).name if number else reason


def _facts(task: Task, result: RunResult, elapsed_ns: int, lateness: Lateness | None) -> dict[str, Any]:
    cycles = result.cycles[task.name]
    return {
        "task": task.name,
        "cycle_time_ns": task.cycle_time_ns,
        "cycles": cycles,
        "cycles_in_all": task.cycles,
        "cycles_per_s": round(cycles * 1e9 / max(elapsed_ns, 1)),
        "exceeded": task.exceed_counter,
        "skipped_ticks": task.skipped_ticks,
        "ended_after_due_ns": lateness.facts(task) if lateness else None,
        "state": task.state.value,
    }


def _print(found: dict[str, Any]) -> None:
    out = console()
    heading(out, f"{found['script']} on the {found['clock']} clock")
    rows = [("Ended", f"{_ENDS.get(found['reason'], 'by ' + found['reason'])}, at {found['end']} UTC")]
    if found["restored"]:
        rows.append(("Restored", found["restored"]))
    for task in found["tasks"]:
        rows.append((task["task"], ", ".join(_task_words(task))))
    if found["saved"]:
        rows.append(("Saved", found["saved"]))
    if found["persistent"]:
        rows.append(("Persistent", found["persistent"]))
    columns(out, rows)


_ENDS = {
    "SIGINT": "by Ctrl-C",
    "cycles": "after the cycles asked for",
    "duration": "after the duration asked for",
    "stopped": "by the script",
    "error": "as no task is left running",
}


def _task_words(task: dict[str, Any]) -> Iterator[str]:
    more = f" ({spaced(task['cycles_in_all'])} in all)" if task["cycles_in_all"] != task["cycles"] else ""
    yield f"{spaced(task['cycles'])} cycles of {format_duration(task['cycle_time_ns'])}{more}"
    late = task["ended_after_due_ns"]
    if late is None:
        yield f"{spaced(task['cycles_per_s'])} cycles/s"
    else:
        yield f"ended {late['mean'] / 1e6:.2f} ms after due, at most {late['most'] / 1e6:.2f} ms"
    yield f"cycle time exceeded {plural(task['exceeded'], 'time')}"
    yield "state " + ("ERROR" if task["state"] == TaskState.ERROR.value else task["state"])
