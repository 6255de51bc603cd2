"""The cyclic runtime: clocks, tasks, Plc, programs, IEC types, symbols, links, recordings, snapshots.

Names are loaded from their modules when they are first used, so that importing the package stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .block import AlgorithmBlock as AlgorithmBlock
    from .block import Block as Block
    from .block import ChannelBlock as ChannelBlock
    from .block import FixedChannelBlock as FixedChannelBlock
    from .block import SingleChannelBlock as SingleChannelBlock
    from .clock import Clock as Clock
    from .clock import RealTimeClock as RealTimeClock
    from .clock import SteppedClock as SteppedClock
    from .clock import VirtualClock as VirtualClock
    from .clock import current_clock as current_clock
    from .composite import Array as Array
    from .composite import FunctionBlock as FunctionBlock
    from .composite import Struct as Struct
    from .composite import Union as Union
    from .composite import array as array
    from .composite import enum_base as enum_base
    from .composite import rpc_method as rpc_method
    from .dctime import format_timestamp as format_timestamp
    from .dctime import parse_duration as parse_duration
    from .dctime import parse_timestamp as parse_timestamp
    from .declare import var as var
    from .errors import AlycatError as AlycatError
    from .errors import CycleOverrun as CycleOverrun
    from .errors import PlcError as PlcError
    from .errors import RangeError as RangeError
    from .errors import RecordingError as RecordingError
    from .errors import SnapshotError as SnapshotError
    from .errors import UnknownName as UnknownName
    from .errors import WrongType as WrongType
    from .iec import ANY as ANY
    from .iec import BIT as BIT
    from .iec import BOOL as BOOL
    from .iec import BYTE as BYTE
    from .iec import DATE as DATE
    from .iec import DINT as DINT
    from .iec import DT as DT
    from .iec import DWORD as DWORD
    from .iec import INT as INT
    from .iec import LINT as LINT
    from .iec import LREAL as LREAL
    from .iec import LTIME as LTIME
    from .iec import LWORD as LWORD
    from .iec import REAL as REAL
    from .iec import SINT as SINT
    from .iec import STRING as STRING
    from .iec import TIME as TIME
    from .iec import TOD as TOD
    from .iec import UDINT as UDINT
    from .iec import UINT as UINT
    from .iec import ULINT as ULINT
    from .iec import USINT as USINT
    from .iec import WORD as WORD
    from .iec import WSTRING as WSTRING
    from .iec import Alias as Alias
    from .iec import PointerType as PointerType
    from .iec import ReferenceType as ReferenceType
    from .iec import StringType as StringType
    from .iec import Subrange as Subrange
    from .iec import WStringType as WStringType
    from .iec import alias as alias
    from .iec import string as string
    from .iec import subrange as subrange
    from .iec import wstring as wstring
    from .messages import Message as Message
    from .messages import TcEventSeverity as TcEventSeverity
    from .plc import Plc as Plc
    from .plc import RunResult as RunResult
    from .program import GlobalVariables as GlobalVariables
    from .program import Program as Program
    from .recorder import Recorder as Recorder
    from .recordings import Recording as Recording
    from .registry import all_blocks as all_blocks
    from .registry import find_block as find_block
    from .symbols import Symbol as Symbol
    from .task import PlcTaskSystemInfo as PlcTaskSystemInfo
    from .task import Task as Task
    from .task import TaskState as TaskState
else:
    _MODULES = {
        "block": "AlgorithmBlock Block ChannelBlock FixedChannelBlock SingleChannelBlock",
        "clock": "Clock RealTimeClock SteppedClock VirtualClock current_clock",
        "composite": "Array FunctionBlock Struct Union array enum_base rpc_method",
        "declare": "var",
        "dctime": "format_timestamp parse_duration parse_timestamp",
        "errors": "AlycatError CycleOverrun PlcError RangeError RecordingError SnapshotError UnknownName WrongType",
        "iec": "ANY BIT BOOL BYTE DATE DINT DT DWORD INT LINT LREAL LTIME "
        "LWORD REAL SINT STRING TIME TOD UDINT UINT ULINT USINT WORD WSTRING "
        "Alias PointerType ReferenceType StringType Subrange WStringType alias string subrange wstring",
        "messages": "Message TcEventSeverity",
        "plc": "Plc RunResult",
        "program": "GlobalVariables Program",
        "recorder": "Recorder",
        "recordings": "Recording",
        "registry": "all_blocks find_block",
        "symbols": "Symbol",
        "task": "PlcTaskSystemInfo Task TaskState",
    }
    _HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
    __all__ = sorted(_HOME)

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__} has no attribute {name}")
        value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted([*globals(), *__all__])
