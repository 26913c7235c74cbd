"""The tables of operating points; nothing in them is ever changed or deleted, so history cannot be lost."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from defect_app.storage.schema import UtcTime, metadata

saved_points = Table(
    "saved_points",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", String(200), nullable=False),
    Column("name", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("review_at", Double),
    Column("reject_at", Double),
    Column("accept_at", Double),
    Column("model_sha256", String(64), nullable=False),
    Column("evaluation_sha256", String(64), nullable=False),
    Column("split", String(80), nullable=False),
    Column("n", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("missed_defect", Double),
    Column("false_reject", Double),
    Column("human_review", Double),
    Column("defect_rate", Double),
    UniqueConstraint("model_id", "name", "version"),
    CheckConstraint(
        "(accept_at IS NULL AND review_at IS NOT NULL AND reject_at IS NOT NULL AND review_at <= reject_at)"
        " OR (accept_at IS NOT NULL AND review_at IS NULL AND reject_at IS NULL)",
        name="thresholds",
    ),
)
"""One row a version of a point; saving a name again adds a version."""

point_events = Table(
    "point_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", String(200), nullable=False),
    Column("action", String(20), nullable=False),
    Column("point_id", Integer, ForeignKey("saved_points.id")),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Index("ix_point_events_model_id_id", "model_id", "id"),
)
"""One row a change. The last one that is about activity says which point is active; `point_id` is empty for none."""
