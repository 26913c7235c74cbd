"""Cached evaluation results: what a model answered on every evaluated picture."""

from defect_app.evaluation.cache import (
    EVALUATION_FILE,
    Evaluation,
    EvaluationOrigin,
    read_evaluation,
    write_evaluation,
)
from defect_app.evaluation.intervals import wilson_interval
from defect_app.evaluation.run import EvaluatedPicture, evaluate_pictures

__all__ = [
    "EVALUATION_FILE",
    "EvaluatedPicture",
    "Evaluation",
    "EvaluationOrigin",
    "evaluate_pictures",
    "read_evaluation",
    "wilson_interval",
    "write_evaluation",
]
