"""The picture of a block with a forecast band: the channel against the band, and how far outside it was."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from .panels import MARK, TimeAxis, draw_line, tidy, title_and_settings
from .trend_picture import shown_rows
from .wording import plural, spaced

if TYPE_CHECKING:
    from .replaying import Replayed

BLUE = "#0072B2"


def draw_band(figure: Figure, done: "Replayed", title: str, _axes: tuple[str, str] | None) -> None:
    """Above the channel with band, forecast and the values outside, below the distance from the band."""
    recording, trace = done.recording, done.trace
    values, accepted = recording.values[:, 0], ~trace["bError"]
    has_band, outside = accepted & trace["bBandValid"], accepted & trace["bAnomaly"]
    rows = f"{plural(len(recording), 'row')}, {spaced(int((~accepted).sum()))} without outputs"
    counted = f"{spaced(int(outside.sum()))} outside of {spaced(int(has_band.sum()))} with a band"
    title_and_settings(figure, title, f"{rows}; {counted}", done.settings.all())
    time = TimeAxis(recording.timestamps, recording.has_date)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    if has_band.any():
        columns = (np.where(has_band, trace[f"fBand{name}"], np.nan) for name in ("Lower", "Middle", "Upper"))
        _, x, lower, middle, upper = shown_rows(time, *columns)
        above.fill_between(x, lower, upper, step="post", color=BLUE, alpha=0.18, linewidth=0, label="band")
        above.plot(x, middle, color=BLUE, linewidth=0.9, label="forecast")
    draw_line(above, time.x[accepted], values[accepted], color="#333333", linewidth=1.1, label=recording.names[0])
    above.plot(time.x[outside], values[outside], "o", color=MARK, markersize=4, label="outside")
    above.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=4, frameon=False, fontsize=9)
    tidy(above, f"{recording.names[0]} and its band")
    distance = trace["fDistance"][accepted]
    draw_line(below, time.x[accepted], distance, color=MARK, linewidth=1.1, drawstyle="steps-post")
    tidy(below, "distance from the band (0 inside)")
    time.label_on(below)
