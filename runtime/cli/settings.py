"""`--set NAME=VALUE`: texts become inputs of FB_init, Configure and Call, by the types that the block declares."""

import difflib
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..dctime import parse_duration
from ..declare import Role
from ..errors import RangeError, UnknownName, WrongType, one_of
from ..iec import (
    AnyType,
    BoolType,
    DurationType,
    FloatType,
    IecType,
    IntType,
    ParameterStructType,
    StringType,
    WrappedType,
)
from ..registry import short_name

# What the recording decides, and by which option
FROM_RECORDING = {"nNumChannels": "--channels", "tTimestamp": "--time", "input": "--channels", "nChannel": "--channels"}
TRUTH = {"true": True, "1": True, "false": False, "0": False}
SPAN_TYPES = ("LINT", "ULINT")  # raw timespans of the library, in ns


@dataclass
class Settings:
    """Arguments for the three places where a block takes any."""

    init: dict[str, Any] = field(default_factory=dict)
    configure: dict[str, Any] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)  # inputs of Call that are columns of the recording

    def all(self) -> dict[str, Any]:
        return self.init | self.configure | self.call | self.columns


def read_settings(block: Any, assignments: Iterable[str], columns: Iterable[str] = ()) -> Settings:
    """Sorts the assignments by where the block takes them; an input of Call may be one of the columns of a recording.

    Raises UnknownName for a name the block does not have, WrongType or RangeError for a value that does not fit, and
    WrongType when Configure needs more than was given.
    """
    places = _places(block)
    settings = Settings()
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals:
            raise WrongType(f"--set {assignment!r}: NAME=VALUE is needed, for instance fEps=0.15")
        if name in FROM_RECORDING and name not in places:
            raise UnknownName(f"--set {name}: follows from {FROM_RECORDING[name]}")
        if name not in places:
            raise UnknownName(_unknown(block, name, places))
        where, kind = places[name]
        given = getattr(settings, where)
        if name in given or name in settings.columns:
            raise WrongType(f"--set {name}: given twice, as {settings.all()[name]} and {text}")
        if where == "call" and text.strip() in columns:
            settings.columns[name] = text.strip()
            continue
        given[name] = parse_value(name, kind, text.strip())
    _refuse_incomplete(block, settings)
    return settings


def parse_value(name: str, kind: IecType, text: str) -> Any:
    """The Python value of a text for an input of an IEC type."""
    try:
        value = _parse(name, kind, text)
    except ValueError as error:
        if isinstance(error, RangeError):
            raise
        raise WrongType(f"--set {name}={text}: {text!r} is no {kind.name}; {_wanted(kind)} is needed") from None
    if not isinstance(kind, AnyType):
        kind.check(value, f"--set {name}")
    return value


def _parse(name: str, kind: IecType, text: str) -> Any:
    if isinstance(kind, BoolType):
        if text.lower() not in TRUTH:
            raise ValueError
        return TRUTH[text.lower()]
    if isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum):
        return _enum_member(name, kind, text)
    storage = kind.storage if isinstance(kind, WrappedType) else kind
    if isinstance(storage, (FloatType, AnyType)):
        return float(text)
    if isinstance(storage, IntType):
        takes_span = isinstance(storage, DurationType) or storage.name in SPAN_TYPES
        if takes_span and not text.lstrip("+-").isdigit():
            span = parse_duration(text, f"--set {name}")
            return span // getattr(storage, "unit_ns", 1)
        return int(text)
    if isinstance(storage, ParameterStructType):  # its fields with commas between them: stCentre=4.0,2.0
        parts = text.split(",")
        if len(parts) != len(storage.fields):
            raise ValueError
        return storage.struct(*(_parse(name, k, p) for k, p in zip(storage.fields.values(), parts, strict=True)))
    if isinstance(storage, StringType):
        return text
    raise WrongType(f"--set {name}: a {kind.name} cannot be given on the command line")


def _enum_member(name: str, kind: WrappedType, text: str) -> Any:
    wanted = text.rpartition(".")[2].lower()
    for member in kind.wrapper:
        if wanted in (member.name.lower(), str(member.value)):
            return member
    raise RangeError(f"--set {name}: {text!r} is no {kind.name}; allowed are {one_of(m.name for m in kind.wrapper)}")


def _wanted(kind: IecType) -> str:
    if isinstance(kind, BoolType):
        return "TRUE or FALSE"
    if isinstance(kind, ParameterStructType):
        return ",".join(kind.fields)
    return "a number" if isinstance(kind, FloatType) else "a whole number"


def _places(block: Any) -> dict[str, tuple[str, IecType]]:
    """Every name that --set takes: where it belongs and its type."""
    found: dict[str, tuple[str, IecType]] = {}
    for method in ("Configure", "Call"):
        if method in block.methods:
            found |= {i.name: (method.lower(), i.type) for i in block.methods[method].values}
    found |= {f.name: ("init", f.type) for f in block.fields if f.role is Role.INIT}
    follows = [name for name in FROM_RECORDING if name != "nNumChannels" or block.init_for(2)]
    return {name: place for name, place in found.items() if name not in follows}


def _unknown(block: Any, name: str, places: dict[str, tuple[str, IecType]]) -> str:
    close = difflib.get_close_matches(name, places, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    allowed = one_of(f"{n} {kind.name}" for n, (_, kind) in places.items()) or "none"
    return f"--set {name}: {short_name(block.__name__)} has no such parameter{hint}; allowed are {allowed}"


def _refuse_incomplete(block: Any, settings: Settings) -> None:
    name = short_name(block.__name__)
    for where in ("Configure", "Call"):
        inputs = block.methods[where].values if where in block.methods else ()
        given = getattr(settings, where.lower()) | settings.columns
        missing = [i for i in inputs if i.required and i.name not in given and i.name not in FROM_RECORDING]
        if missing:
            wanted = " ".join(f"{i.name}={i.type.name}" for i in missing)
            raise WrongType(f"{name} needs --set {wanted}; see 'alycat blocks {name}' for what they mean")
