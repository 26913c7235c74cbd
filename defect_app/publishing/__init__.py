"""From measured answers to a complete model folder: operating point, familiarity, evaluation, card."""

from defect_app.publishing.card import write_card
from defect_app.publishing.measuring import EvaluatedPicture, evaluate_pictures
from defect_app.publishing.point_rule import PointRule, neutral_point
from defect_app.publishing.publish import MeasuredModel, Publication, add_replicates, complete_folder, publish
from defect_app.publishing.training_record import DatasetFacts, TrainingRecord

__all__ = [
    "DatasetFacts",
    "EvaluatedPicture",
    "MeasuredModel",
    "PointRule",
    "Publication",
    "TrainingRecord",
    "add_replicates",
    "complete_folder",
    "evaluate_pictures",
    "neutral_point",
    "publish",
    "write_card",
]
