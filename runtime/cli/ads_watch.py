"""The live view of `alycat ads watch`."""

import threading
from collections.abc import Sequence
from queue import Empty
from typing import Any

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..ads.model import AdsState
from ..ads.owner import join
from ..ads.plan import ReadItem, Snapshot
from ..ads.session import Session, Wish
from ..ads.text import show
from ..clock import WallClock, progress_clock
from ..dctime import format_duration, format_timestamp, parse_duration
from ..errors import RangeError

Target = tuple[str, str, int, str]  # host, NetId, port, timeout


def watch_session(out: Console, target: Target, items: Sequence[ReadItem], every: str, count: int | None) -> None:
    """Read until Ctrl-C, or so many times."""
    every_ns = parse_duration(every, "--every")
    if every_ns <= 0:
        raise RangeError(f"--every: {every} must be more than 0")
    host, net_id, port, timeout = target
    session = Session(host, net_id, port, [Wish(item.path, None) for item in items], (), timeout)
    owner = join(session, timeout)
    try:
        session.settled.wait(2 * session.client.timeout_ns * 1e-9)
        view = _Table(out, session, items) if out.is_terminal else _Lines(session, items)
        with view:
            _read_on(session, owner, view, every_ns, count)
    except KeyboardInterrupt:
        return  # the way to end it
    finally:
        owner.leave(session)


def _read_on(session: Session, owner: Any, view: Any, every_ns: int, count: int | None) -> None:
    done, due, pause = 0, progress_clock(), threading.Event()
    while count is None or done < count:
        owner.order_read(session)
        try:
            reading = session.answers.get(timeout=10 * session.client.timeout_ns * 1e-9)
        except Empty:
            reading = None
        view.update(reading.snapshot if reading else None)
        done += 1
        due = max(due + every_ns, progress_clock() - every_ns)
        if done != count:
            pause.wait(max(0, due - progress_clock()) * 1e-9)


class _View:
    """What both views know: the values, and since when they are not good."""

    def __init__(self, session: Session, items: Sequence[ReadItem]) -> None:
        self.session, self.items = session, items
        self.values: list[str] = [""] * len(items)
        self.changed: list[bool] = [False] * len(items)
        self.stale_ns = 0

    def take(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            self.stale_ns = self.stale_ns or progress_clock()
            self.changed = [False] * len(self.items)
            return
        self.stale_ns = 0
        texts = [show(value, item.type) for item, value in zip(self.items, snapshot.values, strict=True)]
        self.changed = [old != new for old, new in zip(self.values, texts, strict=True)]
        self.values = texts

    def status(self) -> str:
        if self.stale_ns:
            return f"no answer for {format_duration((progress_clock() - self.stale_ns) // 10**9 * 10**9)}"
        try:
            return AdsState(self.session.state).name.lower()
        except ValueError:
            return f"state {self.session.state}"


class _Lines(_View):
    """For a pipe: a line per change with the time of this computer, UTC."""

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, snapshot: Snapshot | None) -> None:
        was_stale = bool(self.stale_ns)
        self.take(snapshot)
        now = format_timestamp(WallClock().now())[:23]
        if bool(self.stale_ns) != was_stale:
            click.echo(f"{now} # {self.session.error if self.stale_ns else 'values again'}")
        for item, text, changed in zip(self.items, self.values, self.changed, strict=True):
            if changed:
                click.echo(f"{now} {item.path} {text}")


class _Table(_View):
    """For a terminal: a table that stays in its place."""

    def __init__(self, out: Console, session: Session, items: Sequence[ReadItem]) -> None:
        super().__init__(session, items)
        self._live = Live(console=out, auto_refresh=False)

    def __enter__(self) -> "_Table":
        self._live.__enter__()
        return self

    def __exit__(self, *details: Any) -> None:
        self._live.__exit__(*details)

    def update(self, snapshot: Snapshot | None) -> None:
        self.take(snapshot)
        self._live.update(self.table(), refresh=True)

    def table(self) -> Group:
        """Names, types and values; a value that has just changed is bold."""
        title = Text(f"{self.session.client.host}  {self.status()}  (Ctrl-C ends)", style="bold cyan")
        table = Table(box=None, pad_edge=False)
        table.add_column("name", overflow="fold")
        table.add_column("type", overflow="ellipsis", no_wrap=True)
        table.add_column("value", overflow="fold")
        for item, text, changed in zip(self.items, self.values, self.changed, strict=True):
            style = "dim" if self.stale_ns else "bold" if changed else ""
            table.add_row(Text(item.path), Text(item.type.name), Text(text, style=style))
        return Group(title, table)
