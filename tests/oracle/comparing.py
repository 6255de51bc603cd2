"""A block beside its plain reference: the same setup, the same rows, every output of every row."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.runtime.declare import Role
from alycat.runtime.testing import setups, streams

S = 10**9
STANDARD = ("ipResultMessage", "bError", "bConfigured")


def parameters(setup):
    """The inputs of all calls by name; those of numbered channels as a list."""
    found = dict(setup.settings)
    for _, inputs in setup.calls:
        for name, value in inputs.items():
            if "nChannel" in inputs and name != "nChannel":
                found.setdefault(name, []).append(value)
            elif name != "nChannel":
                found[name] = value
    return found | setup.init


def rows_of(cls, stream):
    """Keyword arguments of each row for the reference: t, x (a list), and the other inputs of Call."""
    for row in range(len(stream)):
        inputs = {n: column[row].item() for n, column in stream.inputs.items()}
        yield {"t": int(stream.timestamps[row]), "x": stream.values[row].tolist(), **inputs}


def assert_agrees(cls, oracle, setup, stream, rel_tol=0.0, abs_tol=1e-300):
    """Every output of every row equals that of the reference; floats within rel_tol or abs_tol."""
    fb = setup.build(cls)
    reference = oracle(**parameters(setup))
    trace = stream.replay(fb)
    names = [f.name for f in cls.fields if f.role is Role.OUTPUT and f.name not in STANDARD]
    assert not trace["bError"].any()
    for row, inputs in enumerate(rows_of(cls, stream)):
        expected = reference.call(**inputs)
        assert set(expected) == set(names)
        for name in names:
            found = trace[name][row].item()
            close = rel_tol and math.isclose(found, expected[name], rel_tol=rel_tol, abs_tol=abs_tol)
            assert close or found == expected[name], f"row {row}: {name} is {found}, reference {expected[name]}"


def agreement(cls, oracle, examples=60, rel_tol=0.0, streams_of=streams, setups_of=None, abs_tol=1e-300):
    """A hypothesis test that the block agrees with the reference on drawn setups and streams."""

    @settings(max_examples=examples, deadline=None)
    @given(st.data())
    def agrees(data):
        setup = data.draw(setups(cls) if setups_of is None else setups_of)
        assert_agrees(cls, oracle, setup, data.draw(streams_of(cls, setup)), rel_tol, abs_tol)

    return agrees


def run(fb, values, step=S, start=S, **inputs):
    """The trace of a list of values at equal steps of time."""
    values = np.asarray(values, float)
    return fb.replay(np.uint64(start) + np.arange(len(values), dtype=np.uint64) * np.uint64(step), values, **inputs)
