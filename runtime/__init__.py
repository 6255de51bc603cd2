"""The cyclic runtime: clocks, tasks, Plc, programs, symbols, links, recordings, snapshots.

Names are loaded from their modules when they are first used, so that importing the package stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clock import Clock as Clock
    from .clock import RealTimeClock as RealTimeClock
    from .clock import SteppedClock as SteppedClock
    from .clock import VirtualClock as VirtualClock
    from .clock import current_clock as current_clock
    from .plc import Plc as Plc
    from .plc import RunResult as RunResult
    from .program import GlobalVariables as GlobalVariables
    from .program import Program as Program
    from .recorder import Recorder as Recorder
    from .symbols import Symbol as Symbol
    from .task import PlcTaskSystemInfo as PlcTaskSystemInfo
    from .task import Task as Task
    from .task import TaskState as TaskState
else:
    _MODULES = {
        "clock": ("Clock", "RealTimeClock", "SteppedClock", "VirtualClock", "current_clock"),
        "plc": ("Plc", "RunResult"),
        "program": ("GlobalVariables", "Program"),
        "recorder": ("Recorder",),
        "symbols": ("Symbol",),
        "task": ("PlcTaskSystemInfo", "Task", "TaskState"),
    }
    _HOME = {name: module for module, names in _MODULES.items() for name in names}
    __all__ = sorted(_HOME)

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__} has no attribute {name}")
        value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted([*globals(), *__all__])
