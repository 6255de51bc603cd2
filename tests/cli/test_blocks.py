"""`alycat blocks`, the registry behind it, and the words it finds in declarations."""

import json

import pytest

from alycat.runtime.cli.blocks_command import example_line, parameter_meanings
from alycat.runtime.errors import UnknownName
from alycat.runtime.registry import all_blocks, block_names, find_block, short_name


@pytest.mark.parametrize("name", ["DenStream", "FB_ALY_DenStream", "denstream", "fb_aly_DENSTREAM", " DenStream "])
def test_find_block_takes_short_and_full_names_in_any_case(name):
    assert find_block(name).__name__ == "FB_ALY_DenStream"


def test_find_block_suggests():
    with pytest.raises(UnknownName, match=r"no block 'DenStrem'; did you mean DenStream"):
        find_block("DenStrem")
    with pytest.raises(UnknownName, match="no block 'Xyz'; see 'alycat blocks'"):
        find_block("Xyz")


def test_all_blocks_in_alphabetical_order():
    names = [block.__name__ for block in all_blocks()]
    assert names == sorted(names) == block_names() and "FB_ALY_DenStream" in names
    assert short_name("FB_ALY_DenStream") == "DenStream" == short_name("DenStream")


def test_json_has_the_agreed_form(shell):
    done = shell("blocks", "--json")
    assert done.returncode == 0 and done.stderr == ""
    found = {block["name"]: block for block in json.loads(done.stdout)}
    assert set(found) == set(block_names())
    block = found["FB_ALY_DenStream"]
    assert list(block) == ["name", "category", "init", "outputs", "methods"]
    assert block["category"] == "Clustering" and block["init"] == [{"name": "nNumChannels", "type": "UDINT"}]
    assert {"name": "nClusterIdx", "type": "DINT"} in block["outputs"]
    configure = block["methods"]["Configure"]
    assert configure["returns"] == "BOOL" and configure["inputs"][0] == {"name": "fEps", "type": "LREAL"}


def test_json_of_one_block_is_a_list_as_well(cli):
    found = json.loads(cli("blocks", "denstream", "--json").stdout)
    assert [block["name"] for block in found] == ["FB_ALY_DenStream"]


@pytest.mark.parametrize("name", [(), *((short_name(n),) for n in block_names())])
def test_text_fits_80_columns_without_blanks_at_line_ends(cli, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "80")
    done = cli("blocks", *name)
    assert done.exit_code == 0
    for line in done.stdout.splitlines():
        assert len(line) <= 80 and line == line.rstrip()


def test_explanation_names_all_parameters_and_an_example_that_parses(cli):
    text = cli("blocks", "DenStream").stdout
    block = find_block("DenStream")
    for name in (*block.methods, *(i.name for m in block.methods.values() for i in m.inputs)):
        assert name in text
    assert "alycat replay data.csv --block DenStream" in text


def test_unknown_block_is_one_line(cli):
    done = cli("blocks", "DenStrem")
    assert done.exit_code == 1 and done.stderr.startswith("alycat: no block 'DenStrem'; did you mean DenStream")
    assert done.stderr.count("\n") == 1


def test_example_line_sets_every_required_input():
    line = example_line(find_block("DenStream"))
    for declared in find_block("DenStream").methods["Configure"].inputs:
        assert f" {declared.name}=" in line
    assert example_line(find_block("GetSystemTime")) is None


def test_parameter_meanings_of_a_numpydoc_section():
    doc = """Does it.

    Parameters
    ----------
    a, b
        both
        of them
    c : UDINT
        the third

    Returns
    -------
    d
        no parameter
    """
    assert parameter_meanings(doc) == {"a": "both of them", "b": "both of them", "c": "the third"}


def test_body_inputs_and_properties_are_explained(shell):
    text = shell("blocks", "EdgeCounter_1Ch").stdout
    assert "Inputs of the block" in text and "(default FALSE)" in text
    assert "Properties" in text and "(default 0.0)" in text
    (block,) = json.loads(shell("blocks", "EdgeCounter_1Ch", "--json").stdout)
    assert block["properties"] == [{"name": "fTolerance", "type": "LREAL"}]
