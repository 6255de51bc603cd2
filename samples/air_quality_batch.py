"""Air quality, all sensors at once: gaps filled from the nearest sensors, an isolation forest learnt and then run.

Retells the batch part of "Machine Learning with IoT data" (bytewax/ml-iot, Purple Air readings) as a PLC program. What
needs the whole table happens before the cycle: scikit-learn fills the gaps (KNN, 5 neighbours) and fits the forest
(100 trees, 1 % of the rows shall be anomalies). The cycle then scores one sensor after the other with
FB_ALY_IsolationForest, whose scores are scikit-learn's. With a file in between (`alycat.runtime.learnt.write`,
ConfigureFromFile) the machine that runs the forest needs no scikit-learn.

Two traps of the original are kept, so that its figures come out. Its channels are not scaled, so the neighbours are
those with a like uptime and serial number, whose numbers are the largest. And the serial number is one of the channels
that the forest looks at: early and late sensors score lower, which bends the band in the picture. For work of your
own, leave such channels out and scale the others.

    python samples/air_quality_batch.py                                   1500 made-up sensors
    python samples/air_quality_batch.py --data purpleair_data.json        the original readings, 6 s for the gaps
    python samples/air_quality_batch.py --picture batch.png               and what it looks like
    alycat run samples/air_quality_batch.py --cycles 1500
"""

import argparse

import numpy as np

from alycat.blocks import FB_ALY_GetSystemTime, FB_ALY_IsolationForest
from alycat.runtime import Plc, Program
from alycat.runtime.iec import UDINT
from alycat.runtime.imputation import fill_by_neighbours
from alycat.sim.air_quality import AirQuality


class MAIN(Program):
    nSensor: UDINT
    nFlagged: UDINT

    def __init__(self, values: np.ndarray) -> None:
        self._values = values
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbForest = FB_ALY_IsolationForest(nNumChannels=values.shape[1])
        self._forest = FB_ALY_IsolationForest.learn(values, trees=100, contamination=0.01, seed=42)
        self.fbForest.take(self._forest)

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        self.fbForest.set_channel_values(self._values[self.nSensor])
        self.fbForest.Call(tTimestamp=self.fbSystemTime.tSystemTime)
        self.nFlagged += self.fbForest.bAnomaly
        self.nSensor = min(self.nSensor + 1, len(self._values) - 1)


def project(readings: AirQuality) -> tuple[Plc, MAIN]:
    """Fills, learns, and gives a Plc that runs the forest, one sensor per cycle; the last one stays."""
    plc, main = Plc(), MAIN(fill_by_neighbours(readings.values, 5, readings.fields))
    plc.task("PlcTask", cycle_time="10ms", programs=[main])
    return plc, main


def draw(path: str, readings: AirQuality, scores: np.ndarray, offset: float) -> None:
    """The scores with the limit, and where the flagged sensors stand."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 5.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    sensors, flagged = np.arange(len(scores)), scores < offset
    left.plot(sensors, scores, ".", markersize=2.5, color="#7f7f7f")
    left.plot(sensors[flagged], scores[flagged], ".", markersize=5, color="#D55E00")
    left.axhline(offset, color="#A3123A", linewidth=1)
    left.set_title(f"score of each sensor; {flagged.sum()} below {offset:.3f} are flagged", loc="left")
    left.set_xlabel("sensor, in the order of registration")
    x, y = readings.column("temperature"), readings.column("pm2.5_cf_1")
    right.plot(x, y, ".", markersize=2.5, color="#0072B2", label="sensor")
    right.plot(x[flagged], y[flagged], "o", markersize=3.5, color="#D55E00", label="flagged")
    right.set_yscale("symlog", linthresh=10)
    right.set_ylim(0)
    right.set_xlabel("temperature as reported (Fahrenheit)")
    right.set_title("PM2.5 (CF=1) over temperature", loc="left")
    right.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=2, frameon=False)
    figure.savefig(path, dpi=110)


plc, main = project(AirQuality.generated(1500, seed=1))

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", help="purpleair_data.json")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    readings = AirQuality.generated(1500, seed=1)
    if options.data:
        readings = AirQuality.read(options.data)
        plc, main = project(readings)
    scores, flagged, block = [], [], main.fbForest

    def note(_task: object) -> None:
        scores.append(-block.fAnomalyScore)
        if block.bAnomaly:
            flagged.append(len(scores) - 1)

    plc.cycle_finished.append(note)
    plc.run(cycles=len(readings.values))
    gaps = {field: int(np.isnan(readings.column(field)).sum()) for field in readings.fields}
    print("gaps filled from the nearest sensors: " + ", ".join(f"{f} {n}" for f, n in gaps.items() if n))
    print(f"{main.nFlagged} of {len(scores)} sensors flagged; the first two:")
    for row in flagged[:2]:
        print(f"  row {row}: score {scores[row]:.6f}")
    lowest = int(np.argmin(scores))
    reading = dict(zip(readings.fields, readings.values[lowest].tolist(), strict=True))
    print(f"the lowest score, {scores[lowest]:.6f}, has row {lowest}:")
    print("  " + ", ".join(f"{f} {reading[f]:g}" for f in ("humidity", "temperature", "pressure", "pm2.5_cf_1")))
    if options.picture:
        draw(options.picture, readings, np.array(scores), main._forest["offset"])
