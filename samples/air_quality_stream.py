"""Air quality, sensor by sensor: gaps filled by running means, half-space trees, an alert above 0.7.

Retells the stream part of "Machine Learning with IoT data" (bytewax/ml-iot, Purple Air readings) as a PLC program: one
cycle takes the reading of one sensor. FB_ALY_StatImputer stands for River's four StatImputers, FB_ALY_HalfSpaceTrees
for River's HalfSpaceTrees with the same settings; on the original data the scores are River's, bit for bit.

Two things to know. This "stream" is no time series: it holds one reading per sensor, in the order in which they were
registered, so the window of 72 says what the 72 sensors before had, not what happened lately. And the article's flow,
which seems to keep a model per sensor, keeps one for all: it takes the state of stateful_map for the key. Here there
is one block for all sensors and it says so; a model per sensor would be a block per sensor.

    python samples/air_quality_stream.py                                  3000 made-up sensors
    python samples/air_quality_stream.py --data purpleair_data.json       the original readings
    python samples/air_quality_stream.py --picture stream.png             and what it looks like
    alycat run samples/air_quality_stream.py --cycles 3000
"""

import argparse

import numpy as np

from alycat.blocks import E_ALY_Imputation, FB_ALY_GetSystemTime, FB_ALY_HalfSpaceTrees, FB_ALY_StatImputer
from alycat.runtime import Plc, Program
from alycat.runtime.iec import LREAL, UDINT
from alycat.sim.air_quality import AirQuality

CHANNELS = {"fTemperature": "temperature", "fHumidity": "humidity", "fPressure": "pressure", "fPm1": "pm1.0_cf_1"}
THRESHOLD, WINDOW = 0.7, 72


class MAIN(Program):
    fTemperature: LREAL
    fHumidity: LREAL
    fPressure: LREAL
    fPm1: LREAL
    nAlerts: UDINT

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbImputer = FB_ALY_StatImputer(nNumChannels=4)
        self.fbImputer.Configure(eImputation=E_ALY_Imputation.Mean)
        self.fbTrees = FB_ALY_HalfSpaceTrees(nNumChannels=1)
        self.fbTrees.Configure(
            nNumTrees=10,
            nHeight=8,
            nWindowSize=WINDOW,
            nSeed=11,
            fThreshold=THRESHOLD,
            fLowerLimit=0.0,
            fUpperLimit=1200.0,
        )
        self._filled = np.zeros(4)

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        for channel, value in enumerate((self.fTemperature, self.fHumidity, self.fPressure, self.fPm1), start=1):
            self.fbImputer.SetChannelValue(channel, value)
        self.fbImputer.Call(pArrayOut=self._filled, nArrayOutSize=self._filled.nbytes)
        self.fbTrees.SetChannelValue(1, self._filled[3])
        self.fbTrees.Call(tTimestamp=self.fbSystemTime.tSystemTime)
        self.nAlerts += self.fbTrees.bAnomaly


def project(readings: AirQuality) -> tuple[Plc, MAIN]:
    """A Plc whose inputs are the readings, one sensor per cycle; the last one stays."""
    plc, main = Plc(), MAIN()
    task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
    last = len(readings.values) - 1
    for variable, field in CHANNELS.items():
        column = readings.column(field).tolist()
        task.link(lambda _t, column=column: column[min(task.cycles - 1, last)], f"MAIN.{variable}")
    return plc, main


def draw(path: str, values: np.ndarray, scores: np.ndarray) -> None:
    """The readings with the alerts in them, above the scores."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    sensors, alerts = np.arange(len(values)), scores > THRESHOLD
    above.plot(sensors, values, ".", markersize=2.5, color="#0072B2", label="sensor")
    above.plot(sensors[alerts], values[alerts], "o", markersize=3, color="#D55E00", label=f"{alerts.sum()} alerts")
    above.set_yscale("symlog", linthresh=10)
    above.set_ylim(0)
    above.set_title("PM1.0 (CF=1) of one sensor after the other, gaps filled; no time series", loc="left")
    above.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=2, frameon=False)
    below.plot(sensors, scores, ".", markersize=2.5, color="#7f7f7f")
    below.plot(sensors[alerts], scores[alerts], ".", markersize=4, color="#D55E00")
    below.axhline(THRESHOLD, color="#A3123A", linewidth=1)
    below.axvspan(0, WINDOW, color="#dddddd")
    below.set_title(f"score of the half-space trees; alert above {THRESHOLD}", loc="left")
    below.set_xlabel("sensor, in the order of registration")
    figure.savefig(path, dpi=110)


plc, main = project(AirQuality.generated(3000, seed=1))

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", help="purpleair_data.json")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    readings = AirQuality.read(options.data) if options.data else AirQuality.generated(3000, seed=1)
    plc, main = project(readings)
    values, scores, alerts = [], [], []

    def note(_task: object) -> None:
        values.append(main._filled[3])
        scores.append(main.fbTrees.fAnomalyScore)
        if main.fbTrees.bAnomaly and len(alerts) < 2:
            alerts.append(len(scores) - 1)

    plc.cycle_finished.append(note)
    plc.run(cycles=len(readings.values))
    counts = main.fbImputer.imputed_counts()
    filled = ", ".join(f"{field} {n}" for field, n in zip(CHANNELS.values(), counts, strict=True))
    print(f"{len(scores)} sensors, one per cycle; gaps filled: {filled}")
    print(f"{main.nAlerts} alerts; the first two:")
    for row in alerts:
        print(f"  row {row}: PM1.0 {values[row]:.1f}, score {scores[row]:.6f}")
    high = np.array(values) > 100
    found = (np.array(scores)[high] > THRESHOLD).sum()
    print(f"of {high.sum()} sensors above 100, {found} raise an alert")
    if options.picture:
        draw(options.picture, np.array(values), np.array(scores))
