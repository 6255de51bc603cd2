"""FB_ALY_MathOperation_1Ch: an operator between the channel and a configured operand."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, LINT, LREAL
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..types import E_ALY_MathOperator
from .operators import apply

INFINITE = float("inf")


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, INFINITE)
    if code != 0:
        return code
    if m.absolute:
        x = abs(x)
    result, code = apply(m.operation, x, m.operand)
    if code != 0:
        return code
    m.fResult = result
    m.bNewResult = True
    return 0


class FB_ALY_MathOperation_1Ch(SingleChannelBlock, category="Math"):
    """Applies an operator to the value of the channel and a configured operand: x op fOperand.

    Sources: manual TF3510 EN 1.5.0 pp. 245-247 and 430 (InfoSys 6776683787, 6905075851), Workbench 4946638603.

    Documented: the operators; bUseAbsValues takes the absolute values of both operands.

    Chosen, where the manual is silent: as in FB_ALY_MathOperation. A divisor of 0 is found in Call, not in Configure.
    """

    step = step
    example = {"fOperand": 50.0, "eMathOperator": E_ALY_MathOperator.Addition, "bUseAbsValues": False}

    fResult: LREAL = output("result of the operation")

    operand: LREAL = config()
    operation: LINT = config()
    absolute: BOOL = config()

    @method
    def Configure(self, fOperand: LREAL, eMathOperator: E_ALY_MathOperator, bUseAbsValues: BOOL) -> BOOL:
        """Takes the operand and the operator.

        Parameters
        ----------
        fOperand
            right-hand operand; finite
        eMathOperator
            Addition, Subtraction, Multiplication, Division, PowerOf, Modulo
        bUseAbsValues
            TRUE: absolute values of both operands

        Notes
        -----
        Errors: 16#200A operator invalid, 16#200C fOperand is NaN or infinite.
        """
        if eMathOperator == E_ALY_MathOperator.NotInitialized:
            return self._finish(0x200A, "eMathOperator is NotInitialized")
        if not math.isfinite(fOperand):
            return self._finish(0x200C, f"fOperand = {fOperand:g}, it has to be finite")
        return self._start(
            operand=abs(fOperand) if bUseAbsValues else fOperand, operation=eMathOperator, absolute=bUseAbsValues
        )

    @cyclic
    def Call(self) -> BOOL:
        """Applies the operator to the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#3005 division by zero; 16#300A no finite result.
        """
