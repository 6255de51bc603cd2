"""What the picture of a block shows, found from its declaration and what it gave: panels of numbers, strips of states.

The type of an output decides how it is drawn: flags, enumerations and indices as strips, times of events as ticks,
counters as steps, spans of time in a fitting unit, numbers as lines, texts as lanes, arrays as a line for each element
or as a map.
Outputs that belong together share a panel: those whose names differ by words such as Min, Last or On only, and those
that the block names in `drawn_with`. A minimum and a maximum become a band, the time of an extreme a mark on its line.
"""

import enum
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..dctime import format_duration
from ..iec import BoolType, DurationType, FloatType, IntType, WrappedType
from ..running import trace_columns
from ..texts import decoded, decoded_column
from .output_names import extreme_of, is_average, is_category, owner_of, stem, upper_of, words
from .picture_parts import REFUSED_ROWS, Lanes, Line, Map, Panel, Strip, lanes_of
from .wording import plural, spaced

if TYPE_CHECKING:
    from .replaying import Replayed

STANDARD = ("bError", "bNewResult", "bConfigured")
MOST_CHANNEL_PANELS = 4
MOST_PANELS = 9
MOST_CODES = 12  # of an index; with more it is a number
MOST_LINES = 8  # of an array; a longer one becomes a map
UNITS = (("ns", 1), ("us", 10**3), ("ms", 10**6), ("s", 10**9), ("min", 60 * 10**9), ("h", 3600 * 10**9))
DAYS = ("days", 86_400 * 10**9)


