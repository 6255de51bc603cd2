"""Files of learnt data for tests, below the folder of files that is in force."""

import numpy as np

from alycat.blocks.preprocessing.scaler import SCALER
from alycat.blocks.statistics.linear_regression import LINEAR_REGRESSION
from alycat.blocks.teaching import TEACH_PATH
from alycat.runtime.learnt import Learnt, write_learnt
from alycat.runtime.targetpaths import file_folder, target_file


def place(text):
    """The file of this computer for a path of a target."""
    return target_file(text, file_folder())


def store(text, kind, header, **columns):
    """Writes a file and gives back its path as a program has it."""
    write_learnt(place(text), Learnt(kind, header, {n: np.asarray(c, float) for n, c in columns.items()}))
    return text


def store_path(points, text="taught.tas", cycles=1, mode="Mean"):
    return store(text, TEACH_PATH, {"teach_mode": mode, "teach_cycles": cycles}, value=points)


def store_scaler(mode, first, second, text="scaler.json", samples=10):
    header = {"scaling_mode": mode, "param_1": first, "param_2": second, "samples": samples}
    return store(text, SCALER, header)


def store_regression(coefficients, text="regression.json", samples=10):
    return store(text, LINEAR_REGRESSION, {"samples": samples}, coefficient=coefficients)
