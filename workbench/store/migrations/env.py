"""How Alembic runs the migrations: on the connection it is given, within that connection's transaction."""

from __future__ import annotations

from alembic import context

from workbench.store.connection import VERSION_TABLE
from workbench.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite can undo DDL too, which Alembic does not assume: a migration that fails leaves nothing behind.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
