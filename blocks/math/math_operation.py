"""FB_ALY_MathOperation: one operator over two or more channels."""

from typing import Any

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import config, fb_init, output
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..types import E_ALY_MathOperator
from .operators import apply

INFINITE = float("inf")


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    x = f64(m, m.x, n)
    result = 0.0
    for c in range(n):
        value = x[c]
        code = wrong_value(value, INFINITE)
        if code != 0:
            return code
        if m.absolute:
            value = abs(value)
        if c == 0:
            result = value
        else:
            result, code = apply(m.operation, result, value)
            if code != 0:
                return code
    m.fResult = result
    m.bNewResult = True
    return 0


class FB_ALY_MathOperation(ChannelBlock, category="Math"):
    """Applies one operator to the values of two or more channels: x1 op x2 op ... op xn.

    Sources: manual TF3510 EN 1.5.0 pp. 241-244 and 430 (InfoSys 6776669067, 9136709643, 6905246347).

    Documented: the operator is the same for all operands; bUseAbsValues takes the absolute values of the inputs.

    Chosen, where the manual is silent: evaluation runs from left to right in the order of the channels, also for
    PowerOf; Modulo is the remainder of the division cut off toward zero, with the sign of the dividend, as MOD of IEC
    61131-3; a division or modulo by 0 and 0 to a negative power give 16#3005; no real or finite result gives 16#300A; a
    refused call keeps fResult. Every other call has a new result. One channel is passed on.
    """

    step = step
    example = {"eMathOperator": E_ALY_MathOperator.Addition, "bUseAbsValues": False}

    nNumChannels: UDINT = fb_init(2, "number of operands")

    fResult: LREAL = output("result of the operation")

    operation: LINT = config()
    absolute: BOOL = config()

    @method
    def Configure(self, eMathOperator: E_ALY_MathOperator, bUseAbsValues: BOOL) -> BOOL:
        """Takes the operator.

        Parameters
        ----------
        eMathOperator
            Addition, Subtraction, Multiplication, Division, PowerOf, Modulo
        bUseAbsValues
            TRUE: absolute values of the inputs

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#200A operator invalid.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if eMathOperator == E_ALY_MathOperator.NotInitialized:
            return self._finish(0x200A, "eMathOperator is NotInitialized")
        return self._start(operation=eMathOperator, absolute=bUseAbsValues)

    @cyclic
    def Call(self) -> BOOL:
        """Applies the operator to the values of the channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#3005 division by zero; 16#300A no finite result.
        """
