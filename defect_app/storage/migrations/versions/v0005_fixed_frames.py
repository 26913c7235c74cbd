"""Fixed frames: which part of each photo of a product is judged."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "fixed_frames",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("product", sa.String(200), nullable=False),
        sa.Column("frames", sa.Text, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_fixed_frames_product_id", "fixed_frames", ["product", "id"])


def downgrade() -> None:
    """Drop the table: whole photos are judged again."""
    op.drop_table("fixed_frames")
