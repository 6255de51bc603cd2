"""FB_ALY_DateTime: placeholder until the System helper lands."""

from alycat.runtime.iec import ULINT


class FB_ALY_DateTime:
    iec_storage = ULINT

    def __init__(self, nRaw: int = 0) -> None:
        self.nRaw = nRaw
