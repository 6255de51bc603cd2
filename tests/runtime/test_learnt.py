"""Files of learnt data: bit for bit, whole or not at all, damage and foreign files, what users write themselves."""

import hashlib
import inspect
import json
import os
import random
import signal
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from alycat.blocks.learnt_kinds import KINDS, TEACH_PATH
from alycat.runtime import learnt as module
from alycat.runtime.errors import DeclarationError, LearntDataError
from alycat.runtime.files import replacing
from alycat.runtime.learnt import Kind, Member, read, write

KIND = Kind(
    "test data",
    "for tests",
    {"mode": Member(str), "count": Member(int), "limit": Member(float)},
    {"value": Member(float), "place": Member(int), "name": Member(str)},
)
HEADER = {"mode": 'Größe "x"\n], {', "count": -3, "limit": 0.1}


def learnt(value=(0.1, -0.0, 5e-324, 1.7976931348623157e308), place=(1, -(2**63), 2**63 - 1), name=('a "]', "ü")):
    return KIND.of(**HEADER, value=np.array(value, float), place=np.array(place, np.int64), name=name)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "Learnt.json"


def same(a, b):
    return all(np.array_equal(a[n], b[n]) and getattr(a[n], "dtype", 0) == getattr(b[n], "dtype", 0) for n in a.members)


