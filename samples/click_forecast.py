"""Clicks of a web site against a forecast band: the lower, middle and upper quantile for each slot of the day.

Retells the DeepAR part of AWS's click-stream example as a PLC program: clicks per 10 minutes of nine days, the last of
which is judged. The task runs every 10 minutes on a virtual clock. FB_ALY_ForecastBand learns from the past days as it
goes. With --model the last day's band comes from a DeepAR model at midnight, through SetForecast.

What the two did on the original data (15 July, 144 slots, ten of them labelled as faults; a count of clicks shows the
site being down, hardly the wrongly counted users):

                    outside   labelled ones         false   forecast off by   width of the band
    seasonal band         1   17:30                     0   20.5              158
    DeepAR               17   11:10 11:20 17:30        14   20.5               90

The forecasts are equally good. The plain band is wide where past days had faults of their own, and so raises no false
alarm; DeepAR's is narrow, finds two rows of the wrongly counted users besides, and is too narrow: 12 % lie outside
where 2 % were promised. Where false alarms count the plain one is ahead, and it costs microseconds instead of a minute
and a half of training. Train with

    alycat train-forecast clicks_10T.csv --channels click,user,page \\
        --time timestamp --until 2020-07-15 --out clicks.npz

    python samples/click_forecast.py                                  made-up clicks
    python samples/click_forecast.py --data clicks_10T.csv            the original ones
    python samples/click_forecast.py --data clicks_10T.csv --model clicks.npz
    python samples/click_forecast.py --picture clicks.png             and what it looks like
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from alycat.blocks import FB_ALY_ForecastBand, FB_ALY_GetSystemTime
from alycat.runtime import Plc, Program, Recording
from alycat.runtime.clock import VirtualClock
from alycat.runtime.dctime import parse_timestamp
from alycat.runtime.iec import LREAL
from alycat.sim.clickstream import Visits
from alycat.sim.signals import Whole

SLOT_NS, SLOTS, DAYS = 600 * 10**9, 144, 9
START_NS = parse_timestamp("2020-07-07T00:00:00Z", "start")
HOUR_NS = 3600 * 10**9
DOWN = (8 * 24 * HOUR_NS + 17 * HOUR_NS + HOUR_NS // 2, 8 * 24 * HOUR_NS + 17 * HOUR_NS + 5 * HOUR_NS // 6, 0.1)


class MAIN(Program):
    fClicks: LREAL

    def __init__(self) -> None:
        self.fbBand = FB_ALY_ForecastBand()
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbBand.Configure(**FB_ALY_ForecastBand.example)

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        self.fbBand.SetChannelValue(self.fClicks)
        self.fbBand.Call(tTimestamp=self.fbSystemTime.tSystemTime, bLearn=True)


def generated() -> np.ndarray:
    """Made-up clicks of nine days; on the last one the site is down from 17:30 to 17:50."""
    days = (1.0, 1.04, 0.97, 1.02, 0.95, 0.98, 1.03, 1.0, 1.01)
    clicks = Whole(Visits(270.0, seed=4, name="clicks", days=days, faults=(DOWN,)))
    return clicks.samples(np.arange(DAYS * SLOTS) * SLOT_NS).astype(np.float64)


def project(clicks: np.ndarray) -> tuple[Plc, MAIN]:
    """A Plc that runs once per slot; the last value stays."""
    plc, main = Plc(VirtualClock(START_NS)), MAIN()
    task = plc.task("PlcTask", cycle_time="10min", programs=[main])
    values = clicks.tolist()
    task.link(lambda _t: values[min(task.cycles - 1, len(values) - 1)], "MAIN.fClicks")
    return plc, main


def deepar_bands(model: Path, clicks: np.ndarray) -> tuple[int, np.ndarray]:
    """What the model forecasts at midnight, from the days before."""
    from alycat.runtime.deepar import DeepAR

    past = clicks[:-SLOTS]
    times = np.uint64(START_NS) + np.arange(len(past), dtype=np.uint64) * np.uint64(SLOT_NS)
    return DeepAR.load(model).forecast(times, past)


def watch(clicks: np.ndarray, model: Path | None = None) -> np.ndarray:
    """Runs all days; the last day's rows of clicks, lower border, forecast, upper border, anomaly."""
    plc, main = project(clicks)
    band = main.fbBand
    rows: list[tuple[float, ...]] = []

    def note(_task: Any) -> None:
        rows.append((main.fClicks, band.fBandLower, band.fBandMiddle, band.fBandUpper, band.bAnomaly))

    plc.cycle_finished.append(note)
    plc.run(cycles=len(clicks) - SLOTS)
    if model is not None:
        start, bands = deepar_bands(model, clicks)
        assert band.SetForecast(start, bands, bands.nbytes), band.ipResultMessage
    plc.run(cycles=SLOTS)
    return np.array(rows)[-SLOTS:]


def clock_time(slot: int) -> str:
    return f"{slot // 6:02}:{slot % 6}0"


def tell(name: str, day: np.ndarray) -> None:
    outside = np.flatnonzero(day[:, 4])
    distance = np.abs(day[:, 2] - day[:, 0]).mean()
    width = (day[:, 3] - day[:, 1]).mean()
    places = " ".join(clock_time(slot) for slot in outside) or "none"
    print(f"{name}: {len(outside)} of {len(day)} slots outside: {places}")
    print(f"  the forecast is off by {distance:.1f} on average, the band is {width:.0f} wide")


def draw(path: str, found: dict[str, np.ndarray]) -> None:
    """The last day's clicks against the band, one panel for each forecast."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 1 + 4 * len(found)), layout="constrained")
    panels = figure.subplots(len(found), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    hours = np.arange(SLOTS) / 6
    for panel, (name, day) in zip(panels, found.items(), strict=True):
        outside = day[:, 4] > 0
        panel.fill_between(hours, day[:, 1], day[:, 3], color="#0072B2", alpha=0.18, label="band, 1 % to 99 %")
        panel.plot(hours, day[:, 2], color="#0072B2", linewidth=1, label="forecast (median)")
        panel.plot(hours, day[:, 0], color="#333333", linewidth=1.3, label="clicks")
        panel.plot(hours[outside], day[outside, 0], "o", color="#A3123A", markersize=6, label="outside")
        panel.set_title(f"{name}: clicks in 10 minutes on the last day", loc="left", fontsize=10)
        panel.grid(True, color="#e6e6e6", linewidth=0.7)
        panel.legend(loc="upper left", frameon=False, fontsize=9)
    panels[-1].set_xlabel("hour of the day (UTC)")
    panels[-1].set_xlim(0, 24)
    panels[-1].set_xticks(range(0, 25, 2))
    figure.savefig(path, dpi=110)


plc, main = project(generated())

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, help="clicks_10T.csv")
    parser.add_argument("--model", type=Path, help="model of alycat train-forecast")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    if options.data:
        clicks = Recording.read(options.data, time="timestamp", channels=["click"]).values[:, 0]
    else:
        clicks = generated()
    found = {"seasonal band": watch(clicks)}
    if options.model:
        found["DeepAR"] = watch(clicks, options.model)
    for name, day in found.items():
        tell(name, day)
    if options.picture:
        draw(options.picture, found)
