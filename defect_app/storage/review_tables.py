"""The tables of what persons say of judged parts; rows are added and never changed, undoing included."""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from defect_app.storage.schema import UtcTime, metadata

review_samples = Table(
    "review_samples",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", String(200), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("since", UtcTime),
    Column("until", UtcTime, nullable=False),
    Column("population", Integer, nullable=False),
    Column("seed", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Index("ix_review_samples_model_id", "model", "id"),
)
"""One row a random sample of the inspections of one verdict: how many there were, and how it was drawn."""

review_sample_parts = Table(
    "review_sample_parts",
    metadata,
    Column("sample_id", Integer, ForeignKey("review_samples.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("inspection", BigInteger, ForeignKey("inspections.key"), nullable=False),
)
"""The drawn inspections in the order of the draw: those up to any place are a random sample themselves."""

studies = Table(
    "studies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(200), nullable=False),
    Column("model", String(200), nullable=False),
    Column("trials", Integer, nullable=False),
    Column("seed", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
)
"""One row an agreement study: every appraiser sees every part in every trial, in an order of their own."""

study_parts = Table(
    "study_parts",
    metadata,
    Column("study_id", Integer, ForeignKey("studies.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("inspection", BigInteger, ForeignKey("inspections.key"), nullable=False),
    Column("reference", String(20), nullable=False),
)
"""The parts of a study, with what each of them is."""

reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(36), nullable=False),
    Column("inspection", BigInteger, ForeignKey("inspections.key")),
    Column("scene", String(200)),
    Column("answer", String(20), nullable=False),
    Column("withdraws", Integer, ForeignKey("reviews.id")),
    Column("marks", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("seconds", Double),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("sample_id", Integer, ForeignKey("review_samples.id")),
    Column("study_id", Integer, ForeignKey("studies.id")),
    Column("trial", Integer),
    Index("uq_reviews_token", "token", unique=True),
    Index("ix_reviews_inspection_id", "inspection", "id"),
    Index("ix_reviews_withdraws", "withdraws"),
    Index("ix_reviews_study_id_id", "study_id", "id"),
)
"""One row an answer of a person, or its withdrawal. `token` comes from the browser, so that an answer that is sent
twice is stored once; `scene` names a known rendered defect in place of an inspection; `marks` is JSON."""
