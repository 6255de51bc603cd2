"""Kills writers of a snapshot with SIGKILL, at each system call that matters and at random instants.

Prints one line per kill: the cycle that the writer had announced as safely saved, and the one that could be restored.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from alycat.runtime import Plc, Program
from alycat.runtime.iec import UDINT


class MAIN(Program):
    nCount: UDINT

    def __init__(self) -> None:
        self.ballast = np.zeros(50_000)

    def cycle(self) -> None:
        self.nCount += 1
        self.ballast[:] = self.nCount


def build() -> tuple[Plc, MAIN]:
    plc, program = Plc(), MAIN()
    plc.task("T", "1ms", programs=[program])
    return plc, program


def write_forever(path: Path, announce: int) -> None:
    plc, program = build()
    if path.exists() or path.with_name(f"{path.name}.bak").exists():
        plc.restore(path)
    while True:
        plc.run(cycles=1)
        plc.save(path)
        os.write(announce, b"%d\n" % program.nCount)


def die_at(name: str, call: int) -> None:
    """Replace os.<name> so that its n-th call never happens."""
    real: Callable[..., Any] = getattr(os, name)
    calls = iter(range(call))

    def fatal(*args: Any) -> Any:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args)

    setattr(os, name, fatal)


def kill_one(path: Path, how: tuple[str, int] | float) -> int:
    """Let a child write until it is killed; returns the last cycle it announced as saved, or -1."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        if isinstance(how, tuple):
            die_at(*how)
        write_forever(path, writer)
    os.close(writer)
    if isinstance(how, float):
        time.sleep(how)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader) as file:
        return max((int(line) for line in file.read().split()), default=-1)


def main() -> None:
    folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    path, chance, known = folder / "line.plc", random.Random(seed), 0
    plans: list[tuple[str, int] | float] = [("fsync", 5), ("fsync", 4), ("replace", 4), ("replace", 5), ("replace", 1)]
    plans += [chance.uniform(0.02, 0.12) for _ in range(kills - len(plans))]
    for plan in plans:
        announced = kill_one(path, plan)
        plc, program = build()
        result = plc.restore(path)
        assert (program.ballast == program.nCount).all()
        print(max(known, announced), program.nCount, int(result.used_backup))
        known = program.nCount


if __name__ == "__main__":
    main()
