"""What should the motor draw? A linear model learns it on one shift and is held against the real current on the next.

The current of a conveyor motor follows from its load, its speed and the temperature of the oil. In the early shift
FB_ALY_LinearRegressionFitting learns how, from values that FB_ALY_Scaler has standardised, and writes Motor.json. In
the late shift FB_ALY_LinearRegressionInference reads the file and tells the current of a healthy motor. From 18:00 on a
bearing wears: the real current leaves the prediction long before it would look wrong by itself.

    python samples/regression_shifts.py
    python samples/regression_shifts.py --picture motor.png          and what it looks like
    alycat run samples/regression_shifts.py --duration 16h           Motor.json is then in the current folder
"""

import argparse
import tempfile

import numpy as np

from alycat.blocks import (
    E_ALY_ConfigState,
    E_ALY_ScalingMode,
    E_ALY_TeachState,
    FB_ALY_LinearRegressionFitting,
    FB_ALY_LinearRegressionInference,
    FB_ALY_MovingAvg_1Ch,
    FB_ALY_Scaler,
)
from alycat.blocks import E_ALY_MovingAvgStartupBehaviour as Startup
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL
from alycat.runtime.targetpaths import use_file_folder
from alycat.sim.noise import Noise
from alycat.sim.signals import Pulse, Ramp, Sine, Whole

START = "2025-03-03T06:00:00Z"  # the early shift begins
S = 10**9
LIMIT = 0.5  # A
FILE = r"C:\TwinCAT\3.1\Boot\Motor.json"
TYPICAL = ((55.0, 14.0), (1.2, 0.2), (40.0, 5.0))  # mean and spread of load in %, speed in m/s, oil in degrees


class MAIN(Program):
    fLoad: LREAL
    fSpeed: LREAL
    fOil: LREAL
    fCurrent: LREAL
    bEarlyShift: BOOL
    fPredicted: LREAL
    fDifference: LREAL
    bWarning: BOOL

    def __init__(self) -> None:
        self.afbScaler = [FB_ALY_Scaler() for _ in TYPICAL]
        for scaler, (mean, spread) in zip(self.afbScaler, TYPICAL, strict=True):
            scaler.Configure(E_ALY_ScalingMode.Standardization, mean, spread)
        self.fbFitting = FB_ALY_LinearRegressionFitting(nNumChannels=3)
        self.fbFitting.Configure(
            bBias=True, fStepSize=0.0005, nMiniBatchSize=1, tTimeout="5s", bInvolveExistingFile=False, sFilePath=FILE
        )
        self.fbModel = FB_ALY_LinearRegressionInference(nNumChannels=3)
        self.fbSmooth = FB_ALY_MovingAvg_1Ch()
        self.fbSmooth.Configure(nNumValues=300, eStartupBehaviour=Startup.AvgOverExisting)

    def cycle(self) -> None:
        scaled = []
        for scaler, value in zip(self.afbScaler, (self.fLoad, self.fSpeed, self.fOil), strict=True):
            scaler.SetChannelValue(value)
            scaler.Call()
            scaled.append(scaler.fResult)
        self.learn(scaled)
        self.watch(scaled)

    def learn(self, scaled: list[float]) -> None:
        fb = self.fbFitting
        if fb.eState == E_ALY_TeachState.Idle:
            if self.bEarlyShift:
                fb.SwitchState_Teach()
                fb.UpdateState()
        elif fb.eState == E_ALY_TeachState.Teach:
            for channel, value in enumerate(scaled, start=1):
                fb.SetChannelValue(channel, value)
            fb.Call(bFit=True, dependent=self.fCurrent)
            self.fPredicted = fb.fResult
            if not self.bEarlyShift:
                fb.SwitchState_Idle()
                fb.UpdateState()
        else:
            fb.UpdateState()

    def watch(self, scaled: list[float]) -> None:
        fb = self.fbModel
        if fb.eState == E_ALY_ConfigState.NotConfigured:
            if not self.bEarlyShift and self.fbFitting.eState == E_ALY_TeachState.Idle:
                fb.ConfigureFromFile(tTimeout="5s", sFilePath=FILE)
        elif fb.eState == E_ALY_ConfigState.Pending:
            fb.UpdateState()
        else:
            for channel, value in enumerate(scaled, start=1):
                fb.SetChannelValue(channel, value)
            fb.Call()
            self.fPredicted = fb.fResult
            self.fbSmooth.SetChannelValue(self.fCurrent - fb.fResult)
            self.fbSmooth.Call()
            self.fDifference = self.fbSmooth.fMovingAvg
            self.bWarning = self.bWarning or self.fDifference > LIMIT


