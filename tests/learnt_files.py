"""Files of learnt data for tests, below the folder of files that is in force."""

import json

from alycat.blocks.learnt_kinds import LINEAR_REGRESSION, SCALER, TEACH_PATH
from alycat.runtime.learnt import write
from alycat.runtime.targetpaths import file_folder, target_file


def place(text):
    """The file of this computer for a path of a target."""
    return target_file(text, file_folder())


def store(text, kind, **members):
    """Writes a file and gives back its path as a program has it."""
    write(place(text), kind.of(**members))
    return text


def forge(text, kind, **members):
    """The same by hand, whether it is of the kind or not."""
    content = {"format": "alycat learnt data", "version": 1, "kind": kind.name, "kind_version": kind.version}
    for part, names in (("header", kind.header), ("columns", kind.columns)):
        content[part] = {name: members[name] for name in names}
    place(text).parent.mkdir(parents=True, exist_ok=True)
    place(text).write_text(json.dumps(content))
    return text


def store_path(points, text="taught.tas", cycles=1, mode="Mean"):
    return store(text, TEACH_PATH, teach_mode=mode, teach_cycles=cycles, value=points)


def store_scaler(mode, first, second, text="scaler.json", samples=10):
    return store(text, SCALER, scaling_mode=mode, param_1=first, param_2=second, samples=samples)


def store_regression(coefficients, text="regression.json", samples=10):
    return store(text, LINEAR_REGRESSION, samples=samples, coefficient=coefficients)
