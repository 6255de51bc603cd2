"""The function blocks, by their vendor names: ``from alycat.blocks import FB_ALY_DenStream``.

Nothing is imported or compiled before a block is asked for (PEP 562), so ``import alycat.blocks`` stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

from alycat.runtime.errors import UnknownName, one_of

if TYPE_CHECKING:
    from .anomaly.random_cut_forest import FB_ALY_RandomCutForest as FB_ALY_RandomCutForest
    from .base.batch_nshift_1ch import FB_ALY_BatchNShift_1Ch as FB_ALY_BatchNShift_1Ch
    from .base.calendar_event import FB_ALY_Calendar as FB_ALY_Calendar
    from .base.downsampling_1ch import FB_ALY_Downsampling_1Ch as FB_ALY_Downsampling_1Ch
    from .base.edge_counter import FB_ALY_EdgeCounter_1Ch as FB_ALY_EdgeCounter_1Ch
    from .base.edge_counter_on_off import FB_ALY_EdgeCounterOnOff_1Ch as FB_ALY_EdgeCounterOnOff_1Ch
    from .base.edge_counter_on_off import FB_ALY_EdgeCounterOnOff_2Ch as FB_ALY_EdgeCounterOnOff_2Ch
    from .base.event_timing_analysis import FB_ALY_EventTimingAnalysis_1Ch as FB_ALY_EventTimingAnalysis_1Ch
    from .base.event_timing_analysis import FB_ALY_EventTimingAnalysis_2Ch as FB_ALY_EventTimingAnalysis_2Ch
    from .base.flip_flop import FB_ALY_FlipFlop_2Ch as FB_ALY_FlipFlop_2Ch
    from .base.latching_switch import FB_ALY_LatchingSwitch_1Ch as FB_ALY_LatchingSwitch_1Ch
    from .base.lifecycle_analysis import FB_ALY_LifecycleAnalysis_1Ch as FB_ALY_LifecycleAnalysis_1Ch
    from .base.lifetime_analysis import FB_ALY_LifetimeAnalysis_1Ch as FB_ALY_LifetimeAnalysis_1Ch
    from .base.min_max_avg import FB_ALY_MinMaxAvg as FB_ALY_MinMaxAvg
    from .base.min_max_avg_1ch import FB_ALY_MinMaxAvg_1Ch as FB_ALY_MinMaxAvg_1Ch
    from .base.min_max_avg_interval_1ch import FB_ALY_MinMaxAvgInterval_1Ch as FB_ALY_MinMaxAvgInterval_1Ch
    from .base.moving_avg_1ch import FB_ALY_MovingAvg_1Ch as FB_ALY_MovingAvg_1Ch
    from .base.moving_interval_counter import FB_ALY_MovingIntervalCounter_1Ch as FB_ALY_MovingIntervalCounter_1Ch
    from .base.oee import FB_ALY_OverallEquipmentEffectiveness as FB_ALY_OverallEquipmentEffectiveness
    from .base.piece_counters import FB_ALY_ContinuousPieceCounter_1Ch as FB_ALY_ContinuousPieceCounter_1Ch
    from .base.piece_counters import FB_ALY_IntervalPieceCounter_1Ch as FB_ALY_IntervalPieceCounter_1Ch
    from .base.productivity_diagnosis import FB_ALY_ProductivityDiagnosis_3Ch as FB_ALY_ProductivityDiagnosis_3Ch
    from .base.productivity_interval import FB_ALY_ProductivityInterval_1Ch as FB_ALY_ProductivityInterval_1Ch
    from .base.signal_generator import FB_ALY_SignalGenerator_1Ch as FB_ALY_SignalGenerator_1Ch
    from .base.time_clock import FB_ALY_TimeClock_1Ch as FB_ALY_TimeClock_1Ch
    from .base.timer import FB_ALY_Timer_1Ch as FB_ALY_Timer_1Ch
    from .base.timing_analysis import FB_ALY_TimingAnalysis_1Ch as FB_ALY_TimingAnalysis_1Ch
    from .clustering.denstream import FB_ALY_DenStream as FB_ALY_DenStream
    from .clustering.sequential_kmeans import FB_ALY_SequentialKMeans as FB_ALY_SequentialKMeans
    from .math.cascades import E_ALY_CascadeStartupBehaviour as E_ALY_CascadeStartupBehaviour
    from .math.integrator_1ch import FB_ALY_Integrator_1Ch as FB_ALY_Integrator_1Ch
    from .math.math_operation import FB_ALY_MathOperation as FB_ALY_MathOperation
    from .math.math_operation_1ch import FB_ALY_MathOperation_1Ch as FB_ALY_MathOperation_1Ch
    from .math.mean_1ch import FB_ALY_Mean_1Ch as FB_ALY_Mean_1Ch
    from .math.rms_1ch import FB_ALY_RMS_1Ch as FB_ALY_RMS_1Ch
    from .math.slope_analysis_1ch import FB_ALY_SlopeAnalysis_1Ch as FB_ALY_SlopeAnalysis_1Ch
    from .math.timespan_operation import FB_ALY_TimespanOperation as FB_ALY_TimespanOperation
    from .system.datetime import FB_ALY_DateTime as FB_ALY_DateTime
    from .system.system_time import FB_ALY_GetSystemTime as FB_ALY_GetSystemTime
    from .system.timespan import E_ALY_TimestampAccuracy as E_ALY_TimestampAccuracy
    from .system.timespan import F_RawTimespan_TO_Structured as F_RawTimespan_TO_Structured
    from .system.timespan import F_StructuredTimespan_TO_Raw as F_StructuredTimespan_TO_Raw
    from .system.timespan import FB_ALY_Timespan as FB_ALY_Timespan
    from .system.timespan import ST_ALY_Timespan as ST_ALY_Timespan
    from .types import E_ALY_AnomalyThresholdMode as E_ALY_AnomalyThresholdMode
    from .types import E_ALY_Classification_3Cls as E_ALY_Classification_3Cls
    from .types import E_ALY_ComparisonOperator as E_ALY_ComparisonOperator
    from .types import E_ALY_CountMode as E_ALY_CountMode
    from .types import E_ALY_DayOfWeek as E_ALY_DayOfWeek
    from .types import E_ALY_DayOfWeekMask as E_ALY_DayOfWeekMask
    from .types import E_ALY_FunctionType as E_ALY_FunctionType
    from .types import E_ALY_IntegrationMode as E_ALY_IntegrationMode
    from .types import E_ALY_KMeansInitMode as E_ALY_KMeansInitMode
    from .types import E_ALY_MathOperator as E_ALY_MathOperator
    from .types import E_ALY_MonthOfYearMask as E_ALY_MonthOfYearMask
    from .types import E_ALY_MovingAvgStartupBehaviour as E_ALY_MovingAvgStartupBehaviour
    from .types import E_ALY_RecurrenceMode as E_ALY_RecurrenceMode
    from .types import E_ALY_RecurrenceSpecification as E_ALY_RecurrenceSpecification
    from .types import E_ALY_SampleMode as E_ALY_SampleMode
    from .types import E_ALY_TimerMode as E_ALY_TimerMode
    from .types import E_ALY_TimespanOperator as E_ALY_TimespanOperator
    from .types import E_ALY_WindowMode as E_ALY_WindowMode
    from .types import ST_ALY_Threshold as ST_ALY_Threshold
    from .types import ST_ALY_ThresholdOnOff as ST_ALY_ThresholdOnOff

BLOCKS = {
    "FB_ALY_DateTime": "alycat.blocks.system.datetime",
    "FB_ALY_Timespan": "alycat.blocks.system.timespan",
    "FB_ALY_GetSystemTime": "alycat.blocks.system.system_time",
    "FB_ALY_DenStream": "alycat.blocks.clustering.denstream",
    "FB_ALY_EdgeCounter_1Ch": "alycat.blocks.base.edge_counter",
    "FB_ALY_EdgeCounterOnOff_1Ch": "alycat.blocks.base.edge_counter_on_off",
    "FB_ALY_EdgeCounterOnOff_2Ch": "alycat.blocks.base.edge_counter_on_off",
    "FB_ALY_LatchingSwitch_1Ch": "alycat.blocks.base.latching_switch",
    "FB_ALY_FlipFlop_2Ch": "alycat.blocks.base.flip_flop",
    "FB_ALY_EventTimingAnalysis_1Ch": "alycat.blocks.base.event_timing_analysis",
    "FB_ALY_EventTimingAnalysis_2Ch": "alycat.blocks.base.event_timing_analysis",
    "FB_ALY_TimingAnalysis_1Ch": "alycat.blocks.base.timing_analysis",
    "FB_ALY_Timer_1Ch": "alycat.blocks.base.timer",
    "FB_ALY_ContinuousPieceCounter_1Ch": "alycat.blocks.base.piece_counters",
    "FB_ALY_IntervalPieceCounter_1Ch": "alycat.blocks.base.piece_counters",
    "FB_ALY_MovingIntervalCounter_1Ch": "alycat.blocks.base.moving_interval_counter",
    "FB_ALY_LifetimeAnalysis_1Ch": "alycat.blocks.base.lifetime_analysis",
    "FB_ALY_LifecycleAnalysis_1Ch": "alycat.blocks.base.lifecycle_analysis",
    "FB_ALY_TimeClock_1Ch": "alycat.blocks.base.time_clock",
    "FB_ALY_Calendar": "alycat.blocks.base.calendar_event",
    "FB_ALY_SignalGenerator_1Ch": "alycat.blocks.base.signal_generator",
    "FB_ALY_OverallEquipmentEffectiveness": "alycat.blocks.base.oee",
    "FB_ALY_ProductivityDiagnosis_3Ch": "alycat.blocks.base.productivity_diagnosis",
    "FB_ALY_ProductivityInterval_1Ch": "alycat.blocks.base.productivity_interval",
    "FB_ALY_BatchNShift_1Ch": "alycat.blocks.base.batch_nshift_1ch",
    "FB_ALY_Downsampling_1Ch": "alycat.blocks.base.downsampling_1ch",
    "FB_ALY_MinMaxAvg": "alycat.blocks.base.min_max_avg",
    "FB_ALY_MinMaxAvg_1Ch": "alycat.blocks.base.min_max_avg_1ch",
    "FB_ALY_MinMaxAvgInterval_1Ch": "alycat.blocks.base.min_max_avg_interval_1ch",
    "FB_ALY_MovingAvg_1Ch": "alycat.blocks.base.moving_avg_1ch",
    "FB_ALY_Integrator_1Ch": "alycat.blocks.math.integrator_1ch",
    "FB_ALY_MathOperation": "alycat.blocks.math.math_operation",
    "FB_ALY_MathOperation_1Ch": "alycat.blocks.math.math_operation_1ch",
    "FB_ALY_Mean_1Ch": "alycat.blocks.math.mean_1ch",
    "FB_ALY_RMS_1Ch": "alycat.blocks.math.rms_1ch",
    "FB_ALY_SlopeAnalysis_1Ch": "alycat.blocks.math.slope_analysis_1ch",
    "FB_ALY_TimespanOperation": "alycat.blocks.math.timespan_operation",
    "FB_ALY_SequentialKMeans": "alycat.blocks.clustering.sequential_kmeans",
    "FB_ALY_RandomCutForest": "alycat.blocks.anomaly.random_cut_forest",
}
TYPES_AND_FUNCTIONS = {
    "E_ALY_CascadeStartupBehaviour": "alycat.blocks.math.cascades",
    "E_ALY_TimestampAccuracy": "alycat.blocks.system.timespan",
    "ST_ALY_Timespan": "alycat.blocks.system.timespan",
    "F_RawTimespan_TO_Structured": "alycat.blocks.system.timespan",
    "F_StructuredTimespan_TO_Raw": "alycat.blocks.system.timespan",
    "E_ALY_AnomalyThresholdMode": "alycat.blocks.types",
    "E_ALY_Classification_3Cls": "alycat.blocks.types",
    "E_ALY_ComparisonOperator": "alycat.blocks.types",
    "E_ALY_CountMode": "alycat.blocks.types",
    "E_ALY_DayOfWeek": "alycat.blocks.types",
    "E_ALY_DayOfWeekMask": "alycat.blocks.types",
    "E_ALY_FunctionType": "alycat.blocks.types",
    "E_ALY_IntegrationMode": "alycat.blocks.types",
    "E_ALY_KMeansInitMode": "alycat.blocks.types",
    "E_ALY_MathOperator": "alycat.blocks.types",
    "E_ALY_MonthOfYearMask": "alycat.blocks.types",
    "E_ALY_MovingAvgStartupBehaviour": "alycat.blocks.types",
    "E_ALY_RecurrenceMode": "alycat.blocks.types",
    "E_ALY_RecurrenceSpecification": "alycat.blocks.types",
    "E_ALY_SampleMode": "alycat.blocks.types",
    "E_ALY_TimerMode": "alycat.blocks.types",
    "E_ALY_TimespanOperator": "alycat.blocks.types",
    "E_ALY_WindowMode": "alycat.blocks.types",
    "ST_ALY_Threshold": "alycat.blocks.types",
    "ST_ALY_ThresholdOnOff": "alycat.blocks.types",
}
_WHERE = BLOCKS | TYPES_AND_FUNCTIONS

__all__ = ["BLOCKS", "TYPES_AND_FUNCTIONS", *_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    if name.startswith("__"):
        raise AttributeError(name)
    raise UnknownName(f"alycat.blocks has no {name}; it has {one_of(_WHERE)}")


def __dir__() -> list[str]:
    return sorted(__all__)
