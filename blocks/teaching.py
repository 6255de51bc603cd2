"""Teach, run, idle: what blocks have in common that learn into a file or work with what a file holds.

Sources: manual TF3510 EN 1.5.0 pp. 139-143, 262-270, 335-345, 362-366 (InfoSys 6905762187, 6903134603, 8736578443,
6905825931, 6905634315, 10052205195).

Documented: file access is asynchronous. SwitchState_Teach (or _Read) is called once and leads from Idle to
PendingTeach (PendingRead); UpdateState is called until the block is in Teach (Read); SwitchState_Idle leads back in the
same way over PendingIdle. ConfigureFromFile leads to Pending, UpdateState from there to Configured. bBusy and
GetBusyState are TRUE meanwhile. Values are processed in Teach and Read only.

Chosen for all of them, as the manual is silent:

- SwitchState asks a thread for the file work, the cycle never waits for it. The first UpdateState, which the samples
  make in the same cycle, only goes on; from the second one on the state changes as soon as the work is done. On a
  virtual clock and outside of a Plc it is then waited for, so that a state change takes two calls of UpdateState every
  time and equal runs give equal bytes. A file is seen as a whole between two calls or not at all; all file work is done
  in the order in which it was asked for;
- Pending is not used by teaching and reading blocks: the number stands for a change whose target is not told;
- entering Teach reads the file if it is to be involved and exists, makes its folder and tries whether it can be
  written there; leaving Teach writes it, as a whole, if anything was taught. So until Idle is reached the file holds
  what it held before. Of two blocks that teach into one file the later one replaces what the other has written;
- when the work fails, or a real-time clock passes tTimeout, UpdateState returns FALSE with 16#300C (16#2013: the path
  leads out of the folder of files, 16#3001: too much memory), and the block is what it was before SwitchState or
  ConfigureFromFile: with its data, its parameters and in the state it came from. Try again with another SwitchState. A
  write that was late but has begun may still come to its end;
- SwitchState in another state than the documented one, and Call outside of Teach and Read, give 16#3008;
- Reset drops what was taught or compared since the state was entered and stays in it; Configure leads to Idle. A write
  that is under way is finished, also when the Plc stops and the program ends;
- a snapshot taken in a Pending state goes on with the same file work when it is restored, also in another process; a
  write that a Reset came after is left to the one that began it.

Where files lie, `alycat.runtime.targetpaths` tells, and their form `alycat.runtime.learnt`.
"""

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from alycat.runtime import learnt as files
from alycat.runtime.background import FileWork
from alycat.runtime.block import AlgorithmBlock, method, quick_method
from alycat.runtime.declare import config
from alycat.runtime.errors import LearntDataError
from alycat.runtime.files import try_to_replace
from alycat.runtime.iec import BOOL, LINT, STRING_255, TIME, iec_type
from alycat.runtime.learnt import Kind, Learnt
from alycat.runtime.targetpaths import PathError, file_folder, target_file, target_parts

from .types import E_ALY_ConfigState, E_ALY_TeachState

IDLE, WORKING, PENDING_IDLE = 0, 1, int(E_ALY_TeachState.PendingIdle)
PENDING_WORK = int(E_ALY_TeachState.PendingTeach)  # as PendingRead
PENDING_FILE, CONFIGURED = int(E_ALY_ConfigState.Pending), int(E_ALY_ConfigState.Configured)
BAD_PATH, BAD_TIMEOUT, BAD_STATE, BAD_FILE, NO_MEMORY = 0x2013, 0x2015, 0x3008, 0x300C, 0x3001
NOT_CONFIGURED = 0x3007
CALLS_AT_LEAST = 2  # of UpdateState until a state change
_KEPT = ("bBusy", "eState", "stFileHeader")  # outputs that Reset leaves alone

Outcome = Any  # what the file work gives: Learnt, a list of them, or None


