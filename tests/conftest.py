"""For all tests: the files of blocks go into a folder of their own."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def folder_of_files(tmp_path_factory):
    """The folder below which blocks read and write in a test that does not choose another one."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALYCAT_FILES", str(folder))
        yield folder
