"""What persons say of judged parts, the samples that audits rest on, and agreement studies."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "review_samples",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_review_samples_model_id", "review_samples", ["model", "id"])
    op.create_table(
        "review_sample_parts",
        _reference("review_sample_parts", "sample_id", sa.Integer, "review_samples.id", primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        _reference("review_sample_parts", "inspection", sa.BigInteger, "inspections.key", nullable=False),
    )
    op.create_table(
        "studies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("trials", sa.Integer, nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "study_parts",
        _reference("study_parts", "study_id", sa.Integer, "studies.id", primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        _reference("study_parts", "inspection", sa.BigInteger, "inspections.key", nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String(36), nullable=False),
        _reference("reviews", "inspection", sa.BigInteger, "inspections.key"),
        sa.Column("scene", sa.String(200)),
        sa.Column("answer", sa.String(20), nullable=False),
        _reference("reviews", "withdraws", sa.Integer, "reviews.id"),
        sa.Column("marks", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        _reference("reviews", "sample_id", sa.Integer, "review_samples.id"),
        _reference("reviews", "study_id", sa.Integer, "studies.id"),
        sa.Column("trial", sa.Integer),
    )
    op.create_index("uq_reviews_token", "reviews", ["token"], unique=True)
    op.create_index("ix_reviews_inspection_id", "reviews", ["inspection", "id"])
    op.create_index("ix_reviews_withdraws", "reviews", ["withdraws"])
    op.create_index("ix_reviews_study_id_id", "reviews", ["study_id", "id"])


def downgrade() -> None:
    """Drop the tables, with all that persons said."""
    for table in ("reviews", "study_parts", "studies", "review_sample_parts", "review_samples"):
        op.drop_table(table)


def _reference(
    table: str,
    name: str,
    kind: type[sa.types.TypeEngine[int]],
    to: str,
    *,
    primary_key: bool = False,
    nullable: bool = True,
) -> sa.Column[int]:
    key = sa.ForeignKey(to, name=f"fk_{table}_{name}")
    return sa.Column(name, kind, key, primary_key=primary_key, nullable=nullable and not primary_key)
