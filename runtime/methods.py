"""Methods of a block as part of its declaration: names, IEC types and order come from the signature.

`method` checks every argument against its IEC type (for Configure and the like); `quick_method` only declares (the
body looks after its arguments); `cyclic` replaces the body of Call by one that stores each argument in the memory
and runs the step, `channel_setter` that of SetChannelValue. The last two are generated as text, once per class, as
dataclasses do it: a call has to cost well under a microsecond, which a general ``*args`` wrapper cannot.
"""

import functools
import inspect
import linecache
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from .errors import RangeError, UnknownName, WrongType, one_of
from .iec import ArrayPointerType, BoolType, IecType, InOutType, iec_type

F = TypeVar("F", bound=Callable[..., Any])
_REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Input:
    """One declared input of a method."""

    name: str
    type: IecType
    default: Any = _REQUIRED

    @property
    def required(self) -> bool:
        return self.default is _REQUIRED

    @property
    def in_out(self) -> bool:
        """VAR_IN_OUT: a variable that the method fills."""
        return isinstance(self.type, InOutType)


@dataclass(frozen=True)
class Signature:
    """What a method takes and returns, in IEC terms."""

    name: str
    inputs: tuple[Input, ...]
    returns: str
    meaning: str

    @property
    def pointers(self) -> dict[str, str]:
        """Inputs that are pointers, each with the name of the input that holds its size."""
        return {i.name: f"n{i.name[1:]}Size" for i in self.inputs if isinstance(i.type, ArrayPointerType)}

    @property
    def in_outs(self) -> tuple[Input, ...]:
        """Variables that the method fills."""
        return tuple(i for i in self.inputs if i.in_out)

    @property
    def values(self) -> tuple[Input, ...]:
        """Inputs that are neither pointers nor sizes of what they point to."""
        apart = {*self.pointers, *self.pointers.values()}
        return tuple(i for i in self.inputs if i.name not in apart)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Every input's value in memory form; unknown, missing or doubled ones raise."""
        names = [i.name for i in self.inputs]
        if len(args) > len(names):
            raise WrongType(f"{self.name}: {len(args)} inputs given, it takes {len(names)}: {one_of(names)}")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in names:
                raise UnknownKeyword(f"{self.name} has no input {name}; its inputs are {one_of(names)}")
            if name in given:
                raise WrongType(f"{self.name}: {name} is given twice")
            given[name] = value
        missing = [i.name for i in self.inputs if i.required and i.name not in given]
        if missing:
            raise WrongType(f"{self.name}: missing {one_of(missing)}")
        return {i.name: i.type.check(given.get(i.name, i.default), f"{self.name}.{i.name}") for i in self.inputs}


class UnknownKeyword(UnknownName, TypeError):
    """A method or FB_init has no input of that name."""


def signature_of(function: Callable[..., Any]) -> Signature:
    """The IEC signature of a method whose parameters carry IEC types."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    where = function.__qualname__
    inputs = tuple(Input(p.name, iec_type(hints[p.name], f"{where}.{p.name}"), p.default) for p in parameters)
    returns = iec_type(hints["return"], function.__qualname__).name
    return Signature(function.__name__, inputs, returns, inspect.getdoc(function) or "")


def quick_method(function: F) -> F:
    """Declares a vendor method; the body checks its own arguments."""
    function.iec_signature = signature_of(function)  # type: ignore[attr-defined]
    return function


def method(function: F) -> F:
    """Declares a vendor method whose arguments are checked before the body runs."""
    signature = signature_of(function)

    @functools.wraps(function)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        return function(self, **signature.bind(args, kwargs))

    checked.iec_signature = signature  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def cyclic(function: F) -> F:
    """Declares Call: its inputs become INPUT members of the memory, its body is generated.

    What `front.quick_call` does not take is stored input by input, which also finds what is wrong with them.
    Arrays that it fills are looked at only when another array or size is given than in the call before.
    """
    signature = signature_of(function)
    lines = [f"def {function.__name__}(self{''.join(', ' + _parameter(i) for i in signature.inputs)}):"]
    if signature.pointers:
        pairs = signature.pointers.items()
        lines += [f"    if {' or '.join(f'{p} is not self._at_{p} or {n} != self._size_{p}' for p, n in pairs)}:"]
        lines += [f"        if not self._aim({', '.join(f'{p}=({p}, {n})' for p, n in pairs)}):"]
        lines += ["            return False"]
    names = [i.name for i in signature.values]
    lines += ["    quick = self._quick", f"    code = quick({', '.join(names)})", "    if code < 0:"]
    if names:
        lines += ["        try:"]
        for declared in signature.values:  # a memoryview takes whatever is true as TRUE
            given = f"_flag({declared.name}, '')" if isinstance(declared.type, BoolType) else declared.name
            lines += [f"            self._in_{declared.name}[0] = {given}"]
        lines += ["        except (TypeError, ValueError):"]
        lines += [f"            self._refuse_inputs({', '.join(f'{name}={name}' for name in names)})"]
    lines += ["        code = self._entry(self._control)"]
    lines += ["    if code or self._event_id:", "        return self._finish(code)", "    return True"]
    generated = _generated(function, signature, lines)
    generated.is_cyclic = True
    return generated  # type: ignore[no-any-return]


def channel_setter(function: F) -> F:
    """Declares SetChannelValue of a block with numbered channels, or with one: channel 1. Its body is generated.

    What `_put` (`front.quick_setter`) does not take goes to `_put_slowly`, which also finds what is wrong with it.
    """
    signature = signature_of(function)
    names = ", ".join(i.name for i in signature.inputs)
    place = names if len(signature.inputs) > 1 else f"1, {names}"
    lines = [f"def {function.__name__}(self, {names}):"]
    lines += ["    put = self._put", f"    if put({place}):"]
    lines += ["        return self._finish(0) if self._event_id else True"]
    lines += [f"    return self._put_slowly({place.replace('nChannel', '_whole(nChannel)')})"]
    return _generated(function, signature, lines)  # type: ignore[no-any-return]


def _generated(function: Callable[..., Any], signature: Signature, lines: list[str]) -> Any:
    source = "\n".join(lines) + "\n"
    filename = f"<generated {function.__qualname__}>"
    namespace: dict[str, Any] = {"_defaults": {i.name: i.default for i in signature.inputs}}
    namespace |= {"_whole": _whole, "_flag": BoolType().check}
    exec(compile(source, filename, "exec"), namespace)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    generated: Any = functools.wraps(function)(namespace[function.__name__])
    generated.iec_signature = signature
    return generated


def _whole(channel: Any) -> int:
    """The number of a channel; WrongType for what is no whole number at all."""
    try:
        return operator.index(channel)
    except TypeError:
        raise WrongType(f"nChannel: {channel!r} is no whole number") from None


def _parameter(declared: Input) -> str:
    return declared.name if declared.required else f"{declared.name}=_defaults[{declared.name!r}]"


def refuse(signature: Signature, values: dict[str, Any]) -> None:
    """Raises the error that names the first value which does not fit its input."""
    for declared in signature.values:
        declared.type.check(values[declared.name], f"{signature.name}.{declared.name}")
    raise RangeError(f"{signature.name}: inputs {values} cannot be used")
