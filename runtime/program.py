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

from .declare import Layout, Member, Role, members_of, variable, variable_fields
from .errors import PlcError

if TYPE_CHECKING:
    from typing import Self

    from .task import Task


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
        fields = variable_fields(cls, lambda: Program, allow_bits=False)
        cls._members = members_of(cls, fields)
        cls._layout = Layout(cls.__name__, fields)
        for field in fields:
            if field.name in cls._members:
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
