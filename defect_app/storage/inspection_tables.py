"""The tables of stored inspections and their photos; rows are added and never changed.

A key orders by time, since it begins with the millisecond (see `inspections.identity`): one number pages, bounds a time
range, and stands in every index.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, String, Table, Text

from defect_app.storage.schema import UtcTime, metadata

SEARCH_TABLE = "inspection_words"
"""SQLite's index of the words of inspections, by groups of three letters; PostgreSQL has an index of its own for it."""

# SQLite takes no other type for its own row number.
InspectionKey = BigInteger().with_variant(Integer, "sqlite")

inspections = Table(
    "inspections",
    metadata,
    Column("key", InspectionKey, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False),
    Column("judged_at", UtcTime, nullable=False),
    Column("source", String(20), nullable=False),
    Column("batch", String(80), nullable=False),
    Column("part", String(200)),
    Column("who", String(80)),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("label", String(200)),
    Column("p", Text, nullable=False),
    Column("p_defect", Double),
    Column("familiar", Boolean),
    Column("reason", Text, nullable=False),
    Column("operating_point", Text),
    Column("duplicate_of", Text),
    Column("frame", String(80)),
    Column("model", String(200), nullable=False),
    Column("model_sha256", String(64), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("photo", String(20), nullable=False),
    Column("once", String(32), nullable=False),
    Column("words", Text, nullable=False),
    Index("uq_inspections_once", "once", unique=True),
    Index("ix_inspections_model_verdict_key", "model", "verdict", "key"),
    Index("ix_inspections_model_key", "model", "key"),
    Index("ix_inspections_verdict_key", "verdict", "key"),
    Index("ix_inspections_source_key", "source", "key"),
    Index("ix_inspections_who_key", "who", "key"),
    Index("ix_inspections_part_key", "part", "key"),
    Index("ix_inspections_batch_key", "batch", "key"),
    Index("ix_inspections_sha256_key", "sha256", "key"),
)
"""One row a judged or refused file. `p`, `frame` and `evidence` are JSON; `photo` says what was kept of the photo when
it was judged; `once` is the same for the same file of the same batch; `words` is what a search looks into."""

photo_events = Table(
    "photo_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("picture", String(20), nullable=False),
    Column("action", String(20), nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("who", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_photo_events_sha256_id", "sha256", "id"),
)
"""One row each time that a picture was kept later than its inspection, or deleted: the inspection's own row stays."""
