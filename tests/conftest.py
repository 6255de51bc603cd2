"""The whole suite runs on all cores; chosen files or tests run in this process, as a debugger wants it.

``-n 0`` keeps everything in one process, ``-n 4`` distributes what was chosen. Tests of one file stay together and in
their order, because they share what they compile and the addresses they listen on; so do the laws of one block.
"""

import pytest

MOST_PROCESSES = 8  # each one loads what the tests compile


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    chosen = config.option.file_or_dir or config.option.capture == "no"
    if config.option.numprocesses is None and config.option.dist == "no" and not chosen:
        config.option.numprocesses = "auto"
        config.option.maxprocesses = config.option.maxprocesses or MOST_PROCESSES


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class TogetherByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            return nodeid.rpartition("-")[0] if file.endswith("test_laws.py") else file

    return TogetherByFile(config, log)


@pytest.fixture(scope="session", autouse=True)
def folder_of_files(tmp_path_factory):
    """The folder below which blocks read and write in a test that does not choose another one."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALYCAT_FILES", str(folder))
        yield folder