class FileBlock(AlgorithmBlock):
    """A block with outputs bBusy and eState whose state changes wait for file work."""

    file_path: STRING_255 = config("as it was given")
    timeout_ms: LINT = config()
    left: LINT = config("state that was left when the pending one was entered")
    updates: LINT = config("calls of UpdateState since then")

    _job: FileWork | None = None

    # --- what a block has to say -------------------------------------------------------------------------------------

    def _work(self) -> Callable[[], Outcome]:
        """The file work of the present Pending state; it touches nothing of this block."""
        raise NotImplementedError

    def _target(self) -> int:
        """The state to which the present Pending state leads."""
        return WORKING if self._m.eState == PENDING_WORK else IDLE

    def _arrived(self, outcome: Outcome) -> tuple[int, str]:
        """Takes what the file work gave; an event id and its detail when it cannot be used, and nothing was changed."""
        raise NotImplementedError

    # --- the machine -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        super()._connect()
        self._job = None

    def _clear(self) -> None:
        kept = [(f, self._raw(f.name)) for f in self.layout.fields if f.name in _KEPT]
        super()._clear()
        for field, data in kept:
            ctypes.memmove(ctypes.addressof(self._m) + self.layout.offset(field.name), data, len(data))

    def _show_header(self, learnt: Learnt, values: int, cycles: int) -> None:
        """Fills the output stFileHeader."""
        m = self._m
        m.stFileHeader = type(m.stFileHeader)(learnt.kind.name.encode("cp1252"), learnt.kind.version, values, cycles)

    def file_text(self) -> str:
        """The path of the file, as it was given; beyond the vendor."""
        return text_of(self._m.file_path)

    def _raw(self, name: str) -> bytes:
        kind = next(f.type.ctype for f in self.layout.fields if f.name == name)
        start = self.layout.offset(name)
        return self._memory[start : start + ctypes.sizeof(kind)].tobytes()

    def _file_refused(self, sFilePath: Any, tTimeout: int) -> bool:
        """Whether a path or a timeout cannot be used; the message then says so."""
        if tTimeout == 0:
            self._finish(BAD_TIMEOUT, "tTimeout = 0, at least 1 ms is needed")
            return True
        return self._path_refused(sFilePath)

    def _path_refused(self, sFilePath: Any) -> bool:
        try:
            target_parts(text_of(sFilePath))
        except PathError as error:
            self._finish(BAD_PATH, str(error))
            return True
        return False

    def _switch(self, pending: int) -> bool:
        """Enters a Pending state and asks for its file work."""
        m = self._m
        m.left, m.updates, m.eState, m.bBusy = m.eState, 0, pending, True
        self._ask()
        return self._finish(0)

    def _ask(self) -> FileWork:
        self._job = FileWork(self._work())
        return self._job

    def _update(self) -> bool:
        m = self._m
        if not m.bBusy:
            return self._finish(0)
        job = self._job or self._ask()  # the latter after a snapshot was restored
        m.updates += 1
        if m.updates < CALLS_AT_LEAST:
            return self._finish(0)
        if job.is_done():
            target = self._target()
            try:
                code, detail = self._arrived(job.outcome())
            except (PathError, LearntDataError, OSError, MemoryError) as error:
                code, detail = _explained(error)
            m = self._m  # what arrived may have needed another memory
        elif job.is_late(m.timeout_ms * 10**6):
            job.give_up()
            code, detail, target = BAD_FILE, f"no answer within tTimeout = {m.timeout_ms} ms", 0
        else:
            return self._finish(0)
        self._job = None
        m.eState, m.bBusy, m.left, m.updates = m.left if code else target, False, 0, 0
        return self._finish(code, detail)

    @quick_method
    def GetBusyState(self) -> BOOL:
        """TRUE while file work is under way."""
        return bool(self._m.bBusy)

    @method
    def UpdateState(self) -> BOOL:
        """Carries on a state change; call it in every cycle until the target state is reached.

        Errors: 16#3007 before Configure, 16#300C the file cannot be read or written or took too long, 16#2013 its path
        leads out of the folder of files. The block is then what it was before the change was asked for.
        """
        if not self._m.bConfigured and not self._m.bBusy:
            return self._finish(NOT_CONFIGURED)
        return self._update()


