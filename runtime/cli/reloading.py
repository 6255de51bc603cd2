"""An online change of a served Plc whenever its script is saved."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ..ads.server import AdsServer
from ..errors import AlycatError
from ..onlinechange import OnlineChange
from .scripts import load_plc

LOOK_S = 0.3
MOST_NAMES = 5


@contextmanager
def reloading(server: AdsServer, script: Path) -> Iterator[None]:
    """While the block runs, another thread looks whether the script was saved."""
    finished = threading.Event()
    thread = threading.Thread(target=_watch, args=(server, script, finished), name="alycat-reload", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join(LOOK_S)


def _watch(server: AdsServer, script: Path, finished: threading.Event) -> None:
    known = _stamp(script)
    while not finished.wait(LOOK_S):
        present = _stamp(script)
        if present and present != known:
            known = present
            _change(lambda: server.online_change(load_plc(script)), server)


def _change(change: Callable[[], OnlineChange], server: AdsServer) -> None:
    try:
        made = change()
    except AlycatError as error:
        click.echo(f"alycat: {error}; the project goes on as it was", err=True)
        return
    number, version = server.plc.app_info.OnlineChangeCnt, server.attendant.image.version
    told = [_names(*pair) for pair in (("new", made.added), ("gone", made.removed), ("begins anew", made.initialised))]
    click.echo("; ".join([f"online change {number}, symbol version {version}", *filter(None, told)]))


def _names(what: str, paths: list[str]) -> str:
    more = f" and {len(paths) - MOST_NAMES} more" if len(paths) > MOST_NAMES else ""
    return f"{what}: {', '.join(paths[:MOST_NAMES])}{more}" if paths else ""


def _stamp(script: Path) -> tuple[int, int] | None:
    """What changes when a file is saved; None while an editor has put it aside."""
    try:
        found = script.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
