"""`--teach FILE`: a block learns from a recording of normal data before another one runs through it.

A block that learns by itself has `teach`. One that runs with learnt data (`reads`) has `learn`, or there is a block of
the vendor that learns data of this kind (`learns`): that one runs over the normal data first and writes the file.
A parameter goes to whichever of both takes its name, ``teach.NAME`` to the one that learns only.
"""

import inspect
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import learnt as files
from ..declare import SETTABLE, Role
from ..errors import PlcError, RecordingError, one_of
from ..iec import BoolType
from ..methods import Input
from ..recordings import Recording
from ..registry import all_blocks, short_name
from ..targetpaths import file_folder, target_file, use_file_folder
from .assignments import CHANNEL, Assignment
from .learn_command import FROM_RECORDING, from_here, read_parameters
from .replaying import configured, switch
from .settings import Settings, configuring_methods, from_recording, settings_from

TEACH = "teach"
START, STOP = "bStartPeriod", "bStopPeriod"
FLAGS = ("bFit",)  # of which a constant will do
OF_FILES = {"tTimeout": "5s", "nSegmentSize": "1000"}  # what has no meaning for data that are taught on the way


def teacher_of(block: Any) -> Any:
    """The block that writes the files which this one reads; None when there is none."""
    kind = getattr(block, "reads", None)
    return next((b for b in all_blocks() if kind and getattr(b, "learns", None) is kind), None)


def can_be_taught(block: Any) -> bool:
    return hasattr(block, "teach") or hasattr(block, "learn") or teacher_of(block) is not None


def check_teaching(block: Any, taught_with: tuple[Path, ...]) -> None:
    """Refuses --teach, or that it is missing, as the block needs it."""
    name = short_name(block.__name__)
    if hasattr(block, "teach") and not taught_with:
        raise PlcError(f"{name} has to learn: give a recording of normal data with --teach")
    if taught_with and hasattr(block, "learns"):
        readers = one_of(short_name(b.__name__) for b in all_blocks() if getattr(b, "reads", None) is block.learns)
        raise PlcError(f"{name} is what teaches: give --teach to one that runs with its file, {readers}")
    if taught_with and not can_be_taught(block):
        raise PlcError(f"{name} cannot be taught")
    if len(taught_with) > 1 and not _has_templates(block):
        raise PlcError(f"{name} is taught with one recording, {len(taught_with)} --teach were given")


@dataclass(frozen=True)
class Lesson:
    """How a block gets its learnt data; `settings` are those of the block itself."""

    settings: Settings
    block: Any
    recordings: tuple[Path, ...] = ()
    teachers: tuple[Settings, ...] = ()  # of the block that learns, for each recording
    parameters: dict[str, Any] = field(default_factory=dict)  # of `learn`
    file: str = ""  # that `learn` fills
    is_kept: bool = False  # the user has named the file


def plan(block: Any, assignments: list[Assignment], channels: int, recordings: tuple[Path, ...]) -> Lesson:
    """Sorts the parameters; raises as `read_settings` does, before anything is read."""
    if not recordings or hasattr(block, "teach"):
        return Lesson(settings_from(block, assignments, channels), block, recordings)
    teacher = teacher_of(block)
    of_teacher = _names(teacher) if teacher else {*inspect.signature(block.learn).parameters} - {*FROM_RECORDING}
    own, shared, only = [], [], []
    for assignment in assignments:
        name = _name_of(assignment, block)
        if assignment.path.startswith(f"{TEACH}."):
            only.append(replace(assignment, path=assignment.path.removeprefix(f"{TEACH}.")))
            continue
        if name in of_teacher and name != "sFilePath":
            shared.append(replace(assignment, path=name))
        if name not in of_teacher or name in _names(block):
            own.append(assignment)
    given = {_name_of(a, block): a.text for a in own}
    is_kept = "sFilePath" in given
    own = [a for a in own if _name_of(a, block) != "sFilePath"]
    own += [_default(n, text) for n, text in OF_FILES.items() if n in _names(block) and n not in given]
    paths = [given.get("sFilePath", "Taught.json")]
    if _has_templates(block):
        places = [f"{CHANNEL}.{number}.sFilePath" for number in range(1, len(recordings) + 1)]
        named = {a.path: a.text for a in assignments}
        paths = [named.get(place) or numbered(paths[0], i) for i, place in enumerate(places)]
        own += [_default(place, path) for place, path in zip(places, paths, strict=True)]
        own += [_default("nNumChannels", str(len(paths)))] * ("nNumChannels" not in given)
    else:
        own.append(_default("sFilePath", paths[0]))
    settings = settings_from(block, own, channels)
    also = list({a.path: a for a in [*shared, *only]}.values())
    if teacher is None:
        parameters = read_parameters(block, (f"{a.path}={a.text}" for a in also))
        return Lesson(settings, block, recordings, parameters=parameters, file=paths[0], is_kept=is_kept)
    also += _defaults(teacher, {a.path for a in also})
    count = teacher.replay_columns() or channels
    each = tuple(settings_from(teacher, [*also, _default("sFilePath", path)], count) for path in paths)
    return Lesson(settings, block, recordings, each, is_kept=is_kept)


