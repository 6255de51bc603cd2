"""What the user sees: tables on stdout, progress on stderr and only on a terminal."""

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text


def console(file: TextIO | None = None) -> Console:
    """Standard output unless given; as wide as the terminal, 80 columns in a pipe."""
    return Console(file=file or sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False)


def heading(out: Console, text: str) -> None:
    out.print(Text(text, style="bold cyan"))


def paragraph(out: Console, text: str, indent: int = 0) -> None:
    margin = " " * indent
    for line in textwrap.wrap(text, out.width, break_on_hyphens=False, initial_indent=margin, subsequent_indent=margin):
        out.print(Text(line))


def columns(out: Console, rows: Iterable[Sequence[str]], indent: int = 2) -> None:
    """A table without lines or header; only the last column wraps, and no line ends in blanks (unlike rich's own)."""
    listed = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in listed), strict=True)]
    left = indent + sum(width + 2 for width in widths)
    for row in listed:
        head = "".join(f"{cell:{width}}  " for cell, width in zip(row, widths, strict=False))
        lines = textwrap.wrap(row[-1], max(out.width - left, 16), break_on_hyphens=False) or [""]
        for index, line in enumerate(lines):
            start = " " * indent + head if index == 0 else " " * left
            text = Text((start + line).rstrip())
            text.stylize("bold", indent, indent + len(row[0]) if index == 0 else indent)
            out.print(text, soft_wrap=True)


def command_line(out: Console, words: Sequence[str], indent: int = 2) -> None:
    """A shell command over several lines that can be pasted."""
    lines, margin = [" " * indent + words[0]], " " * (indent + 4)
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 3 > out.width:
            lines.append(margin + word)
        else:
            lines[-1] += " " + word
    for index, line in enumerate(lines):
        out.print(Text(line + (" \\" if index < len(lines) - 1 else "")), soft_wrap=True)


class Phases:
    """The steps of a long command, one progress bar each; silent when stderr is no terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, name: str, total: float | None = None) -> None:
        """The next step; without a total its bar only shows that work goes on."""
        self.end()
        self._task = self._progress.add_task(name, total=total)

    def advance(self, amount: float) -> None:
        if self._task is not None:
            self._progress.advance(self._task, amount)

    def rename(self, name: str) -> None:
        if self._task is not None:
            self._progress.update(self._task, description=name)

    def end(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


@contextmanager
def phases() -> Iterator[Phases]:
    """Shows the steps of a long command while the block runs, and clears them away at its end."""
    err = Console(file=sys.stderr, highlight=False)
    display = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    progress = Progress(*display, console=err, transient=True)
    with progress if err.is_terminal else nullcontext():  # one that is never started shows nothing
        yield Phases(progress)
