"""Names of channels: STRING(255) that ConfigureChannel stores and Configure takes over, for what shows the results."""

from typing import Any

from alycat.runtime.block import InputBlock
from alycat.runtime.declare import channel_config
from alycat.runtime.iec import USINT
from alycat.runtime.texts import TEXT_BYTES


class NamedBlock(InputBlock):
    """A block whose channels, and sometimes further things, have names; `_named` is their number."""

    names: USINT = channel_config("names, 256 bytes each")

    @property
    def _named(self) -> int:
        return self._n

    def _counts(self) -> dict[str, int]:
        size = TEXT_BYTES * self._named
        return super()._counts() | {"names": size, "next_names": size}

    def _store_name(self, index: int, name: Any) -> None:
        """Keeps a name (bytes of code page 1252) for the next Configure."""
        place = self._buffer("next_names")[TEXT_BYTES * index : TEXT_BYTES * (index + 1)]
        place[:] = 0
        place[: len(name)] = memoryview(bytes(name))

    def array_labels(self, pointer: str) -> list[str]:
        return self.channel_names()[: self._n]

    def channel_names(self) -> list[str]:
        """The names as Configure took them, in the order of the channels; beyond the vendor."""
        rows = self._buffer("names").reshape(-1, TEXT_BYTES)
        return [row.tobytes().rstrip(b"\0").decode("cp1252") for row in rows]
