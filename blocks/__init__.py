"""The function blocks, by their vendor names: ``from alycat.blocks import FB_ALY_DenStream``.

Nothing is imported or compiled before a block is asked for (PEP 562), so ``import alycat.blocks`` stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

from alycat.runtime.errors import UnknownName, one_of

if TYPE_CHECKING:
    from .base.batch_nshift_1ch import E_ALY_SampleMode as E_ALY_SampleMode
    from .base.batch_nshift_1ch import FB_ALY_BatchNShift_1Ch as FB_ALY_BatchNShift_1Ch
    from .base.downsampling_1ch import FB_ALY_Downsampling_1Ch as FB_ALY_Downsampling_1Ch
    from .base.min_max_avg import FB_ALY_MinMaxAvg as FB_ALY_MinMaxAvg
    from .base.min_max_avg_1ch import FB_ALY_MinMaxAvg_1Ch as FB_ALY_MinMaxAvg_1Ch
    from .base.min_max_avg_interval_1ch import FB_ALY_MinMaxAvgInterval_1Ch as FB_ALY_MinMaxAvgInterval_1Ch
    from .base.moving_avg_1ch import E_ALY_MovingAvgStartupBehaviour as E_ALY_MovingAvgStartupBehaviour
    from .base.moving_avg_1ch import FB_ALY_MovingAvg_1Ch as FB_ALY_MovingAvg_1Ch
    from .clustering.denstream import FB_ALY_DenStream as FB_ALY_DenStream
    from .clustering.sequential_kmeans import E_ALY_KMeansInitMode as E_ALY_KMeansInitMode
    from .clustering.sequential_kmeans import FB_ALY_SequentialKMeans as FB_ALY_SequentialKMeans
    from .math.cascades import E_ALY_CascadeStartupBehaviour as E_ALY_CascadeStartupBehaviour
    from .math.integrator_1ch import E_ALY_IntegrationMode as E_ALY_IntegrationMode
    from .math.integrator_1ch import FB_ALY_Integrator_1Ch as FB_ALY_Integrator_1Ch
    from .math.math_operation import FB_ALY_MathOperation as FB_ALY_MathOperation
    from .math.math_operation_1ch import FB_ALY_MathOperation_1Ch as FB_ALY_MathOperation_1Ch
    from .math.mean_1ch import FB_ALY_Mean_1Ch as FB_ALY_Mean_1Ch
    from .math.operators import E_ALY_MathOperator as E_ALY_MathOperator
    from .math.rms_1ch import FB_ALY_RMS_1Ch as FB_ALY_RMS_1Ch
    from .math.slope_analysis_1ch import FB_ALY_SlopeAnalysis_1Ch as FB_ALY_SlopeAnalysis_1Ch
    from .math.timespan_operation import E_ALY_TimespanOperator as E_ALY_TimespanOperator
    from .math.timespan_operation import FB_ALY_TimespanOperation as FB_ALY_TimespanOperation
    from .system.datetime import FB_ALY_DateTime as FB_ALY_DateTime
    from .system.system_time import FB_ALY_GetSystemTime as FB_ALY_GetSystemTime
    from .system.timespan import E_ALY_TimestampAccuracy as E_ALY_TimestampAccuracy
    from .system.timespan import F_RawTimespan_TO_Structured as F_RawTimespan_TO_Structured
    from .system.timespan import F_StructuredTimespan_TO_Raw as F_StructuredTimespan_TO_Raw
    from .system.timespan import FB_ALY_Timespan as FB_ALY_Timespan
    from .system.timespan import ST_ALY_Timespan as ST_ALY_Timespan

BLOCKS = {
    "FB_ALY_DateTime": "alycat.blocks.system.datetime",
    "FB_ALY_Timespan": "alycat.blocks.system.timespan",
    "FB_ALY_GetSystemTime": "alycat.blocks.system.system_time",
    "FB_ALY_DenStream": "alycat.blocks.clustering.denstream",
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
}
TYPES_AND_FUNCTIONS = {
    "E_ALY_MovingAvgStartupBehaviour": "alycat.blocks.base.moving_avg_1ch",
    "E_ALY_SampleMode": "alycat.blocks.base.batch_nshift_1ch",
    "E_ALY_CascadeStartupBehaviour": "alycat.blocks.math.cascades",
    "E_ALY_IntegrationMode": "alycat.blocks.math.integrator_1ch",
    "E_ALY_MathOperator": "alycat.blocks.math.operators",
    "E_ALY_TimespanOperator": "alycat.blocks.math.timespan_operation",
    "E_ALY_KMeansInitMode": "alycat.blocks.clustering.sequential_kmeans",
    "E_ALY_TimestampAccuracy": "alycat.blocks.system.timespan",
    "ST_ALY_Timespan": "alycat.blocks.system.timespan",
    "F_RawTimespan_TO_Structured": "alycat.blocks.system.timespan",
    "F_StructuredTimespan_TO_Raw": "alycat.blocks.system.timespan",
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
