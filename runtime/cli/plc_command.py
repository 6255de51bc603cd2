"""`alycat plc`: a simulated Beckhoff PLC, served to ADS clients in real time until Ctrl-C."""

import importlib
import logging
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from ..ads.frames import TCP_PORT
from ..ads.server import DEFAULT_NET_ID, AdsServer
from ..clock import RealTimeClock
from ..dctime import format_duration
from ..errors import PlcError
from ..plc import Plc
from .following import stopping_on_signals
from .reloading import reloading
from .scripts import explain, load_plc
from .terminal import columns, console, heading, phases
from .wording import plural

DEMO_PROJECT = "alycat.sim.plc_project"


@click.command(short_help="Serves a simulated Beckhoff PLC to ADS clients.")
@click.option("--project", type=click.Path(path_type=Path), metavar="FILE.py", help="A script that defines a Plc.")
@click.option("--reload", is_flag=True, help="Online change whenever the script is saved; variables keep their values.")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Where to listen [127.0.0.1].")
@click.option("--net-id", metavar="NETID", help="AMS NetId [the address, then .7.1].")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=TCP_PORT, help="TCP port; most clients know only 48898."
)
@click.option("--allow", multiple=True, metavar="WHO", help="IP address, network or NetId let in; may be repeated.")
@click.option("--flat", is_flag=True, help="List members of structures as symbols too, for clients that need it.")
@click.option("--verbose", is_flag=True, help="Tell of refused and broken connections.")
def plc(
    project: Path | None,
    reload: bool,
    host: str,
    net_id: str | None,
    port: int,
    allow: tuple[str, ...],
    flat: bool,
    verbose: bool,
) -> None:
    """Serves a Plc as a Beckhoff PLC would be seen over ADS, in real time, until Ctrl-C.

    Without --project that is a demo with all kinds of types, counters, methods and a simulated plant. With it, the Plc
    that the script defines, as for alycat run. Several can run at once, on 127.0.0.1, 127.0.0.2 and so on.

    ADS knows no passwords: whoever reaches the port may read, write and stop. Listen beyond this machine only in a
    network that you trust, and with --allow.

    \b
    alycat plc
    alycat plc --project samples/denstream_sample.py --host 127.0.0.2 --reload
    """
    if reload and not project:
        raise click.UsageError("--reload needs the script that is to be watched: --project FILE.py")
    _show_log(verbose)
    with phases() as progress:
        progress.begin("building the project (compiles its blocks when first used)")
        served = load_plc(project) if project else demo_project()
        if not served.clock.externally_stepped and not isinstance(served.clock, RealTimeClock):
            served.clock = RealTimeClock()
    with start(served, host, net_id, port, allow, flat) as server:
        watching = reloading(server, project) if project and reload else nullcontext()
        with stopping_on_signals(served) as interruption, watching:
            announce(server, str(project or "demo project"))
            server.operate(lambda: interruption.signal != 0)
        _farewell(server, project)
    if not interruption.signal:
        raise PlcError(f"{served.name} has ended by itself")


def _show_log(verbose: bool) -> None:
    """Errors in one line each; with verbose warnings, too, and tracebacks."""
    shown = logging.StreamHandler()
    shown.setFormatter((logging.Formatter if verbose else _OneLine)("alycat: %(message)s"))
    logging.basicConfig(handlers=[shown], level=logging.WARNING if verbose else logging.ERROR)


class _OneLine(logging.Formatter):
    def formatException(self, ei: object) -> str:
        return ""


def demo_project() -> Plc:
    """The lively project of the simulated PLC; found by name, for the runtime does not import simulations."""
    built = importlib.import_module(DEMO_PROJECT).build(RealTimeClock())
    assert isinstance(built, Plc)
    return built


def start(
    served: Plc,
    host: str = "127.0.0.1",
    net_id: str | None = None,
    port: int = TCP_PORT,
    allow: tuple[str, ...] = (),
    flat: bool = False,
) -> AdsServer:
    if not served.tasks:
        raise PlcError(f"{served.name} has no tasks; plc.task(...) adds one")
    return served.serve_ads(host, net_id or default_net_id(host), port, allow or None, flat=flat)


def default_net_id(host: str) -> str:
    """The address and .7.1, so that it differs from a client's own; 127.0.0.1.7.1 where that is no address."""
    parts = host.split(".")
    is_address = len(parts) == 4 and all(p.isdecimal() for p in parts) and host != "0.0.0.0"
    return f"{host}.7.1" if is_address else DEFAULT_NET_ID


def announce(server: AdsServer, name: str, err: bool = False) -> None:
    """All that a person needs to connect."""
    out = console(sys.stderr if err else sys.stdout)
    heading(out, f"{name}: {server.plc.name} is served over ADS; Ctrl-C ends it")
    columns(out, list(facts(server).items()))
    out.print()
    out.print("  import pyads", soft_wrap=True)
    call = f'plc = pyads.Connection("{server.net_id}", 851, "{server.host}"); plc.open()'
    out.print(f"  {call}; print(plc.read_state())", soft_wrap=True)
    out.file.flush()


def facts(server: AdsServer) -> dict[str, str]:
    tasks = ", ".join(f"{t.name} {format_duration(t.cycle_time_ns)}" for t in server.plc.tasks)
    symbols = server.attendant.image.symbols()
    example = f", such as {symbols[0].path}" if symbols else ""
    return {
        "Address": f"{server.host}:{server.port} (TCP)",
        "AMS NetId": server.net_id,
        "AMS ports": "851 PLC, 10000 system service, 200 time from outside",
        "Tasks": tasks,
        "Symbols": f"{len(symbols)}{example}",
    }


def _farewell(server: AdsServer, project: Path | None) -> None:
    for task in server.plc.tasks:
        if task.error:
            click.echo(f"alycat: {explain(task, project or Path())}", err=True)
    first = server.plc.tasks[0]
    click.echo(f"ended after {plural(first.cycles, 'cycle')} of {first.name}")
