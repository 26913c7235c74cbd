"""Operating points kept in a database: who saved which, which one is active, and what is applied."""

from defect_app.points.adoption import Adoption, adopt_records
from defect_app.points.point_in_use import PointInUse, point_in_use, points_in_use
from defect_app.points.saved_point import PointAction, PointEvent, SavedPoint, applicable, open_proposals
from defect_app.points.second_person import Asking
from defect_app.points.store import Records, open_records

__all__ = [
    "Adoption",
    "Asking",
    "PointAction",
    "PointEvent",
    "PointInUse",
    "Records",
    "SavedPoint",
    "adopt_records",
    "applicable",
    "open_proposals",
    "open_records",
    "point_in_use",
    "points_in_use",
]
