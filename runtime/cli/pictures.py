"""Pictures of a replay: which kind a block gets, and the file."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from .band_picture import draw_band
from .cluster_picture import draw_clusters
from .trend_picture import draw_trends

if TYPE_CHECKING:
    from .replaying import Replayed

SIZE_IN, DOTS_PER_IN = (14.0, 8.6), 110


def draw(done: "Replayed", title: str, path: Path, axes: tuple[str, str] | None = None) -> None:
    """Writes the picture that the block's `picture` asks for; the suffix of the path decides the format."""
    figure = compose(done, title, axes)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a name in a script that the font lacks
        figure.savefig(path, format=path.suffix[1:].lower())


def compose(done: "Replayed", title: str, axes: tuple[str, str] | None = None) -> Figure:
    """The picture as a figure of matplotlib."""
    kinds: dict[str, Callable[..., None]] = {"clusters": draw_clusters, "band": draw_band}
    # The head of the picture stays free of panels.
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.05, rect=(0, 0, 1, 0.905))
    figure = Figure(figsize=SIZE_IN, dpi=DOTS_PER_IN, layout=layout)
    kinds.get(done.block.picture, draw_trends)(figure, done, title, axes)
    return figure
