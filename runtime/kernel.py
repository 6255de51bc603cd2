"""Compiled code: one policy for all kernels, and a compile cache that is never stale and never in the way.

`kernel` marks a function that runs inside compiled code (and, with NUMBA_DISABLE_JIT=1, as plain Python).
`compiled` turns an outermost kernel into a function called from Python. numba's own cache keeps a caller when a
callee in another file changed, stops the program on a damaged file, and raises where no folder is writable; this
one is keyed by the content of every source that can matter and treats a bad or missing file as a miss.
"""

import contextlib
import hashlib
import itertools
import os
import pickle
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core.bytecode import FunctionIdentity
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

JIT = not numba.config.DISABLE_JIT
PLAIN = bool(os.environ.get("ALYCAT_PLAIN_KERNELS"))  # compile the plain twins of the vector code

int64: Any = np.int64
uint64: Any = np.uint64  # casts for kernels: the same in compiled and in plain code

F = TypeVar("F", bound=Callable[..., Any])
_HERE = Path(__file__).parent


def kernel(function: F) -> F:
    """Compiles on first use; no fast-math and no contraction, so that every machine gets the same bits."""
    return numba.njit(error_model="numpy", fastmath=False)(function)  # type: ignore[no-any-return]


def free_kernel(function: F) -> F:
    """A kernel for work beside the cycle: while it runs, the interpreter and its other threads go on."""
    return numba.njit(error_model="numpy", fastmath=False, nogil=True)(function)  # type: ignore[no-any-return]


def compiled(function: Callable[..., Any], name: str, key: str, *example: Any) -> Callable[..., Any]:
    """`function` (a kernel) compiled for the types of `example`, as a C function called without a dispatcher.

    `name` and `key` name it in the cache; what else can change the code is found by `digest`.
    """
    if not JIT:
        return function
    dispatcher: Any = function
    content = f"{key} {digest(function)}"
    dispatcher._cache = KernelCache(name, content)
    _number_symbols_from(f"{name} {content}")
    signature = tuple(numba.typeof(a) for a in example)
    dispatcher.compile(signature)
    return dispatcher.overloads[signature].entry_point  # type: ignore[no-any-return]


def _number_symbols_from(text: str) -> None:
    """Begins the numbers of numba's symbols at a place that only this kernel has.

    numba counts functions and record types anew in each process. Without this, two kernels that were compiled by two
    processes could hold different code under one symbol, and a process that loads both would run the wrong one.
    """
    first = int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") << 12
    FunctionIdentity._unique_ids = itertools.count(first)


def digest(function: Callable[..., Any]) -> str:
    """A hash over everything that can change what a kernel does: its own source file and that of every kernel it
    reaches, the plain constants they use (they may come from elsewhere), the runtime, the versions, the mode.
    """
    files = set(_HERE.glob("*.py"))
    constants: set[str] = set()
    pending, seen = [function], set()
    while pending:
        body = getattr(pending[-1], "py_func", getattr(pending[-1], "_defn", pending[-1]))
        pending.pop()
        if body in seen or not hasattr(body, "__code__"):
            continue
        seen.add(body)
        files.add(Path(body.__code__.co_filename))
        cells = [c.cell_contents for c in body.__closure__ or ()]
        named = [(n, body.__globals__[n]) for n in body.__code__.co_names if n in body.__globals__]
        for constant_name, value in [*named, *zip(body.__code__.co_freevars, cells, strict=True)]:
            if isinstance(value, (bool, int, float, str, tuple)) or type(value).__module__ == "numpy":
                constants.add(f"{body.__qualname__}.{constant_name}={value!r}")
            elif any(hasattr(value, part) for part in ("py_func", "_defn", "__code__")):
                pending.append(value)
    total = hashlib.sha256(f"{numba.__version__} {sys.version} {platform.machine()} {PLAIN}".encode())
    for path in sorted(files):
        total.update(path.read_bytes() if path.is_file() else str(path).encode())
    total.update("\n".join(sorted(constants)).encode())
    return total.hexdigest()


def cache_folder() -> Path | None:
    """The first writable of: $ALYCAT_CACHE_DIR, beside the package, the user's cache folder; None if there is none."""
    chosen = os.environ.get("ALYCAT_CACHE_DIR")
    user = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "alycat"
    for folder in [Path(chosen)] if chosen else [_HERE / "__pycache__", user]:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


class KernelCache(_Cache):  # type: ignore[misc]
    """One file per kernel, machine and digest; an unreadable or foreign file is a miss."""

    def __init__(self, name: str, digest: str) -> None:
        self._name, self._digest = name, digest

    cache_path = property(lambda self: str(cache_folder()))

    def _path(self, folder: Path, signature: Any, codegen: Any) -> Path:
        key = f"{self._digest} {signature} {codegen.magic_tuple()}"
        return folder / f"alycat-{self._name}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.nbc"

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        target_context.refresh()
        for folder in _readable_folders():
            data = _checked_bytes(self._path(folder, signature, target_context.codegen()))
            if data is None:
                continue
            with contextlib.suppress(Exception):  # for instance a kernel of a script that is no importable module
                payload = pickle.loads(data)  # a file of our own, whose hash has just been checked
                return CompileResult._rebuild(target_context, *payload)
        _announce(self._name)
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        folder = cache_folder()
        if folder is None:
            return
        path = self._path(folder, signature, result.codegen)
        data = dumps(result._reduce())
        draft = path.with_suffix(f".{os.getpid()}")
        try:  # an ordinary file, which other users may read: the folder may belong to the installation
            draft.write_bytes(hashlib.sha256(data).digest() + data)
            os.replace(draft, path)
        except OSError:  # a full disk costs the cache, not the work
            with contextlib.suppress(OSError):
                draft.unlink()

    def enable(self) -> None:
        """Part of numba's interface."""

    def disable(self) -> None:
        """Part of numba's interface."""

    def flush(self) -> None:
        """Part of numba's interface."""


def _readable_folders() -> list[Path]:
    """Where a cached kernel may lie; a read-only package folder may have been filled by its installer.

    A folder that was chosen is the only one.
    """
    package = None if os.environ.get("ALYCAT_CACHE_DIR") else _HERE / "__pycache__"
    return [f for f in dict.fromkeys((package, cache_folder())) if f is not None]


def _checked_bytes(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data[32:] if len(data) > 32 and hashlib.sha256(data[32:]).digest() == data[:32] else None


def _announce(name: str) -> None:
    """A cold compile takes seconds; a person at a terminal should know why nothing happens, and that it is once."""
    if sys.stderr is not None and sys.stderr.isatty():
        where = "" if cache_folder() else " (no writable cache folder: at every start)"
        print(f"alycat: compiling {name} once for this installation, some seconds ...{where}", file=sys.stderr)
