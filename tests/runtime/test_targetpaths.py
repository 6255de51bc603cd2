"""Paths of a target become files below one folder, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime.targetpaths import PathError, file_folder, target_file, target_parts, use_file_folder


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Press.tas", ("Press.tas",)),
        ("C:\\TwinCAT\\3.1\\Boot\\Press.tas", ("C", "TwinCAT", "3.1", "Boot", "Press.tas")),
        ("d:/data/x.json", ("D", "data", "x.json")),
        ("%TC_BOOTPRJPATH%\\Scaler.json", ("TC_BOOTPRJPATH", "Scaler.json")),
        ("/TwinCAT/3.1//Boot/./x", ("TwinCAT", "3.1", "Boot", "x")),
        ("\\\\server\\share\\x.tas", ("server", "share", "x.tas")),
        ("Grö ße.tas", ("Grö ße.tas",)),
    ],
)
def test_parts(text, parts):
    assert target_parts(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "a\\..\\b", "../x", "a/", "a\\.", "C:", "C:\\", "C:x", "a:b\\c", "...", "a.", "a \\b"),
        *("x%y", "a\\%B%\\c", "%A%", "a*", "a\0b", "a\nb"),
    ],
)
def test_paths_that_are_refused(text):
    with pytest.raises(PathError):
        target_parts(text)


@given(st.text(st.characters(max_codepoint=255), max_size=30) | st.text("./\\:%Ca", max_size=12))
def test_no_path_leaves_the_folder(text):
    folder = Path("/somewhere/files")
    try:
        path = target_file(text, folder)
    except PathError:
        return
    assert path.is_relative_to(folder) and path != folder and ".." not in path.parts


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    (folder / "inside").symlink_to(folder)
    assert target_file("inside\\x.tas", folder)
    with pytest.raises(PathError, match="leads out of the folder"):
        target_file("out\\x.tas", folder)


def test_the_folder(tmp_path, monkeypatch):
    with use_file_folder(tmp_path):
        assert file_folder() == tmp_path
    monkeypatch.setenv("ALYCAT_FILES", str(tmp_path / "env"))
    assert file_folder() == tmp_path / "env"
    monkeypatch.delenv("ALYCAT_FILES")
    monkeypatch.chdir(tmp_path)
    assert file_folder() == tmp_path