@contextmanager
def taught(
    lesson: Lesson,
    read: Callable[[Path, Any, int | None], Recording],
    columns: Callable[[Path, Settings], dict[str, np.ndarray]],
) -> Iterator[tuple[Recording | None, list[str]]]:
    """While the learnt data are there; gives normal data for a block that learns itself, and what else was learnt.

    read: a recording for a block, with its first channels only; columns: the inputs of Call that columns of it are
    """
    teacher = teacher_of(lesson.block)
    count = teacher.replay_columns() if teacher else None
    normal = [read(path, teacher or lesson.block, count) for path in lesson.recordings]
    if not normal or hasattr(lesson.block, "teach"):
        yield (normal[0] if normal else None), []
        return
    told = []
    with tempfile.TemporaryDirectory() as folder, nullcontext() if lesson.is_kept else use_file_folder(folder):
        for index, (path, recording) in enumerate(zip(lesson.recordings, normal, strict=True)):
            _refuse_gaps(recording, path)
            if teacher is None:
                learnt = lesson.block.learn(recording.values, names=recording.names, **lesson.parameters)
                files.write(target_file(lesson.file, file_folder()), learnt)
            else:
                settings = lesson.teachers[index]
                learnt = _teach(teacher, settings, recording, columns(path, settings), path)
            told.append(f"{path.name}: {learnt}")
        yield None, told


def written_by(instance: Any) -> list[str]:
    """What a block that teaches has written after its recording, and where; nothing of another block."""
    if not hasattr(instance, "learns"):
        return []
    learnt = instance.learnt()
    if learnt is None:
        return ["nothing, so there is no file"]
    path = target_file(instance.file_text(), file_folder())
    return [f"{learnt}, in {from_here(path)}"]


def _teach(teacher: Any, settings: Settings, recording: Recording, columns: dict[str, Any], path: Path) -> Any:
    """Runs the block that learns over a recording, and has its file written."""
    inputs, values = settings.call | columns, recording.values
    if inputs.get(START) is True:  # the whole recording is one period, which the next call ends
        rows = np.arange(len(values) + 1)
        values = np.concatenate([values, values[-1:]])
        inputs |= {STOP: rows == len(rows) - 1}
    instance = configured(teacher, settings, len(recording.names))
    refused = np.flatnonzero(instance.replay(None, values, **inputs)["bError"])
    if len(refused):
        name, count = short_name(teacher.__name__), len(refused)
        raise RecordingError(f"{path.name}: {name} refused {count} rows, the first is row {refused[0] + 1}")
    learnt = instance.learnt()
    if learnt is None:
        reason = "no period begins and ends" if START in inputs else "no row was to be learnt from"
        raise RecordingError(f"{path.name}: nothing was learnt, {reason}")
    switch(instance, "SwitchState_Idle")
    return learnt


def lesson_inputs(block: Any) -> dict[str, Input]:
    """What has to be given, beside a block's own parameters, for the one that teaches it."""
    teacher = teacher_of(block)
    if teacher is None:
        return {}
    needed = {n: i for n, i in _inputs(teacher).items() if i.required and n not in teacher.example and n not in FLAGS}
    return {n: i for n, i in needed.items() if n not in _names(block) and n not in from_recording(teacher)}


def without_lesson(block: Any) -> set[str]:
    """The parameters of a block that --teach makes superfluous."""
    every = {i.name for m in configuring_methods(block) for i in block.methods[m].inputs}
    return {*OF_FILES, "sFilePath"} | (every - _names(block))


# ---- parameters ------------------------------------------------------------------------------------------------------


def _has_templates(block: Any) -> bool:
    """Whether each channel of ConfigureChannel has a file of its own."""
    channel = block.methods.get("ConfigureChannel")
    return channel is not None and any(i.name == "sFilePath" for i in channel.inputs)


def _inputs(block: Any) -> dict[str, Input]:
    """What a block takes; one that reads its parameters from a file takes none of those that the file holds."""
    from_file = "ConfigureFromFile" in block.methods
    methods = ["ConfigureFromFile"] if from_file else configuring_methods(block)
    found = {f.name: Input(f.name, f.type, f.initial) for f in block.fields if f.role in (Role.INIT, *SETTABLE)}
    for method in methods:
        found |= {i.name: i for i in block.methods[method].inputs}
    return found | {i.name: i for i in block.methods["Call"].values}


def _names(block: Any) -> set[str]:
    return set(_inputs(block)) - {n for n in from_recording(block) if n != "input"}


def _name_of(assignment: Assignment, block: Any) -> str:
    parts = assignment.path.split(".")
    if parts[0] in block.methods and len(parts) > 1:
        parts.pop(0)
    return parts[2] if parts[0] == CHANNEL and len(parts) > 2 else parts[0]


def numbered(path: str, index: int) -> str:
    """Press.tas, Press-2.tas, Press-3.tas."""
    stem, dot, suffix = path.rpartition(".")
    number = f"-{index + 1}" * (index > 0)
    return f"{stem}{number}.{suffix}" if dot and not re.search(r"[\\/]", suffix) else f"{path}{number}"


def _default(name: str, text: str) -> Assignment:
    return Assignment(name, text, f"--teach: {name}")


def _defaults(teacher: Any, given: set[str]) -> Iterator[Assignment]:
    """What the teaching block needs and was not given: as in its example; flags are on, but no period ends."""
    from .blocks_command import text_of

    for name, declared in _inputs(teacher).items():
        if name in given or name in from_recording(teacher) or name == "sFilePath":
            continue
        if name in OF_FILES:
            yield _default(name, OF_FILES[name])
        elif name in teacher.example:
            yield _default(name, text_of(declared.type, teacher.example[name]))
        elif isinstance(declared.type, BoolType) and declared.required:
            yield _default(name, "FALSE" if name == STOP else "TRUE")


def _refuse_gaps(recording: Recording, path: Path) -> None:
    gaps = recording.rows_missing() | recording.rows_not_finite()
    if gaps.any():
        row = int(gaps.argmax()) + 1
        raise RecordingError(f"{path.name}: row {row} has a missing or non-finite value; --impute fills gaps")
