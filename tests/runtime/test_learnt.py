"""Files of learnt data: bit for bit, whole or not at all, damage and foreign files."""

import hashlib
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from alycat.runtime.errors import DeclarationError
from alycat.runtime.learnt import Kind, Learnt, LearntFileError, read_learnt, write_learnt

KIND = Kind("test data", {"mode": str, "count": int, "limit": float}, {"value": float, "place": int})
HEADER = {"mode": 'Größe "x"\n', "count": -3, "limit": 0.1}


def learnt(value=(0.1, -0.0, 5e-324, 1.7976931348623157e308), place=(1, -(2**63), 2**63 - 1)):
    return Learnt(KIND, HEADER, {"value": np.array(value, float), "place": np.array(place, np.int64)})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "Learnt.json"


@given(npst.arrays(float, st.integers(0, 450), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_what_is_written_is_read_bit_for_bit(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "roundtrip.json"
    write_learnt(path, learnt(values))
    found = read_learnt(path, KIND)
    assert found.columns["value"].tobytes() == values.tobytes() and found.columns["value"].dtype == float
    assert found.columns["place"].tolist() == [1, -(2**63), 2**63 - 1] and found.header == HEADER


def test_any_tool_can_read_it_and_check_the_hash(path):
    write_learnt(path, learnt())
    data = path.read_bytes()
    content = json.loads(data)
    assert content["format"] == "alycat learnt data" and content["columns"]["value"][0] == 0.1
    body, last = data[: data.rindex(b'"sha256"')], data[data.rindex(b'"sha256"') :]
    assert json.loads(b"{" + last)["sha256"] == hashlib.sha256(body).hexdigest()


def test_a_file_from_another_tool_needs_no_hash(path):
    write_learnt(path, learnt())
    content = json.loads(path.read_bytes())
    del content["sha256"]
    content["columns"]["value"] = [1, 2.5]
    path.write_text(json.dumps(content, indent=4))
    assert read_learnt(path, KIND).columns["value"].tolist() == [1.0, 2.5]


def test_the_same_data_give_the_same_bytes(path):
    write_learnt(path, learnt())
    before = path.read_bytes()
    write_learnt(path, learnt())
    assert path.read_bytes() == before and sorted(p.name for p in path.parent.iterdir()) == ["Learnt.json"]


def test_any_changed_byte_and_any_length_is_noticed(path):
    write_learnt(path, learnt([0.5, 0.25]))
    data = path.read_bytes()
    for place in range(0, len(data) - 1, 3):
        path.write_bytes(data[:place])
        with pytest.raises(LearntFileError):
            read_learnt(path, KIND)
        if place < data.rindex(b'"sha256"'):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            with pytest.raises(LearntFileError):
                read_learnt(path, KIND)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "other"}, "is no file of learnt data: member format is not"),
        ({"version": 2}, "has format version 2; this alycat reads version 1"),
        ({"kind": "scaler"}, "holds a 'scaler' in version 1; a 'test data' in version 1 is needed"),
        ({"kind_version": 9}, "holds a 'test data' in version 9"),
        ({"extra": 1}, "has an unknown member extra"),
        ({"header": []}, "header is no object with the members mode, count, limit"),
        ({"header": {"mode": "x", "count": 1}}, "header has no member limit"),
        ({"header": {"mode": 1, "count": 1, "limit": 1}}, "mode is 1, a text is needed"),
        ({"header": {"mode": "x", "count": 1.5, "limit": 1}}, "count is 1.5, a whole number is needed"),
        ({"header": {"mode": "x", "count": True, "limit": 1}}, "count is True, a whole number is needed"),
        ({"header": {"mode": "x", "count": 2**64, "limit": 1}}, "which is too large"),
        ({"header": {"mode": "x", "count": 1, "limit": 10**400}}, "which is too large"),
        ({"columns": {"value": 1, "place": []}}, "value is no array"),
        ({"columns": {"value": ["1"], "place": []}}, "value has elements that are not a number each"),
        ({"columns": {"value": [True], "place": []}}, "value has elements that are not a number each"),
        ({"columns": {"value": [[1.0]], "place": []}}, "value has elements that are not a number each"),
        ({"columns": {"value": [10**400], "place": []}}, "value has a number that is too large"),
        ({"columns": {"value": [], "place": [1.0]}}, "place has elements that are not a whole number each"),
        ({"columns": {"value": [], "place": [2**63]}}, "place has a number that is too large"),
        ({"sha256": "x"}, "sha256 has to stand in the last line"),
    ],
)
def test_foreign_content(path, change, reason):
    write_learnt(path, learnt())
    content = json.loads(path.read_bytes())
    del content["sha256"]
    text = json.dumps(content | change, separators=(",", ":"))
    path.write_text(text)
    with pytest.raises(LearntFileError, match=reason):
        read_learnt(path, KIND)


@pytest.mark.parametrize("text", ["", "null", "[]", "{", "\0" * 50, "[" * 100_000, '{"format": NaN}', "\xff", "1e999"])
def test_foreign_files(path, text):
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(LearntFileError):
        read_learnt(path, KIND)


def test_there_is_no_file(path, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file Learnt\.json"):
        read_learnt(path, KIND)
    with pytest.raises(FileNotFoundError):
        read_learnt(tmp_path, KIND)  # a folder
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        read_learnt(tmp_path / "pipe", KIND)


def test_a_failed_write_leaves_the_file(path):
    write_learnt(path, learnt())
    before = path.read_bytes()
    with pytest.raises(LearntFileError, match="value has values that are not finite"):
        write_learnt(path, learnt([1.0, np.nan]))
    assert path.read_bytes() == before and len(list(path.parent.iterdir())) == 1


def test_a_kind_has_types_that_a_file_can_hold():
    with pytest.raises(DeclarationError, match="test: a, b has no type"):
        Kind("test", {"a": bool}, {"b": str})
