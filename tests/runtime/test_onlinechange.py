"""The online change: what stays, what begins anew, and what a Plc refuses without being changed."""

from typing import Annotated

import numpy as np
import pytest

from alycat.blocks import E_ALY_ComparisonOperator, FB_ALY_EdgeCounter_1Ch, ST_ALY_Threshold
from alycat.runtime import GlobalVariables, Plc, Program
from alycat.runtime.composite import Array, FunctionBlock, Struct
from alycat.runtime.declare import var
from alycat.runtime.errors import PlcError, UnknownName
from alycat.runtime.iec import BIT, DINT, INT, LREAL, STRING, UDINT, ReferenceType

LIMIT = ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)


def edges(limit=LIMIT):
    block = FB_ALY_EdgeCounter_1Ch()
    block.ConfigureChannel(limit)
    block.Configure()
    return block


def old_project(start=None):
    class ST_Axis(Struct):
        fPosition: LREAL
        bOn: BIT
        bFault: BIT
        nGone: UDINT

    class FB_Lamp(FunctionBlock):
        nSwitched: UDINT

    class GVL(GlobalVariables):
        nLimit: DINT = 10
        sName: STRING = "old"

    class GoneList(GlobalVariables):
        nValue: DINT

    class MAIN(Program):
        nCounter: UDINT
        fValue: LREAL = 1.0
        nRetyped: INT = 1
        nTarget: UDINT
        nMost: UDINT = var("", 5, constant=True)
        aGrid: Annotated[Array[INT], (0, 1), (1, 3)]
        stAxis: ST_Axis
        fbLamp: FB_Lamp
        refTarget: Annotated[int, ReferenceType(UDINT)]

        def __init__(self):
            self.fbEdges, self.more = edges(), {"a": [edges()]}
            self.sum, self.window, self.resized = 0.0, np.zeros(3), np.zeros(2)

        def cycle(self):
            self.nCounter += 1
            self.sum += 1.5
            self.window[self.nCounter % 3] = self.nCounter
            for block in (self.fbEdges, self.more["a"][0]):
                block.SetChannelValue(self.nCounter % 2)
                block.Call(tTimestamp=self.nCounter)

    return built(MAIN, [GVL(), GoneList()], start)


def new_project(**options):
    class ST_Axis(Struct):
        nNew: DINT = 7
        bNew: BIT
        bFault: BIT
        bOn: BIT
        fPosition: LREAL

    class FB_Lamp(FunctionBlock):
        fBrightness: LREAL = 0.5
        nSwitched: UDINT

    class GVL(GlobalVariables):
        sName: STRING = "new"
        NLIMIT: DINT = 20

    class NewList(GlobalVariables):
        nValue: DINT = 3

    class MAIN(Program):
        nNew: UDINT = 9
        fbLamp: FB_Lamp
        stAxis: ST_Axis
        aGrid: Annotated[Array[INT], (1, 2), (0, 2)]
        nMost: UDINT = var("", 6, constant=True)
        nTarget: UDINT
        nRetyped: LREAL = 2.5
        refTarget: Annotated[int, ReferenceType(UDINT)]
        nCounter: UDINT

        def __init__(self):
            self.fbEdges, self.more = edges(), {"a": [edges(), edges()], "b": []}
            self.sum, self.window, self.resized = 0.0, np.zeros(3), np.zeros(4)
            self.fresh = 1

        def cycle(self):
            self.nCounter += 100

    return built(MAIN, [GVL(), NewList()], **options)


