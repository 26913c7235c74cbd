"""Operating points kept in a database: who saved which, which one is active, and what is applied."""

from defect_app.records.database import DATABASE_VARIABLE
from defect_app.records.point_in_use import PointInUse, point_in_use
from defect_app.records.records import Records, open_records
from defect_app.records.saved_point import PointAction, PointEvent, SavedPoint, applicable

__all__ = [
    "DATABASE_VARIABLE",
    "PointAction",
    "PointEvent",
    "PointInUse",
    "Records",
    "SavedPoint",
    "applicable",
    "open_records",
    "point_in_use",
]