class IdleBlock(FileBlock):
    """A block with the states Idle, working (Teach or Read) and the changes between them."""

    def _enter(self, wanted: int, pending: int) -> bool:
        m = self._m
        if not m.bConfigured:
            return self._finish(NOT_CONFIGURED)
        if m.eState != wanted:
            return self._finish(BAD_STATE, f"this is for state {self._state(wanted)}, not {self._state(m.eState)}")
        return self._switch(pending)

    def _state(self, number: int) -> str:
        kind = next(f.type for f in self.layout.fields if f.name == "eState")
        return str(kind.to_python(number).name)

    def _explain(self, event_id: int) -> str:
        reason = super()._explain(event_id)
        if event_id == BAD_STATE and not reason:
            return f"Call is for state {self._state(WORKING)}, not {self._state(self._m.eState)}"
        return reason

    @method
    def SwitchState_Idle(self) -> BOOL:
        """Asks for the change to Idle; call UpdateState until it is reached.

        Errors: 16#3007 before Configure, 16#3008 in Idle or while another change is under way.
        """
        return self._enter(WORKING, PENDING_IDLE)


class TeachBlock(IdleBlock):
    """A block that learns in state Teach; its learnt data are in a file of the kind `learns`."""

    learns: ClassVar[Kind]

    def _involves_file(self) -> bool:
        """Whether teaching goes on from what the file holds, if there is one."""
        return False

    def _start_from(self, learnt: Learnt | None) -> tuple[int, str]:
        """Begins to teach from what a file held, or from nothing; see `_arrived`."""
        raise NotImplementedError

    def _learnt(self) -> dict[str, Any] | None:
        """The members of what goes into the file, None when nothing was taught; arrays are copies."""
        raise NotImplementedError

    def learnt(self) -> Learnt | None:
        """What leaving Teach now would write, None when nothing was taught; beyond the vendor."""
        members = self._learnt() if self._m.bConfigured else None
        return None if members is None else self.learns.of(**members)

    def _work(self) -> Callable[[], Outcome]:
        text, folder = self.file_text(), file_folder()
        if self._m.eState == PENDING_WORK:
            kind = self.learns if self._involves_file() else None
            return lambda: _prepared(folder, text, kind)
        members, kind = self._learnt(), self.learns
        return lambda: _written(folder, text, kind, members)

    def _arrived(self, outcome: Outcome) -> tuple[int, str]:
        return self._start_from(outcome) if self._m.eState == PENDING_WORK else (0, "")

    @method
    def SwitchState_Teach(self) -> BOOL:
        """Asks for the change to Teach; call UpdateState until it is reached.

        Errors: 16#3007 before Configure, 16#3008 in Teach or while another change is under way.
        """
        return self._enter(IDLE, PENDING_WORK)


class ReadBlock(IdleBlock):
    """A block that works in state Read with what one file, or several, of the kind `reads` hold."""

    reads: ClassVar[Kind]

    def _paths(self) -> tuple[str, ...]:
        """The files, as they were given."""
        return (self.file_text(),)

    def _start_with(self, learnt: list[Learnt]) -> tuple[int, str]:
        """Begins to work with what the files hold; see `_arrived`."""
        raise NotImplementedError

    def _work(self) -> Callable[[], Outcome]:
        if self._m.eState != PENDING_WORK:
            return lambda: None
        texts, folder, kind = self._paths(), file_folder(), self.reads
        return lambda: [_read(folder, text, kind) for text in texts]

    def _arrived(self, outcome: Outcome) -> tuple[int, str]:
        return self._start_with(outcome) if self._m.eState == PENDING_WORK else (0, "")

    @method
    def SwitchState_Read(self) -> BOOL:
        """Asks for the change to Read; call UpdateState until it is reached.

        Errors: 16#3007 before Configure, 16#3008 in Read or while another change is under way.
        """
        return self._enter(IDLE, PENDING_WORK)