def built(main, lists, start=None, cycle_time="10ms"):
    plc = Plc(start=start)
    task = plc.task("PlcTask", cycle_time, programs=[main()])
    for variables in lists:
        plc.add_globals(variables)
    task.link(lambda t_ns: t_ns // 10**7, "MAIN.nTarget")
    return plc


def main_of(plc):
    return plc.tasks[0].programs[0][1]


@pytest.fixture
def plc():
    plc = old_project(start=0)
    plc.run(cycles=5)
    return plc


def test_values_stay_by_their_path(plc):
    main = main_of(plc)
    main.stAxis.fPosition, main.stAxis.bOn, main.fbLamp.nSwitched = 12.5, True, 8
    for place in ((0, 1), (0, 3), (1, 1), (1, 2), (1, 3)):
        main.aGrid[place] = 10 * place[0] + place[1]
    plc.symbols["GVL.nLimit"].write(11)
    made = plc.online_change(new_project())
    changed = main_of(plc)
    assert changed is not main and changed.task is plc.tasks[0]
    assert (changed.nCounter, changed.nNew, changed.nRetyped, changed.nMost) == (5, 9, 2.5, 6)
    axis = changed.stAxis
    assert (axis.fPosition, axis.bOn, axis.bFault, axis.bNew, axis.nNew) == (12.5, True, False, False, 7)
    assert (changed.fbLamp.nSwitched, changed.fbLamp.fBrightness) == (8, 0.5)
    assert [[changed.aGrid[i, j] for j in range(3)] for i in (1, 2)] == [[0, 11, 12], [0, 0, 0]]
    assert plc.symbols["GVL.nLimit"].read() == 11 and plc.symbols["GVL.sName"].read() == "old"
    assert plc.symbols["NewList.nValue"].read() == 3
    with pytest.raises(UnknownName):
        plc.symbols["GoneList.nValue"]
    assert "MAIN.nNew" in made.added and "NewList.nValue" in made.added and "MAIN.more[a][1].nEdges" not in made.removed
    assert made.removed == ["MAIN.fValue", "GoneList.nValue"]
    assert made.initialised == ["MAIN.nRetyped", "MAIN.resized"]


def test_blocks_and_attributes_keep_their_state(plc):
    before = main_of(plc)
    plc.online_change(new_project())
    main = main_of(plc)
    assert main.fbEdges is not before.fbEdges and main.fbEdges.snapshot() == before.fbEdges.snapshot()
    assert main.more["a"][0].snapshot() == before.more["a"][0].snapshot()
    assert main.more["a"][1].snapshot() == edges().snapshot()
    assert (main.sum, main.window.tolist(), main.resized.tolist()) == (7.5, [3, 4, 5], [0, 0, 0, 0])
    assert main.fresh == 1


def test_the_cycle_goes_on_without_a_gap(plc):
    info, before = plc.tasks[0].info, main_of(plc)
    plc.online_change(new_project())
    plc.run(cycles=3)
    assert main_of(plc).nCounter == 305 and before.nCounter == 5
    assert (info.CycleCount, info.FirstCycle, plc.app_info.OnlineChangeCnt) == (8, False, 1)
    assert main_of(plc).nTarget == 7  # by the new project's link, at the time of the eighth cycle


def test_a_change_in_the_middle_of_a_run(plc):
    def at_the_seventh(task):
        if task.cycles == 7:
            plc.online_change(new_project())

    plc.cycle_finished.append(at_the_seventh)
    plc.run(cycles=5)
    assert main_of(plc).nCounter == 7 + 300 and plc.tasks[0].cycles == 10


def test_within_a_cycle_it_is_refused(plc):
    main = main_of(plc)
    main.cycle = lambda: plc.online_change(new_project())
    result = plc.run(cycles=1)
    assert "this can be done between two cycles" in result.errors["PlcTask"]


def with_unknown_link():
    new = new_project()
    new.tasks[0].link("MAIN.nothing", "MAIN.nNew")
    return new


def with_recorder():
    new = new_project()
    new.tasks[0].record("MAIN.nNew")
    return new


def ran():
    new = new_project()
    new.run(cycles=1)
    return new


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: new_project(cycle_time="20ms"),
            "cannot change tasks; PlcTask every 10 ms, priority 20 became PlcTask every 20 ms",
        ),
        (Plc, "became none"),
        (ran, "needs a new project that has not run"),
        (with_recorder, "PlcTask: a task with a bridge or a recorder"),
        (with_unknown_link, "MAIN.nothing: no such symbol"),
    ],
)
def test_what_cannot_be_changed_leaves_everything_as_it_was(plc, make, message):
    before, symbols = plc.snapshot(), list(plc.symbols)
    with pytest.raises((PlcError, UnknownName), match=message):
        plc.online_change(make())
    assert plc.snapshot() == before and list(plc.symbols) == symbols
    plc.run(cycles=1)
    assert main_of(plc).nCounter == 6


def test_references_are_those_of_the_new_project(plc):
    main_of(plc).refTarget = plc.symbols.address("MAIN.nCounter")
    new = new_project()
    main_of(new).refTarget = new.symbols.address("MAIN.nCounter")
    plc.online_change(new)
    assert plc.symbols["MAIN.refTarget"].read() == 5


def test_the_same_project_again_changes_nothing():
    plc, twin = old_project(start=0), old_project(start=0)
    for each in (plc, twin):
        each.run(cycles=5)
    made = plc.online_change(old_project())
    assert (made.added, made.removed, made.initialised) == ([], [], [])
    for each in (plc, twin):
        each.run(cycles=5)
    assert plc.snapshot() == twin.snapshot()
