"""Every table of the records, and the version of their schema."""

from defect_app.storage.audit_tables import audit_entries
from defect_app.storage.frame_tables import fixed_frames
from defect_app.storage.inspection_tables import inspections, photo_events
from defect_app.storage.people_tables import api_keys, people
from defect_app.storage.point_tables import point_events, saved_points
from defect_app.storage.review_tables import review_sample_parts, review_samples, reviews, studies, study_parts
from defect_app.storage.schema import UtcTime, metadata

SCHEMA_VERSION = "0005"
"""The newest migration: what a database must be at before it is read."""

__all__ = [
    "SCHEMA_VERSION",
    "UtcTime",
    "api_keys",
    "audit_entries",
    "fixed_frames",
    "inspections",
    "metadata",
    "people",
    "photo_events",
    "point_events",
    "review_sample_parts",
    "review_samples",
    "reviews",
    "saved_points",
    "studies",
    "study_parts",
]