class FromFileBlock(FileBlock):
    """A block whose parameters come from a file of the kind `reads`, or from Configure if it has one."""

    reads: ClassVar[Kind]

    @staticmethod
    def _prepared(learnt: Learnt) -> Any:
        """What the block takes of learnt data; called in the other thread."""
        return learnt

    def _configure_with(self, prepared: Any) -> tuple[int, str]:
        """Takes what `_prepared` gave, allocates and begins; see `_arrived`."""
        raise NotImplementedError

    def take(self, learnt: Learnt) -> bool:
        """As ConfigureFromFile, at once, with learnt data that are in memory; beyond the vendor."""
        if self._m.bBusy:
            return self._finish(BAD_STATE, "a file is being read")
        try:
            code, detail = self._configure_with(self._prepared(self.reads.of(**learnt.members)))
        except (LearntDataError, MemoryError) as error:
            code, detail = _explained(error)
        return self._finish(code, detail) if code else self._configured()

    def _work(self) -> Callable[[], Outcome]:
        text, folder, kind, prepared = self.file_text(), file_folder(), self.reads, self._prepared
        return lambda: prepared(_read(folder, text, kind))

    def _target(self) -> int:
        return CONFIGURED

    def _arrived(self, outcome: Outcome) -> tuple[int, str]:
        code, detail = self._configure_with(outcome)
        if not code:
            self._configured()
        return code, detail

    def _update(self) -> bool:
        done = super()._update()
        if not self._m.bBusy:
            self._remember(b"", 0)
        return done

    def _remember(self, path: Any, timeout_ms: int) -> None:
        """The file to be read, as long as it is; nothing of it stays in the state."""
        start, size = self.layout.offset("file_path"), ctypes.sizeof(iec_type(STRING_255).ctype)
        self._memory[start : start + size] = 0
        self._m.file_path, self._m.timeout_ms = path, timeout_ms

    def _configured(self) -> bool:
        self._m.eState = CONFIGURED
        return super()._configured()

    @method
    def ConfigureFromFile(self, tTimeout: TIME, sFilePath: STRING_255) -> BOOL:
        """Asks for the parameters in a file; call UpdateState until eState is no longer Pending.

        Parameters
        ----------
        tTimeout
            the file work has to end within this time
        sFilePath
            file written by the fitting block

        Notes
        -----
        Until the file has been read the block goes on with the parameters it has. Errors: 16#2013 the path names no
        file below the folder of files, 16#2015 tTimeout is 0, 16#3008 a file is being read.
        """
        if self._m.bBusy:
            return self._finish(BAD_STATE, "a file is being read")
        if self._file_refused(sFilePath, tTimeout):
            return False
        self._remember(sFilePath, tTimeout)
        return self._switch(PENDING_FILE)

    @method
    def UpdateState(self) -> BOOL:
        """Carries on ConfigureFromFile; call it in every cycle while eState is Pending.

        Errors: 16#300C the file cannot be read or took too long, 16#2013 its path leads out of the folder of files. The
        block then has the parameters it had before.
        """
        return self._update()


# ---- the file work, in the worker thread -----------------------------------------------------------------------------


def _prepared(folder: Path, text: str, kind: Kind | None) -> Learnt | None:
    path = target_file(text, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    try_to_replace(path)
    return files.read(path, kind) if kind is not None and path.exists() else None


def _written(folder: Path, text: str, kind: Kind, members: dict[str, Any] | None) -> None:
    if members is not None:
        files.write(target_file(text, folder), kind.of(**members))


def _read(folder: Path, text: str, kind: Kind) -> Learnt:
    return files.read(target_file(text, folder), kind)


def _explained(error: Exception) -> tuple[int, str]:
    if isinstance(error, MemoryError):
        return NO_MEMORY, str(error)
    if isinstance(error, OSError) and error.strerror:
        return BAD_FILE, f"{Path(str(error.filename)).name}: {error.strerror}"
    return BAD_PATH if isinstance(error, PathError) else BAD_FILE, str(error)


def text_of(data: bytes) -> str:
    """A STRING(255) of the memory, or as `method` hands it over, as a text."""
    return str(iec_type(STRING_255).to_python(data))
