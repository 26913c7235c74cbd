"""Whether a photo is like those a model was trained on, and good enough to judge."""

from defect_app.familiarity.model import FamiliarityModel, FamiliarityResult
from defect_app.familiarity.quality import PhotoQuality, QualityLimits, measure_quality

__all__ = ["FamiliarityModel", "FamiliarityResult", "PhotoQuality", "QualityLimits", "measure_quality"]
