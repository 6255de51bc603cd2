"""The function blocks, by their vendor names: ``from alycat.blocks import FB_ALY_DenStream``.

Nothing is imported or compiled before a block is asked for (PEP 562), so ``import alycat.blocks`` stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

from alycat.runtime.errors import UnknownName, one_of

if TYPE_CHECKING:
    from .anomaly.forecast_band import FB_ALY_ForecastBand as FB_ALY_ForecastBand
    from .anomaly.half_space_trees import FB_ALY_HalfSpaceTrees as FB_ALY_HalfSpaceTrees
    from .anomaly.isolation_forest import FB_ALY_IsolationForest as FB_ALY_IsolationForest
    from .anomaly.random_cut_forest import FB_ALY_RandomCutForest as FB_ALY_RandomCutForest
    from .anomaly.shape_reconstruction import FB_ALY_ShapeReconstruction as FB_ALY_ShapeReconstruction
    from .anomaly.shape_types import E_ALY_ShapeError as E_ALY_ShapeError
    from .anomaly.shape_types import E_ALY_ShapeState as E_ALY_ShapeState
    from .anomaly.shape_types import E_ALY_ShapeThreshold as E_ALY_ShapeThreshold
    from .anomaly.shape_types import E_ALY_ShapeWindow as E_ALY_ShapeWindow
    from .anomaly.stat_imputer import E_ALY_Imputation as E_ALY_Imputation
    from .anomaly.stat_imputer import FB_ALY_StatImputer as FB_ALY_StatImputer
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
    from .classification.bandwidth import FB_ALY_BandwidthClassificator_1Ch as FB_ALY_BandwidthClassificator_1Ch
    from .classification.bandwidth import FB_ALY_BandwidthClassificator_3Ch as FB_ALY_BandwidthClassificator_3Ch
    from .classification.curve_sketcher import FB_ALY_CurveSketcher_1Ch as FB_ALY_CurveSketcher_1Ch
    from .classification.histogram import FB_ALY_Histogram_1Ch as FB_ALY_Histogram_1Ch
    from .classification.histogram import FB_ALY_StateHistogram_1Ch as FB_ALY_StateHistogram_1Ch
    from .classification.pareto import FB_ALY_ParetoAnalysis as FB_ALY_ParetoAnalysis
    from .classification.section_timer import FB_ALY_SectionTimer_1Ch as FB_ALY_SectionTimer_1Ch
    from .classification.step_response import FB_ALY_StepResponse_1Ch as FB_ALY_StepResponse_1Ch
    from .classification.threshold import FB_ALY_ThresholdClassificator_1Ch as FB_ALY_ThresholdClassificator_1Ch
    from .classification.threshold_string import (
        FB_ALY_ThresholdStringClassificator_1Ch as FB_ALY_ThresholdStringClassificator_1Ch,
    )
    from .classification.time_based_envelope_1ch import FB_ALY_TimeBasedEnvelope_1Ch as FB_ALY_TimeBasedEnvelope_1Ch
    from .clustering.denstream import FB_ALY_DenStream as FB_ALY_DenStream
    from .clustering.sequential_kmeans import FB_ALY_SequentialKMeans as FB_ALY_SequentialKMeans
    from .compare.detect_string_change_1ch import FB_ALY_DetectStringChange_1Ch as FB_ALY_DetectStringChange_1Ch
    from .compare.detect_value_change_1ch import FB_ALY_DetectValueChange_1Ch as FB_ALY_DetectValueChange_1Ch
    from .compare.dynamic_time_warping import FB_ALY_DynamicTimeWarping as FB_ALY_DynamicTimeWarping
    from .compare.dynamic_time_warping_interval import (
        FB_ALY_DynamicTimeWarpingInterval as FB_ALY_DynamicTimeWarpingInterval,
    )
    from .compare.logic_operation_counter import FB_ALY_LogicOperationCounter as FB_ALY_LogicOperationCounter
    from .compare.multiplexers import FB_ALY_Demultiplexer as FB_ALY_Demultiplexer
    from .compare.multiplexers import FB_ALY_Multiplexer as FB_ALY_Multiplexer
    from .compare.numerical_compare import FB_ALY_NumericalCompare_1Ch as FB_ALY_NumericalCompare_1Ch
    from .compare.numerical_compare import FB_ALY_NumericalCompare_2Ch as FB_ALY_NumericalCompare_2Ch
    from .compare.string_compare import FB_ALY_StringCompare_1Ch as FB_ALY_StringCompare_1Ch
    from .compare.string_compare import FB_ALY_StringCompare_2Ch as FB_ALY_StringCompare_2Ch
    from .compare.timespan_compare_1ch import FB_ALY_TimespanCompare_1Ch as FB_ALY_TimespanCompare_1Ch
    from .math.cascades import FB_ALY_Mean_1Ch as FB_ALY_Mean_1Ch
    from .math.cascades import FB_ALY_RMS_1Ch as FB_ALY_RMS_1Ch
    from .math.integrator_1ch import FB_ALY_Integrator_1Ch as FB_ALY_Integrator_1Ch
    from .math.math_operation import FB_ALY_MathOperation as FB_ALY_MathOperation
    from .math.math_operation_1ch import FB_ALY_MathOperation_1Ch as FB_ALY_MathOperation_1Ch
    from .math.slope_analysis_1ch import FB_ALY_SlopeAnalysis_1Ch as FB_ALY_SlopeAnalysis_1Ch
    from .math.timespan_operation import FB_ALY_TimespanOperation as FB_ALY_TimespanOperation
    from .preprocessing.bitmask import FB_ALY_Bitmask as FB_ALY_Bitmask
    from .preprocessing.scaler import FB_ALY_Scaler as FB_ALY_Scaler
    from .preprocessing.scaler import FB_ALY_ScalerFitting as FB_ALY_ScalerFitting
    from .specific.am8xxx_ssd import FB_ALY_AM8xxxSSD as FB_ALY_AM8xxxSSD
    from .specific.wt_turbulence_1ch import FB_ALY_WtTurbulence_1Ch as FB_ALY_WtTurbulence_1Ch
    from .specific.xts_movement import FB_ALY_XtsMovementAnalysis as FB_ALY_XtsMovementAnalysis
    from .specific.xts_mover import FB_ALY_XtsAccelerationAnalysis_1Ch as FB_ALY_XtsAccelerationAnalysis_1Ch
    from .specific.xts_mover import FB_ALY_XtsDistanceIntegrator_1Ch as FB_ALY_XtsDistanceIntegrator_1Ch
    from .specific.xts_mover import FB_ALY_XtsVelocityAnalysis_1Ch as FB_ALY_XtsVelocityAnalysis_1Ch
    from .statistics.array_statistics import FB_ALY_ArrayStatistics as FB_ALY_ArrayStatistics
    from .statistics.correlation_function import FB_ALY_CorrelationFunction as FB_ALY_CorrelationFunction
    from .statistics.correlation_function_reference import (
        FB_ALY_CorrelationFunctionReference as FB_ALY_CorrelationFunctionReference,
    )
    from .statistics.factors import FB_ALY_ClearanceFactor as FB_ALY_ClearanceFactor
    from .statistics.factors import FB_ALY_ImpulseFactor as FB_ALY_ImpulseFactor
    from .statistics.factors import FB_ALY_ShapeFactor as FB_ALY_ShapeFactor
    from .statistics.linear_regression import FB_ALY_LinearRegressionFitting as FB_ALY_LinearRegressionFitting
    from .statistics.linear_regression import FB_ALY_LinearRegressionInference as FB_ALY_LinearRegressionInference
    from .statistics.standard_deviation import FB_ALY_StandardDeviation as FB_ALY_StandardDeviation
    from .system.datetime import FB_ALY_DateTime as FB_ALY_DateTime
    from .system.system_time import FB_ALY_GetSystemTime as FB_ALY_GetSystemTime
    from .system.timespan import E_ALY_TimestampAccuracy as E_ALY_TimestampAccuracy
    from .system.timespan import F_RawTimespan_TO_Structured as F_RawTimespan_TO_Structured
    from .system.timespan import F_StructuredTimespan_TO_Raw as F_StructuredTimespan_TO_Raw
    from .system.timespan import FB_ALY_Timespan as FB_ALY_Timespan
    from .system.timespan import ST_ALY_Timespan as ST_ALY_Timespan
    from .training_base.time_based_teach_path_1ch import FB_ALY_TimeBasedTeachPath_1Ch as FB_ALY_TimeBasedTeachPath_1Ch
    from .types import E_ALY_AnomalyThresholdMode as E_ALY_AnomalyThresholdMode
    from .types import E_ALY_BandMode as E_ALY_BandMode
    from .types import E_ALY_CascadeStartupBehaviour as E_ALY_CascadeStartupBehaviour
    from .types import E_ALY_Classification_2Cls as E_ALY_Classification_2Cls
    from .types import E_ALY_Classification_3Cls as E_ALY_Classification_3Cls
    from .types import E_ALY_Classification_Bounds as E_ALY_Classification_Bounds
    from .types import E_ALY_ComparisonOperator as E_ALY_ComparisonOperator
    from .types import E_ALY_ConfigState as E_ALY_ConfigState
    from .types import E_ALY_CorrelationMode as E_ALY_CorrelationMode
    from .types import E_ALY_CountMode as E_ALY_CountMode
    from .types import E_ALY_DayOfWeek as E_ALY_DayOfWeek
    from .types import E_ALY_DayOfWeekMask as E_ALY_DayOfWeekMask
    from .types import E_ALY_FunctionType as E_ALY_FunctionType
    from .types import E_ALY_GateMode as E_ALY_GateMode
    from .types import E_ALY_HistMode as E_ALY_HistMode
    from .types import E_ALY_IntegrationMode as E_ALY_IntegrationMode
    from .types import E_ALY_KMeansInitMode as E_ALY_KMeansInitMode
    from .types import E_ALY_LogicOperator as E_ALY_LogicOperator
    from .types import E_ALY_MathOperator as E_ALY_MathOperator
    from .types import E_ALY_MonthOfYearMask as E_ALY_MonthOfYearMask
    from .types import E_ALY_MovingAvgStartupBehaviour as E_ALY_MovingAvgStartupBehaviour
    from .types import E_ALY_ParetoMode as E_ALY_ParetoMode
    from .types import E_ALY_ReadState as E_ALY_ReadState
    from .types import E_ALY_RecurrenceMode as E_ALY_RecurrenceMode
    from .types import E_ALY_RecurrenceSpecification as E_ALY_RecurrenceSpecification
    from .types import E_ALY_SampleMode as E_ALY_SampleMode
    from .types import E_ALY_ScalingMode as E_ALY_ScalingMode
    from .types import E_ALY_StateHistMode as E_ALY_StateHistMode
    from .types import E_ALY_StringCompareMode as E_ALY_StringCompareMode
    from .types import E_ALY_TeachMode as E_ALY_TeachMode
    from .types import E_ALY_TeachState as E_ALY_TeachState
    from .types import E_ALY_TimerMode as E_ALY_TimerMode
    from .types import E_ALY_TimespanOperator as E_ALY_TimespanOperator
    from .types import E_ALY_WindowMode as E_ALY_WindowMode
    from .types import ST_ALY_FileHeader as ST_ALY_FileHeader
    from .types import ST_ALY_LiveMinMaxAvg as ST_ALY_LiveMinMaxAvg
    from .types import ST_ALY_Threshold as ST_ALY_Threshold
    from .types import ST_ALY_ThresholdOnOff as ST_ALY_ThresholdOnOff
    from .types import ST_ALY_XyPosition as ST_ALY_XyPosition
    from .visualization.pie_chart import FB_ALY_PieChart as FB_ALY_PieChart
    from .visualization.sankey_diagram import FB_ALY_SankeyDiagram as FB_ALY_SankeyDiagram
    from .visualization.trend_line import FB_ALY_TrendLine as FB_ALY_TrendLine
    from .xy_path.gate_monitor_2ch import FB_ALY_XyGateMonitor_2Ch as FB_ALY_XyGateMonitor_2Ch
    from .xy_path.shape_monitors import FB_ALY_XyShapeMonitor_Circle_2Ch as FB_ALY_XyShapeMonitor_Circle_2Ch
    from .xy_path.shape_monitors import FB_ALY_XyShapeMonitor_Rectangle_2Ch as FB_ALY_XyShapeMonitor_Rectangle_2Ch
    from .xy_path.shape_monitors import FB_ALY_XyShapeMonitor_Triangle_2Ch as FB_ALY_XyShapeMonitor_Triangle_2Ch

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
    "FB_ALY_Mean_1Ch": "alycat.blocks.math.cascades",
    "FB_ALY_RMS_1Ch": "alycat.blocks.math.cascades",
    "FB_ALY_SlopeAnalysis_1Ch": "alycat.blocks.math.slope_analysis_1ch",
    "FB_ALY_TimespanOperation": "alycat.blocks.math.timespan_operation",
    "FB_ALY_SequentialKMeans": "alycat.blocks.clustering.sequential_kmeans",
    "FB_ALY_BandwidthClassificator_1Ch": "alycat.blocks.classification.bandwidth",
    "FB_ALY_BandwidthClassificator_3Ch": "alycat.blocks.classification.bandwidth",
    "FB_ALY_ThresholdClassificator_1Ch": "alycat.blocks.classification.threshold",
    "FB_ALY_CurveSketcher_1Ch": "alycat.blocks.classification.curve_sketcher",
    "FB_ALY_Histogram_1Ch": "alycat.blocks.classification.histogram",
    "FB_ALY_StateHistogram_1Ch": "alycat.blocks.classification.histogram",
    "FB_ALY_SectionTimer_1Ch": "alycat.blocks.classification.section_timer",
    "FB_ALY_StepResponse_1Ch": "alycat.blocks.classification.step_response",
    "FB_ALY_ParetoAnalysis": "alycat.blocks.classification.pareto",
    "FB_ALY_AM8xxxSSD": "alycat.blocks.specific.am8xxx_ssd",
    "FB_ALY_WtTurbulence_1Ch": "alycat.blocks.specific.wt_turbulence_1ch",
    "FB_ALY_XtsAccelerationAnalysis_1Ch": "alycat.blocks.specific.xts_mover",
    "FB_ALY_XtsDistanceIntegrator_1Ch": "alycat.blocks.specific.xts_mover",
    "FB_ALY_XtsVelocityAnalysis_1Ch": "alycat.blocks.specific.xts_mover",
    "FB_ALY_XtsMovementAnalysis": "alycat.blocks.specific.xts_movement",
    "FB_ALY_ArrayStatistics": "alycat.blocks.statistics.array_statistics",
    "FB_ALY_StandardDeviation": "alycat.blocks.statistics.standard_deviation",
    "FB_ALY_ClearanceFactor": "alycat.blocks.statistics.factors",
    "FB_ALY_ImpulseFactor": "alycat.blocks.statistics.factors",
    "FB_ALY_ShapeFactor": "alycat.blocks.statistics.factors",
    "FB_ALY_XyGateMonitor_2Ch": "alycat.blocks.xy_path.gate_monitor_2ch",
    "FB_ALY_XyShapeMonitor_Circle_2Ch": "alycat.blocks.xy_path.shape_monitors",
    "FB_ALY_XyShapeMonitor_Rectangle_2Ch": "alycat.blocks.xy_path.shape_monitors",
    "FB_ALY_XyShapeMonitor_Triangle_2Ch": "alycat.blocks.xy_path.shape_monitors",
    "FB_ALY_CorrelationFunction": "alycat.blocks.statistics.correlation_function",
    "FB_ALY_ThresholdStringClassificator_1Ch": "alycat.blocks.classification.threshold_string",
    "FB_ALY_TimeBasedEnvelope_1Ch": "alycat.blocks.classification.time_based_envelope_1ch",
    "FB_ALY_DetectStringChange_1Ch": "alycat.blocks.compare.detect_string_change_1ch",
    "FB_ALY_StringCompare_1Ch": "alycat.blocks.compare.string_compare",
    "FB_ALY_StringCompare_2Ch": "alycat.blocks.compare.string_compare",
    "FB_ALY_Bitmask": "alycat.blocks.preprocessing.bitmask",
    "FB_ALY_Scaler": "alycat.blocks.preprocessing.scaler",
    "FB_ALY_ScalerFitting": "alycat.blocks.preprocessing.scaler",
    "FB_ALY_LinearRegressionFitting": "alycat.blocks.statistics.linear_regression",
    "FB_ALY_LinearRegressionInference": "alycat.blocks.statistics.linear_regression",
    "FB_ALY_TimeBasedTeachPath_1Ch": "alycat.blocks.training_base.time_based_teach_path_1ch",
    "FB_ALY_LogicOperationCounter": "alycat.blocks.compare.logic_operation_counter",
    "FB_ALY_NumericalCompare_1Ch": "alycat.blocks.compare.numerical_compare",
    "FB_ALY_NumericalCompare_2Ch": "alycat.blocks.compare.numerical_compare",
    "FB_ALY_TimespanCompare_1Ch": "alycat.blocks.compare.timespan_compare_1ch",
    "FB_ALY_DetectValueChange_1Ch": "alycat.blocks.compare.detect_value_change_1ch",
    "FB_ALY_Demultiplexer": "alycat.blocks.compare.multiplexers",
    "FB_ALY_Multiplexer": "alycat.blocks.compare.multiplexers",
    "FB_ALY_DynamicTimeWarpingInterval": "alycat.blocks.compare.dynamic_time_warping_interval",
    "FB_ALY_DynamicTimeWarping": "alycat.blocks.compare.dynamic_time_warping",
    "FB_ALY_TrendLine": "alycat.blocks.visualization.trend_line",
    "FB_ALY_PieChart": "alycat.blocks.visualization.pie_chart",
    "FB_ALY_SankeyDiagram": "alycat.blocks.visualization.sankey_diagram",
    "FB_ALY_CorrelationFunctionReference": "alycat.blocks.statistics.correlation_function_reference",
    "FB_ALY_HalfSpaceTrees": "alycat.blocks.anomaly.half_space_trees",
    "FB_ALY_IsolationForest": "alycat.blocks.anomaly.isolation_forest",
    "FB_ALY_StatImputer": "alycat.blocks.anomaly.stat_imputer",
    "FB_ALY_ForecastBand": "alycat.blocks.anomaly.forecast_band",
    "FB_ALY_ShapeReconstruction": "alycat.blocks.anomaly.shape_reconstruction",
    "FB_ALY_RandomCutForest": "alycat.blocks.anomaly.random_cut_forest",
}
TYPES_AND_FUNCTIONS = {
    "E_ALY_CascadeStartupBehaviour": "alycat.blocks.types",
    "E_ALY_Imputation": "alycat.blocks.anomaly.stat_imputer",
    "E_ALY_TimestampAccuracy": "alycat.blocks.system.timespan",
    "ST_ALY_Timespan": "alycat.blocks.system.timespan",
    "F_RawTimespan_TO_Structured": "alycat.blocks.system.timespan",
    "F_StructuredTimespan_TO_Raw": "alycat.blocks.system.timespan",
    "E_ALY_Classification_2Cls": "alycat.blocks.types",
    "E_ALY_BandMode": "alycat.blocks.types",
    "E_ALY_AnomalyThresholdMode": "alycat.blocks.types",
    "E_ALY_Classification_3Cls": "alycat.blocks.types",
    "E_ALY_Classification_Bounds": "alycat.blocks.types",
    "E_ALY_ComparisonOperator": "alycat.blocks.types",
    "E_ALY_CorrelationMode": "alycat.blocks.types",
    "E_ALY_ConfigState": "alycat.blocks.types",
    "E_ALY_CountMode": "alycat.blocks.types",
    "E_ALY_DayOfWeek": "alycat.blocks.types",
    "E_ALY_DayOfWeekMask": "alycat.blocks.types",
    "E_ALY_FunctionType": "alycat.blocks.types",
    "E_ALY_GateMode": "alycat.blocks.types",
    "E_ALY_IntegrationMode": "alycat.blocks.types",
    "E_ALY_KMeansInitMode": "alycat.blocks.types",
    "E_ALY_LogicOperator": "alycat.blocks.types",
    "E_ALY_MathOperator": "alycat.blocks.types",
    "E_ALY_MonthOfYearMask": "alycat.blocks.types",
    "E_ALY_MovingAvgStartupBehaviour": "alycat.blocks.types",
    "E_ALY_ReadState": "alycat.blocks.types",
    "E_ALY_RecurrenceMode": "alycat.blocks.types",
    "E_ALY_RecurrenceSpecification": "alycat.blocks.types",
    "E_ALY_SampleMode": "alycat.blocks.types",
    "E_ALY_ScalingMode": "alycat.blocks.types",
    "E_ALY_StringCompareMode": "alycat.blocks.types",
    "E_ALY_TeachMode": "alycat.blocks.types",
    "E_ALY_TeachState": "alycat.blocks.types",
    "E_ALY_ShapeError": "alycat.blocks.anomaly.shape_types",
    "E_ALY_ShapeState": "alycat.blocks.anomaly.shape_types",
    "E_ALY_ShapeThreshold": "alycat.blocks.anomaly.shape_types",
    "E_ALY_ShapeWindow": "alycat.blocks.anomaly.shape_types",
    "E_ALY_TimerMode": "alycat.blocks.types",
    "E_ALY_TimespanOperator": "alycat.blocks.types",
    "E_ALY_WindowMode": "alycat.blocks.types",
    "E_ALY_HistMode": "alycat.blocks.types",
    "E_ALY_ParetoMode": "alycat.blocks.types",
    "E_ALY_StateHistMode": "alycat.blocks.types",
    "ST_ALY_FileHeader": "alycat.blocks.types",
    "ST_ALY_LiveMinMaxAvg": "alycat.blocks.types",
    "ST_ALY_Threshold": "alycat.blocks.types",
    "ST_ALY_ThresholdOnOff": "alycat.blocks.types",
    "ST_ALY_XyPosition": "alycat.blocks.types",
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