@given(npst.arrays(float, st.integers(0, 450), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_what_is_written_is_read_bit_for_bit(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "roundtrip.json"
    write(path, learnt(values))
    for found in (read(path, KIND), read(path)):
        assert found["value"].tobytes() == values.tobytes() and found["value"].dtype == float
        assert found["place"].tolist() == [1, -(2**63), 2**63 - 1] and found["name"].tolist() == ['a "]', "ü"]
        assert {name: found[name] for name in HEADER} == HEADER and str(found.kind.name) == "test data"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=900), st.sampled_from([None, 1, "\t"]))
def test_any_layout_of_the_same_json_gives_the_same(tmp_path_factory, values, indent):
    path = tmp_path_factory.getbasetemp() / "layout.json"
    write(path, learnt(values))
    content = json.loads(path.read_bytes())
    del content["sha256"]
    for text in (json.dumps(content, indent=indent), json.dumps(content, separators=(",", ":"), ensure_ascii=False)):
        path.write_bytes(b"\xef\xbb\xbf" * (indent == 1) + text.encode())
        assert same(read(path, KIND), learnt(values)) and same(read(path), learnt(values))


def test_any_tool_can_read_it_and_check_the_hash(path):
    write(path, learnt())
    data = path.read_bytes()
    content = json.loads(data)
    assert content["format"] == "alycat learnt data" and content["columns"]["value"][0] == 0.1
    body, last = data[: data.rindex(b'"sha256"')], data[data.rindex(b'"sha256"') :]
    assert json.loads(b"{" + last)["sha256"] == hashlib.sha256(body).hexdigest()


def test_a_file_from_another_tool_needs_no_hash(path):
    write(path, learnt())
    content = json.loads(path.read_bytes())
    del content["sha256"]
    content["columns"]["value"] = [1, 2.5]
    path.write_text(json.dumps(content, indent=4))
    assert read(path, KIND)["value"].tolist() == [1.0, 2.5]


def test_what_the_module_says_works(path, monkeypatch):
    """The lines of its docstring, one after the other."""
    pandas = pytest.importorskip("polars")
    monkeypatch.chdir(path.parent)
    lines = [line.strip() for line in inspect.getdoc(module).splitlines() if line.startswith("    ")]
    code = "\n".join(line for line in lines if line[0] not in '{"0.]')
    curve = [0.1, 0.25, -0.0, 1e300]
    names = {"json": json, "Path": Path, "frame": pandas.DataFrame({"force": curve}), "TEACH_PATH": TEACH_PATH}
    exec(code, names | {"write": write, "read": read}, found := {})
    assert found["points"].tolist() == curve == read("Press.tas", TEACH_PATH)["value"].tolist()
    assert code.count("points = ") == 2 and code.count("Press.tas") == 4


def test_the_same_data_give_the_same_bytes(path):
    write(path, learnt())
    before = path.read_bytes()
    write(path, learnt())
    assert path.read_bytes() == before and sorted(p.name for p in path.parent.iterdir()) == ["Learnt.json"]


@pytest.mark.parametrize("kind", [*KINDS, KIND], ids=lambda kind: kind.name)
def test_damage_is_noticed(path, kind):
    """Every bit that is turned over, every length, and pieces of the file that change places."""
    original = learnt([0.5, 0.25]) if kind is KIND else example_of(kind)
    write(path, original)
    data, source = path.read_bytes(), random.Random(1)

    def is_refused(spoilt):
        path.write_bytes(spoilt)
        try:
            found = read(path, kind)
        except LearntDataError:
            return True
        return not same(found, original)

    assert not is_refused(data)
    for place in range(len(data) - 1):
        assert is_refused(data[:place])
        assert is_refused(data[:place] + bytes([data[place] ^ 1 << source.randrange(8)]) + data[place + 1 :]), place
    for _ in range(200):
        a, b, c = sorted(source.sample(range(len(data) - 1), 3))
        assert is_refused(data[:a] + data[b:c] + data[a:b] + data[c:]) or data[a:b] == data[b:c]


def example_of(kind):
    """The least that a kind takes."""
    texts = {"teach_mode": "Mean", "scaling_mode": "Normalization"}
    ones = {n: texts.get(n, "x") if m.type is str else m.type(1) for n, m in kind.header.items()}
    many = {n: [] if m.type is str else [1] for n, m in kind.columns.items()}
    if kind.name == "linear regression":
        many["coefficient"] = [0.5, 1.0]
    if kind.name == "isolation forest":
        many |= {"nodes": [3], "channel": [1, 0, 0], "threshold": [0.5, 0.0, 0.0], "length": [0.0, 1.0, 2.0]}
        many |= {"left": [1, 0, 0], "right": [2, 0, 0]}
    return kind.of(**ones, **many)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "other"}, "is no file of learnt data: member format is not"),
        ({"version": 2}, "its format has version 2; this alycat reads version 1"),
        ({"version": True}, "its format has version True"),
        ({"kind": "scaler"}, "it holds a 'scaler' in version 1; a 'test data' in version 1 is needed"),
        ({"kind": "x" * 999}, r"it holds a 'x+\.\.\. in version 1"),
        ({"kind_version": 9}, "it holds a 'test data' in version 9"),
        ({"extra": 1}, "it has an unknown member 'extra'"),
        ({"header": []}, "header is no object"),
        ({"header": {"mode": "x", "count": 1}}, "header has no member limit"),
        ({"header": {"mode": 1, "count": 1, "limit": 1}}, "mode is 1, a text is needed"),
        ({"header": {"mode": "\ud800", "count": 1, "limit": 1}}, "is no Unicode"),
        ({"header": {"mode": "x", "count": 1.5, "limit": 1}}, "count is 1.5, a whole number is needed"),
        ({"header": {"mode": "x", "count": True, "limit": 1}}, "count is True, a whole number is needed"),
        ({"header": {"mode": "x", "count": 2**64, "limit": 1}}, "which is too large"),
        ({"header": {"mode": "x", "count": 1, "limit": 10**400}}, "which is too large"),
        ({"header": {"mode": "x", "count": 1, "limit": [1]}}, "limit is"),
        ({"columns": {"value": 1, "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": {}, "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": ["1"], "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": [True], "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": [1, True], "place": [], "name": []}}, "value has an element that is no number"),
        ({"columns": {"value": [1, None], "place": [], "name": []}}, "value has an element that is no number"),
        ({"columns": {"value": [None, 1], "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": [[1.0]], "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": [[1.0], [2, 3]], "place": [], "name": []}}, "value has to be an array of numbers"),
        ({"columns": {"value": [10**400], "place": [], "name": []}}, "value has a number that is not finite"),
        ({"columns": {"value": [], "place": [1.0], "name": []}}, "place has to be an array of whole numbers"),
        ({"columns": {"value": [], "place": [2**63], "name": []}}, "place has to be an array of whole numbers"),
        ({"columns": {"value": [], "place": [], "name": ["a", 1]}}, "name has to be an array of texts"),
        ({"columns": {"value": [], "place": [], "name": [1]}}, "name has to be an array of texts"),
        ({"columns": {"value": [], "place": [], "name": "ab"}}, "name has to be an array of texts"),
        ({"sha256": "x"}, "sha256 has to stand in the last line"),
    ],
)
def test_foreign_content(path, change, reason):
    write(path, learnt())
    content = json.loads(path.read_bytes())
    del content["sha256"]
    text = json.dumps(content | change, separators=(",", ":"))
    path.write_text(text)
    with pytest.raises(LearntDataError, match=reason) as error:
        read(path, KIND)
    assert str(error.value).startswith("Learnt.json") and len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"count":-3', '"count":-3,"count":4', "'count' is there twice"),
        ('"place":', '"value":[],"place":', "'value' is there twice"),
        ('"place":', '"value":[1],"place":', "value is there twice"),
        ('"limit":0.1', '"limit":NaN', "NaN is no number"),
        ('"limit":0.1', '"limit":-Infinity', "-Infinity is no number"),
        ('"limit":0.1', '"limit":1e999', "which is too large"),
        ("[0.1,", "[NaN,", "NaN is no number"),
        ("[0.1,", "[0.1,NaN,", "value has an element that is no number"),
        ("[0.1,", "[0.1,1e999,", "not finite"),
        ("[0.1,", "[0.1,,", "damaged"),
        ("[0.1,", "[0.1 0.2,", "damaged"),
        ("[0.1,", "[01,", "damaged"),
        ("[0.1,", f"[1{'0' * 5000},", "damaged"),
        ("[0.1,", f"[0.1{' ' * 5000},", "damaged|no number"),
        ("[0.1,", f"[{'0.1,' * 1023}0.1,],[", "damaged"),
        ('"header":{', f'"header":{"[" * 100_000}{{', "damaged"),
        ('"limit":0.1', f'"limit":"{"x" * (1 << 20)}"', "bytes beside the numbers"),
    ],
)
def test_foreign_json(path, old, new, reason):
    write(path, learnt())
    content = json.loads(path.read_bytes())
    del content["sha256"]
    text = json.dumps(content, separators=(",", ":"))
    assert old in text
    path.write_text(text.replace(old, new))
    for kind in (KIND, None):
        with pytest.raises(LearntDataError, match=reason):
            read(path, kind)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", "\0" * 50, "[" * 100_000, '{"format": NaN}', "\xff", "1e999", '{"a": [1'], ids=repr
)
def test_foreign_files(path, text):
    path.write_bytes(text.encode("latin-1"))
    for kind in (KIND, None):
        with pytest.raises(LearntDataError):
            read(path, kind)


