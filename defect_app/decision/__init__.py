"""From a prediction and an operating point to a verdict, with the reason in words."""

from defect_app.decision.operating_point import OperatingPoint, default_point
from defect_app.decision.verdict import Judgement, Verdict, judge, p_defect_of, verdict_at

__all__ = ["Judgement", "OperatingPoint", "Verdict", "default_point", "judge", "p_defect_of", "verdict_at"]
