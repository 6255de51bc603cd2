"""Blocks whose channels are texts."""

import struct
from typing import Any, ClassVar

import numpy as np

from .block import AlgorithmBlock, quick_method
from .declare import buffer
from .errors import RangeError
from .iec import ANY, BOOL, LINT, UDINT, USINT
from .texts import LONGEST_TEXT, NEVER_SET, TEXT_BYTES, encoded

NO_TEXT, BAD_TEXT, WRONG_CHANNEL = 0x3011, 0x3003, 0x3003
_pack_text = struct.Struct(f"{TEXT_BYTES}s").pack_into  # with zeros behind the text


class TextBlock(AlgorithmBlock):
    """An algorithm block with text channels. `texts` and `lengths` hold the values for the next call.

    In `replay` the values are texts: str[N] or, for several channels, str[N, channels]. A row with None, or with a text
    that SetChannelValue does not take, is refused, as in a program that calls only when all values were taken.
    """

    channel_count: ClassVar[int] = 1
    channel_dtype = np.str_
    channel_buffers = ("texts", "lengths")

    texts: USINT = buffer("256 bytes for the text of each channel")
    lengths: LINT = buffer("characters of each text, -1 before the first", initial=NEVER_SET)

    @classmethod
    def replay_columns(cls) -> int | None:
        return cls.channel_count

    @property
    def _n(self) -> int:
        return self.channel_count

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"texts": TEXT_BYTES * self._n, "lengths": self._n}

    def _kept_buffers(self) -> tuple[str, ...]:
        return ("texts", "lengths", *super()._kept_buffers())

    def _connect(self) -> None:
        super()._connect()
        self._texts = memoryview(self._buffer("texts").data)
        self._lengths = memoryview(self._buffer("lengths").data)

    def _set_text(self, channel: int, value: Any) -> bool:
        """Takes the text of a channel, counted from 0."""
        try:
            data = value.encode("ascii")
            if len(data) > LONGEST_TEXT or 0 in data:
                data = encoded(value)
        except UnicodeEncodeError:
            try:
                data = encoded(value)
            except RangeError as error:
                return self._finish(BAD_TEXT, f"channel {channel + 1}: {error}")
        except RangeError as error:
            return self._finish(BAD_TEXT, f"channel {channel + 1}: {error}")
        except AttributeError:
            return self._finish(NO_TEXT, f"channel {channel + 1}: {value!r} is no text")
        _pack_text(self._texts, TEXT_BYTES * channel, data)
        self._lengths[channel] = len(data)
        if self._event_id:
            return self._finish(0)
        return True

    def _explain(self, event_id: int) -> str:
        reason = super()._explain(event_id)
        if reason or event_id != 0x3003:
            return reason
        unset = [i + 1 for i, size in enumerate(self._lengths) if size == NEVER_SET]
        return f"channel {unset[0]} was never set" if unset else ""


class SingleTextBlock(TextBlock):
    """A block with one text channel."""

    @quick_method
    def SetChannelValue(self, input: ANY) -> BOOL:
        """Takes the text of the channel for the next Call; the last one set counts.

        Errors: 16#3011 no text, 16#3003 longer than 255 characters or outside code page 1252; what lies behind a zero
        does not belong to the text.
        """
        return self._set_text(0, input)


class NumberedTextBlock(TextBlock):
    """A block with several text channels, the class variable `channel_count`."""

    channel_count = 2

    @quick_method
    def SetChannelValue(self, nChannel: UDINT, input: ANY) -> BOOL:
        """Takes the text of one channel (from 1) for the next Call; the last one set counts.

        Errors: 16#3003 no such channel, longer than 255 characters or outside code page 1252, 16#3011 no text.
        """
        if 0 < nChannel <= self.channel_count:
            return self._set_text(nChannel - 1, input)
        return self._finish(WRONG_CHANNEL, f"channel {nChannel} is outside 1..{self.channel_count}")
