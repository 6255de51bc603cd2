"""What the symbol image and the ADS device agree on: where a variable is, what its type looks like, what can go wrong.

Source of names and numbers: InfoSys "ADS/AMS specification", AdsDef.h, TcAdsDef.h.
"""

import enum
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import AlycatError


class AdsErrorCode(enum.IntEnum):
    """The error codes a device answers with."""

    OK = 0
    PORT_NOT_FOUND = 6
    MACHINE_NOT_FOUND = 7
    UNKNOWN_COMMAND = 8
    SERVICE_NOT_SUPPORTED = 1793
    INVALID_GROUP = 1794
    INVALID_OFFSET = 1795
    NOT_PERMITTED = 1796
    WRONG_SIZE = 1797
    INVALID_VALUE = 1798
    NOT_READY = 1799
    BUSY = 1800
    NO_MEMORY = 1802
    INVALID_PARAMETER = 1803
    NOT_FOUND = 1804
    SYMBOL_NOT_FOUND = 1808
    SYMBOL_VERSION = 1809
    INVALID_STATE = 1810
    NOTIFICATION_HANDLE = 1812
    NO_MORE_HANDLES = 1814
    TIMEOUT = 1861


class AdsError(AlycatError, OSError):
    """A request that fails with an ADS error code."""

    def __init__(self, code: int, text: str = "") -> None:
        try:
            name = AdsErrorCode(code).name.lower().replace("_", " ")
        except ValueError:
            name = "error"
        super().__init__(f"ADS {name} ({code}, 16#{code:X}){': ' + text if text else ''}")
        self.code = code


class AdsState(enum.IntEnum):
    """ADS states of a device."""

    INVALID = 0
    IDLE = 1
    RESET = 2
    INIT = 3
    START = 4
    RUN = 5
    STOP = 6
    SAVE = 7
    LOAD = 8
    POWER_FAILURE = 9
    POWER_GOOD = 10
    ERROR = 11
    SHUTDOWN = 12
    SUSPEND = 13
    RESUME = 14
    CONFIG = 15
    RECONFIG = 16
    STOPPING = 17
    EXCEPTION = 19


class Kind(enum.Enum):
    """How a data type is expressed in its entry."""

    BASE = "base"
    ALIAS = "alias"  # also subranges; `base` names the target
    STRUCT = "struct"
    UNION = "union"
    FUNCTION_BLOCK = "function block"  # `base` names the extended one, or is empty
    ARRAY = "array"  # `base` names the element
    ENUM = "enum"  # `base` names the integer type
    POINTER = "pointer"
    REFERENCE = "reference"
    INTERFACE = "interface"


@dataclass(frozen=True)
class Member:
    """One member of a structure; offset and size in bytes, of a bit member in bits."""

    name: str
    type_name: str
    ads_id: int
    offset: int
    size: int
    comment: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    is_bit: bool = False
    is_persistent: bool = False
    is_reference: bool = False


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method."""

    name: str
    type_name: str
    ads_id: int
    size: int
    is_output: bool = False
    comment: str = ""


@dataclass(frozen=True)
class Method:
    """A method that can be called over ADS; `return_type` is empty for none."""

    name: str
    return_type: str
    return_ads_id: int
    return_size: int
    parameters: tuple[Parameter, ...] = ()
    comment: str = ""


@dataclass(frozen=True)
class DataType:
    """One data type as clients see it."""

    name: str
    kind: Kind
    size: int
    ads_id: int
    base: str = ""
    comment: str = ""
    dimensions: tuple[tuple[int, int], ...] = ()  # (lower bound, number of elements)
    members: tuple[Member, ...] = ()
    values: tuple[tuple[str, int], ...] = ()  # of an enumeration
    methods: tuple[Method, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Location:
    """Where a symbol, a member or an array element is, and what it is."""

    path: str
    group: int
    offset: int  # bytes; bits in a bit group
    size: int  # bytes on the wire
    type_name: str
    ads_id: int
    comment: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    is_read_only: bool = False
    is_persistent: bool = False
    is_bit: bool = False
    is_reference: bool = False
    is_fixed: bool = True  # FALSE behind a pointer or reference, which may point elsewhere next time: find it again


class Memory(Protocol):
    """The whole memory as it stood between two cycles: immutable, so many reads of it belong together."""

    def area(self, group: int) -> bytes | None:
        """The bytes of a byte group; None for bit groups and for groups that do not exist."""

    def read(self, group: int, offset: int, size: int) -> bytes:
        """As SymbolImage.read."""


class SymbolImage(Protocol):
    """The memory of a Plc as clients see it, always as it stood between two cycles. Errors are AdsError.

    Every method may be called from the server's thread while the Plc runs.
    """

    version: int  # 0..255, changes with the symbol table

    def symbols(self) -> list[Location]:
        """The top-level symbols, in the order of their declaration."""

    def types(self) -> list[DataType]:
        """Every type that a symbol or a member names."""

    def find(self, path: str) -> Location:
        """Any path with members, indices and ^; SYMBOL_NOT_FOUND."""

    def type(self, name: str) -> DataType:
        """One type by name, case-insensitive; SYMBOL_NOT_FOUND."""

    def read(self, group: int, offset: int, size: int) -> bytes:
        """Bytes (bit groups: one byte per bit); INVALID_GROUP, INVALID_OFFSET."""

    def memory(self) -> Memory:
        """What was published last; the same object until the next publish."""

    def write(self, group: int, offset: int, data: bytes) -> None:
        """Takes effect between two cycles; NOT_PERMITTED in a read-only place."""

    def call(self, path: str, method: str, data: bytes) -> bytes:
        """A method with its packed inputs; return value and outputs packed."""
