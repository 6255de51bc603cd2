"""The states of the simulated machine: that of the PLC on port 851 and of the system service on port 10000."""

import struct
from collections.abc import Callable

from .attendant import Attendant
from .frames import State, WriteControl
from .model import AdsError, AdsErrorCode, AdsState

SYSTEM_DEVICE_STATE = 1
_SYSTEM = struct.Struct("<HHHBBHBBH2x")
TWINCAT_VERSION = (3, 1, 4024)
Change = tuple[Callable[[], None], Callable[[], None]]  # a job between two cycles, and what follows it


class Control:
    """Run, stop, reset, restart and config.

    gone: called when the PLC was taken down, with all that clients had there.
    """

    def __init__(self, attendant: Attendant, gone: Callable[[], None]) -> None:
        self._attendant, self._gone = attendant, gone
        self._state = AdsState.RUN
        self._device_state = 0
        self.is_config = False
        self.restart_index = 1

    # --- states ------------------------------------------------------------------------------------------------------

    def plc_state(self) -> State:
        tasks = self._attendant.plc.tasks
        failed = self._state == AdsState.RUN and tasks and all(task.error for task in tasks)
        return State(0, AdsState.EXCEPTION if failed else self._state, self._device_state)

    def system_state(self) -> State:
        return State(0, AdsState.CONFIG if self.is_config else AdsState.RUN, SYSTEM_DEVICE_STATE)

    def system_record(self) -> bytes:
        """What clients poll about once a second, to reconnect when the restart index has changed."""
        _, state, device_state = self.system_state()
        return _SYSTEM.pack(state, device_state, self.restart_index & 0xFFFF, *TWINCAT_VERSION, 0, 0, 0)

    # --- changes -----------------------------------------------------------------------------------------------------

    def change_plc(self, wish: WriteControl) -> Change:
        """WriteControl on the PLC: run, stop, reset (into stop)."""
        attendant = self._attendant
        if wish.ads_state == AdsState.RUN:
            if self.plc_state().ads_state == AdsState.EXCEPTION:
                raise AdsError(AdsErrorCode.INVALID_STATE, "all tasks stand still with an error; reset first")
            return attendant.go_on, lambda: self._enter(AdsState.RUN, wish.device_state)
        if wish.ads_state == AdsState.STOP:
            return attendant.stop, lambda: self._enter(AdsState.STOP, wish.device_state)
        if wish.ads_state == AdsState.RESET:
            return self._reset, lambda: self._enter(AdsState.STOP, wish.device_state)
        raise AdsError(AdsErrorCode.SERVICE_NOT_SUPPORTED, f"state {wish.ads_state}")

    def change_system(self, wish: WriteControl) -> Change:
        """WriteControl on the system service: restart into run, or into config."""
        if wish.ads_state == AdsState.RESET:
            return self._restart, lambda: self._enter_system(config=False)
        if wish.ads_state == AdsState.RECONFIG:
            return self._attendant.stop, lambda: self._enter_system(config=True)
        raise AdsError(AdsErrorCode.SERVICE_NOT_SUPPORTED, f"state {wish.ads_state}")

    def _enter(self, state: AdsState, device_state: int) -> None:
        self._state, self._device_state = state, device_state

    def _enter_system(self, config: bool) -> None:
        self.is_config = config
        self.restart_index += 1
        self._enter(AdsState.RUN, 0)
        self._gone()

    def _reset(self) -> None:
        self._attendant.reset()
        self._attendant.stop()

    def _restart(self) -> None:
        if self._attendant.can_reset:
            self._attendant.reset()
        self._attendant.go_on()
