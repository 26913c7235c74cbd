"""The table of fixed frames: which part of each photo of a product is judged; no row is ever changed or deleted."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from defect_app.storage.schema import UtcTime, metadata

fixed_frames = Table(
    "fixed_frames",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("product", String(200), nullable=False),
    Column("frames", Text, nullable=False),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Index("ix_fixed_frames_product_id", "product", "id"),
)
"""One row a change; a product's last one counts. `frames` is a JSON list of [x, y, width, height], empty for none."""
