"""Operating points, and who changed what about them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "saved_points",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("review_at", sa.Double),
        sa.Column("reject_at", sa.Double),
        sa.Column("accept_at", sa.Double),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("evaluation_sha256", sa.String(64), nullable=False),
        sa.Column("split", sa.String(80), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed_defect", sa.Double),
        sa.Column("false_reject", sa.Double),
        sa.Column("human_review", sa.Double),
        sa.Column("defect_rate", sa.Double),
        sa.UniqueConstraint("model_id", "name", "version", name="uq_saved_points_model_id"),
        sa.CheckConstraint(
            "(accept_at IS NULL AND review_at IS NOT NULL AND reject_at IS NOT NULL AND review_at <= reject_at)"
            " OR (accept_at IS NOT NULL AND review_at IS NULL AND reject_at IS NULL)",
            name="ck_saved_points_thresholds",
        ),
    )
    op.create_table(
        "point_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("point_id", sa.Integer, sa.ForeignKey("saved_points.id", name="fk_point_events_point_id")),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_point_events_model_id_id", "point_events", ["model_id", "id"])


def downgrade() -> None:
    """Drop the two tables, with all points."""
    op.drop_table("point_events")
    op.drop_table("saved_points")
