"""Runs the migrations on the connection that the records room hands over."""

from alembic import context

from defect_app.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
