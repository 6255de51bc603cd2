"""Programs and global variables: Python objects whose annotated members are typed variables in one piece of memory.

    class MAIN(Program):
        fInput: LREAL
        bEnabled: BOOL = True

        def cycle(self) -> None:
            ...

The members are attributes that check and round as their IEC type demands, and symbols of the Plc (`MAIN.fInput`).
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, cast

from .declare import Field, Layout, Member, Role, declared_fields, variable
from .errors import DeclarationError, PlcError

if TYPE_CHECKING:
    from typing import Self

    from .task import Task


def _member(default: Any) -> Member:
    return default if isinstance(default, Member) else Member(Role.VARIABLE, default)


def _checked_fields(cls: type) -> list[Field]:
    fields = _fields(cls)
    seen: dict[str, str] = {}
    for field in fields:
        where = f"{cls.__name__}.{field.name}"
        if field.role is not Role.VARIABLE or field.type.ctype is None:
            raise DeclarationError(f"{where}: only plain variables can be declared here, not {field.type}")
        if hasattr(Program, field.name):
            raise DeclarationError(f"{where}: the name is taken by Program.{field.name}")
        if seen.setdefault(field.name.lower(), field.name) != field.name:
            raise DeclarationError(f"{where}: differs from {seen[field.name.lower()]} by case only")
    hidden = [f.name for f in fields if f.name in vars(cls) and f.name not in vars(cls).get("__annotations__", {})]
    if hidden:
        raise DeclarationError(f"{cls.__name__}.{hidden[0]}: hides a variable of the base class; repeat its type")
    return fields


def _fields(cls: type) -> list[Field]:
    try:
        return declared_fields(cls, plain=Role.VARIABLE)
    except NameError as error:
        unknown = str(error.name)
        name = next((n for n, text in vars(cls)["__annotations__"].items() if unknown in str(text)), "?")
        raise DeclarationError(f"{cls.__name__}.{name}: {unknown} is not known in {cls.__module__}") from None


class Variables:
    """A set of declared variables; the base of programs, global variable lists and system structures."""

    __slots__ = ("__dict__", "__weakref__", "_m", "_task")
    _layout: ClassVar[Layout] = Layout("Variables", ())
    _members: ClassVar[dict[str, Member]] = {}
    _m: Any  # the memory
    _task: Any

    # Without annotation, which would make it a variable. Names of attributes that a snapshot leaves out.
    transient = cast("tuple[str, ...]", ())

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        fields = _checked_fields(cls)
        own = vars(cls).get("__annotations__", {})
        # A subclass must find the initial values again once properties have taken their place.
        cls._members = {f.name: _member(vars(cls).get(f.name)) for f in fields if f.name in own}
        cls._layout = Layout(cls.__name__, fields)
        for field in fields:
            if field.name in own:
                setattr(cls, field.name, variable(field))

    def __new__(cls, *args: Any, **kwargs: Any) -> "Self":
        self = super().__new__(cls)  # the memory is there before the user's __init__, which need not call ours
        self._m = cls._layout.struct()
        self._task = None
        cls._layout.write_initial(self._m, (Role.VARIABLE,))
        return self


class GlobalVariables(Variables):
    """A global variable list; `plc.add_globals(GVL())` makes its members symbols such as `GVL.nLimit`."""


class Program(Variables, ABC):
    """A program: declared variables, blocks as ordinary attributes made in `__init__`, and `cycle()`.

    Attributes that are not declared stay ordinary Python: no symbols, but in a snapshot of the Plc if they are simple
    values, numpy arrays or objects with snapshot() and load(); names listed in `transient` are left out.
    """

    @abstractmethod
    def cycle(self) -> None:
        """One cycle; called by the task after the inputs were latched and before the outputs are published."""

    @property
    def task(self) -> "Task":
        """The task that calls this program, with its counters in `task.info`."""
        if self._task is None:
            raise PlcError(f"{type(self).__name__} is not part of a task yet; plc.task(..., programs=[...]) adds it")
        return cast("Task", self._task)
