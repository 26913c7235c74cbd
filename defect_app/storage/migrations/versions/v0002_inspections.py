"""Stored inspections, what became of their photos, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INDEXED = (
    ("model", "verdict", "key"),
    ("model", "key"),
    ("verdict", "key"),
    ("source", "key"),
    ("who", "key"),
    ("part", "key"),
    ("batch", "key"),
    ("sha256", "key"),
)


def upgrade() -> None:
    """Create the tables, and what makes their text quick to search."""
    op.create_table(
        "inspections",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("batch", sa.String(80), nullable=False),
        sa.Column("part", sa.String(200)),
        sa.Column("who", sa.String(80)),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("label", sa.String(200)),
        sa.Column("p", sa.Text, nullable=False),
        sa.Column("p_defect", sa.Double),
        sa.Column("familiar", sa.Boolean),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("operating_point", sa.Text),
        sa.Column("duplicate_of", sa.Text),
        sa.Column("frame", sa.String(80)),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("photo", sa.String(20), nullable=False),
        sa.Column("once", sa.String(32), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("uq_inspections_once", "inspections", ["once"], unique=True)
    for columns in _INDEXED:
        op.create_index(f"ix_inspections_{'_'.join(columns)}", "inspections", list(columns))
    op.create_table(
        "photo_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("picture", sa.String(20), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_photo_events_sha256_id", "photo_events", ["sha256", "id"])
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous_sha256", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_entries_action_id", "audit_entries", ["action", "id"])
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _index_words_of_sqlite()
    else:
        _index_words_of_postgresql(connection)


def _index_words_of_sqlite() -> None:
    # Text stays in the table alone; a trigger fills the index, whoever writes.
    op.execute(
        "CREATE VIRTUAL TABLE inspection_words USING fts5"
        "(words, content='inspections', content_rowid='key', tokenize='trigram')"
    )
    op.execute(
        "CREATE TRIGGER inspection_words_added AFTER INSERT ON inspections BEGIN "
        "INSERT INTO inspection_words(rowid, words) VALUES (new.key, new.words); END"
    )


def _index_words_of_postgresql(connection: sa.Connection) -> None:
    try:
        with connection.begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError:
        return  # not installed, or not ours to create: searches are right all the same, and slower
    op.execute("CREATE INDEX ix_inspections_words ON inspections USING gin (words gin_trgm_ops)")


def downgrade() -> None:
    """Drop the tables, with all inspections."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE inspection_words")
    op.drop_table("audit_entries")
    op.drop_table("photo_events")
    op.drop_table("inspections")
