"""Texts of the command line as values of the IEC types that a block declares."""

import enum
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..composite import ArrayType
from ..dctime import parse_duration
from ..errors import RangeError, UnknownName, WrongType, one_of
from ..iec import (
    AnyType,
    ArrayPointerType,
    BoolType,
    DurationType,
    FloatType,
    IecType,
    IntType,
    ParameterStructType,
    StringType,
    WrappedType,
)

TRUTH = {"true": True, "1": True, "false": False, "0": False}
SPAN_TYPES = ("LINT", "ULINT")  # raw timespans of the library, in ns
WHOLE: tuple[str, ...] = ()  # the path of a value itself, not of a member of it

Texts = Mapping[tuple[str, ...], tuple[str, str]]  # path within a value -> where it was given, its text


def build_value(kind: IecType, texts: Texts) -> Any:
    """The value of a parameter from its text and those of its members; a member's own text wins over the whole."""
    if isinstance(kind, ParameterStructType):
        return _build_struct(kind, texts)
    inner = next((path for path in texts if path), None)
    if inner is not None:
        raise UnknownName(f"{texts[inner][0]}: a {kind.name} has no members")
    return parse_value(texts[WHOLE][0], kind, texts[WHOLE][1])


def parse_value(label: str, kind: IecType, text: str) -> Any:
    """The Python value of a text for one value, or for an array of values with commas between them."""
    if isinstance(kind, (ArrayPointerType, ArrayType)):
        return _parse_array(label, kind, text)
    try:
        value = text if _is_text(kind) else _parse(label, kind, text.strip())
    except ValueError as error:
        if isinstance(error, RangeError):
            raise
        raise WrongType(f"{label}={text}: {text!r} is no {kind.name}; {_wanted(kind)} is needed") from None
    if not isinstance(kind, AnyType):
        kind.check(value, label)
    return value


def form_of(kind: IecType) -> str:
    """How a value of a type is written, for messages: its type, or the types of its parts."""
    if isinstance(kind, ParameterStructType):
        return ",".join(leaf.name for _, leaf in leaves(kind))
    if isinstance(kind, ArrayType):
        return ",".join([kind.element.name] * kind.count)
    if isinstance(kind, ArrayPointerType) and kind.element:
        return f"{kind.element.name},{kind.element.name},..."
    return kind.name


def leaves(kind: IecType) -> Iterator[tuple[tuple[str, ...], IecType]]:
    """The values that a structure consists of, with their paths, in order."""
    if not isinstance(kind, ParameterStructType):
        yield WHOLE, kind
        return
    for name, inner in kind.fields.items():
        for path, leaf in leaves(inner):
            yield (name, *path), leaf


def _build_struct(kind: ParameterStructType, texts: Texts) -> Any:
    merged = dict(texts)
    if WHOLE in merged:
        merged = _in_order(kind, *merged.pop(WHOLE)) | merged
    for path, (label, _) in merged.items():
        if path[0] not in kind.fields:
            raise UnknownName(f"{label}: {kind.name} has no member {path[0]!r}; its members are {one_of(kind.fields)}")
    parts = {}
    for name, inner in kind.fields.items():
        own = {path[1:]: given for path, given in merged.items() if path[0] == name}
        if own:
            parts[name] = build_value(inner, own)
    return kind.struct(**parts)


def _in_order(kind: ParameterStructType, label: str, text: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """The texts of all members, given in their order with commas between them."""
    paths = [path for path, _ in leaves(kind)]
    texts = [part.strip() for part in text.split(",")]
    if len(texts) != len(paths):
        names = one_of(".".join(path) for path in paths)
        values = f"{len(texts)} value{'s' if len(texts) > 1 else ''}"
        raise WrongType(f"{label}={text}: {values}; a {kind.name} has {len(paths)}: {names}")
    labels = [f"{label}.{'.'.join(path)}" for path in paths]
    return dict(zip(paths, zip(labels, texts, strict=True), strict=True))


def _parse_array(label: str, kind: ArrayPointerType | ArrayType, text: str) -> Any:
    if kind.element is None:
        raise WrongType(f"{label}: an array of any type cannot be given on the command line")
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise WrongType(f"{label}: no values; {kind.element.name}s with commas between them are needed")
    values = [parse_value(f"{label}[{i}]", kind.element, part) for i, part in enumerate(parts, start=1)]
    if isinstance(kind, ArrayType):
        if len(values) != kind.count:
            raise WrongType(f"{label}={text}: {len(values)} values, {kind.name} has {kind.count}")
        return values
    return np.array(values, kind.dtype)


def _parse(label: str, kind: IecType, text: str) -> Any:
    if isinstance(kind, BoolType):
        if text.lower() not in TRUTH:
            raise ValueError
        return TRUTH[text.lower()]
    if isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum):
        return _enum_member(label, kind, text)
    storage = kind.storage if isinstance(kind, WrappedType) else kind
    if isinstance(storage, (FloatType, AnyType)):
        return float(text)
    if isinstance(storage, IntType):
        takes_span = isinstance(storage, DurationType) or storage.name in SPAN_TYPES
        if takes_span and not text.lstrip("+-").isdigit():
            span = parse_duration(text, label)
            return span // getattr(storage, "unit_ns", 1)
        return int(text)
    raise WrongType(f"{label}: a {kind.name} cannot be given on the command line")


def _is_text(kind: IecType) -> bool:
    """Of a text every character counts, blanks too."""
    return isinstance(kind.storage if isinstance(kind, WrappedType) else kind, StringType)


def _enum_member(label: str, kind: WrappedType, text: str) -> Any:
    wanted = text.rpartition(".")[2].lower()
    for member in kind.wrapper:
        if wanted in (member.name.lower(), str(member.value)):
            return member
    raise RangeError(f"{label}: {text!r} is no {kind.name}; allowed are {one_of(m.name for m in kind.wrapper)}")


def _wanted(kind: IecType) -> str:
    if isinstance(kind, BoolType):
        return "TRUE or FALSE"
    return "a number" if isinstance(kind, FloatType) else "a whole number"
