"""Cached evaluation results: what a model answered on every evaluated picture."""

from defect_app.evaluation.cache import (
    EVALUATION_FILE,
    Evaluation,
    EvaluationOrigin,
    read_evaluation,
    write_evaluation,
)
from defect_app.evaluation.intervals import wilson_interval

__all__ = [
    "EVALUATION_FILE",
    "Evaluation",
    "EvaluationOrigin",
    "read_evaluation",
    "wilson_interval",
    "write_evaluation",
]
