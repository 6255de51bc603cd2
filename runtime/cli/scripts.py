"""Scripts that define a Plc: loaded as modules, without running their `if __name__ == "__main__":` part."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from ..errors import PlcError, one_of
from ..plc import Plc
from ..task import Task


def load_plc(path: Path) -> Plc:
    """The Plc of a script: its variable `plc`, else the only Plc among its variables.

    Raises PlcError when there is none, when there are several, when it already ran, or when the script fails.
    """
    module = _load(path)
    found = {name: value for name, value in vars(module).items() if isinstance(value, Plc)}
    if not found:
        raise PlcError(f"{path}: defines no Plc; a variable of the script has to hold it: plc = Plc()")
    plc = found.get("plc") or next(iter(found.values()))
    if "plc" not in found and any(other is not plc for other in found.values()):
        raise PlcError(f"{path}: defines several Plcs, {one_of(found)}; name the one to run plc")
    if any(task.cycles for task in plc.tasks):
        raise PlcError(f'{path}: has run its Plc itself; put plc.run(...) under if __name__ == "__main__":')
    return plc


def _load(path: Path) -> ModuleType:
    if not path.is_file():
        raise PlcError(f"{path}: {'is a folder' if path.is_dir() else 'no such file'}; a Python script is needed")
    name = f"alycat_script_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PlcError(f"{path}: the name of a Python script has to end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where the declarations of its classes look up their annotations
    folder = str(path.resolve().parent)
    if folder not in sys.path:  # it is, when the script is loaded again
        sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PlcError(f"{place(error.__traceback__, path) or path}: {_text(error)}") from error
    except SystemExit as end:
        raise PlcError(f"{path}: ended itself with exit({end.code!r}) before its Plc could run") from None
    return module


def explain(task: Task, path: Path) -> str:
    """Why a task stands still: program, cycle, error, and the line of the script where it is known."""
    error = task.error
    if error is None:
        return ""
    program = _program(task, error.__traceback__)
    where = place(error.__traceback__, path)
    text = _text(error) if error.__traceback__ else task.failure
    return f"{program or task.name}, cycle {task.cycles}: {text}" + (f" ({where})" if where else "")


def place(trace: TracebackType | None, path: Path) -> str:
    """`script.py line 12`, the deepest line of the script in a traceback; empty if it has none there."""
    found, script = "", os.path.realpath(path)
    while trace is not None:
        if os.path.realpath(trace.tb_frame.f_code.co_filename) == script:
            found = f"{path} line {trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _program(task: Task, trace: TracebackType | None) -> str:
    """The name of the program whose cycle is in the traceback."""
    while trace is not None:
        owner: Any = trace.tb_frame.f_locals.get("self")
        for name, program in task.programs:
            if owner is program:
                return name
        trace = trace.tb_next
    return ""


def _text(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg} (line {error.lineno})"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
