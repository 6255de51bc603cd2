"""Readings of many air quality sensors as one table: generated, or from a file of the Purple Air interface.

One row per sensor, in the order of their registration, so that a table is no time series. Cells without a value are
NaN, as some sensors report some channels only.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FIELDS = (
    "sensor_index",
    "rssi",
    "uptime",
    "latitude",
    "longitude",
    "humidity",
    "temperature",
    "pressure",
    "pm1.0_cf_1",
    "pm2.5_cf_1",
    "pm10.0_cf_1",
)
CITIES = ((37.8, -122.3), (40.7, -111.9), (47.6, -122.3), (51.5, -0.1), (48.1, 11.6), (-33.9, 151.2))


@dataclass(frozen=True)
class AirQuality:
    """A table of readings."""

    fields: tuple[str, ...]
    values: np.ndarray

    def column(self, field: str) -> np.ndarray:
        return np.ascontiguousarray(self.values[:, self.fields.index(field)])

    @classmethod
    def read(cls, path: str | Path) -> "AirQuality":
        """The readings of a JSON file with `fields` and `data`; without the date of registration."""
        content = json.loads(Path(path).read_text())
        kept = [i for i, name in enumerate(content["fields"]) if name != "date_created"]
        values = np.array([[row[i] for i in kept] for row in content["data"]], np.float64)
        return cls(tuple(content["fields"][i] for i in kept), values)

    @classmethod
    def generated(cls, sensors: int, seed: int) -> "AirQuality":
        """Made-up readings: mostly clean air, some smoke, a few sensors that are broken, and gaps."""
        source = random.Random(seed)
        values = np.array([_sensor(source, 50 + 7 * number) for number in range(sensors)], np.float64)
        return cls(FIELDS, values)


def _sensor(source: random.Random, index: int) -> list[float]:
    latitude, longitude = source.choice(CITIES)
    kind = source.random()
    fine = source.lognormvariate(1.2, 0.8)
    if kind < 0.015:
        fine += source.uniform(60, 400)  # smoke
    particles = [fine, fine * source.uniform(1.2, 1.6), fine * source.uniform(1.6, 2.2)]
    weather = [source.gauss(45, 15), source.gauss(70, 12), source.gauss(995, 25)]
    if kind > 0.997:
        particles = [source.uniform(900, 1800)] * 3  # the laser is dirty
    elif kind > 0.994:
        weather = [100.0, 255.0, source.uniform(300, 400)]  # the weather chip is broken
    gaps = [source.random() < share for share in (0.04, 0.04, 0.045)]
    shown = [float("nan") if gap else round(value) for value, gap in zip(weather, gaps, strict=True)]
    if source.random() < 0.004:
        particles = [float("nan")] * 3
    place = [round(latitude + source.gauss(0, 0.8), 4), round(longitude + source.gauss(0, 0.8), 4)]
    about = [index, round(source.gauss(-65, 9)), round(source.expovariate(1 / 12000))]
    return [*about, *place, *shown, *(round(value, 1) for value in particles)]