def test_a_claim_of_a_gigabyte_costs_nothing(path):
    """A file that is larger than allowed is not read; one that is full of numbers takes no more than their arrays."""
    path.touch()
    os.truncate(path, 1 << 30)
    with pytest.raises(LearntDataError, match="more than 268435456 bytes"):
        read(path, KIND)
    write(path, learnt([]))
    content = path.read_text().replace('"value": [', f'"value": [{"0.5," * 499_999}0.5')
    path.write_text(content[: content.rindex(',\n"sha256"')] + "}")
    assert peak(lambda: read(path, KIND)) < 2_000_000 + 2 * 8 * 500_000 + 2_000_000


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_is_too_large_to_be_read_is_not_written(path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with pytest.raises(LearntDataError, match="would have more than 1000 bytes"):
        write(path, learnt(np.arange(1000.0)))
    assert not list(path.parent.iterdir())


def test_there_is_no_file(path, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file Learnt\.json"):
        read(path, KIND)
    with pytest.raises(FileNotFoundError):
        read(tmp_path, KIND)  # a folder
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "pipe", KIND)


PROCESS = """
import os, resource, signal, sys
from alycat.blocks.learnt_kinds import TEACH_PATH
from alycat.runtime import learnt
if sys.argv[1] == "disk full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
else:
    lines = iter(range(20))
    learnt.give_way = lambda: next(lines, None) is not None or os.kill(os.getpid(), signal.SIGKILL)
try:
    learnt.write("Learnt.json", TEACH_PATH.of(teach_mode="Mean", teach_cycles=1, value=list(range(10_000))))
except OSError as error:
    sys.exit(error.strerror)
"""


@pytest.mark.parametrize(
    ("what", "left", "told"),
    [("disk full", ["Learnt.json"], "File too large\n"), ("kill -9", ["Learnt.json", "Learnt.json.tmp"], "")],
)
def test_a_write_that_does_not_end_leaves_the_file(path, what, left, told):
    write(path, learnt())
    before = path.read_bytes()
    command = [sys.executable, "-c", PROCESS, what]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.stderr == told and done.returncode == (1 if told else -signal.SIGKILL)
    assert path.read_bytes() == before and sorted(p.name for p in path.parent.iterdir()) == left
    write(path, learnt())  # over what was left
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == ["Learnt.json"]


def test_two_that_write_the_same_file_do_so_one_after_the_other(path):
    """The second one may not write into what the first one is about to rename."""
    second = threading.Thread(target=write, args=(path, learnt([2.0])))
    with replacing(path) as file:
        file.write(b"the first")
        second.start()
        second.join(0.05)
        assert second.is_alive()
        file.write(b" one")
    second.join()
    assert read(path, KIND)["value"].tolist() == [2.0] and len(list(path.parent.iterdir())) == 1


def test_data_that_are_none_of_the_kind():
    for change, reason in (
        ({"value": [1.0, np.nan]}, "value has a number that is not finite"),
        ({"value": [[1.0]]}, "value has to be an array of numbers"),
        ({"place": np.array([2**63], np.uint64)}, "place has a number that is too large"),
        ({"count": "1"}, "count is '1', a whole number is needed"),
    ):
        with pytest.raises(LearntDataError, match=reason):
            KIND.of(**{**learnt().members, **change})
    with pytest.raises(LearntDataError, match="test data has an unknown member 'vlaue'; there should be mode, count,"):
        KIND.of(**learnt().members, vlaue=[])
    assert KIND.of(**learnt().members | {"count": np.uint8(7)})["count"] == 7


def test_a_kind_has_types_that_a_file_can_hold():
    with pytest.raises(DeclarationError, match="test: a, b has no type"):
        Kind("test", "", {"a": Member(bool)}, {"b": Member(bytes)})


def test_a_kind_that_is_not_known_is_read_as_it_is(path):
    path.write_text(
        '{"format": "alycat learnt data", "version": 1, "kind": "own", "kind_version": 3,'
        ' "header": {"a": 1, "b": 0.5}, "columns": {"c": [1, 2], "d": [], "e": ["x"]}}'
    )
    found = read(path)
    assert (found.kind.name, found.kind.version, found["a"], found["b"]) == ("own", 3, 1, 0.5)
    assert [found[n].dtype for n in "cde"] == [np.int64, np.float64, object]
    assert str(found) == "own: a 1, b 0.5, c[2], d[0], e[1]"
    write(path, found)
    assert same(read(path), found)
