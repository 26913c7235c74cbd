"""The tables of who may do what; rows are added and never changed: the newest of a name counts."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from defect_app.storage.schema import UtcTime, metadata

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(300), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Index("ix_people_name_id", "name", "id"),
)
"""One row each time that a person is added, gets another role or password, or is disabled."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("who", String(80), nullable=False),
    Column("created", UtcTime, nullable=False),
    Index("ix_api_keys_name_id", "name", "id"),
)
"""One row each time that a key is made or revoked; of its secret only the digest is kept."""
