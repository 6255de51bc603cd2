"""No allocation after Configure, and a kernel cache that compiles once and never stands in the way.

The cache is tried with a small block in a file of its own; DenStream takes eight seconds to compile. Each case needs
fresh processes, because a process keeps what it has compiled.
"""

import json
import os
import pty
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from alycat.blocks import FB_ALY_DenStream
from alycat.runtime import kernel

CYCLE = 10_000_000  # ns

SMALL_BLOCK = '''
from alycat.runtime.block import AlgorithmBlock, cyclic, method
from alycat.runtime.declare import output, state
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel


@kernel
def step(m):
    m.total += m.input
    m.fMean = m.total * FACTOR / m.tTimestamp
    m.bNewResult = True
    return 0


class FB_Mean(AlgorithmBlock):
    """Mean of the input, for time stamps 1, 2, 3 ..."""

    step = step
    fMean: LREAL = output()
    total: LREAL = state()

    @method
    def Configure(self) -> BOOL:
        """Nothing to configure."""
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT, input: LREAL) -> BOOL:
        """Takes one value."""
'''

CHILD = """
import json, sys
from pathlib import Path
compiles = None
if "NUMBA_DISABLE_JIT" not in __import__("os").environ:
    from numba.core import event
    compiles = event.RecordingListener()
    event.register("numba:compile", compiles)
{before}
sys.path.insert(0, {folder!r})
from small import FB_Mean
block = FB_Mean()
block.Configure()
for t, value in enumerate([1.0, 2.0, 6.0], 1):
    assert block.Call(t, value)
print(json.dumps([block.fMean, bool(compiles and compiles.buffer)]))
"""


class SmallProject:
    """A folder with the small block, and processes that use it with a cache folder."""

    def __init__(self, folder: Path):
        self.folder, self.cache = folder, folder / "cache"
        self.write_block(1)

    def write_block(self, factor):
        (self.folder / "small.py").write_text(SMALL_BLOCK.replace("FACTOR", str(float(factor))))

    def start(self, before="", stderr=subprocess.PIPE, **environment):
        code = CHILD.format(before=before, folder=str(self.folder))
        variables = {"ALYCAT_CACHE_DIR": str(self.cache), "PYTHONDONTWRITEBYTECODE": "1"} | environment
        clean = {k: v for k, v in os.environ.items() if k not in ("ALYCAT_PLAIN_KERNELS", "NUMBA_DISABLE_JIT")}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code], env=clean | variables, stdout=subprocess.PIPE, stderr=stderr
        )

    def run(self, before="", **environment):
        """(mean that the block found, whether anything was compiled) in a fresh process."""
        return self.finish(self.start(before, **environment))

    @staticmethod
    def finish(process):
        said, errors = process.communicate(timeout=100)
        assert process.returncode == 0, errors.decode()
        assert not errors
        return tuple(json.loads(said))

    def files(self):
        return sorted(p for p in self.cache.rglob("*") if p.is_file())


COMPILED, LOADED = (3.0, True), (3.0, False)
needs_compiled_code = pytest.mark.skipif(not kernel.JIT, reason="nothing is compiled")


@pytest.fixture
def project(tmp_path):
    return SmallProject(tmp_path)


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory):
    """A cache folder that one process has filled."""
    project = SmallProject(tmp_path_factory.mktemp("compiled"))
    assert project.run() == COMPILED
    return project.cache


@pytest.fixture
def compiled_project(project, compiled_once):
    """A project with a copy of that cache, which goes by content, not by place."""
    shutil.copytree(compiled_once, project.cache)
    return project


# --- memory ----------------------------------------------------------------------------------------------------------


def configured():
    block = FB_ALY_DenStream(2)
    assert block.Configure(0.1, 3.0, 0.5, 0.3, 4.0, 32, 64)
    return block


def blobs(rows):
    rng = np.random.default_rng(3)
    return rng.integers(0, 3, (rows, 1)) + rng.normal(0, 0.05, (rows, 2))


def learn(block, rows, first):
    for t, (x, y) in enumerate(rows, first):
        block.SetChannelValue(1, x)
        block.SetChannelValue(2, y)
        block.Call(t * CYCLE, True)
        assert block.nClusterIdx >= -1


@needs_compiled_code
@pytest.mark.slow
def test_calls_allocate_nothing_that_stays():
    """tracemalloc also counts the few numbers that the loop itself holds when the clock is read: a time stamp, a
    counter, an index, the frame; 1,000 bytes cover them and would not cover one byte for every 20 cycles."""
    block, rows = configured(), blobs(20_000).tolist()
    learn(block, rows[:100], 1)
    memory = block._memory
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        learn(block, rows, 101)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert block._memory is memory
    assert after - before < 1_000
    assert peak - before < 4_000
    assert block.nNumPotMCs >= 3