load = 55 + 12 * Noise(sigma=1, seed=1, name="load", every="90s") + Sine(10, "3h")
speed = 1.2 + 0.2 * Noise(sigma=1, seed=1, name="speed", every="5min")
oil = 40 + Sine(5, "40min") + Sine(4, "20h", phase=-0.2)  # the cooler switches
healthy = 2 + 0.08 * load + 1.5 * speed + (-0.03) * oil + Noise(sigma=0.3, seed=1, name="current", every="1s")
wear = Ramp(rate=0.3 / 3600, begin="12h")  # A, from 18:00 on 0.3 more each hour

plc = Plc(start=START)
main = MAIN()
task = plc.task("PlcTask", cycle_time="1s", programs=[main])
sources = {
    "fLoad": load,
    "fSpeed": speed,
    "fOil": oil,
    "fCurrent": healthy + wear,
    "bEarlyShift": Whole(Pulse(1.0, 0.0, period="16h", width="8h")),
}
for name, signal in sources.items():
    task.link(signal.starting(plc), f"MAIN.{name}")


def draw(path: str, recorded: dict[str, np.ndarray]) -> None:
    """Current and prediction over both shifts, and the difference that the warning looks at."""
    from matplotlib.figure import Figure

    hours = 6 + (recorded["time"] - recorded["time"][0]) / (3600 * S)
    late = hours >= 14 + 1 / 60
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    upper.plot(hours, recorded["MAIN.fCurrent"], color="#b8b8b8", linewidth=0.5, label="measured")
    upper.plot(hours, recorded["MAIN.fPredicted"], color="#1f4e79", linewidth=0.8, label="model")
    upper.set(ylabel="motor current in A", xlim=(6, 22), ylim=(2, 14))
    upper.set_title(
        "A model of the current, taught in the early shift, used in the late one", loc="left", weight="bold"
    )
    upper.legend(loc="upper left", frameon=False, ncols=2)
    lower.plot(hours[late], recorded["MAIN.fDifference"][late], color="#a3123a", label="measured - model, 5 min mean")
    lower.axhline(LIMIT, color="#d55e00", linestyle="--", linewidth=1, label=f"limit {LIMIT:g} A")
    lower.axhline(0, color="#7f7f7f", linewidth=0.6)
    lower.set(xlabel="hour of the day", ylabel="difference in A", ylim=(-0.4, 1.4), xticks=range(6, 23))
    lower.legend(loc="upper left", frameon=False)
    warned = hours[np.argmax(recorded["MAIN.bWarning"])]
    for panel in (upper, lower):
        panel.axvspan(6, 14, color="#eef3f8", zorder=0)
        panel.axvline(18, color="#7f7f7f", linestyle=":")
        panel.axvline(warned, color="#a3123a", linewidth=1)
        panel.spines[["top", "right"]].set_visible(False)
    upper.text(10, 2.3, "early shift: taught", ha="center")
    upper.text(16, 2.3, "late shift: watched", ha="center")
    lower.text(17.95, -0.3, "the bearing begins to wear ", ha="right")
    lower.text(warned + 0.05, -0.3, "warning")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Regression taught on one shift and run on the next.")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    names = ("fCurrent", "fPredicted", "fDifference", "bWarning")
    recorder = task.record(*(f"MAIN.{name}" for name in names), every=10)
    with tempfile.TemporaryDirectory() as folder, use_file_folder(folder):
        plc.run(duration="16h")
    recorded = recorder.columns()
    bias, *weights = main.fbFitting.coefficients()
    print(f"learnt: {bias:.2f} A at typical values, and")
    for weight, (_, spread), unit in zip(weights, TYPICAL, ("% load", "m/s", "degree"), strict=True):
        print(f"        {weight / spread:+.3f} A per {unit}")
    print(f"file: {main.fbModel.stFileHeader.sKind}, {main.fbModel.stFileHeader.nTeachCycles} samples")
    print("hour   measured   model   difference")
    minutes = (recorded["time"] - recorded["time"][0]) // (60 * S)
    for hour in range(14, 22):
        rows = (minutes >= 60 * (hour - 6) + 1) & (minutes < 60 * (hour - 5))
        measured, model = (recorded[f"MAIN.{n}"][rows].mean() for n in ("fCurrent", "fPredicted"))
        print(f"{hour:4} {measured:8.2f} A {model:6.2f} A {measured - model:+8.2f} A")
    first = minutes[np.argmax(recorded["MAIN.bWarning"])]
    print(f"warning at {6 + first // 60}:{first % 60:02}" if main.bWarning else "no warning")
    if options.picture:
        draw(options.picture, recorded)
