"""Links: values that are latched from sources before the programs run, and published to sinks when they have run.

A source is a function of the time, or an object with `sample(t_ns)`: a recording's column, a signal model. A sink is a
function of time and value, or an object with `write(t_ns, value)`. The time is the due time of the cycle.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from .errors import PlcError, WrongType
from .symbols import SymbolTable

if TYPE_CHECKING:
    from .task import Task


class Sampled(Protocol):
    """Something with a value at each time."""

    def sample(self, t_ns: int, /) -> Any: ...


class Writable(Protocol):
    """Something that takes a value at each time."""

    def write(self, t_ns: int, value: Any, /) -> Any: ...


class Device(Protocol):
    """Something with many values that are exchanged together, such as a bus or the bridge to another PLC."""

    def bind(self, task: "Task", /) -> tuple[Callable[[int], None], Callable[[int], None]]:
        """What a cycle calls with its time before its inputs are latched, and after its outputs are published."""


Source = Sampled | Callable[[int], Any]
Sink = Writable | Callable[[int, Any], Any]


class Link:
    """One connection; a text is the path of a symbol.

    A symbol of the task's own programs is a source that is published at the end of the cycle, as everything is that
    goes to a sink. All other sources are latched at the beginning, also the symbols of other tasks.
    """

    def __init__(self, source: Source | str, target: Sink | str) -> None:
        if not isinstance(source, str) and not isinstance(target, str):
            raise WrongType(f"{source!r} -> {target!r}: one end of a link has to be the path of a symbol")
        self.source, self.target = source, target
        self.name = f"link {_words(source)} -> {_words(target)}"
        self._sample = self._method(source, "sample")
        self._write = self._method(target, "write")

    def is_output(self, own_programs: list[str]) -> bool:
        own = isinstance(self.source, str) and self.source.partition(".")[0].lower() in own_programs
        return own or not isinstance(self.target, str)

    def bind(self, symbols: SymbolTable) -> Callable[[int], None]:
        """The transfer that a cycle calls with its time; UnknownName or WrongType if a path does not fit."""
        take = self._taking(symbols)
        if not isinstance(self.target, str):
            write = self._write

            def publish(t_ns: int) -> None:
                value = take(t_ns)
                try:
                    write(t_ns, value)
                except Exception as error:
                    raise self._failure(error, f" for {value!r}") from error

            return publish
        store = symbols[self.target].writer(self.name)
        return lambda t_ns: store(take(t_ns))

    def _taking(self, symbols: SymbolTable) -> Callable[[int], Any]:
        if isinstance(self.source, str):
            read = symbols[self.source].read
            return lambda t_ns: read()
        sample = self._sample

        def take(t_ns: int) -> Any:
            try:
                return sample(t_ns)
            except Exception as error:
                raise self._failure(error) from error

        return take

    def _failure(self, error: Exception, detail: str = "") -> PlcError:
        return PlcError(f"{self.name}: {type(error).__name__}{detail}: {error}")

    def _method(self, end: Any, name: str) -> Callable[..., Any]:
        method = getattr(end, name, end)
        if not callable(method) and not isinstance(end, str):
            raise WrongType(f"{self.name}: {end!r} is neither a symbol path nor a function nor has it {name}()")
        return method  # type: ignore[no-any-return]


def _words(end: Any) -> str:
    """What an end is called: its path, its own name, or its class."""
    if isinstance(end, str):
        return end
    names = (getattr(end, attribute, None) for attribute in ("name", "__qualname__"))
    return next((name for name in names if isinstance(name, str)), type(end).__name__)
