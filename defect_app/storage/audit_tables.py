"""The table of the audit trail: rows are added, each with the digest of the one before, and never changed."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from defect_app.storage.schema import UtcTime, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("created", UtcTime, nullable=False),
    Column("action", String(80), nullable=False),
    Column("who", String(80), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Index("ix_audit_entries_action_id", "action", "id"),
)
"""One row a deed, numbered from 1 without gaps; see `storage.audit` for the digest."""
