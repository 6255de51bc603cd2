"""FB_ALY_RMS_1Ch: root mean square over cascaded time intervals."""

from alycat.runtime.block import cyclic
from alycat.runtime.iec import BOOL, POINTER_TO_BOOL, POINTER_TO_LREAL, UDINT, ULINT

from .cascades import CascadeBlock, E_ALY_CascadeStartupBehaviour


class FB_ALY_RMS_1Ch(CascadeBlock, category="Math"):
    """Root mean square of the channel over one or more cascaded time intervals, sqrt(sum(x**2) / N).

    Sources: manual TF3510 EN 1.5.0 pp. 247-251 (InfoSys 8849951883, 8853448331, 8853115403).

    Documented: the interval and the sample rate give the number N of values of the first cascade; each interval is an
    integer multiple of the one before; the start-up behaviours; Call fills an array of results and one of flags.

    Chosen, where the manual is silent: intervals follow each other without overlap, so a cascade has a new result each
    time its interval has elapsed, counted in calls; a further cascade works on the results of the one before it, from
    which it takes the mean of the squares, so that the result is the RMS of all values of its interval;
    N is rounded to a whole number; results are 0 before the first one; a substitute
    of UsePreviousCascadeValue sets the flag whenever the result it comes from is new; bNewResult is TRUE when any flag
    is. Values beyond +-1e140 are refused (16#300A). `replay` gives both arrays in the trace, under the names of
    their pointers.

    Cost: one addition per call, and one more for each cascade that has a new result.
    """

    squares = True
    results = {"pRmsArrayOut": "shown", "pNewResultArrayOut": "fresh"}
    picture = "bands"
    example = {
        "nNumCascades": 5,
        "fSampleRate": 1000.0,
        "eStartupBehaviour": E_ALY_CascadeStartupBehaviour.UsePreviousCascadeValue,
    }

    @cyclic
    def Call(
        self,
        tTimestamp: ULINT,
        pRmsArrayOut: POINTER_TO_LREAL,
        nRmsArrayOutSize: UDINT,
        pNewResultArrayOut: POINTER_TO_BOOL,
        nNewResultArrayOutSize: UDINT,
    ) -> BOOL:
        """Takes the value of the channel and fills both arrays, one element per cascade.

        Parameters
        ----------
        tTimestamp
            ns since 2000-01-01 UTC
        pRmsArrayOut
            numpy array (float64) for the results
        nRmsArrayOutSize
            its size in bytes
        pNewResultArrayOut
            numpy array (bool) for the flags
        nNewResultArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#2022 before SetCascades; 16#3002 no array; 16#3004 a size that
        does not fit; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the call before, a channel that was
        never set, or a NaN or infinite value; 16#300A a value beyond +-1e140.
        """
