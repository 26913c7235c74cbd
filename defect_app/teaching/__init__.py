"""From photos of a new product to a model folder in seconds; no TensorFlow."""

from defect_app.teaching.request import TaughtClass, TeachingFile, TeachingRequest
from defect_app.teaching.teach import TaughtModel, teach

__all__ = ["TaughtClass", "TaughtModel", "TeachingFile", "TeachingRequest", "teach"]