@needs_compiled_code
def test_a_replay_allocates_its_result_only():
    """The result and, for a moment, the control words and a few small objects: 10,000 bytes, half a byte per row."""
    block, points = configured(), blobs(20_000)
    times = np.arange(1, len(points) + 1, dtype=np.uint64) * np.uint64(CYCLE)
    block.replay(times[:100], points[:100], bUpdateMCs=True)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        trace = block.replay(times[100:], points[100:], bUpdateMCs=True)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before - trace.nbytes < 10_000
    assert peak - before - trace.nbytes < 10_000


def test_reset_and_errors_keep_the_memory():
    block = configured()
    memory, control = block._memory, block._control
    block.Reset()
    block.Call(0, True)
    block.SetChannelValue(9, 1.0)
    block.Configure(-1.0, 3.0, 0.5, 0.3, 4.0, 32, 64)
    assert block._memory is memory
    assert block._control == control


# --- import ----------------------------------------------------------------------------------------------------------


def test_importing_the_blocks_neither_imports_nor_compiles():
    code = "import sys, alycat.blocks; print([m for m in ('numba', 'llvmlite') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"


# --- cache -----------------------------------------------------------------------------------------------------------


@needs_compiled_code
@pytest.mark.slow
def test_a_second_process_does_not_compile(compiled_project):
    assert [p.suffix for p in compiled_project.files()] == [".nbc"]
    assert compiled_project.run() == LOADED


