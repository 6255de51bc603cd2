"""Values as people write and read them: TRUE, 16#FF, 10 ms, 2025-01-31 08:00:00, an enumeration's names."""

import json
import math
from datetime import time
from typing import Any

from ..dctime import format_duration, from_unix_ns, parse_duration, parse_timestamp, to_datetime, to_unix_ns
from ..errors import RangeError, WrongType
from ..iec import BoolType, DurationType, FloatType, IntType
from .typebook import ArrayType, EnumType, StructType, TextType, ValueType

TRUTH = {"true": True, "1": True, "false": False, "0": False}
DATES = ("DATE", "DT", "DATE_AND_TIME")
TIMES_OF_DAY = ("TOD", "TIME_OF_DAY")


def show(value: Any, kind: ValueType) -> str:
    """A value in one line."""
    if isinstance(kind, ArrayType):
        return _show_array(value, kind, 1)
    if isinstance(kind, StructType):
        return ", ".join(f"{name} {show(value[name], member)}" for name, _, member, _ in kind.members)
    if isinstance(kind, EnumType):
        return f"{kind.names[value]} ({value})" if value in kind.names else str(value)
    if isinstance(value, str):
        return repr(value)
    if isinstance(kind.iec, BoolType):
        return "TRUE" if value else "FALSE"
    if isinstance(kind.iec, FloatType):
        return f"{value:.7g}" if kind.iec.name == "REAL" else repr(value)
    if isinstance(kind.iec, DurationType):
        return format_duration(value * kind.iec.unit_ns)
    return _show_number(value, kind)


def _show_array(value: list[Any], kind: ArrayType, depth: int) -> str:
    """An array, or at a greater depth the list of its next dimension."""
    last = depth == len(kind.lengths)
    return "[" + ", ".join(show(v, kind.element) if last else _show_array(v, kind, depth + 1) for v in value) + "]"


def _show_number(value: int, kind: ValueType) -> str:
    if kind.name.upper() in DATES:
        return _date(value, "%Y-%m-%d" if kind.name.upper() == "DATE" else "%Y-%m-%d %H:%M:%S")
    if kind.name.upper() in TIMES_OF_DAY:
        seconds, ms = divmod(value, 1000)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
    return str(value)


def _date(value: int, form: str) -> str:
    """Seconds since 1970; what lies before 2000 has no DC time and stays a number."""
    try:
        return to_datetime(from_unix_ns(value * 10**9)).strftime(form)
    except RangeError:
        return str(value)


def parse(text: str, kind: ValueType, name: str) -> Any:
    """The value that a text means; WrongType or RangeError names it and what is needed. Arrays and structures: JSON."""
    if isinstance(kind, (ArrayType, StructType)):
        return _parse_json(text, kind, name)
    if isinstance(kind, TextType):
        return text
    if isinstance(kind, EnumType):
        return _whole(text) if text.lstrip("-").isdecimal() else text
    try:
        return _parse(text.strip(), kind, name)
    except RangeError:
        raise
    except ValueError:
        raise WrongType(f"{name}: {text!r} is no {kind.name}; {_wanted(kind)} is needed") from None


def _parse_json(text: str, kind: ValueType, name: str) -> Any:
    wanted, example = (list, "[1, 2]") if isinstance(kind, ArrayType) else (dict, '{"x": 1, "y": 2}')
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, wanted):
        raise WrongType(f"{name}: {text!r} is no {kind.name}; JSON is needed, such as {example}")
    return value


def _parse(text: str, kind: ValueType, name: str) -> Any:
    if isinstance(kind.iec, BoolType):
        if text.lower() not in TRUTH:
            raise ValueError
        return TRUTH[text.lower()]
    if isinstance(kind.iec, FloatType):
        return float(text)
    if isinstance(kind.iec, DurationType) and not text.isdecimal():
        return parse_duration(text, name) // kind.iec.unit_ns
    if kind.name.upper() in DATES and not text.isdecimal():
        return to_unix_ns(parse_timestamp(text, name)) // 10**9
    if kind.name.upper() in TIMES_OF_DAY and ":" in text:
        return _time_of_day(text)
    return _whole(text)


def _time_of_day(text: str) -> int:
    """Milliseconds since midnight of 08:30, 08:30:15 or 08:30:15.250."""
    clock = time.fromisoformat(text)
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000 + clock.microsecond // 1000


def _whole(text: str) -> int:
    base, mark, digits = text.replace("_", "").partition("#")
    return int(digits, int(base)) if mark else int(base, 0)


def _wanted(kind: ValueType) -> str:
    if isinstance(kind.iec, BoolType):
        return "TRUE or FALSE"
    if isinstance(kind.iec, FloatType):
        return "a number"
    if kind.name.upper() in TIMES_OF_DAY:
        return "a time such as 08:30:15"
    if isinstance(kind.iec, IntType):
        return f"a whole number of {kind.iec.minimum}..{kind.iec.maximum}"
    return kind.name


def plain(value: Any) -> Any:
    """A value as JSON knows it: NaN and infinities become texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value
