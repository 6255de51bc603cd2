"""Plants: named sets of channels with one story each, seeded and complete with the fault that develops.

Each channel is a signal, and a source for a link once the plant has a start::

    plant = pump(seed=1).starting(plc)
    task.link(plant["pressure"], "MAIN.fPressure")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alycat.runtime.dctime import Duration, parse_duration
from alycat.runtime.errors import UnknownName, one_of

from .faults import Course
from .noise import Noise
from .signals import OperatingPoints, Product, Ramp, Signal, Sine, Sum, Switch

if TYPE_CHECKING:
    from alycat.runtime.plc import Plc


@dataclass(frozen=True)
class Plant:
    """Channels by name, their units, and what goes wrong at which time after the start."""

    name: str
    channels: Mapping[str, Signal]
    units: Mapping[str, str]
    operating_points: tuple[str, ...]
    fault: str
    fault_begin_ns: int

    def starting(self, start: "Plc | int | str | Any") -> "Plant":
        """The plant with its zero at a time of the clock, or at the first tick of a Plc."""
        started = {name: signal.starting(start, f"{self.name}.{name}") for name, signal in self.channels.items()}
        return replace(self, channels=started)

    def __getitem__(self, name: str) -> Signal:
        if name not in self.channels:
            raise UnknownName(f"{self.name} has no channel {name!r}; it has {one_of(self.channels)}")
        return self.channels[name]


def pump(seed: int = 1, fault_begin: Duration = "7min", growth: Duration = "20s") -> Plant:
    """A centrifugal pump with three speeds: flow in m3/h, pressure in bar.

    Every 16 s it goes through low, normal and high speed. Over the minutes wear lets the pressure fall and the flow
    follows the temperature. From `fault_begin` on it cavitates at high speed, within `growth` fully: pressure and flow
    break down there and become unsteady; at the lower speeds nothing is to be seen.
    """
    dwells = ("6s", "5s", "5s")

    def points(low: float, normal: float, high: float) -> OperatingPoints:
        return OperatingPoints((low, normal, high), dwells, change="150ms")

    cavitation = Product(Course(fault_begin, growth), points(0, 0, 1))

    def channel(
        name: str, speeds: tuple[float, float, float], drifting: Signal, sigma: float, loss: float, unsteady: float
    ) -> Signal:
        healthy = Sum(points(*speeds), drifting, Noise(sigma, seed, f"pump {name}", "10ms"))
        broken = Sum(healthy, Product(cavitation, loss + Noise(unsteady, seed, f"pump cavitation {name}", "10ms")))
        return Switch(Course(fault_begin), broken, healthy)

    return Plant(
        "pump",
        {
            "flow": channel("flow", (3.0, 5.6, 8.4), Sine(0.25, "8min"), 0.10, -0.5, 0.10),
            "pressure": channel("pressure", (2.2, 4.4, 7.2), Ramp(-1.0 / 600), 0.10, -2.4, 0.10),
        },
        {"flow": "m3/h", "pressure": "bar"},
        ("low", "normal", "high"),
        "cavitation at high speed",
        parse_duration(fault_begin, "fault_begin"),
    )


def motor(seed: int = 1, fault_begin: Duration = "7min", growth: Duration = "1min") -> Plant:
    """A motor under three loads: winding temperature in units of 10 K above ambient, vibration in mm/s.

    Every 40 s it goes through idle, half and full load; the temperature follows slowly and with the time of day. From
    `fault_begin` on a bearing wears, within `growth` fully: vibration rises under every load, at full load most.
    """
    dwells = ("15s", "12s", "13s")
    bearing = Product(Course(fault_begin, growth), OperatingPoints((0.7, 1.1, 1.8), dwells, "1s"))
    temperature = Sum(
        OperatingPoints((2.0, 3.6, 5.5), dwells, change="6s"),
        Sine(0.2, "10min"),
        Noise(0.04, seed, "motor temperature", "10ms"),
    )
    vibration = Sum(
        OperatingPoints((1.0, 1.8, 2.9), dwells, change="1s"),
        Noise(0.10, seed, "motor vibration", "10ms"),
        bearing,
    )
    return Plant(
        "motor",
        {"temperature": temperature, "vibration": vibration},
        {"temperature": "10 K", "vibration": "mm/s"},
        ("idle", "half load", "full load"),
        "wear of a bearing",
        parse_duration(fault_begin, "fault_begin"),
    )


PLANTS: dict[str, Callable[..., Plant]] = {"pump": pump, "motor": motor}
