"""The rules of the house that a machine can check: directions of imports, one clock, and what the wheel holds."""

import ast
import importlib
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("runtime", "blocks", "sim")
MAY_IMPORT = {"runtime": {"runtime"}, "blocks": {"blocks", "runtime"}, "sim": {"sim", "runtime"}}


def modules(folder):
    return sorted(p for p in (ROOT / folder).rglob("*.py") if "__pycache__" not in p.parts)


def imported(path):
    """Absolute names of all modules a file imports; relative ones resolved from its place."""
    inside = ("alycat", *path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(inside[: len(inside) - node.level]) if node.level else ""
            yield ".".join(part for part in (base, node.module) if part)


@pytest.mark.parametrize("folder", PACKAGES)
def test_imports_run_one_way(folder):
    for path in modules(folder):
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "alycat" and len(parts) > 1:
                assert parts[1] in MAY_IMPORT[folder], f"{path.relative_to(ROOT)} imports {name}"
            assert parts[0] not in PACKAGES, f"{path.relative_to(ROOT)} imports {name} without alycat"


@pytest.mark.parametrize("folder", PACKAGES)
def test_only_the_clock_module_reads_the_time(folder):
    for path in modules(folder):
        if path != ROOT / "runtime" / "clock.py":
            assert "time" not in set(imported(path)), f"{path.relative_to(ROOT)} imports time"


def test_every_folder_with_code_is_packaged():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {p.parent.relative_to(ROOT) for folder in PACKAGES for p in modules(folder)}
    expected = {"alycat" if f == Path("runtime/_root") else "alycat." + ".".join(f.parts) for f in folders}
    assert set(config["packages"]) == expected


@pytest.mark.slow
def test_the_wheel_holds_alycat_and_nothing_else(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {n.split("/")[0] for n in names if ".dist-info/" not in n} == {"alycat"}
    for folder in PACKAGES:
        for path in modules(folder):
            inside = path.relative_to(ROOT)
            target = Path("alycat", *inside.parts[2:]) if inside.parts[1] == "_root" else Path("alycat", inside)
            assert str(target) in names
    assert {"alycat/py.typed", *(f"alycat/{f}/py.typed" for f in PACKAGES)} <= set(names)
    assert {"alycat/runtime/__init__.pyi", "alycat/blocks/__init__.pyi"} <= set(names)
    assert any(n.endswith("/LICENSE") for n in names)


@pytest.mark.parametrize("package", ["alycat.runtime", "alycat.blocks"])
def test_every_public_name_is_found_in_the_module_that_the_stub_names(package):
    public = importlib.import_module(package)
    assert len(public.__all__) > 70
    for name in public.__all__:
        assert getattr(public, name) is not None
    assert set(public.__all__) <= set(dir(public))
