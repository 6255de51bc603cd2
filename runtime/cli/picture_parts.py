"""What the picture of a block consists of: panels of lines, strips of states, lanes of texts, maps of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST_LANES = 10
REFUSED_ROWS = "refused rows"  # the name of their strip


@dataclass(frozen=True, eq=False)
class Line:
    """A value over the rows; NaN is a gap."""

    name: str
    values: NDArray[np.float64]
    steps: bool = True
    mark: tuple[int, float] | None = None  # DC time and value of an extreme
    owner: str = ""  # the structure that it is a member of
    is_average: bool = False


@dataclass(eq=False)
class Panel:
    """Lines that share an axis."""

    heading: str
    lines: list[Line] = field(default_factory=list)
    bands: list[tuple[Line, Line]] = field(default_factory=list)
    limits: list[tuple[str, float]] = field(default_factory=list)
    results: list[Line] = field(default_factory=list)  # drawn over the lines, which are channels
    height: float = 1.0
    is_channel: bool = False

    @property
    def all_lines(self) -> list[Line]:
        return [*self.lines, *self.results, *(line for band in self.bands for line in band)]


@dataclass(frozen=True, eq=False)
class Strip:
    """What held when: a code for each row, -1 for none, and the name of each code; or times of events."""

    name: str
    codes: NDArray[np.int64] | None = None
    labels: dict[int, str] = field(default_factory=dict)  # empty: a flag
    times: NDArray[np.uint64] | None = None


@dataclass(frozen=True, eq=False)
class Map:
    """An array of many elements over the rows."""

    name: str
    values: NDArray[np.float64]  # rows x elements
    unit: str = ""  # of spans of time

    @property
    def heading(self) -> str:
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True, eq=False)
class Lanes:
    """Texts over the rows: a lane for each of those that held longest and, if there are more, one for all others.

    Where they hold so short that none stands out, such as serial numbers, all share one lane.
    """

    heading: str
    texts: Sequence[str]  # by number, in the order in which they came
    numbers: NDArray[np.int64]  # the text of each row; -1 for none
    lanes: NDArray[np.int64]  # the lane of each text

    @property
    def count(self) -> int:
        return int(self.lanes.max(initial=-1)) + 1

    @property
    def is_shared(self) -> bool:
        return self.count == 1 < len(self.texts)

    @property
    def others(self) -> int | None:
        """The lane of all others, if there is one."""
        return self.count - 1 if len(self.texts) > self.count else None


def lanes_of(heading: str, texts: Sequence[str | None], timestamps: NDArray[np.uint64]) -> Lanes:
    """The lanes for a text in each row, None where there is none; a text holds until the next row."""
    known: dict[str, int] = {}
    numbers = np.array([-1 if text is None else known.setdefault(text, len(known)) for text in texts], np.int64)
    held = np.append(np.diff(timestamps), 0).astype(np.float64)
    times = np.bincount(numbers[numbers >= 0], held[numbers >= 0], len(known))
    longest = np.argsort(-times, kind="stable")[: MOST_LANES if len(known) <= MOST_LANES else MOST_LANES - 1]
    lanes = np.full(len(known), len(longest), np.int64)
    lanes[np.sort(longest)] = np.arange(len(longest))
    if len(longest) < len(known) and times[longest].sum() < times.sum() / 2:
        lanes[:] = 0
    return Lanes(heading, list(known), numbers, lanes)
