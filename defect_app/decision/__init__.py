"""From scores to verdicts: operating points, the one rule, what verdicts cost, and the reasons in words."""

from defect_app.catalog import (
    THRESHOLD_NAMES,
    ChosenThresholds,
    InspectionThresholds,
    RecognitionThresholds,
    Thresholds,
    threshold_text,
    thresholds_from,
)
from defect_app.decision.clamping import clamped_thresholds
from defect_app.decision.costs import Costs
from defect_app.decision.judgement import Judgement, judge, p_defect_of
from defect_app.decision.operating_point import BY_HAND, DEFAULT_NAME, OperatingPoint, default_point
from defect_app.decision.verdict import (
    INSPECTION_VERDICTS,
    RECOGNITION_VERDICTS,
    Verdict,
    count_reaching,
    count_verdicts,
    is_accepted,
    is_rejected,
    reaches,
    verdict_at,
    verdict_codes,
)

__all__ = [
    "BY_HAND",
    "DEFAULT_NAME",
    "INSPECTION_VERDICTS",
    "RECOGNITION_VERDICTS",
    "THRESHOLD_NAMES",
    "ChosenThresholds",
    "Costs",
    "InspectionThresholds",
    "Judgement",
    "OperatingPoint",
    "RecognitionThresholds",
    "Thresholds",
    "Verdict",
    "clamped_thresholds",
    "count_reaching",
    "count_verdicts",
    "default_point",
    "is_accepted",
    "is_rejected",
    "judge",
    "p_defect_of",
    "reaches",
    "threshold_text",
    "thresholds_from",
    "verdict_at",
    "verdict_codes",
]
