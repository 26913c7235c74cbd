"""Fits what finds the part in a photo: compositions of training pictures, filters, and limits for found frames."""

from defect_app.publishing.framing.backgrounds import Backgrounds
from defect_app.publishing.framing.composition import Composition, compose
from defect_app.publishing.framing.fit import FrameFit, fit_frame_model
from defect_app.publishing.framing.folder import add_framing

__all__ = ["Backgrounds", "Composition", "FrameFit", "add_framing", "compose", "fit_frame_model"]
