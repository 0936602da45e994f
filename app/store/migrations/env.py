"""A connection in a transaction in; the steps that are missing, applied within it, out."""

from alembic import context

from app.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
