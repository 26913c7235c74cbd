"""Is this photo like the ones the model was trained on, and is it good enough to judge?"""

from defect_app.familiarity.acquaintance import Acquaintance, FamiliarityModel
from defect_app.familiarity.quality import PhotoQuality, QualityLimits, measure_quality

__all__ = ["Acquaintance", "FamiliarityModel", "PhotoQuality", "QualityLimits", "measure_quality"]
