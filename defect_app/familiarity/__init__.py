"""Whether a photo is like those a model was trained on, and good enough to judge."""

from defect_app.familiarity.acquaintance import Acquaintance, FamiliarityModel
from defect_app.familiarity.quality import PhotoQuality, QualityLimits, measure_quality

__all__ = ["Acquaintance", "FamiliarityModel", "PhotoQuality", "QualityLimits", "measure_quality"]
