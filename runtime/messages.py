"""The message object behind ipResultMessage (I_TcMessage of Tc3_EventLogger) and the library's event ids.

Event ids: manual TF3510 EN 1.5.0 pp. 437-439. Chosen where the manual is silent: severity Error for every id, Verbose
with id 0 and an empty text while there is nothing to report, and an all-zero event class.
"""

import enum
import json
import uuid
from typing import NamedTuple


class TcEventSeverity(enum.IntEnum):
    """Severity of an event, tc3_eventlogger page 5286329611."""

    Verbose = 0
    Info = 1
    Warning = 2
    Error = 3
    Critical = 4


class TcEventEntry(NamedTuple):
    """Identifies an event: its class, its id and its severity."""

    uuidEventClass: uuid.UUID
    nEventID: int
    eSeverity: TcEventSeverity


EVENT_CLASS = uuid.UUID(int=0)
LANGUAGE_ENGLISH = 1033

EVENT_TEXTS = {
    0x1001: "no router memory",
    0x1002: "transition from PREOP to SAFEOP failed",
    0x1003: "transition from SAFEOP to OP failed",
    0x1004: "transition from SAFEOP to OP failed: no task assigned, the module is not called cyclically",
    0x1005: "transition from OP to SAFEOP failed",
    0x1006: "transition from SAFEOP to PREOP failed",
    0x1007: "object id invalid",
    0x1008: "symbol name invalid",
    0x1009: "symbol size invalid",
    0x100A: "number of buffers invalid",
    0x100B: "data area number invalid",
    0x100C: "number of channels invalid",
    0x2001: "no router memory",
    0x2002: "null pointer given",
    0x2003: "data type invalid",
    0x2004: "count mode invalid",
    0x2005: "integration mode invalid",
    0x2006: "state histogram mode invalid",
    0x2007: "comparison operator invalid",
    0x2008: "teach mode invalid",
    0x2009: "logic operator invalid",
    0x200A: "mathematical operator invalid",
    0x200B: "startup behaviour invalid",
    0x200C: "bounds invalid",
    0x200D: "number of values invalid",
    0x200E: "sample rate invalid",
    0x200F: "interval invalid",
    0x2010: "interval too short",
    0x2011: "number of subsets invalid",
    0x2012: "number of bins invalid",
    0x2013: "file path invalid",
    0x2014: "segment size invalid",
    0x2015: "timeout invalid",
    0x2016: "band mode invalid",
    0x2017: "length invalid",
    0x2018: "timer mode invalid",
    0x2019: "days of week invalid",
    0x201A: "threshold invalid",
    0x201B: "string compare mode invalid",
    0x201C: "gate mode invalid",
    0x201D: "symbol name invalid",
    0x201E: "symbol size invalid",
    0x201F: "number of buffers invalid",
    0x2020: "number of bands invalid",
    0x2021: "thresholds in the wrong order",
    0x2022: "initialisation missing",
    0x3001: "no router memory",
    0x3002: "null pointer given",
    0x3003: "input size invalid",
    0x3004: "output size invalid",
    0x3005: "division by zero",
    0x3006: "timestamp is zero",
    0x3007: "configuration missing",
    0x3008: "state invalid",
    0x3009: "a cyclic caller is assigned, methods cannot be called",
    0x300A: "out of range",
    0x300B: "header size invalid",
    0x300C: "file invalid",
    0x300D: "interval invalid",
    0x300E: "symbol already assigned",
    0x300F: "no stream helper assigned",
    0x3010: "input channel invalid",
    0x3011: "data type invalid",
    0x3012: "unit invalid",
}


class Message:
    """What a block says about its latest return value; ipResultMessage always holds one (never null).

    `sEventText` is readable at once, as in the online watch; the library's asynchronous RequestEventText
    answers on the first call.
    """

    __slots__ = ("_detail", "_source", "nEventId")

    def __init__(self, event_id: int = 0, detail: str = "", source: str = "") -> None:
        self.nEventId = event_id
        self._detail = detail
        self._source = source

    @property
    def eSeverity(self) -> TcEventSeverity:
        return TcEventSeverity.Error if self.nEventId else TcEventSeverity.Verbose

    @property
    def EventClass(self) -> uuid.UUID:
        return EVENT_CLASS

    @property
    def ipSourceInfo(self) -> str:
        """Name of the block class that speaks."""
        return self._source

    @property
    def stEventEntry(self) -> TcEventEntry:
        return TcEventEntry(EVENT_CLASS, self.nEventId, self.eSeverity)

    @property
    def sEventText(self) -> str:
        """The event's meaning and, behind a colon, what exactly was wrong."""
        return ": ".join(part for part in (EVENT_TEXTS.get(self.nEventId, ""), self._detail) if part)

    def RequestEventText(self, nLangId: int = LANGUAGE_ENGLISH) -> str:
        """The text; every language id gets the English one (chosen)."""
        return self.sEventText

    def RequestEventClassName(self, nLangId: int = LANGUAGE_ENGLISH) -> str:
        return "Tc3_Analytics"

    def GetJsonAttribute(self) -> str:
        return json.dumps({"source": self._source, "detail": self._detail})

    def EqualsTo(self, ipOther: "Message") -> bool:
        """TRUE when both are the same event."""
        return self.stEventEntry == ipOther.stEventEntry

    def EqualsToEventClass(self, EventClass: uuid.UUID) -> bool:
        return EventClass == EVENT_CLASS

    def EqualsToEventEntry(self, EventClass: uuid.UUID, nEventID: int, eSeverity: TcEventSeverity) -> bool:
        return self.stEventEntry == (EventClass, nEventID, eSeverity)

    def EqualsToEventEntryEx(self, stOther: TcEventEntry) -> bool:
        return self.stEventEntry == stOther

    def Send(self, nTimeStamp: int = 0) -> bool:
        """Hands the message to Python's logging under ``alycat.events``."""
        import logging

        logging.getLogger("alycat.events").error("%s 16#%X %s", self._source, self.nEventId, self.sEventText)
        return True

    def __str__(self) -> str:
        return f"16#{self.nEventId:X} {self.sEventText}" if self.nEventId else "ok"

    def __repr__(self) -> str:
        return f"<I_TcMessage {self}>"