@needs_compiled_code
@pytest.mark.slow
@pytest.mark.parametrize("damage", ["truncated", "garbage", "empty", "a folder in its place"])
def test_a_damaged_file_is_a_miss_and_is_repaired(compiled_project, damage):
    project = compiled_project
    (file,) = project.files()
    whole = file.read_bytes()
    if damage == "a folder in its place":
        file.unlink()
        file.mkdir()
        assert project.run() == COMPILED
        assert project.files() == []
        return
    file.write_bytes({"truncated": whole[: len(whole) // 2], "garbage": whole[::-1], "empty": b""}[damage])
    assert project.run() == COMPILED
    assert project.files() == [file]
    assert project.run() == LOADED


@needs_compiled_code
@pytest.mark.slow
def test_a_changed_source_is_compiled_anew_although_time_and_size_are_the_same(compiled_project):
    project = compiled_project
    source = project.folder / "small.py"
    stamp = source.stat()
    project.write_block(2)
    os.utime(source, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert source.stat().st_size == stamp.st_size
    assert project.run() == (6.0, True)
    project.write_block(1)
    assert project.run() == LOADED


@needs_compiled_code
@pytest.mark.slow
def test_without_a_writable_folder_it_works_and_compiles_each_time(project):
    project.cache.write_text("a file, below which there can be no folder")
    for _ in range(2):
        assert project.run(ALYCAT_CACHE_DIR=str(project.cache / "below")) == COMPILED


READ_ONLY_PACKAGE = """
import tempfile
from alycat.runtime import kernel
def read_only(*args, dir=None, real=tempfile.TemporaryFile, **kwargs):
    if Path(dir).is_relative_to(kernel._HERE):
        raise PermissionError(30, "Read-only file system")
    return real(*args, dir=dir, **kwargs)
tempfile.TemporaryFile = read_only
"""


@needs_compiled_code
@pytest.mark.slow
def test_with_a_read_only_package_the_user_folder_serves(project):
    """Permissions do not bind root, so the package folder refuses by a stand-in."""
    user = {"ALYCAT_CACHE_DIR": "", "XDG_CACHE_HOME": str(project.cache)}
    assert project.run(READ_ONLY_PACKAGE, **user) == COMPILED
    (file,) = project.files()
    assert file.parent == project.cache / "alycat"
    assert project.run(READ_ONLY_PACKAGE, **user) == LOADED


def test_a_chosen_folder_is_the_only_one(monkeypatch, tmp_path):
    monkeypatch.setenv("ALYCAT_CACHE_DIR", str(tmp_path / "chosen"))
    assert kernel._readable_folders() == [tmp_path / "chosen"]


@needs_compiled_code
@pytest.mark.slow
def test_other_users_may_read_what_one_has_compiled(project):
    assert project.run("import os; os.umask(0o022)") == COMPILED
    (file,) = project.files()
    assert file.stat().st_mode & 0o777 == 0o644


@needs_compiled_code
@pytest.mark.slow
def test_two_processes_on_a_cold_cache(project):
    both = [project.start(), project.start()]
    assert [SmallProject.finish(p)[0] for p in both] == [3.0, 3.0]
    assert [p.suffix for p in project.files()] == [".nbc"]
    assert project.run() == LOADED


TWO_LAYOUTS = '''
import sys
import numpy as np
from alycat.runtime.declare import Field, Layout, Role
from alycat.runtime.iec import LINT, iec_type
from alycat.runtime.kernel import compiled, kernel
from alycat.runtime.memory import record_at


@kernel
def long(m, turns):
    """Too long to become a part of its callers."""
    for i in range(turns):
        LINES
    return m.last


def last_of(before):
    names = [*(f"other{k}" for k in range(before)), "last"]
    layout = Layout("Memory", [Field(n, iec_type(LINT), Role.CONFIG, 0) for n in names])
    record = record_at(layout.struct, layout.kernel_dtype)

    @kernel
    def run(address):
        m = record(address)
        return long(m, 2) + long(m, 3) + long(m, 5)

    memory = np.zeros(20, np.int64)
    compiled(run, f"layout{before}", f"{before}", 0)(memory.ctypes.data)
    return np.flatnonzero(memory).tolist()


print([last_of(int(before)) for before in sys.argv[1:]])
'''.replace("LINES", "\n        ".join(f"m.last = (m.last * {k} + i) % {k + 7919} + turns" for k in range(3, 30)))


@needs_compiled_code
@pytest.mark.slow
def test_kernels_of_two_processes_do_not_mix(tmp_path):
    """A kernel that both call, too long to become a part of them, for memories that are laid out otherwise."""

    def run(*layouts):
        environment = os.environ | {"ALYCAT_CACHE_DIR": str(tmp_path / "cache")}
        script = tmp_path / "layouts.py"
        script.write_text(TWO_LAYOUTS)
        done = subprocess.run(
            [sys.executable, script, *layouts], capture_output=True, text=True, check=True, env=environment
        )
        return done.stdout.strip()

    assert (run("0"), run("9")) == ("[[0]]", "[[9]]")
    assert len(list((tmp_path / "cache").glob("*.nbc"))) == 2
    assert (run("0", "9"), run("9", "0")) == ("[[0], [9]]", "[[9], [0]]")


@needs_compiled_code
@pytest.mark.slow
def test_a_cold_compile_is_announced_on_a_terminal_once(project):
    said = [seen_on_a_terminal(project) for _ in range(2)]
    assert said[0].startswith("alycat: compiling FB_Mean once for this installation")
    assert said[1] == ""


def seen_on_a_terminal(project):
    ours, theirs = pty.openpty()
    process = project.start(stderr=theirs)
    os.close(theirs)
    process.communicate(timeout=100)
    os.set_blocking(ours, False)
    try:
        return os.read(ours, 10_000).decode()
    except OSError:  # nothing was written and the other end is closed
        return ""
    finally:
        os.close(ours)


# --- the ways to run a kernel ----------------------------------------------------------------------------------------

SHORT_RUN = """
import hashlib, json
import numpy as np
from alycat.blocks import FB_ALY_DenStream
rng = np.random.default_rng(8)
points = rng.integers(0, 3, (500, 1)) * 0.4 + rng.normal(0, 0.06, (500, 3))
points[::7] = rng.random((72, 3))
points[::11] = 0.5
times = 1 + np.cumsum(rng.integers(0, 3, 500) * 50_000_000).astype(np.uint64)
block = FB_ALY_DenStream(3)
assert block.Configure(0.08, 2.5, 0.3, 0.25, 6.0, 40, 60)
trace = block.replay(times, points, bUpdateMCs=np.arange(500) % 50 < 45)
seen = [block.nNumPotMCs, block.nNumClusters, len(np.unique(trace["nClusterIdx"])), bool(block.bOverflow)]
print(json.dumps([hashlib.sha256(b).hexdigest() for b in (block.state_bytes(), trace.tobytes())] + [seen]))
"""


def short_run(**mode):
    clean = {k: v for k, v in os.environ.items() if k not in ("ALYCAT_PLAIN_KERNELS", "NUMBA_DISABLE_JIT")}
    command = [sys.executable, "-W", "error", "-c", SHORT_RUN]
    said = subprocess.run(command, env=clean | mode, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


@pytest.fixture(scope="module")
def compiled_run():
    return short_run()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["ALYCAT_PLAIN_KERNELS", "NUMBA_DISABLE_JIT"])
def test_vector_plain_and_interpreted_code_leave_the_same_bytes(compiled_run, mode):
    assert short_run(**{mode: "1"}) == compiled_run
    potential, clusters, indices, overflow = compiled_run[2]
    assert potential > 3 and clusters > 1 and indices > 2 and not overflow
