"""FB_ALY_SankeyDiagram: flows into something and out of it."""

from functools import cached_property
from typing import Any

from alycat.runtime.block import cyclic, method, quick_method
from alycat.runtime.declare import buffer, fb_init, output
from alycat.runtime.iec import ANY, BOOL, LREAL, POINTER_TO_LREAL, STRING_255, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..windows import LARGEST
from .names import NamedBlock
from .pie_chart import share_out


@kernel
def step(m: Any) -> int:
    n, k = int64(m.nNumChannelsInflow), int64(m.nNumChannelsOutflow)
    x, shown = f64(m, m.x, n + k), f64(m, m.shown, n + k)
    whole, rest = 0.0, 0.0
    for c in range(n + k):
        code = wrong_value(x[c], LARGEST)
        if code != 0:
            return code
        whole += abs(x[c]) if c < n else 0.0
        rest += x[c] if c < n else -x[c]
    share_out(x, shown, n + k, whole)
    m.fRest = 100.0 * (rest / whole) if whole > 0.0 else 0.0
    m.bNewResult = True
    return 0


class FB_ALY_SankeyDiagram(NamedBlock, category="Visualization Only"):
    """Relates flows into something and out of it, and what remains, for a Sankey diagram.

    Sources: manual TF3510 EN 1.5.0 pp. 376-383.

    Documented: inflow and outflow channels and the rest have names; fRest is inflow minus outflow in percent.

    Chosen, where the manual is silent: the whole is the sum of the absolute inflows, all outputs are percentages of it,
    so that inflows are outflows and rest; without any inflow they are 0. Names are optional; `channel_names` gives
    them, those of the inflows, of the outflows, of the rest. Values beyond +-1e290 are refused (16#300A). In `replay`
    the columns are the inflows and then the outflows; the trace has the outputs as fOutput.
    """

    step = step
    largest_value = LARGEST
    traced = {"fOutput": "shown"}
    picture = "sankey"
    example = {"sChannelNameRest": "Rest", "sChannelName": "Channel"}
    example_columns = 4

    nNumChannelsInflow: UDINT = fb_init(2, "number of inflow channels")
    nNumChannelsOutflow: UDINT = fb_init(2, "number of outflow channels")

    fRest: LREAL = output("inflow minus outflow, in percent of the inflow")

    shown: LREAL = buffer("percentages of inflows and outflows")

    @cached_property
    def _flows(self) -> tuple[int, int]:
        return int(self._init["nNumChannelsInflow"]), int(self._init["nNumChannelsOutflow"])

    @classmethod
    def replay_columns(cls) -> int | None:
        return None  # as many as both sides have together

    @property
    def _n(self) -> int:
        return sum(self._flows)

    @property
    def _named(self) -> int:
        return self._n + 1

    def _channel_in_words(self, index: int) -> str:
        inflows = self._flows[0]
        return f"inflow channel {index + 1}" if index < inflows else f"outflow channel {index - inflows + 1}"

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"shown": self._n}

    def _place(self, channel: int, outflow: bool) -> int:
        """Index of a channel of one side, -1 with a message when there is none."""
        first, count = (self._flows[0], self._flows[1]) if outflow else (0, self._flows[0])
        if 0 < channel <= count:
            return first + channel - 1
        self._finish(0x3010, f"nChannel = {channel}, allowed are 1..{count}")
        return -1

    @method
    def Configure(self, sChannelNameRest: STRING_255) -> BOOL:
        """Takes over the names and starts empty.

        Parameters
        ----------
        sChannelNameRest
            name of what remains

        Notes
        -----
        Errors: 16#100C one side has no channels.
        """
        if 0 in self._flows:
            return self._finish(0x100C, f"{self._flows} channels, each side needs at least 1")
        self._store_name(self._n, sChannelNameRest)
        self._allocate()
        return self._configured()

    @method
    def ConfigureInflowChannel(self, nChannel: UDINT, sChannelName: STRING_255) -> BOOL:
        """Stores the name of an inflow channel; it takes effect with Configure. Errors: 16#3010 no such channel."""
        return self._name(nChannel, False, sChannelName)

    @method
    def ConfigureOutflowChannel(self, nChannel: UDINT, sChannelName: STRING_255) -> BOOL:
        """Stores the name of an outflow channel; it takes effect with Configure. Errors: 16#3010 no such channel."""
        return self._name(nChannel, True, sChannelName)

    def _name(self, channel: int, outflow: bool, name: Any) -> bool:
        index = self._place(channel, outflow)
        if index < 0:
            return False
        self._store_name(index, name)
        return self._finish(0)

    @quick_method
    def SetInflowChannelValue(self, nChannel: UDINT, input: ANY) -> BOOL:
        """Takes the value of an inflow channel for the next Call. Errors: 16#3010 no channel, 16#3003 no number."""
        return self._set(nChannel, False, input)

    @quick_method
    def SetOutflowChannelValue(self, nChannel: UDINT, input: ANY) -> BOOL:
        """Takes the value of an outflow channel for the next Call. Errors: 16#3010 no channel, 16#3003 no number."""
        return self._set(nChannel, True, input)

    def _set(self, channel: int, outflow: bool, value: Any) -> bool:
        index = self._place(channel, outflow)
        if index < 0:
            return False
        try:
            self._channels[index] = value
        except (TypeError, ValueError, OverflowError):
            return self._finish(0x3003, f"{self._channel_in_words(index)}: {value!r} is no number")
        return self._finish(0) if self._event_id else True

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e290.
        """

    @quick_method
    def GetInflowChannelOutputValue(self, nChannel: UDINT, output: ANY) -> BOOL:
        """Copies the percentage of an inflow channel to a variable.

        Parameters
        ----------
        nChannel
            1..nNumChannelsInflow
        output
            numpy array of one element of any numeric type; whole numbers are rounded

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 no such channel, 16#300A a value that the variable cannot
        hold.
        """
        return self._get(nChannel, False, output)

    @quick_method
    def GetOutflowChannelOutputValue(self, nChannel: UDINT, output: ANY) -> BOOL:
        """Copies the percentage of an outflow channel to a variable.

        Parameters
        ----------
        nChannel
            1..nNumChannelsOutflow
        output
            numpy array of one element of any numeric type; whole numbers are rounded

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 no such channel, 16#300A a value that the variable cannot
        hold.
        """
        return self._get(nChannel, True, output)

    def _get(self, channel: int, outflow: bool, variable: Any) -> bool:
        if not self._m.bConfigured:
            return self._finish(0x3007)
        index = self._place(channel, outflow)
        return index >= 0 and self._store("output", variable, self._buffer("shown")[index].item())

    @method
    def GetInflowOutputArray(self, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Copies the percentages of all inflow channels.

        Parameters
        ----------
        pArrayOut
            numpy array (float64) of nNumChannelsInflow elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self._buffer("shown")[: self._flows[0]])

    @method
    def GetOutflowOutputArray(self, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Copies the percentages of all outflow channels.

        Parameters
        ----------
        pArrayOut
            numpy array (float64) of nNumChannelsOutflow elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self._buffer("shown")[self._flows[0] :])
