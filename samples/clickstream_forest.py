"""Which channel is it? A web shop's clicks through FB_ALY_RandomCutForest, retold after a sample of AWS.

Every minute a program gets the pages, users and clicks of a site and adds the residual, clicks - users. There were two
faults on the last day: for an hour a program counted the users wrongly, and for ten minutes the system was down.
Each curve for itself looks usual in the first one; the forest sees that they no longer fit together, and its
attribution names the residual. In the second fault it names clicks and users, and not the residual. Whoever gets the
alarm knows where to look.

The numbers are generated; with the original ones in a folder (clicks_1T.csv) the same program runs on those. The
parameters are those of the original, which ran on Amazon Kinesis (RANDOM_CUT_FOREST_WITH_EXPLANATION, discontinued).

    python samples/clickstream_forest.py
    python samples/clickstream_forest.py --data ../shared/data/clickstream --picture clicks.png
    alycat run samples/clickstream_forest.py --duration 2d
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from alycat.blocks import E_ALY_AnomalyThresholdMode, FB_ALY_GetSystemTime, FB_ALY_RandomCutForest
from alycat.runtime import Plc, Program
from alycat.runtime.dctime import parse_timestamp
from alycat.runtime.iec import BOOL, LREAL, UDINT
from alycat.runtime.recordings import Recording
from alycat.sim.noise import Noise
from alycat.sim.signals import Pulse, Sine, Switch, Whole

CHANNELS = ("pages", "users", "clicks", "residual")
START = "2020-07-11"  # of the generated numbers; the original ones begin four days earlier
END = "2020-07-16"
PROGRAM_FAULT = ("2020-07-15T10:10", "2020-07-15T11:24")
SYSTEM_FAULT = ("2020-07-15T17:29", "2020-07-15T17:39")
MINUTE = 60 * 10**9


class MAIN(Program):
    fPages: LREAL
    fUsers: LREAL
    fClicks: LREAL
    fScore: LREAL
    fThreshold: LREAL
    bAnomaly: BOOL
    nAnomalies: UDINT
    fOfPages: LREAL
    fOfUsers: LREAL
    fOfClicks: LREAL
    fOfResidual: LREAL

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbForest = FB_ALY_RandomCutForest(nNumChannels=4)
        self.fbForest.Configure(
            nNumTrees=100,
            nSampleSize=256,
            nShingleSize=1,
            nTimeDecay=4320,  # three days
            nSeed=1,
            nOutputDelay=0,
            eThresholdMode=E_ALY_AnomalyThresholdMode.StandardDeviations,
            fThresholdLevel=3.0,
            bWithDirectionality=True,
        )
        self.aHigh, self.aLow = np.zeros(4), np.zeros(4)
        self.strongest: dict[int, tuple[float, str]] = {}  # hour -> highest score and why

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        forest, now = self.fbForest, self.fbSystemTime.tSystemTime
        forest.SetChannelValue(1, self.fPages)
        forest.SetChannelValue(2, self.fUsers)
        forest.SetChannelValue(3, self.fClicks)
        forest.SetChannelValue(4, self.fClicks - self.fUsers)
        forest.Call(
            tTimestamp=now,
            pHighArrayOut=self.aHigh,
            nHighArrayOutSize=self.aHigh.nbytes,
            pLowArrayOut=self.aLow,
            nLowArrayOutSize=self.aLow.nbytes,
        )
        self.fScore, self.fThreshold, self.bAnomaly = forest.fAnomalyScore, forest.fThreshold, forest.bAnomaly
        self.fOfPages, self.fOfUsers, self.fOfClicks, self.fOfResidual = (self.aHigh + self.aLow).tolist()
        if self.bAnomaly:
            self.nAnomalies += 1
            hour = now // (60 * MINUTE)
            if self.fScore > self.strongest.get(hour, (0.0, ""))[0]:
                self.strongest[hour] = self.fScore, forest.explanation(CHANNELS)


def generated() -> dict[str, Any]:
    """Visitors by day and night, and the two faults, as signals of the time."""
    start = parse_timestamp(START, "start")

    def during(fault: tuple[str, str]) -> Pulse:
        begin, end = (parse_timestamp(t, "fault") for t in fault)
        return Pulse(1, 0, "1000d", end - begin, begin - start)

    def noise(name: str, sigma: float) -> Noise:
        return Noise(sigma=sigma, seed=1, name=name, every="1min")

    users = 22.0 + Sine(13.0, "1d", phase=-0.25) + noise("users", 1.8)
    clicks = users + 4.0 + noise("clicks", 1.0)
    pages = 6.0 + 0.25 * users + noise("pages", 1.0)
    counted = Switch(during(PROGRAM_FAULT), 0.55 * users, users)
    down = during(SYSTEM_FAULT)
    return {
        "page": Whole(Switch(down, 1.0, pages)),
        "user": Whole(Switch(down, 1.0, counted)),
        "click": Whole(Switch(down, 2.0, clicks)),
    }


def build(sources: dict[str, Any], start: int | str = START) -> tuple[Plc, MAIN]:
    plc, main = Plc(start=start), MAIN()
    task = plc.task("PlcTask", cycle_time="1min", programs=[main])
    for name, variable in (("page", "fPages"), ("user", "fUsers"), ("click", "fClicks")):
        source = sources[name]
        task.link(source.starting(plc) if hasattr(source, "starting") else source, f"MAIN.{variable}")
    names = ("fPages", "fUsers", "fClicks", "fScore", "fThreshold", "bAnomaly")
    names += ("fOfPages", "fOfUsers", "fOfClicks", "fOfResidual")
    task.record(*(f"MAIN.{name}" for name in names))
    return plc, main


plc, main = build(generated())


def rows_of(time: np.ndarray, fault: tuple[str, str]) -> np.ndarray:
    begin, end = (parse_timestamp(t, "fault") for t in fault)
    return (time >= begin) & (time < end)


def report(plc: Plc, main: MAIN) -> None:
    """What an operator would want to know about each fault, and how often the alarm was a false one."""
    columns = recorded(plc)
    elsewhere = columns["bAnomaly"].copy()
    for title, fault in (("users counted wrongly", PROGRAM_FAULT), ("system down", SYSTEM_FAULT)):
        rows = rows_of(columns["time"], fault)
        elsewhere &= ~rows
        scores, flagged = columns["fScore"][rows], columns["bAnomaly"][rows]
        print(f"{title}, {fault[0][11:]} to {fault[1][11:]}: {flagged.sum()} of {len(scores)} minutes flagged")
        print(f"  highest score {scores.max():.2f}, first alarm in minute {int(np.argmax(flagged)) + 1}")
        parts = {name: columns[f"fOf{name.title()}"][rows].mean() for name in CHANNELS}
        shares = ", ".join(f"{n} {v:.2f}" for n, v in sorted(parts.items(), key=lambda part: -part[1]))
        print(f"  mean attribution: {shares}")
        hours = np.unique(columns["time"][rows] // (60 * MINUTE)).tolist()
        found = [main.strongest[hour] for hour in hours if hour in main.strongest]
        if found:
            print(f"  {max(found)[1]}")
    minutes = len(elsewhere)
    print(f"elsewhere {elsewhere.sum()} of {minutes} minutes flagged ({elsewhere.mean():.1%})")


def recorded(plc: Plc) -> dict[str, np.ndarray]:
    columns = plc.tasks[0].recorders[0].columns()
    return {name.removeprefix("MAIN."): column for name, column in columns.items()}


def draw(plc: Plc, path: Path) -> None:
    """The day of the faults: what the site saw, the score with its threshold, and whom the forest blames."""
    import matplotlib.pyplot as plt

    columns = recorded(plc)
    day = rows_of(columns["time"], ("2020-07-15T00:00", "2020-07-16T00:00"))
    shown = {name: column[day] for name, column in columns.items()}
    hours = (shown["time"] - parse_timestamp("2020-07-15", "day")) / (60 * MINUTE)
    figure, (curves, score, blame) = plt.subplots(3, 1, figsize=(11, 9), sharex=True, layout="constrained")
    colours = dict(zip(CHANNELS, ("#999999", "#0072B2", "#009E73", "#D55E00"), strict=True))
    for name in ("clicks", "users", "pages"):
        curves.plot(hours, shown[f"f{name.title()}"], color=colours[name], linewidth=0.9, label=name)
    residual = shown["fClicks"] - shown["fUsers"]
    curves.plot(hours, residual, color=colours["residual"], linewidth=0.9, label="residual (clicks - users)")
    curves.set_ylabel("per minute")
    curves.set_ylim(top=1.2 * shown["fClicks"].max())
    score.plot(hours, shown["fScore"], color="black", linewidth=0.9, label="anomaly score")
    score.plot(hours, shown["fThreshold"], color="#CC79A7", label="threshold: mean + 3 standard deviations")
    flagged = shown["bAnomaly"].astype(bool)
    score.plot(hours[flagged], shown["fScore"][flagged], ".", color="#D55E00", label="anomaly")
    parts = [shown[f"fOf{name.title()}"] for name in CHANNELS]
    blame.stackplot(hours, *parts, labels=CHANNELS, colors=[colours[name] for name in CHANNELS])
    blame.set_ylabel("attribution")
    blame.set_xlabel("2020-07-15, hour (UTC)")
    for panel in (curves, score, blame):
        for title, fault in (("users counted\nwrongly", PROGRAM_FAULT), ("system\ndown", SYSTEM_FAULT)):
            rows = np.flatnonzero(rows_of(shown["time"], fault))
            panel.axvspan(hours[rows[0]], hours[rows[-1]], color="#F0E442", alpha=0.35, zorder=0, linewidth=0)
            if panel is curves:
                panel.annotate(title, (hours[rows[-1]], 0.97), xycoords=("data", "axes fraction"), va="top", fontsize=9)
        panel.legend(loc="upper left", fontsize=8)
        panel.margins(x=0)
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A web shop's clicks through a random cut forest.")
    parser.add_argument("--data", type=Path, help="folder with clicks_1T.csv, instead of generated numbers")
    parser.add_argument("--picture", type=Path, help="file for a picture of the day of the faults")
    options = parser.parse_args()
    if options.data:
        if not (options.data / "clicks_1T.csv").is_file():
            parser.error(f"--data: there is no clicks_1T.csv in {options.data}")
        recording = Recording.read(options.data / "clicks_1T.csv", time="timestamp")
        plc, main = build({name: recording[name] for name in ("page", "user", "click")}, int(recording.timestamps[0]))
    plc.run(until=parse_timestamp(END, "end"))
    if options.picture:
        draw(plc, options.picture)
    report(plc, main)
