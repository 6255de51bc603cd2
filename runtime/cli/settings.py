"""The parameters of a block from the command line, sorted by where the block takes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..control import shown_buffers
from ..declare import SETTABLE, Role
from ..errors import RangeError, UnknownName, WrongType, one_of, resembling
from ..iec import ArrayPointerType, DurationType, IecType, ParameterStructType
from ..methods import Input
from ..registry import short_name
from .assignments import CHANNEL, Assignment, read_assignments
from .parameter_values import WHOLE, Texts, build_value, form_of

# What the recording decides, and by which option
FROM_RECORDING = {"tTimestamp": "--time", "input": "--channels", "nChannel": "--channels"}
COLUMN = "@"  # before the name of a column that gives an input of Call
LEFT_OUT = "none"  # for an array of the results that is not wanted
VALUES = ("Value", "Values", "InputArray")  # ends of the names of methods that take channel values, as the rows do
ALL = -1  # instead of the number of a channel
INIT, MEMBERS, CALL = "FB_init", "the block", "Call"  # places beside the methods that configure


@dataclass(frozen=True)
class Column:
    """An input of Call that a column of the recording gives, row by row."""

    name: str
    kind: IecType

    def __str__(self) -> str:
        return f"{COLUMN}{self.name}"


@dataclass
class Settings:
    """What goes where: FB_init, body inputs and properties, the methods in order, Call."""

    init: dict[str, Any] = field(default_factory=dict)
    configure: dict[str, Any] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    way: str = "Configure"  # the method that takes `configure`
    before: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # calls of ConfigureChannel
    after: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # such as SetCascades
    texts: dict[str, str] = field(default_factory=dict)  # what has no single value and name, as it was given

    def all(self) -> dict[str, Any]:
        """Everything by name, for reports and pictures."""
        call = {n: str(v) if isinstance(v, Column) else LEFT_OUT if v is None else v for n, v in self.call.items()}
        return self.init | self.members | self.configure | call | self.texts


def read_settings(block: Any, texts: Iterable[str], channels: int = 1, file: Path | None = None) -> Settings:
    """The settings for a block with so many channels.

    Raises UnknownName for a name the block does not have, WrongType or RangeError for a value that does not fit, and
    WrongType when a method needs more than was given.
    """
    return settings_from(block, read_assignments(texts, file), channels)


def settings_from(block: Any, assignments: list[Assignment], channels: int) -> Settings:
    """The same from assignments that were read already."""
    return _Reader(block, channels).read(assignments)


@dataclass(frozen=True)
class Target:
    """Where an assignment belongs: a method or another place, an input of it, a channel (or ALL), a member."""

    assignment: Assignment
    places: tuple[str, ...]  # several where the name alone does not tell
    name: str
    channel: int
    member: tuple[str, ...]

    def place(self, way: str) -> str:
        """The only place, or the way to configure if that is one of several."""
        if len(self.places) == 1 or way in self.places:
            return way if way in self.places else self.places[0]
        forms = one_of(f"{place}.{self.assignment.path}" for place in self.places)
        raise UnknownName(f"{self.assignment.label}: several methods take {self.name}; write one of {forms}")


Values = dict[tuple[str, str, int], Any]  # (place, input, channel or ALL) -> value


class _Reader:
    def __init__(self, block: Any, channels: int) -> None:
        self.block, self.channels, self.name = block, channels, short_name(block.__name__)
        self.follows = from_recording(block)
        self.counts: dict[str, int] = {}  # of channels, by the input of FB_init that has it
        self.inputs: dict[str, dict[str, Input]] = {
            INIT: {f.name: Input(f.name, f.type, f.initial) for f in block.fields if f.role is Role.INIT},
            MEMBERS: {f.name: Input(f.name, f.type, f.initial) for f in block.fields if f.role in SETTABLE},
        }
        for method in configuring_methods(block):
            sizes = block.methods[method].pointers.values()
            self.inputs[method] = {i.name: i for i in block.methods[method].inputs if i.name not in sizes}
        if CALL in block.methods:
            self.inputs[CALL] = {i.name: i for i in block.methods[CALL].values}
            self.inputs[CALL] |= {n: Input(n, ArrayPointerType(None), None) for n in shown_buffers(block)}

    def read(self, assignments: list[Assignment]) -> Settings:
        self.counts = self._channel_counts(assignments)
        targets = [self._target(a) for a in assignments]
        way = self._way(targets)
        settings = self._sorted(self._values(targets, way), way)
        settings.texts = self._as_given(targets, way)
        return settings

    def _channel_counts(self, assignments: list[Assignment]) -> dict[str, int]:
        """What FB_init counts that the recording does not tell: templates, or the channels of one side."""
        given = {a.path.removeprefix(f"{INIT}."): a.text.strip() for a in assignments}
        counts = {n: (i, given.get(n, "")) for n, i in self.inputs[INIT].items() if n.startswith("nNumChannels")}
        return {n: int(t) if t.isdigit() else int(i.default) for n, (i, t) in counts.items() if n not in self.follows}

    def _last_channel(self, method: str) -> int:
        """Of a method such as ConfigureInflowChannel, whose channels nNumChannelsInflow counts if it is there."""
        kind = method.removeprefix("Configure").removesuffix("Channel")
        return self.counts.get(f"nNumChannels{kind}", self.channels)

    # --- paths -------------------------------------------------------------------------------------------------------

    def _target(self, assignment: Assignment) -> Target:
        parts = assignment.path.split(".")
        place = parts.pop(0) if len(parts) > 1 and parts[0] in self.inputs else ""
        number = ""
        if parts[0] == CHANNEL and len(parts) > 2:
            number = parts[1]
            del parts[:2]
        name = parts.pop(0)
        places = [p for p, inputs in self.inputs.items() if name in inputs and place in ("", p)]
        if name in self.follows:
            raise UnknownName(f"{assignment.label}: follows from {self.follows[name]}")
        if not places:
            raise UnknownName(self._unknown(assignment.label, name, place))
        if not number:
            return Target(assignment, tuple(places), name, ALL, tuple(parts))
        places = [p for p in places if "nChannel" in self.inputs[p]]
        if not places:
            raise UnknownName(f"{assignment.label}: {name} is not given by channel; leave {CHANNEL}.{number}. out")
        first, last = self.block.channels_from, max(self._last_channel(p) for p in places)
        if not number.isdigit() or not first <= int(number) <= last:
            raise RangeError(f"{assignment.label}: no channel {number}; allowed are {first}..{last}")
        return Target(assignment, tuple(places), name, int(number), tuple(parts))

    def _unknown(self, label: str, name: str, place: str) -> str:
        known = {n: i for p, inputs in self.inputs.items() if place in ("", p) for n, i in inputs.items()}
        known = {n: i for n, i in known.items() if n not in self.follows}
        close = resembling(name, known, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        allowed = one_of(f"{n} {i.type.name}" for n, i in known.items()) or "none"
        return f"{label}: {place or self.name} has no such parameter{hint}; allowed are {allowed}"

    # --- ways to configure -------------------------------------------------------------------------------------------

    def _way(self, targets: list[Target]) -> str:
        """The Configure method that is meant: where there are several, the one that takes just what was given."""
        ways = ways_to_configure(self.block)
        if len(ways) < 2:
            return ways[0] if ways else ""
        named = {t.places[0] for t in targets if len(t.places) == 1 and t.places[0] in ways}
        names = {t.name for t in targets if any(p in ways for p in t.places)}
        for way in ways:
            inputs = self.inputs[way]
            needed = {name for name, i in inputs.items() if i.required}
            if needed <= names <= set(inputs) and named <= {way}:
                return way
        forms = "; ".join(f"{way} takes {' '.join(_forms(self.inputs[way].values()))}" for way in ways)
        given = f": --set {' '.join(sorted(names))} fits no way to configure it" if names else " has to be configured"
        raise WrongType(f"{self.name}{given}; {forms}")

    # --- values ------------------------------------------------------------------------------------------------------

    def _values(self, targets: list[Target], way: str) -> Values:
        """What was given; the members of a structure for one channel complete those for all."""
        given: dict[tuple[str, str, int], dict[tuple[str, ...], Assignment]] = {}
        for target in targets:
            path = (target.place(way), target.name, target.channel)
            given.setdefault(path, {})[target.member] = target.assignment
        return {
            (place, name, channel): self._value(
                place, name, own if WHOLE in own else given.get((place, name, ALL), {}) | own
            )
            for (place, name, channel), own in given.items()
        }

    def _value(self, place: str, name: str, given: dict[tuple[str, ...], Assignment]) -> Any:
        kind, first = self.inputs[place][name].type, next(iter(given.values()))
        text = first.text.strip()
        if place == CALL and text.startswith(COLUMN) and len(text) > 1:
            return Column(text[1:], kind)
        if place == CALL and name in shown_buffers(self.block):
            if text.lower() != LEFT_OUT:
                raise WrongType(
                    f"{first.label}: {name} is an array of the results; only {LEFT_OUT} can be given for it"
                )
            return None
        texts: Texts = {path: (a.label, a.text) for path, a in given.items()}
        return build_value(kind, texts)

    def _sorted(self, values: Values, way: str) -> Settings:
        def taken(place: str, channel: int = ALL) -> dict[str, Any]:
            """The inputs of a place: what is for all channels, then what is for this one."""
            of_all = {name: value for (p, name, c), value in values.items() if (p, c) == (place, ALL)}
            return of_all | {name: value for (p, name, c), value in values.items() if (p, c) == (place, channel)}

        settings = Settings(taken(INIT), members=taken(MEMBERS), call=taken(CALL), way=way)
        settings.configure = self._complete(way, taken(way)) if way else {}
        for method in configuring_methods(self.block):
            numbered = "nChannel" in self.inputs[method]
            channels = range(self.block.channels_from, self._last_channel(method) + 1) if numbered else (ALL,)
            for channel in channels if method != way else ():
                own = taken(method, channel)
                if own:
                    complete = self._complete(method, own, channel)
                    calls = settings.before if configures_channel(method) else settings.after
                    calls.append((method, ({"nChannel": channel} if numbered else {}) | complete))
        self._complete(CALL, settings.call)
        return settings

    def _as_given(self, targets: list[Target], way: str) -> dict[str, str]:
        """The texts of spans by their names; of structures, arrays and what other methods take by their paths."""
        found = {}
        for target in targets:
            place, text = target.place(way), target.assignment.text
            kind = self.inputs[place][target.name].type
            has_parts = isinstance(kind, (ParameterStructType, ArrayPointerType))
            if isinstance(kind, DurationType) and target.channel == ALL:
                found[target.name] = text
            elif place != CALL and (has_parts or place not in (INIT, MEMBERS, way)):
                found[target.assignment.path] = text
        return found

    def _complete(self, method: str, given: dict[str, Any], channel: int = ALL) -> dict[str, Any]:
        """The inputs with the sizes of arrays; WrongType when some are missing."""
        wanted = [i for i in self.inputs.get(method, {}).values() if i.required and i.name not in self.follows]
        missing = [i for i in wanted if i.name not in given]
        if missing:
            forms = " ".join(f"{CHANNEL}.{channel}.{form}" if channel != ALL else form for form in _forms(missing))
            raise WrongType(f"{self.name} needs --set {forms}; see 'alycat blocks {self.name}' for what they mean")
        if method not in self.block.methods:
            return given
        pointers = self.block.methods[method].pointers
        arrays = {name: value for name, value in given.items() if name in pointers and value is not None}
        return given | {pointers[name]: value.nbytes for name, value in arrays.items()}


def from_recording(block: Any) -> dict[str, str]:
    """The inputs that the recording decides, each with the option."""
    return FROM_RECORDING | dict.fromkeys(block.init_for(2), "--channels")


def configuring_methods(block: Any) -> list[str]:
    """The methods that take parameters before the first Call, in the order of their use."""
    names = [n for n in block.methods if n.startswith(("Configure", "Set")) and not n.endswith(VALUES)]
    return sorted(names, key=lambda n: (not configures_channel(n), not n.startswith("Configure"), n))


def configures_channel(method: str) -> bool:
    """ConfigureChannel, ConfigureInflowChannel: what Configure takes over."""
    return method.startswith("Configure") and method.endswith("Channel")


def ways_to_configure(block: Any) -> list[str]:
    """The Configure methods; one of them is called."""
    return [n for n in configuring_methods(block) if n.startswith("Configure") and not configures_channel(n)]


def forms_of(block: Any, method: str) -> list[str]:
    """How the parameters of a method are given."""
    signature = block.methods[method]
    apart = {*from_recording(block), *signature.pointers.values()}
    return _forms(i for i in signature.inputs if i.name not in apart)


def _forms(inputs: Iterable[Input]) -> list[str]:
    return [f"{i.name}={form_of(i.type)}" for i in inputs]