class Plan:
    """The panels of a replay, and in words what they do not show."""

    def __init__(self, done: "Replayed") -> None:
        self.done = done
        self.accepted = ~done.trace["bError"]
        self.types = {name: kind for name, (_, kind) in trace_columns(done.block).items()}
        names = [n for n in done.trace.dtype.names or () if n not in STANDARD]
        self.changing = [n for n in names if self._changes(n)]
        self.constant = [n for n in names if n not in self.changing and done.trace[n].ndim == 1]
        self.lanes = self._lanes()
        self.strips = self._strips()
        self.maps: list[Map] = []
        self.channels = self._channel_panels()
        over = self._over_channels()
        self.panels = [*self._input_panels(), *self._panels_of([n for n in self.changing if n not in over])]
        self.left_out = [panel.heading for panel in self._cut()]

    def facts(self) -> str:
        rows = len(self.done.trace)
        refused = rows - int(self.accepted.sum())
        parts = [plural(rows, "row")]
        if refused:
            parts.append(f"{plural(refused, 'row')} without outputs")
        if "bNewResult" in (self.done.trace.dtype.names or ()):
            parts.append(plural(int(self.done.trace["bNewResult"].sum()), "new result"))
        if self.constant and self.accepted.any():
            parts.append("constant: " + ", ".join(f"{n} = {self._shown(n)}" for n in self.constant[:4]))
        if self.left_out:
            parts.append("not shown: " + ", ".join(self.left_out))
        return "; ".join(parts)

    def edges_of(self, array: Map) -> NDArray[np.float64]:
        """Where the elements of an array begin and end."""
        places, count = self.done.instance.array_places(array.name), array.values.shape[1]
        if places is None:
            return np.arange(count + 1) + 0.5
        if len(places) == count + 1:
            return np.asarray(places, np.float64)
        middle = (places[1:] + places[:-1]) / 2
        return np.concatenate([[2 * places[0] - middle[0]], middle, [2 * places[-1] - middle[-1]]])

    def labels_of(self, array: str) -> list[str]:
        """What the elements of an array are called: by the block, else as the channels, else by their numbers."""
        count, channels = self.done.trace[array].shape[1], self.done.recording.channels
        of_channels = array in self.done.block.traced and len(channels) == count
        labels = self.done.instance.array_labels(array)
        if not any(labels):
            labels = list(channels) if of_channels else [""] * count
        return [label or f"[{number}]" for number, label in enumerate(labels, start=1)]

    # --- outputs -----------------------------------------------------------------------------------------------------

    def column(self, name: str) -> NDArray[np.float64]:
        """An output as numbers; NaN in rows without outputs."""
        values = self.done.trace[name].astype(np.float64)
        values[~self.accepted] = np.nan
        return np.where(np.isfinite(values), values, np.nan)

    def category(self, name: str) -> tuple[NDArray[np.int64], dict[int, str]] | None:
        """The code of each row and the names of the codes, of an output that is a flag, an enumeration or an index."""
        kind, values = self.types.get(name), self.done.trace[name]
        if values.ndim != 1 or values.dtype.kind in "fS":
            return None
        codes = np.where(self.accepted, values.astype(np.int64), -1)
        if isinstance(kind, BoolType):
            return np.where(codes == 1, 1, -1), {}
        if isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum):
            return codes, {int(m): m.name for m in kind.wrapper}
        if isinstance(kind, IntType) and is_category(name):
            found = np.unique(codes[codes >= 0])
            return (codes, {int(c): str(c) for c in found}) if len(found) <= MOST_CODES else None
        return None

    def _lanes(self) -> list[Lanes]:
        """The channels that are texts, and the outputs."""
        recording = self.done.recording
        found = [(f"{name} (channel)", recording.texts[:, i].tolist()) for i, name in enumerate(recording.text_names)]
        for name in self.changing:
            if self._is_text(name):
                texts = zip(decoded_column(self.done.trace[name]), self.accepted.tolist(), strict=True)
                found.append((name, [text if accepted else None for text, accepted in texts]))
        return [lanes_of(heading, texts, recording.timestamps) for heading, texts in found]

    def _strips(self) -> list[Strip]:
        categories = {name: self.category(name) for name in self.changing}
        found = [Strip(name, *category) for name, category in categories.items() if category is not None]
        new = self.done.trace["bNewResult"] & self.accepted if len(self.accepted) else self.accepted
        flags = [s.codes for s in found if not s.labels]
        drawn = {*(s.name for s in found), *(lanes.heading for lanes in self.lanes)}
        alone = drawn.issuperset(self.changing)
        seldom = 0 < int(new.sum()) < (len(new) if alone else len(new) / 2)
        if seldom and not any(np.array_equal(new, f == 1) for f in flags):
            found.append(Strip("bNewResult", np.where(new, 1, -1)))
        for name in self.changing:
            if self._is_date(name) and extreme_of(name, self.types) is None:
                raw = self.done.trace[name][self.accepted]
                times = np.unique(raw[raw > 0])
                if len(times) <= len(raw) / 2:
                    found.append(Strip(name, times=times))
        for name, values in self.done.inputs.items():
            if values.dtype == np.bool_:
                found.append(Strip(f"{name} (input)", np.where(values, 1, -1)))
        if not self.accepted.all():
            found.append(Strip(REFUSED_ROWS, np.where(self.accepted, -1, 1)))
        return found

    def _panels_of(self, names: list[str]) -> list[Panel]:
        groups: dict[tuple[str, str], list[str]] = {}
        hosts = {guest: host for host, guests in self.done.block.drawn_with.items() for guest in guests}
        for name in names:
            apart = self._is_date(name) or self._is_text(name) or self.category(name) is not None
            if self.done.trace[name].ndim == 1 and not apart:
                leader = hosts.get(name, name)
                groups.setdefault((self._sort(leader), stem(leader)), []).append(name)
        arrays = [panel for name in names if self.done.trace[name].ndim > 1 for panel in self._array(name)]
        return [self._panel(group) for group in groups.values()] + arrays

    def _input_panels(self) -> list[Panel]:
        """The numbers that Call gets with each row and that share no panel with an output."""
        drawn = {guest for name in self.changing for guest in self.done.block.drawn_with.get(name, ())}
        return [
            Panel(f"{name} (input)", [self._input_line(name)]) for name in self._numeric_inputs() if name not in drawn
        ]

    def _numeric_inputs(self) -> list[str]:
        return [name for name, values in self.done.inputs.items() if values.dtype.kind in "iuf"]

    def _input_line(self, name: str) -> Line:
        return Line(name, self.done.inputs[name].astype(np.float64), False)

    def _panel(self, names: list[str]) -> Panel:
        limits = [
            limit
            for name in names
            for other in self.done.block.drawn_with.get(name, ())
            if (limit := self._limit(other)) is not None
        ]
        columns, limits, unit = self._in_unit(names, limits)
        owners = list(dict.fromkeys(owner_of(n) for n in names))
        lines = {n: self._output_line(n, columns[n], owners) for n in names}
        common = stem(names[0])
        heading = names[0] if len(names) == 1 else f"{common if len(words(common)) > 1 else names[0]}..."
        heading = ", ".join(owners) if owners[0] else heading
        panel = Panel(f"{heading} [{unit}]" if unit else heading, limits=limits)
        for name in names:
            upper = upper_of(name, names)
            if upper:
                panel.bands.append((_from_first_change(lines.pop(name)), _from_first_change(lines.pop(upper))))
            elif name in lines and lines[name].is_average:
                lines[name] = _from_first_change(lines[name])
        guests = [guest for name in names for guest in self.done.block.drawn_with.get(name, ())]
        panel.lines = [*lines.values(), *(self._input_line(n) for n in self._numeric_inputs() if n in guests)]
        panel.height = 1.0 if len(panel.all_lines) < 3 else 1.4
        return panel

    def _output_line(self, name: str, column: NDArray[np.float64], owners: list[str]) -> Line:
        """The members of structures are named by what tells them apart in their panel."""
        owner, label = owner_of(name), name
        if owner:
            shared = set.intersection(*(set(words(other)) for other in owners))
            own = "".join(word for word in words(owner) if word not in shared)
            label = f"{own} {name.rpartition('.')[2]}".strip()
        return Line(label, column, True, self._mark(name), owner, is_average(name))

    def _in_unit(
        self, names: list[str], limits: list[tuple[str, float]]
    ) -> tuple[dict[str, NDArray[np.float64]], list[tuple[str, float]], str]:
        columns = {n: self.column(n) for n in names}
        if self._sort(names[0]) != "span":
            return columns, limits, ""
        unit, ns = fitting_unit(*columns.values())
        return {n: c / ns for n, c in columns.items()}, [(n, v / ns) for n, v in limits], unit

    def _array(self, name: str) -> list[Panel]:
        """An array as lines, or as a map when it is long; flags of an array tell nothing by themselves."""
        if self.done.trace[name].dtype == np.bool_:
            return []
        array = self.array(name)
        if array.values.shape[1] > MOST_LINES:
            self.maps.append(array)
            return []
        lines = [Line(label, array.values[:, i].copy()) for i, label in enumerate(self.labels_of(name))]
        return [Panel(array.heading, lines)]

    def array(self, name: str) -> Map:
        """An array of the trace, in a fitting unit if its elements are spans of time."""
        values = self.column(name)
        if not self.done.instance.array_is_time(name):
            return Map(name, values)
        unit, ns = fitting_unit(values)
        return Map(name, values / ns, unit)

    def _limit(self, name: str) -> tuple[str, float] | None:
        """A number that was given for an input of Configure, or an output that stayed the same; spans in ns."""
        if name in self.constant:
            return name, float(self.done.trace[name][-1])
        value = self.done.settings.configure.get(name)
        kind = {i.name: i.type for m in self.done.block.methods.values() for i in m.inputs}.get(name)
        if value is None or kind is None:
            return None
        number = kind.check(value, name) * getattr(kind, "unit_ns", 1)
        return name, float(number)

    def _mark(self, name: str) -> tuple[int, float] | None:
        """When the last extreme was, if the block tells."""
        for other in self.changing:
            if self._is_date(other) and extreme_of(other, self.types) == name:
                rows = np.flatnonzero(self.accepted & (self.done.trace[other] > 0))
                if len(rows):
                    return int(self.done.trace[other][rows[-1]]), float(self.done.trace[name][rows[-1]])
        return None

    def _is_text(self, name: str) -> bool:
        return bool(self.done.trace[name].dtype.kind == "S")

    def _is_date(self, name: str) -> bool:
        return getattr(self.types.get(name), "name", "") == "FB_ALY_DateTime"

    def _sort(self, name: str) -> str:
        kind = self.types.get(name)
        if getattr(kind, "name", "") == "FB_ALY_Timespan" or isinstance(kind, DurationType):
            return "span"
        return "number" if isinstance(kind, FloatType) else "count"

    def _changes(self, name: str) -> bool:
        values = self.done.trace[name][self.accepted]
        return bool(len(values)) and bool((values != values[0]).any())

    def _shown(self, name: str) -> str:
        value, kind = self.done.trace[name][self.accepted][-1], self.types.get(name)
        if isinstance(kind, BoolType):
            return "TRUE" if value else "FALSE"
        if isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum):
            return str(kind.wrapper(int(value)).name)
        if isinstance(value, bytes):
            return decoded(value)
        if self._is_date(name):
            return "never" if not value else "one time"
        if self._sort(name) == "span":
            return format_duration(int(value))
        return f"{value:g}" if isinstance(kind, FloatType) else spaced(int(value))

    # --- channels ----------------------------------------------------------------------------------------------------

    def _channel_panels(self) -> list[Panel]:
        """A panel for each channel, with what it is compared with; one for all of them when results lie over them."""
        recording, instance = self.done.recording, self.done.instance
        names = recording.names[: getattr(instance, "_n", 0)]
        columns = np.where(np.isfinite(recording.values), recording.values, np.nan)
        lines = [Line(name, columns[:, i], False) for i, name in enumerate(names)]
        levels = [level for level in instance.channel_levels() if level[0] < len(lines)]
        if self.done.block.picture == "bands":
            panel = Panel(", ".join(names[:4]) + (" ..." if len(names) > 4 else ""), lines, height=2.4, is_channel=True)
            panel.limits = _by_level(levels)
            for results in self._panels_of(self._over_channels()):
                for line in results.lines:  # an element of an array needs its name beside others
                    name = f"{results.heading}{line.name}" if line.name.startswith("[") else line.name
                    panel.results.append(replace(self._once_there(line), name=name))
                panel.bands += [(self._once_there(low), self._once_there(high)) for low, high in results.bands]
            return [panel]
        if len(lines) > MOST_CHANNEL_PANELS:
            return [Panel(f"{len(lines)} channels", lines, height=1.6, is_channel=True)]
        height = 1.0 if len(lines) < MOST_CHANNEL_PANELS else 0.7
        return [
            Panel(f"{line.name} (channel)", [line], limits=_by_level(levels, i), height=height, is_channel=True)
            for i, line in enumerate(lines)
        ]

    def _over_channels(self) -> list[str]:
        """Outputs in the unit of the channels."""
        if self.done.block.picture != "bands":
            return []
        return [n for n in self.changing if self.done.trace[n].dtype.base.kind == "f"]

    def _once_there(self, line: Line) -> Line:
        """Without the rows before the first result, where an output still is what Configure left."""
        fresh = np.flatnonzero(self.done.trace["bNewResult"])
        values = line.values.copy()
        values[: fresh[0] if len(fresh) else len(values)] = np.nan
        return replace(line, values=values)

    def _cut(self) -> list[Panel]:
        room = MOST_PANELS - len(self.channels) - bool(self.strips) - len(self.lanes) - len(self.maps)
        rest, self.panels = self.panels[max(room, 0) :], self.panels[: max(room, 0)]
        return rest


def fitting_unit(*spans: NDArray[np.float64]) -> tuple[str, int]:
    """The name of a unit in which spans of time are short numbers, and its ns."""
    largest = max(float(np.nanmax(np.abs(span), initial=0)) for span in spans)
    if largest >= 3 * DAYS[1]:
        return DAYS
    return next((unit for unit in reversed(UNITS) if largest >= 2 * unit[1]), UNITS[0])


def _by_level(levels: list[tuple[int, float, str]], channel: int | None = None) -> list[tuple[str, float]]:
    """The levels of a channel, or of all, each once with all that is compared with it."""
    texts: dict[float, list[str]] = {}
    for number, level, text in levels:
        if channel in (None, number):
            texts.setdefault(level, []).append(text)
    return [(", ".join(found), level) for level, found in texts.items()]


def _from_first_change(line: Line) -> Line:
    """Without the rows at the beginning, where a statistic still is what Configure left."""
    good = np.flatnonzero(np.isfinite(line.values))
    changed = good[line.values[good] != line.values[good[0]]] if len(good) else good
    values = line.values.copy()
    values[: changed[0] if len(changed) else 0] = np.nan
    return replace(line, values=values)
