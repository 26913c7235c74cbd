"""Every verdict that is kept: stored once, never changed, found again; its photo as policy says."""

from defect_app.inspections.inspection_filter import InspectionFilter
from defect_app.inspections.store import InspectionPage, InspectionStore
from defect_app.inspections.stored_inspection import Evidence, KeptPhoto, NewInspection, Source, StoredInspection

__all__ = [
    "Evidence",
    "InspectionFilter",
    "InspectionPage",
    "InspectionStore",
    "KeptPhoto",
    "NewInspection",
    "Source",
    "StoredInspection",
]
