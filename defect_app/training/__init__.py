"""Training: a recipe becomes a model folder. The only room, beside explanations, that imports TensorFlow."""

from defect_app.extras import needs_extra

with needs_extra("train"):
    from defect_app.training.train import measure, train
    from defect_app.training.training_run import RunLimits

__all__ = ["RunLimits", "measure", "train"]
